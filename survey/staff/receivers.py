"""To which addresses this server may send anything: only to hosts that its operator listed, without detours.

An entry of MINSHENG_WEBHOOK_HOSTS is a host name, which must then have public addresses only; a name with the
network it may lie in (``hooks.intern=10.3.0.0/16``); or an address itself (``10.3.4.5``).
"""

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from survey.core.errors import N_, Problem

LONGEST_URL = 500
LOOPBACK_NAMES = ("localhost",)
PORTS = {"https": 443, "http": 80}

# Through these a private IPv4 address can be reached: by its last bits, NAT64 (RFC 6052, 8215), Teredo, 6to4.
CARRIERS = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")))

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowed(Exception):
    """Nothing may be sent there."""


@dataclass(frozen=True)
class Target:
    """Where to connect, checked: the addresses are those that were looked at, not what a name says later."""

    tls: bool
    name: str
    port: int
    addresses: tuple[str, ...]
    path: str

    @property
    def authority(self) -> str:
        """The host as the request names it."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        usual = PORTS["https" if self.tls else "http"]
        return name if self.port == usual else f"{name}:{self.port}"


class Receivers:
    """The hosts that may be told something.

    Args:
        entries: as the operator listed them; none switches webhooks off.
        base_url: of this site; one on this machine may also tell programs on this machine, without TLS.
    """

    def __init__(self, entries: tuple[str, ...], base_url: str) -> None:
        self._networks = dict(map(_entry, entries))
        self._local = _is_loopback(urlsplit(base_url).hostname or "")

    @property
    def switched_on(self) -> bool:
        """Whether anything may be sent at all."""
        return bool(self._networks)

    @property
    def listed(self) -> Mapping[str, Network | None]:
        """The listed hosts, each with the network it is bound to."""
        return self._networks

    def faults(self, url: str) -> Iterator[Problem]:
        """Give what is wrong with an address, without asking the network."""
        parts = _split(url)
        if parts is None or len(url) > LONGEST_URL:
            message = N_("write an address such as https://hooks.example.gov.cn/all, of at most %(most)s characters")
            yield Problem("url", message, {"most": LONGEST_URL})
            return
        name = parts.hostname or ""
        if not self.switched_on:
            yield Problem("url", N_("webhooks are switched off here: the server's operator listed no host for them"))
        elif name not in self._networks:
            message = N_("%(name)s is not among the hosts that the server's operator listed for webhooks")
            yield Problem("url", message, {"name": name[:80]})
        elif parts.scheme != "https" and not (self._local and _is_loopback(name)):
            yield Problem("url", N_("only https is allowed"))

    def target(self, url: str) -> Target:
        """Look an address up and check where it leads.

        Raises:
            NotAllowed: when it may not be reached, or leads to an address that is not public and not listed.
            OSError: when its name has no address.
        """
        if any(self.faults(url)):
            raise NotAllowed
        parts = _split(url)
        assert parts is not None
        name = parts.hostname or ""
        tls = parts.scheme == "https"
        port = parts.port or PORTS[parts.scheme]
        found = {str(one[4][0]) for one in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)}
        addresses = tuple(sorted(found))
        if not addresses or not all(self._allows(name, ipaddress.ip_address(one)) for one in addresses):
            raise NotAllowed
        path = parts.path or "/"
        return Target(tls, name, port, addresses, f"{path}?{parts.query}" if parts.query else path)

    def _allows(self, name: str, address: Address) -> bool:
        network = self._networks[name]
        if network is not None:
            return address in network
        if address.is_loopback and self._local and _is_loopback(name):
            return True
        return _is_public(address)


def _is_public(address: Address) -> bool:
    """Tell whether an address is of the open internet; one that carries another within it is none."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if address.is_site_local or any(address in network for network in CARRIERS):
            return False
    return address.is_global and not address.is_multicast


def _entry(text: str) -> tuple[str, Network | None]:
    name, _, network = text.lower().partition("=")
    if network:
        return name, ipaddress.ip_network(network, strict=False)
    try:
        return name, ipaddress.ip_network(name)
    except ValueError:
        return name, None


def check_entries(entries: tuple[str, ...]) -> str | None:
    """Return the first entry that cannot be read; none when all can."""
    for text in entries:
        try:
            name, _ = _entry(text)
        except ValueError:
            return text
        if not name or set(name) & set("/ @?#*"):
            return text
    return None


def _split(url: str) -> SplitResult | None:
    """Return the parts of an address; none when it is none, or holds what is used to mislead."""
    if not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>{}|^`'):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    named = parts.scheme in PORTS and parts.hostname and port != 0
    return parts if named and "@" not in parts.netloc and not parts.fragment else None


def _is_loopback(name: str) -> bool:
    if name in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
