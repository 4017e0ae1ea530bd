"""The stamp of a form: proof that its code was admitted, and the key that makes casting it twice harmless.

It travels in the page and is stored nowhere; without the server's secret nobody can make one. It never
expires by itself: a slow reader loses no ballot.
"""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadSignature, Signer

PURPOSE = "minsheng.form-stamp"
NONCE_BYTES = 12


class BadStamp(Exception):
    """The stamp is missing, cut off or forged."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a form knows of the code it was opened with; the code itself is not in it.

    Attributes:
        version: the content hash of what the round's opening froze.
        code_digest: the keyed digest under which the code is stored.
        opened_at: when the server gave out the form, to the second.
        text: the stamp as it travels.
    """

    round_id: int
    group_id: int
    version: str
    code_digest: bytes
    opened_at: datetime
    text: str

    @property
    def cast_key(self) -> bytes:
        """The idempotency key: the same form sent twice is one ballot."""
        return hashlib.sha256(self.text.encode()).digest()


class Stamps:
    """Makes and reads stamps under one secret."""

    def __init__(self, key: bytes) -> None:
        self._signer = Signer(key, salt=PURPOSE, sep=".", digest_method=hashlib.sha256)

    def make(self, *, round_id: int, group_id: int, version: str, code_digest: bytes, now: datetime) -> Stamp:
        """Return a fresh stamp for a form opened now."""
        opened_at = int(now.timestamp())
        known = f"{round_id}.{group_id}.{_pack(bytes.fromhex(version))}.{_pack(code_digest)}.{opened_at}"
        text = self._signer.sign(f"{known}.{_pack(secrets.token_bytes(NONCE_BYTES))}").decode()
        return Stamp(round_id, group_id, version, code_digest, datetime.fromtimestamp(opened_at, UTC), text)

    def read(self, text: str) -> Stamp:
        """Return what a stamp says.

        Raises:
            BadStamp: when this server did not make it.
        """
        try:
            parts = self._signer.unsign(text.encode("ascii")).decode().split(".")
        except (BadSignature, UnicodeError) as error:
            raise BadStamp from error
        round_id, group_id, version, code_digest, opened_at, _nonce = parts
        opened = datetime.fromtimestamp(int(opened_at), UTC)
        return Stamp(int(round_id), int(group_id), _unpack(version).hex(), _unpack(code_digest), opened, text)


def _pack(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpack(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
