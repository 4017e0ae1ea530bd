"""Key pairs that seal a round, kept in files: the public half on the server, the private half never.

A private key file is PKCS#8 PEM, encrypted under a passphrase; a public key file is PEM.
"""

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from survey.core.errors import N_, Refused

SHORTEST_PASSPHRASE = 8


def new_office_key(private_file: Path, public_file: Path, passphrase: str) -> str:
    """Make the office's X25519 key pair, write both files, return the fingerprint.

    Raises:
        Refused: when a file exists already or the passphrase is too short.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refused(
            N_("The passphrase has %(n)s characters; at least %(least)s are needed"),
            n=len(passphrase),
            least=SHORTEST_PASSPHRASE,
        )
    for file in (private_file, public_file):
        if file.exists():
            raise Refused(N_("%(file)s exists already; a key is never overwritten"), file=file)
    key = X25519PrivateKey.generate()
    private_file.touch(mode=0o600)
    private_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        )
    )
    public_file.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return fingerprint(public_bytes(key.public_key()))


def read_public_key(file: Path) -> bytes:
    """Return the 32 raw bytes of a public key file.

    Raises:
        Refused: when the file is missing or is not an X25519 public key.
    """
    try:
        key = serialization.load_pem_public_key(file.read_bytes())
    except FileNotFoundError as error:
        raise Refused(N_("There is no key file %(file)s"), file=file) from error
    except ValueError as error:
        raise Refused(N_("%(file)s is not a public key file"), file=file) from error
    if not isinstance(key, X25519PublicKey):
        raise Refused(N_("%(file)s holds another kind of key; an office key (X25519) is needed"), file=file)
    return public_bytes(key)


def read_private_key(file: Path, passphrase: str) -> X25519PrivateKey:
    """Open a private key file.

    Raises:
        Refused: when the file is missing, is not a key, or the passphrase does not open it.
    """
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), passphrase.encode())
    except FileNotFoundError as error:
        raise Refused(N_("There is no key file %(file)s"), file=file) from error
    except (ValueError, TypeError) as error:
        raise Refused(
            N_("The passphrase does not open %(file)s, or it is not a private key file"), file=file
        ) from error
    if not isinstance(key, X25519PrivateKey):
        raise Refused(N_("%(file)s holds another kind of key; an office key (X25519) is needed"), file=file)
    return key


def public_bytes(key: X25519PublicKey) -> bytes:
    """Return the 32 raw bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def fingerprint(public: bytes) -> str:
    """Return the SHA-256 of a public key in groups of four hex digits, as printed and compared by people."""
    digits = hashlib.sha256(public).hexdigest()[:40]
    return " ".join(digits[i : i + 4] for i in range(0, 40, 4))
