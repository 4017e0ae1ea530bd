"""A trustee's private key as text that people can type: what stands in its file and on its paper copy.

    MINSHENG TRUSTEE KEY 1
    Name: 保管人甲
    Fingerprint: 8d3c 51aa ...
    1: KZ7Q 2MFE XW4T 9PBA HC6R  U3ND
    ... six such lines

Each line ends in four check characters, so a mistyped line is known by its number. The 32 bytes of the
key are encrypted under a passphrase (scrypt, AES-256-GCM); who finds the paper has nothing without it.
"""

import base64
import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from survey.core.errors import N_, Invalid, Problem, Refused

HEADLINE = "MINSHENG TRUSTEE KEY 1"
LINES = 6
GROUP = 4
"""Characters between two spaces; the last group of a line is its check."""

SALT, NONCE, SEED, TAG = 15, 12, 32, 16
LOCKED = SALT + NONCE + SEED + TAG
"""75 bytes: six lines of twenty characters."""

LONGEST_NAME = 40
# Base32 without the signs that people take for others: no 0, O, 1, I.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RFC4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_PAPER = str.maketrans(_RFC4648, _ALPHABET)
_FROM_PAPER = str.maketrans(_ALPHABET, _RFC4648)
_LINE = re.compile(r"\s*([0-9]{1,2})\s*[:.]\s*(.*)")
_FIELD = re.compile(r"\s*(name|fingerprint)\s*:\s*(.*?)\s*", re.IGNORECASE)
# 128 MB and some tenths of a second for one guess.
_SCRYPT_N = 2**17


@dataclass(frozen=True)
class KeyText:
    """What a trustee's key file says.

    Attributes:
        name: the trustee's, as given when the key was made.
        fingerprint: of the public half.
        locked: salt, nonce and the encrypted seed, 75 bytes.
    """

    name: str
    fingerprint: str
    locked: bytes

    def lines(self) -> tuple[str, ...]:
        """Return the numbered lines' groups: five of the key and one of check characters each."""
        letters = base64.b32encode(self.locked).decode().translate(_TO_PAPER)
        width = len(letters) // LINES
        cut = [letters[i : i + width] for i in range(0, len(letters), width)]
        return tuple(_grouped(part + _check(number, part)) for number, part in enumerate(cut, start=1))

    def __str__(self) -> str:
        numbered = (f"{number}: {line}" for number, line in enumerate(self.lines(), start=1))
        head = (HEADLINE, f"Name: {self.name}", f"Fingerprint: {self.fingerprint}")
        return "\n".join((*head, *numbered)) + "\n"

    @classmethod
    def read(cls, text: str) -> "KeyText":
        """Read what was typed or scanned; case, spaces, full-width signs and the order of lines do not matter.

        Raises:
            Invalid: naming every line that is missing or was mistyped.
            Refused: when the name is none.
        """
        fields: dict[str, str] = {}
        typed: dict[int, set[str]] = {}
        for line in text.splitlines():
            plain = unicodedata.normalize("NFKC", line)
            if numbered := _LINE.fullmatch(plain):
                typed.setdefault(int(numbered[1]), set()).add(re.sub(r"[\s-]", "", numbered[2]).upper())
            elif field := _FIELD.fullmatch(plain):
                # A name stays as it is written.
                fields[field[1].lower()] = field[2] if field[1].lower() != "name" else _after_colon(line)
        problems = [
            Problem("", N_("the line %(line)s: is missing"), {"line": line})
            for line in ("Name", "Fingerprint")
            if not fields.get(line.lower())
        ]
        for number in range(1, LINES + 1):
            if number not in typed:
                problems.append(Problem("", N_("line %(n)s is missing"), {"n": number}))
            elif len(typed[number]) > 1:
                problems.append(Problem("", N_("line %(n)s stands there twice, differently"), {"n": number}))
            elif not _is_right(number, *typed[number]):
                problems.append(Problem("", N_("line %(n)s was mistyped"), {"n": number}))
        if problems:
            raise Invalid(problems)
        letters = "".join(min(typed[number])[:-GROUP] for number in range(1, LINES + 1))
        fingerprint = _grouped(re.sub(r"[\s-]", "", fields["fingerprint"]).lower())
        return cls(clean_name(fields["name"]), fingerprint, base64.b32decode(letters.translate(_FROM_PAPER)))


def lock(seed: bytes, passphrase: str) -> bytes:
    """Encrypt a key's 32 bytes under a passphrase; 75 bytes."""
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    return salt + nonce + AESGCM(_stretch(passphrase, salt)).encrypt(nonce, seed, HEADLINE.encode())


def unlock(locked: bytes, passphrase: str) -> bytes:
    """Return a key's 32 bytes.

    Raises:
        Refused: when the passphrase is another.
    """
    salt, nonce, sealed = locked[:SALT], locked[SALT : SALT + NONCE], locked[SALT + NONCE :]
    try:
        return AESGCM(_stretch(passphrase, salt)).decrypt(nonce, sealed, HEADLINE.encode())
    except InvalidTag as error:
        raise Refused(N_("The passphrase does not open this key; it is not the one given when the key was made")) from (
            error
        )


def clean_name(name: str) -> str:
    """Return a trustee's name as one line.

    Raises:
        Refused: when it is empty, too long, or has signs that cannot be printed.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(N_("A trustee's name is one line of 1 to %(most)s characters"), most=LONGEST_NAME)
    return name


def _stretch(passphrase: str, salt: bytes) -> bytes:
    # The same passphrase typed with another input method, full-width or composed otherwise, is the same.
    same = unicodedata.normalize("NFKC", passphrase).encode()
    return Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=8, p=1).derive(same)


def _check(number: int, part: str) -> str:
    digest = hashlib.sha256(f"{HEADLINE}/{number}/{part}".encode()).digest()
    return base64.b32encode(digest)[:GROUP].decode().translate(_TO_PAPER)


def _is_right(number: int, typed: str) -> bool:
    width = LOCKED * 8 // 5 // LINES
    return (
        len(typed) == width + GROUP and set(typed) <= set(_ALPHABET) and _check(number, typed[:width]) == typed[width:]
    )


def _grouped(letters: str) -> str:
    return " ".join(letters[i : i + GROUP] for i in range(0, len(letters), GROUP))


def _after_colon(line: str) -> str:
    return re.split("[:：]", line, maxsplit=1)[1].strip()
