"""The 20 digits of every code: 19 digits and a Damm check digit; and the keyed digest that is stored of them."""

import hmac

DIGITS = 20
RANGE = 10 ** (DIGITS - 1)
"""So many different codes there are."""
# The quasigroup of order 10 of H. Michael Damm's thesis (2004); it catches every single wrong digit
# and every swap of two neighbours.
DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2), (7, 0, 9, 2, 1, 5, 4, 8, 6, 3), (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6), (6, 1, 2, 3, 0, 4, 5, 9, 7, 8), (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4), (8, 9, 4, 5, 3, 6, 2, 0, 1, 7), (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)  # fmt: skip


def is_code(digits: str) -> bool:
    """Tell whether 20 digits have the right check digit."""
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    return _checked(digits) == 0


def code_of(number: int) -> str:
    """Return the code of a number from 0 to ``RANGE`` - 1: its 19 digits and their check digit."""
    digits = f"{number:0{DIGITS - 1}d}"
    return f"{digits}{_checked(digits)}"


def _checked(digits: str) -> int:
    check = 0
    for digit in digits:
        check = DAMM[check][ord(digit) - 48]
    return check


def digest(code: str, key: bytes) -> bytes:
    """Return what is stored of a code: its HMAC-SHA256 under the server's key, 32 bytes."""
    return hmac.digest(key, code.encode("ascii"), "sha256")


def grouped(code: str) -> str:
    """Return a code as people read it: five groups of four."""
    return " ".join(code[i : i + 4] for i in range(0, DIGITS, 4))
