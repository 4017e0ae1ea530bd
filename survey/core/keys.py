"""Key pairs that seal a round, kept in files: the public half on the server, the private half never.

The office has an X25519 key: a PKCS#8 PEM file encrypted under a passphrase, and a PEM file. A trustee has
32 random bytes, from which an ML-KEM-768, an X25519 and an Ed25519 key come; ``keytext`` has the private
file's form, which can be printed and typed. Nothing here needs a server or a database.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from survey.core import keyfile
from survey.core.errors import N_, Refused
from survey.core.keytext import SEED, KeyText, clean_name, lock, unlock

SHORTEST_PASSPHRASE = 8
CURVE = 32
"""Bytes of a public or private key of X25519 and Ed25519."""

LATTICE = 1184
"""Bytes of a public key of ML-KEM-768."""


class KeyKind(StrEnum):
    """Whose key it is."""

    OFFICE = "office"
    TRUSTEE = "trustee"


@dataclass(frozen=True)
class PublicKey:
    """A public key.

    Attributes:
        kind: whose.
        data: office: X25519, 32 bytes; trustee: ML-KEM-768, X25519, Ed25519, 1248 bytes.

    Raises:
        ValueError: when the bytes are no such key.
    """

    kind: KeyKind
    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != (CURVE if self.kind is KeyKind.OFFICE else LATTICE + 2 * CURVE):
            raise ValueError("a public key of another length")
        # A point that gives every partner the same secret would make sealing fail once the round is open.
        X25519PrivateKey.generate().exchange(self._curve)
        _ = self.sealing

    def __reduce__(self) -> tuple[type["PublicKey"], tuple[KeyKind, bytes]]:
        # What is cached cannot be sent to another process.
        return PublicKey, (self.kind, self.data)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 in groups of four hex digits, as printed and compared by people."""
        return fingerprint(self.data)

    @cached_property
    def sealing(self) -> X25519PublicKey | MLKEM768X25519PublicKey:
        """What HPKE seals to."""
        if self.kind is KeyKind.OFFICE:
            return self._curve
        return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(self.data[:LATTICE]), self._curve)

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this trustee signed the message; an office key signs nothing."""
        if self.kind is KeyKind.OFFICE:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.data[-CURVE:]).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def document(self) -> dict[str, str]:
        """Return the key as JSON values."""
        return {"kind": str(self.kind), "public": self.data.hex(), "fingerprint": self.fingerprint}

    @classmethod
    def from_document(cls, document: Mapping[str, str]) -> "PublicKey":
        """Read a document.

        Raises:
            Refused: when it is no key, or its fingerprint is another key's.
        """
        try:
            key = cls(KeyKind(document["kind"]), bytes.fromhex(document["public"]))
        except (KeyError, ValueError) as error:
            raise Refused(N_("A public key of the round is damaged")) from error
        if key.fingerprint != document.get("fingerprint"):
            raise Refused(_SWAPPED, written=document.get("fingerprint") or "-", found=key.fingerprint)
        return key

    @property
    def _curve(self) -> X25519PublicKey:
        start = 0 if self.kind is KeyKind.OFFICE else LATTICE
        return X25519PublicKey.from_public_bytes(self.data[start : start + CURVE])


@dataclass(frozen=True)
class PrivateKey:
    """A private key, opened.

    Attributes:
        kind: whose.
        secret: office: the X25519 key; trustee: the seed of all three keys. 32 bytes.
    """

    kind: KeyKind
    secret: bytes = field(repr=False)

    def __reduce__(self) -> tuple[type["PrivateKey"], tuple[KeyKind, bytes]]:
        return PrivateKey, (self.kind, self.secret)

    @cached_property
    def public(self) -> PublicKey:
        """The public half."""
        data = self._curve.public_key().public_bytes_raw()
        if self.kind is KeyKind.TRUSTEE:
            data = self._lattice.public_key().public_bytes_raw() + data + self._signing.public_key().public_bytes_raw()
        return PublicKey(self.kind, data)

    @cached_property
    def opening(self) -> X25519PrivateKey | MLKEM768X25519PrivateKey:
        """What HPKE opens with."""
        return self._curve if self.kind is KeyKind.OFFICE else MLKEM768X25519PrivateKey(self._lattice, self._curve)

    def sign(self, message: bytes) -> bytes:
        """Sign as a trustee: Ed25519, 64 bytes.

        Raises:
            ValueError: for an office key.
        """
        if self.kind is KeyKind.OFFICE:
            raise ValueError("an office key signs nothing")
        return self._signing.sign(message)

    @property
    def _curve(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(
            self.secret if self.kind is KeyKind.OFFICE else self._part("x25519", CURVE)
        )

    @property
    def _lattice(self) -> MLKEM768PrivateKey:
        return MLKEM768PrivateKey.from_seed_bytes(self._part("ml-kem-768", 64))

    @property
    def _signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._part("ed25519", CURVE))

    def _part(self, label: str, length: int) -> bytes:
        return hashlib.shake_256(b"minsheng trustee 1\0" + label.encode() + b"\0" + self.secret).digest(length)


_SWAPPED = N_("The key and its fingerprint do not belong together: written is %(written)s, the key gives %(found)s")


def fingerprint(public: bytes) -> str:
    """Return the SHA-256 of a public key's bytes in ten groups of four hex digits."""
    digits = hashlib.sha256(public).hexdigest()[:40]
    return " ".join(digits[i : i + 4] for i in range(0, 40, 4))


def new_office_key(private_file: Path, public_file: Path, passphrase: str) -> str:
    """Make the office's X25519 key pair, write both files, return the fingerprint.

    Raises:
        Refused: when a file exists already or the passphrase is too short.
    """
    key, private = office_key_pair(passphrase)
    keyfile.write_pair(private_file, private, public_file, office_public_file(key))
    return key.fingerprint


def office_key_pair(passphrase: str) -> tuple[PublicKey, bytes]:
    """Make the office's key pair in memory alone; return the public key, and the private key's file.

    Raises:
        Refused: when the passphrase is too short.
    """
    _check_passphrase(passphrase)
    key = X25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    return PublicKey(KeyKind.OFFICE, key.public_key().public_bytes_raw()), private


def office_public_file(key: PublicKey) -> bytes:
    """Return the file of an office's public key."""
    loaded = X25519PublicKey.from_public_bytes(key.data)
    return loaded.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def new_trustee_key(name: str, private_file: Path, public_file: Path, passphrase: str) -> str:
    """Make a trustee's key pair, write both files, return the fingerprint.

    Raises:
        Refused: when a file exists already, the passphrase is too short or the name is none.
    """
    name = clean_name(name)
    _check_passphrase(passphrase)
    key = PrivateKey(KeyKind.TRUSTEE, os.urandom(SEED))
    text = KeyText(name, key.public.fingerprint, lock(key.secret, passphrase))
    _write_trustee(text, key, private_file, public_file)
    return text.fingerprint


def restore_trustee_key(text: KeyText, private_file: Path, public_file: Path, passphrase: str) -> str:
    """Write both files again from a paper copy's text, and return the fingerprint.

    Raises:
        Refused: when a file exists already, the passphrase is another, or the key is not the one printed.
    """
    _write_trustee(text, _open(text, passphrase), private_file, public_file)
    return text.fingerprint


def read_public_key(file: Path) -> PublicKey:
    """Read a public key file of either kind.

    Raises:
        Refused: when the file is missing, is no public key, or its fingerprint is another key's.
    """
    data = keyfile.read(file)
    try:
        if keyfile.is_trustees(data):
            parts = keyfile.unwrap(data)
            key = PublicKey(KeyKind.TRUSTEE, parts.data)
            if key.fingerprint != parts.fingerprint:
                raise Refused(
                    N_("%(file)s was changed: written is the fingerprint %(written)s, its key gives %(found)s"),
                    file=file,
                    written=parts.fingerprint,
                    found=key.fingerprint,
                )
            return key
        loaded = serialization.load_pem_public_key(data)
        if isinstance(loaded, X25519PublicKey):
            return PublicKey(KeyKind.OFFICE, loaded.public_bytes_raw())
    except ValueError as error:
        raise Refused(N_("%(file)s is not a public key file"), file=file) from error
    raise Refused(N_("%(file)s holds another kind of key; an office's or a trustee's is needed"), file=file)


def read_private_key(file: Path, passphrase: str) -> PrivateKey:
    """Open a private key file of either kind.

    Raises:
        Refused: when the file is missing, is not a key, or the passphrase does not open it.
        Invalid: when lines of a trustee's key file were changed.
    """
    data = keyfile.read(file)
    if keyfile.is_text(data):
        return _open(KeyText.read(keyfile.decode(data)), passphrase)
    try:
        loaded = serialization.load_pem_private_key(data, passphrase.encode())
    except (ValueError, TypeError) as error:
        raise Refused(
            N_("The passphrase does not open %(file)s, or it is not a private key file"), file=file
        ) from error
    if not isinstance(loaded, X25519PrivateKey):
        raise Refused(N_("%(file)s holds another kind of key; an office's or a trustee's is needed"), file=file)
    return PrivateKey(KeyKind.OFFICE, loaded.private_bytes_raw())


def read_key_text(file: Path) -> KeyText:
    """Read a trustee's private key file without opening it.

    Raises:
        Refused: when the file is missing or is no trustee's private key.
        Invalid: when lines of it were changed.
    """
    data = keyfile.read(file)
    if not keyfile.is_text(data):
        raise Refused(N_("%(file)s is not a trustee's private key file"), file=file)
    return KeyText.read(keyfile.decode(data))


def _open(text: KeyText, passphrase: str) -> PrivateKey:
    key = PrivateKey(KeyKind.TRUSTEE, unlock(text.locked, passphrase))
    if key.public.fingerprint != text.fingerprint:
        raise Refused(_SWAPPED, written=text.fingerprint, found=key.public.fingerprint)
    return key


def _write_trustee(text: KeyText, key: PrivateKey, private_file: Path, public_file: Path) -> None:
    public = keyfile.wrap(text.name, text.fingerprint, key.public.data)
    keyfile.write_pair(private_file, str(text).encode(), public_file, public)


def _check_passphrase(passphrase: str) -> None:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refused(
            N_("The passphrase has %(n)s characters; at least %(least)s are needed"),
            n=len(passphrase),
            least=SHORTEST_PASSPHRASE,
        )
