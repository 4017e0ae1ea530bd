"""The phone's browser: plain HTTP with keep-alive and gzip, no scripts, no cookies, and the patience to try again."""

import gzip
import http.client
import ipaddress
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

_TOO_OFTEN = 4
_PAUSE = 0.1
UNAVAILABLE = 503
MOVED = range(301, 309)
FORM = "application/x-www-form-urlencoded"


class GaveUp(Exception):
    """No answer came within the phone's patience."""


@dataclass(frozen=True)
class Page:
    """An answer of the server."""

    status: int
    text: str
    location: str = ""


def loopback(base_url: str) -> tuple[str, int]:
    """Return host and port of a loopback address.

    Raises:
        ValueError: for any other host; phones never leave this machine.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if host != "localhost":
        try:
            inside = ipaddress.ip_address(host).is_loopback
        except ValueError:
            inside = False
        if not inside:
            message = f"phones go to loopback addresses only, not to {host!r}"
            raise ValueError(message)
    return host, parts.port or 80


class Browser:
    """One connection of one phone."""

    def __init__(self, base_url: str, *, patience: float, timeout: float, user_agent: str) -> None:
        host, port = loopback(base_url)
        self.connection = http.client.HTTPConnection(host, port, timeout=timeout)
        self.patience = patience
        self.headers = {"Accept-Encoding": "gzip", "User-Agent": user_agent, "Accept-Language": "zh-CN"}

    def get(self, path: str, method: str = "GET") -> Page:
        """Fetch a page, without following where it points."""
        return self._ask(method, path, None)

    def post(self, path: str, pairs: list[tuple[str, str]]) -> Page:
        """Send a form as it would be sent again by an impatient thumb: the same bytes at every try."""
        page = self._ask("POST", path, urlencode(pairs).encode())
        for _ in range(_TOO_OFTEN):
            if page.status not in MOVED or not page.location:
                break
            page = self._ask("GET", urlsplit(page.location).path, None)
        return page

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def _ask(self, method: str, path: str, body: bytes | None) -> Page:
        until = time.monotonic() + self.patience
        while True:
            try:
                page = self._once(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                self.connection.close()
                if time.monotonic() > until:
                    raise GaveUp(type(error).__name__) from None
            else:
                if page.status != UNAVAILABLE or time.monotonic() > until:
                    return page
            time.sleep(_PAUSE)

    def _once(self, method: str, path: str, body: bytes | None) -> Page:
        headers = self.headers if body is None else {**self.headers, "Content-Type": FORM}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        data = response.read()
        if response.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        return Page(response.status, data.decode("utf-8", "replace"), response.headers.get("Location", ""))
