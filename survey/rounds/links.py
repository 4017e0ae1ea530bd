"""The two links of a meeting: what the projector shows, and what the host may do.

Each is the round's name under a signature of its own, stored nowhere: whoever has a link may use it, so the
host's is handed to the host alone. Neither does anything once the round is closed.
"""

import hashlib
from enum import StrEnum

from itsdangerous import BadSignature, Signer

PURPOSE = "hall links"
"""What the key of these signatures is derived for."""


class Hall(StrEnum):
    """Which of the two; the value is its salt and the first part of its address."""

    PROJECTOR = "hall"
    HOST = "host"


class BadLink(Exception):
    """The link is cut off or forged, or one for something else."""


def hall_path(hall: Hall, round_name: str, key: bytes) -> str:
    """Return the path of a round's link, always the same one."""
    return f"/{hall}/{_signer(hall, key).sign(round_name).decode()}"


def read_token(hall: Hall, token: str, key: bytes) -> str:
    """Return the round that a link's token names; signatures are compared in constant time.

    Raises:
        BadLink: when this server did not make it for this purpose.
    """
    try:
        return _signer(hall, key).unsign(token.encode("ascii")).decode()
    except (BadSignature, UnicodeError) as error:
        raise BadLink from error


def _signer(hall: Hall, key: bytes) -> Signer:
    return Signer(key, salt=f"minsheng.{hall}-link", sep=".", digest_method=hashlib.sha256)
