"""The 20 digits of a code: 19 drawn at random and a Damm check digit; and what people make of them."""

import hmac
import re
import secrets
import unicodedata

import numpy as np
from numpy.typing import NDArray

from survey.core.errors import N_, Invalid, Problem

DIGITS = 20
# The quasigroup of order 10 of H. Michael Damm's thesis (2004); it catches every single wrong digit
# and every swap of two neighbours.
_DAMM = np.array(
    [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2], [7, 0, 9, 2, 1, 5, 4, 8, 6, 3], [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6], [6, 1, 2, 3, 0, 4, 5, 9, 7, 8], [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4], [8, 9, 4, 5, 3, 6, 2, 0, 1, 7], [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ],
    dtype=np.uint8,
)  # fmt: skip
_DAMM_ROWS = tuple(tuple(int(cell) for cell in row) for row in _DAMM)
_RANGE = 10**19
# Blanks, hyphens, and the invisible marks that telephones copy along.
_BETWEEN_DIGITS = re.compile(r"[\s.\-\u2010-\u2015\u2212_\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def draw_codes(n: int) -> list[str]:
    """Draw n different codes, each of 63 random bits."""
    drawn: set[int] = set()
    while len(drawn) < n:
        # Twice as many as needed: a little less than half of all 64-bit numbers are too large and thrown away.
        numbers = np.frombuffer(secrets.token_bytes(16 * (n - len(drawn)) + 64), dtype=np.uint64)
        drawn.update(numbers[numbers < _RANGE][: n - len(drawn)].tolist())
    return _with_check_digits(np.fromiter(drawn, dtype=np.uint64, count=n))


def _with_check_digits(numbers: NDArray[np.uint64]) -> list[str]:
    digits = np.empty((len(numbers), DIGITS), dtype=np.uint8)
    rest = numbers.copy()
    for place in range(DIGITS - 2, -1, -1):
        rest, digit = np.divmod(rest, np.uint64(10))
        digits[:, place] = digit
    check = np.zeros(len(numbers), dtype=np.uint8)
    for place in range(DIGITS - 1):
        check = _DAMM[check, digits[:, place]]
    digits[:, DIGITS - 1] = check
    text = (digits + ord("0")).tobytes().decode("ascii")
    return [text[i : i + DIGITS] for i in range(0, len(text), DIGITS)]


def is_code(digits: str) -> bool:
    """Tell whether 20 digits have the right check digit."""
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    check = 0
    for digit in digits:
        check = _DAMM_ROWS[check][ord(digit) - 48]
    return check == 0


def normalise(text: str) -> str:
    """Return the 20 digits that a person typed, pasted or scanned.

    Takes spaces, hyphens and full-width digits, and a whole address with what chats append to it.

    Raises:
        Invalid: when there are not 20 digits, or the check digit tells that one is wrong.
    """
    text = unicodedata.normalize("NFKC", text[:500]).strip()
    address = re.search(r"/t/([0-9]{20})(?![0-9])", text, re.IGNORECASE)
    digits = address[1] if address else _BETWEEN_DIGITS.sub("", text)
    if not re.fullmatch(r"[0-9]*", digits, re.ASCII):
        raise Invalid([Problem("code", N_("A code has digits only; please check it"))])
    if len(digits) != DIGITS:
        raise Invalid([Problem("code", N_("A code has 20 digits; this one has %(n)s"), {"n": len(digits)})])
    if not is_code(digits):
        raise Invalid([Problem("code", N_("One of the digits is wrong; please compare with the slip"))])
    return digits


def digest(code: str, key: bytes) -> bytes:
    """Return what is stored of a code: its HMAC-SHA256 under the server's key, 32 bytes."""
    return hmac.digest(key, code.encode("ascii"), "sha256")


def address(base_url: str, code: str) -> str:
    """Return a code's address in upper case, which makes the smallest QR code."""
    return f"{base_url}/t/{code}".upper()


def grouped(code: str) -> str:
    """Return a code as people read it: five groups of four."""
    return " ".join(code[i : i + 4] for i in range(0, DIGITS, 4))
