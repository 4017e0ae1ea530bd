"""The 20 digits of a code: 19 drawn at random and a Damm check digit; and what people make of them."""

import re
import secrets
import unicodedata

import numpy as np
from numpy.typing import NDArray

from survey.core.digits import DAMM, DIGITS, RANGE, digest, grouped, is_code
from survey.core.errors import N_, Invalid, Problem

# The arithmetic of one code stands below all rooms; here it is found by those who work with codes.
__all__ = ["DIGITS", "address", "digest", "draw_codes", "grouped", "is_code", "normalise"]

_DAMM = np.array(DAMM, dtype=np.uint8)
# Blanks, hyphens, and the invisible marks that telephones copy along.
_BETWEEN_DIGITS = re.compile(r"[\s.\-\u2010-\u2015\u2212_\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def draw_codes(n: int) -> list[str]:
    """Draw n different codes, each of 63 random bits."""
    drawn: set[int] = set()
    while len(drawn) < n:
        # Twice as many as needed: a little less than half of all 64-bit numbers are too large and thrown away.
        numbers = np.frombuffer(secrets.token_bytes(16 * (n - len(drawn)) + 64), dtype=np.uint64)
        drawn.update(numbers[numbers < RANGE][: n - len(drawn)].tolist())
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


def normalise(text: str) -> str:
    """Return the 20 digits that a person typed, pasted or scanned.

    Takes spaces, hyphens and full-width digits, and a whole address with what chats append to it.

    Raises:
        Invalid: when there are not 20 digits, or the check digit tells that one is wrong.
    """
    text = unicodedata.normalize("NFKC", text[:500]).strip()
    address = re.search(r"/[tr]/([0-9]{20})(?![0-9])", text, re.IGNORECASE)
    digits = address[1] if address else _BETWEEN_DIGITS.sub("", text)
    if not re.fullmatch(r"[0-9]*", digits, re.ASCII):
        raise Invalid([Problem("code", N_("A code has digits only; please check it"))])
    if len(digits) != DIGITS:
        raise Invalid([Problem("code", N_("A code has 20 digits; this one has %(n)s"), {"n": len(digits)})])
    if not is_code(digits):
        raise Invalid([Problem("code", N_("One of the digits is wrong; please compare with the slip"))])
    return digits


def address(base_url: str, code: str) -> str:
    """Return a code's address in upper case, which makes the smallest QR code."""
    return f"{base_url}/t/{code}".upper()
