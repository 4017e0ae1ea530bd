"""How far chance alone could move a figure (置信区间), and how many answers a margin needs.

Square roots are taken in ``Decimal``, so every machine gets the same digits; only the quantile of Student's t
comes from floating point, and is rounded to six decimals before it is used.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scipy.special import stdtrit

from survey.core.numbers import half_up

Z95 = Decimal("1.96")
CONFIDENCE = Decimal("0.95")
STORED_PLACES = 6
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``, both stored at six decimals."""

    low: Decimal
    high: Decimal

    def within(self, least: Decimal | Fraction | int, most: Decimal | Fraction | int) -> "Interval":
        """Return the part that is possible at all: no index lies outside its points, no share outside 0 to 1."""
        floor, ceiling = half_up(least, STORED_PLACES), half_up(most, STORED_PLACES)
        return Interval(max(self.low, floor), min(self.high, ceiling))


def _around(centre: Decimal, margin: Decimal) -> Interval:
    return Interval(half_up(centre - margin, STORED_PLACES), half_up(centre + margin, STORED_PLACES))


def _decimal(value: Decimal | Fraction | int) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(value)


def finite_correction(n: int, population: int | None) -> Decimal:
    """Return sqrt((N-n)/(N-1)); 1 when the population is not known, 0 when all of it answered.

    Raises:
        ValueError: when more answered than the population has.
    """
    if population is None:
        return Decimal(1)
    if n > population:
        message = f"{n} answers from a population of {population}"
        raise ValueError(message)
    if n == population:
        return Decimal(0)
    return (Decimal(population - n) / Decimal(population - 1)).sqrt()


def sample_variance(n: int, total: int, squares: int) -> Fraction | None:
    """Return the variance of single values (divisor n-1) from their sum and sum of squares; None for fewer than 2."""
    if n < 2:  # noqa: PLR2004 - one value does not vary
        return None
    return (squares - Fraction(total * total, n)) / (n - 1)


def standard_error(variance: Fraction | Decimal, n: int | Fraction, correction: Decimal = Decimal(1)) -> Decimal:
    """Return the standard error of a mean: sqrt(variance/n) times the finite population correction."""
    return (_decimal(variance) / _decimal(n)).sqrt() * correction


def share_error(hits: int, n: int, correction: Decimal = Decimal(1)) -> Decimal:
    """Return the standard error of a share: sqrt(p(1-p)/n) times the finite population correction."""
    share = Fraction(hits, n)
    return standard_error(share * (1 - share), n, correction)


def effective_size(n: int, design_effect: Decimal) -> Fraction:
    """Return Kish's effective number of answers: n divided by the design effect of the weights."""
    return n / Fraction(design_effect)


def normal(centre: Decimal | Fraction, error: Decimal, z: Decimal = Z95) -> Interval:
    """Return centre ± z · error."""
    return _around(_decimal(centre), z * error)


def student(centre: Decimal | Fraction, error: Decimal, n: int, confidence: Decimal = CONFIDENCE) -> Interval:
    """Return centre ± t · error, t with n-1 degrees of freedom; wider than the normal one when n is small."""
    quantile = stdtrit(n - 1, float((1 + confidence) / 2))
    return _around(_decimal(centre), half_up(Decimal(float(quantile)), STORED_PLACES) * error)


def wilson(hits: int, n: int, population: int | None = None, z: Decimal = Z95) -> Interval:
    """Return Wilson's interval of a share; it never leaves 0 to 1 and is honest near both.

    A finite population enters through the number of answers that an endless one would need for the same error,
    n divided by the squared correction. When all of a population answered there is no sampling error.
    """
    share = Fraction(hits, n)
    correction = finite_correction(n, population)
    if correction == 0:
        return _around(_decimal(share), Decimal(0))
    return wilson_share(share, Decimal(n) / (correction * correction), z)


def wilson_share(share: Fraction, size: Decimal, z: Decimal = Z95) -> Interval:
    """Return Wilson's interval of a share, from the number of answers that tell as much: with weights, Kish's."""
    p = _decimal(share)
    squared = z * z
    stretch = 1 + squared / size
    centre = (p + squared / (2 * size)) / stretch
    margin = z / stretch * (p * (1 - p) / size + squared / (4 * size * size)).sqrt()
    return _around(centre, margin).within(0, 1)


def margin(n: int, population: int | None = None, share: Fraction = HALF, z: Decimal = Z95) -> Decimal:
    """Return half the width of the normal interval of a share; with one half, the widest there is."""
    return z * standard_error(share * (1 - share), n, finite_correction(n, population))


def size_for_endless(accepted_margin: Decimal, share: Fraction = HALF, z: Decimal = Z95) -> Fraction:
    """Return n0 = z² p(1-p) / E², the size that an endless population would need, not rounded."""
    return Fraction(z) ** 2 * share * (1 - share) / Fraction(accepted_margin) ** 2


def sample_size(
    accepted_margin: Decimal, population: int | None = None, share: Fraction = HALF, z: Decimal = Z95
) -> int:
    """Return how many answers keep the margin: n0/(1+(n0-1)/N), rounded up."""
    needed = size_for_endless(accepted_margin, share, z)
    if population is not None:
        needed /= 1 + (needed - 1) / population
    return math.ceil(needed)
