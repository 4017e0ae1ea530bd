"""Passwords (argon2id) and one-time passwords (TOTP)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import BoundedSemaphore

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey.core.errors import N_, Refused

SHORTEST = 12
LONGEST = 200
TOTP_SECONDS = 30
NONCE_BYTES = 12

_hasher = PasswordHasher()
# Each hash takes 64 MiB and a core; more at once, or many waiting, would keep voters from being served.
_at_once = BoundedSemaphore(2)
LONGEST_QUEUE = 0.3
"""Seconds that somebody waits for a turn."""

_NOBODYS = _hasher.hash("the password of nobody")


@contextmanager
def _turn() -> Iterator[None]:
    if not _at_once.acquire(timeout=LONGEST_QUEUE):
        raise Refused(N_("Too many people are logging in at this moment; try again in a few seconds"))
    try:
        yield
    finally:
        _at_once.release()


def hash_password(password: str) -> str:
    """Return what is stored of a password.

    Raises:
        Refused: when it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(
            N_("The password has %(n)s characters; between %(least)s and %(most)s are needed"),
            n=len(password),
            least=SHORTEST,
            most=LONGEST,
        )
    with _turn():
        return _hasher.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Tell whether a password is the stored one; takes as long when there is none.

    Raises:
        Refused: when too many are checked at this moment.
    """
    with _turn():
        try:
            _hasher.verify(stored or _NOBODYS, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def new_totp_secret() -> str:
    """Draw the secret that a member's app shares, as base32."""
    return pyotp.random_base32()


def totp_address(secret: str, login: str) -> str:
    """Return the address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Minsheng")


def used_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """Return the time step of a one-time password that is right and new; none otherwise.

    The step before and after the present one count, too: clocks differ. A step is used once.
    """
    present = int(now.timestamp()) // TOTP_SECONDS
    digits = "".join(code.split())
    for step in (present - 1, present, present + 1):
        if (
            step > last_step
            and digits
            and pyotp.utils.strings_equal(pyotp.TOTP(secret).at(step * TOTP_SECONDS), digits)
        ):
            return step
    return None


def lock_away(secret: str, key: bytes, nonce: bytes) -> bytes:
    """Encrypt a member's secret under the server's key."""
    return nonce + AESGCM(key).encrypt(nonce, secret.encode(), None)


def unlock(stored: bytes, key: bytes) -> str:
    """Return the secret.

    Raises:
        Refused: when the server's key is another than the one it was locked away with.
    """
    try:
        return AESGCM(key).decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], None).decode()
    except InvalidTag as error:
        raise Refused(
            N_("The server's secret key has changed: one-time passwords must be set up again by the administrator")
        ) from error
