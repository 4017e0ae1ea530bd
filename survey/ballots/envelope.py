"""Seal one voter's answers so that the server itself cannot read them again (RFC 9180, HPKE).

The plaintext is the ballot's bytes, padded to the round's one size; ``info`` binds round, version, group
and class, so that an envelope moved elsewhere does not open.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
OVERHEAD = 48


class Unreadable(Exception):
    """The envelope is not one of this round, group and class, or was changed."""


def binding(round_hash: str, group: str, ballot_class: str) -> bytes:
    """Return HPKE's ``info``: what an envelope belongs to."""
    return b"\0".join((b"minsheng envelope 1", round_hash.encode(), group.encode(), ballot_class.encode()))


def seal(ballot: bytes, size: int, public_key: X25519PublicKey, info: bytes) -> bytes:
    """Return the sealed envelope: ``size`` + 48 bytes, whatever was answered."""
    return SUITE.encrypt(ballot.ljust(size, b"\0"), public_key, info)


def unseal(sealed: bytes, private_key: X25519PrivateKey, info: bytes) -> bytes:
    """Return the padded ballot of an envelope.

    Raises:
        Unreadable: when it does not open.
    """
    try:
        return SUITE.decrypt(sealed, private_key, info)
    except (InvalidTag, ValueError) as error:
        raise Unreadable from error
