"""Seal one voter's answers so that the server itself cannot read them again (RFC 9180, HPKE).

The plaintext is the ballot's bytes, padded to the sheet's one size; it is sealed to each key in turn, so two
trustees' envelopes open with both private keys and with neither alone. ``info`` binds round, version, group,
class and sheet, so that an envelope moved elsewhere does not open.
"""

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from survey.core.keys import KeyKind, PrivateKey, PublicKey

SUITES = {
    KeyKind.OFFICE: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM),
    KeyKind.TRUSTEE: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}
TAG = 16
OVERHEADS = {
    KeyKind.OFFICE: KEM.X25519.enc_length() + TAG,
    KeyKind.TRUSTEE: KEM.MLKEM768_X25519.enc_length() + TAG,
}


class Unreadable(Exception):
    """The envelope is not one of this round, group and class, or was changed."""


def binding(round_hash: str, group: str, ballot_class: str, sheet: int = 0) -> bytes:
    """Return HPKE's ``info``: what an envelope belongs to. Sheet 0 is a ballot of one sheet."""
    parts = [b"minsheng envelope 1", round_hash.encode(), group.encode(), ballot_class.encode()]
    return b"\0".join([*parts, str(sheet).encode()] if sheet else parts)


def overhead(keys: Sequence[PublicKey]) -> int:
    """Return how many bytes an envelope is longer than its ballot: 48 for an office, 1136 for each trustee."""
    return sum(OVERHEADS[key.kind] for key in keys)


def seal(ballot: bytes, size: int, keys: Sequence[PublicKey], info: bytes) -> bytes:
    """Return the sealed envelope: ``size`` + ``overhead(keys)`` bytes, whatever was answered.

    Args:
        ballot: at most ``size`` bytes.
        size: bytes that every ballot of the sheet is padded to.
        keys: the first seals innermost.
        info: what ``binding`` gives.

    Raises:
        ValueError: without any key.
    """
    if not keys:
        raise ValueError("an envelope needs a key")
    sealed = ballot.ljust(size, b"\0")
    for key in keys:
        sealed = SUITES[key.kind].encrypt(sealed, key.sealing, info)
    return sealed


def unseal(sealed: bytes, private_keys: Sequence[PrivateKey], info: bytes) -> bytes:
    """Return the padded ballot of an envelope.

    Args:
        sealed: the envelope.
        private_keys: in the order of the public keys it was sealed to.
        info: what ``binding`` gives.

    Raises:
        Unreadable: when it does not open.
    """
    try:
        for key in reversed(private_keys):
            sealed = SUITES[key.kind].decrypt(sealed, key.opening, info)
    except (InvalidTag, ValueError) as error:
        raise Unreadable from error
    return sealed
