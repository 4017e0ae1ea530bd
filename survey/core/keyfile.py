"""The files of key pairs: written once, never overwritten, and a trustee's public file's form."""

import base64
import os
import re
from dataclasses import dataclass
from pathlib import Path

from survey.core.errors import N_, Problem, Refused, TooLarge
from survey.core.keytext import HEADLINE

_BEGIN = "-----BEGIN MINSHENG TRUSTEE PUBLIC KEY-----"
_END = "-----END MINSHENG TRUSTEE PUBLIC KEY-----"
_WIDTH = 64
_ARMOUR = re.compile(
    rf"{_BEGIN}\s+Name: (?P<name>[^\n]+)\nFingerprint: (?P<fingerprint>[0-9a-f ]+?)\s*\n\s*\n(?P<data>[^-]+){_END}\s*"
)
LARGEST = 100_000


@dataclass(frozen=True)
class TrusteeFile:
    """What a trustee's public file says; the key's bytes are not checked yet."""

    name: str
    fingerprint: str
    data: bytes


def write_pair(private_file: Path, private: bytes, public_file: Path, public: bytes) -> None:
    """Write a key pair's files; the private one is its owner's alone.

    Raises:
        Refused: when one of them exists already; nothing is written then.
    """
    for file in (private_file, public_file):
        if file.exists():
            raise Refused(N_("%(file)s exists already; a key is never overwritten"), file=file)
    for file, content, mode in ((private_file, private, 0o600), (public_file, public, 0o644)):
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())


def read(file: Path) -> bytes:
    """Return a key file's bytes.

    Raises:
        Refused: when it is missing.
        TooLarge: when it is far too large for a key.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise TooLarge([Problem("", N_("%(file)s is too large to be a key file"), {"file": file.name})])
        return file.read_bytes()
    except FileNotFoundError as error:
        raise Refused(N_("There is no key file %(file)s"), file=file) from error


def is_text(data: bytes) -> bool:
    """Tell whether this is a trustee's private key file."""
    return decode(data).lstrip().startswith(HEADLINE)


def is_trustees(data: bytes) -> bool:
    """Tell whether this is a trustee's public key file."""
    return decode(data).lstrip().startswith(_BEGIN)


def decode(data: bytes) -> str:
    """Return a key file's text; only a name can have signs that an editor's encoding spoils."""
    return data.decode("utf-8-sig", errors="replace")


def wrap(name: str, fingerprint: str, data: bytes) -> bytes:
    """Return a trustee's public key file."""
    letters = base64.b64encode(data).decode()
    lines = [letters[i : i + _WIDTH] for i in range(0, len(letters), _WIDTH)]
    return "\n".join([_BEGIN, f"Name: {name}", f"Fingerprint: {fingerprint}", "", *lines, _END, ""]).encode()


def unwrap(data: bytes) -> TrusteeFile:
    """Take a trustee's public key file apart.

    Raises:
        ValueError: when it has another form.
    """
    found = _ARMOUR.fullmatch(decode(data).replace("\r\n", "\n").lstrip())
    if found is None:
        raise ValueError("no trustee's public key file")
    return TrusteeFile(
        found["name"].strip(), found["fingerprint"], base64.b64decode("".join(found["data"].split()), validate=True)
    )
