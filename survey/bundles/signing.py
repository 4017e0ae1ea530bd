"""The signature of an installation under a bundle's manifest: Ed25519, derived from the installation's one secret."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from survey.core.errors import N_, Refused
from survey.core.ids import derive_key
from survey.core.keys import CURVE, fingerprint

PURPOSE = b"minsheng bundle 1\0"
COMMITMENT = b"minsheng commitment 1\0"
SIGNATURE = 64


@dataclass(frozen=True)
class Signer:
    """An installation that signs its bundles; another secret is another signer.

    Attributes:
        secret: the installation's secret.
    """

    secret: str

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(derive_key(self.secret, "bundle signatures"))

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the public key in groups of four hex digits, as people compare it."""
        return fingerprint(self._public)

    @property
    def _public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, manifest: bytes) -> dict[str, Any]:
        """Return the signature under a manifest, as plain data."""
        return {
            "fingerprint": self.fingerprint,
            "public_key": self._public.hex(),
            "signature": self._key.sign(PURPOSE + manifest).hex(),
        }

    def opening(self, document_hash: str) -> str:
        """Return what opens the commitment to an exact bundle: 32 bytes as hex, the same for the same document.

        Nobody without the secret can work it out, so nobody can try out figures against the commitment.
        """
        key = derive_key(self.secret, "bundle commitments")
        return hmac.digest(key, bytes.fromhex(document_hash), "sha256").hex()


def commitment(opening: str, document_hash: str) -> str:
    """Return the SHA-256 that binds to a document and, without the opening, tells nothing of it.

    Raises:
        ValueError: when one of the two is no hex.
    """
    return hashlib.sha256(COMMITMENT + bytes.fromhex(opening) + bytes.fromhex(document_hash)).hexdigest()


def signer_of(manifest: bytes, document: Mapping[str, Any]) -> str:
    """Return the fingerprint of who signed a manifest.

    Raises:
        Refused: when nobody did, or the manifest was changed.
    """
    try:
        public, signature = (bytes.fromhex(document[name]) for name in ("public_key", "signature"))
        found = fingerprint(public)
        if (len(public), len(signature), document["fingerprint"]) != (CURVE, SIGNATURE, found):
            raise _unsigned()
        Ed25519PublicKey.from_public_bytes(public).verify(signature, PURPOSE + manifest)
    except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unsigned() from error
    return found


def _unsigned() -> Refused:
    return Refused(N_("The signature does not fit the bundle: manifest.json or signature.json was changed"))
