"""Exact numbers: rounding half-up, on output only."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

RANK_PLACES = 6


def half_up(value: Decimal | Fraction | int, places: int) -> Decimal:
    """Round half away from zero to ``places`` decimals (Chinese practice; Python's ``round`` is half-even)."""
    step = Decimal(1).scaleb(-places)
    if isinstance(value, Fraction):
        scaled = value * 10**places
        whole = int(abs(scaled) + Fraction(1, 2))
        return (Decimal(whole if scaled >= 0 else -whole) * step).quantize(step)
    return Decimal(value).quantize(step, rounding=ROUND_HALF_UP)


def fraction(value: Decimal | Fraction | int | str) -> Fraction:
    """Return the exact fraction of a number written in decimal."""
    return Fraction(value)
