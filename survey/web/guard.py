"""What a public form post must be before anybody reads it. Absent headers pass: old web views send none."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, request
from werkzeug import routing

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_BYTES = 256 * 1024
MOST_FIELDS = 400
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
MOST_ROWS = 2**31 - 1


class IntegerConverter(routing.IntegerConverter):
    """A number in an address, as a row can have one: with a larger one no database would even look."""

    def __init__(self, url_map: routing.Map, **limits: Any) -> None:  # noqa: ANN401 - as werkzeug has it
        super().__init__(url_map, **({"max": MOST_ROWS} | limits))


def register(app: Flask, base_url: str) -> None:
    """Limit what ``app`` reads, and for which host names it answers."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    app.config["MAX_FORM_PARTS"] = MOST_FIELDS
    app.config["TRUSTED_HOSTS"] = [urlsplit(base_url).hostname or "", *LOOPBACK]
    app.url_map.converters["int"] = IntegerConverter
    app.before_request(_check_path)


def _check_path() -> None:
    """Refuse an address with a zero byte: PostgreSQL has no such text, so nothing has such a name."""
    if "\0" in request.path:
        abort(404)


def has_zero_byte() -> bool:
    """Tell whether a text of the request has a zero byte, which no text of PostgreSQL has."""
    values = (*request.args.lists(), *request.form.lists())
    return any("\0" in one for name, found in values for one in (name, *found))


def check_post() -> None:
    """Refuse a post from another site, of another type, or with too many fields."""
    if request.method != "POST":
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or not _own_origin(request.headers.get("Origin")):
        abort(403)
    if request.mimetype not in FORM_TYPES:
        abort(415)
    # werkzeug counts the parts of multipart bodies only.
    if sum(len(values) for values in request.form.listvalues()) > MOST_FIELDS:
        abort(413)


def _own_origin(origin: str | None) -> bool:
    # Under our no-referrer policy browsers send "null" with our own forms, too; Sec-Fetch-Site tells them apart.
    return origin in (None, "null") or urlsplit(origin).netloc == request.host
