"""Bands of places (名次区间): which places chance alone could give a unit, and how far it is from a line that decides.

Two units differ when their values are farther apart than z times the error of the difference, √(e₁² + e₂²); their
samples are drawn apart. Every pair is tested by itself, so a band says what one comparison can say, not all at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from survey.core.errors import N_
from survey.core.numbers import RANK_PLACES, half_up
from survey.scoring.rules.intervals import Interval, normal
from survey.scoring.rules.ranking import ranks

STEPS = 10**RANK_PLACES  # in one point, of values as they are stored

NOT_TOLD_APART = N_("places %(first)d-%(last)d cannot be told apart")
TOLD_APART = N_("place %(first)d is told apart from all others")


@dataclass(frozen=True)
class Standing:
    """A unit's value and its standard error; a fixed line has the error 0."""

    value: Fraction
    error: Decimal


@dataclass(frozen=True)
class Band:
    """The place of a unit, and the best and the worst that chance leaves open."""

    place: int
    first: int
    last: int

    @property
    def message(self) -> str:
        """The sentence for these places, with the figures ``first`` and ``last``."""
        return TOLD_APART if self.first == self.last else NOT_TOLD_APART


@dataclass(frozen=True)
class Run:
    """Neighbours in the ranking of which no two can be told apart; ``first`` and ``last`` are their places."""

    first: int
    last: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Distance:
    """How far a value lies above (or below, negative) a line, and whether chance could carry it across."""

    gap: Decimal
    interval: Interval

    @property
    def decided(self) -> bool:
        """Whether the whole interval lies on one side of the line."""
        return self.interval.low > 0 or self.interval.high < 0


def told_apart(one: Standing, other: Standing, z: Decimal) -> bool:
    """Tell whether two values differ by more than chance would let them."""
    gap = _stored(one) - _stored(other)
    return gap**2 > Fraction(z) ** 2 * (Fraction(one.error) ** 2 + Fraction(other.error) ** 2)


def bands(standings: Mapping[str, Standing], z: Decimal) -> dict[str, Band]:
    """Return every unit's band inside its ranking group.

    The best place is behind all that are surely above, the worst before all that are surely below.

    Args:
        standings: the units of one ranking group that have a value.
        z: errors of the difference that make it sure, 1.96 for 95 %.
    """
    places = ranks({code: standing.value for code, standing in standings.items()})
    values = {code: int(_stored(standing) * STEPS) for code, standing in standings.items()}
    # Whole numbers under one denominator: everybody is compared with everybody, and fractions would be slow.
    squares = {code: (Fraction(z) * Fraction(one.error) * STEPS) ** 2 for code, one in standings.items()}
    whole = lcm(*(square.denominator for square in squares.values()))
    chances = {code: int(square * whole) for code, square in squares.items()}
    found = {}
    for code, own in values.items():
        apart = [
            other > own for name, other in values.items() if (other - own) ** 2 * whole > chances[name] + chances[code]
        ]
        above = sum(apart)
        found[code] = Band(places[code], 1 + above, len(standings) - (len(apart) - above))
    return found


def runs(standings: Mapping[str, Standing], z: Decimal) -> tuple[Run, ...]:
    """Return the longest stretches of the ranking in which no two units can be told apart, from the top.

    Stretches may overlap: the first may not differ from the second, nor the second from the third, and yet the first
    from the third. A unit told apart from both its neighbours is in none.
    """
    order = sorted(standings, key=lambda code: (-_stored(standings[code]), code))
    return tuple(
        Run(start + 1, end, tuple(order[start:end]))
        for start, end in _stretches([standings[code] for code in order], z)
        if end - start > 1
    )


def _stretches(order: list[Standing], z: Decimal) -> Iterator[tuple[int, int]]:
    reached = 0
    for start in range(len(order)):
        end = start + 1
        while end < len(order) and not any(told_apart(one, order[end], z) for one in order[start:end]):
            end += 1
        if end > reached:
            yield start, end
            reached = end


def distance(own: Standing, line: Standing, z: Decimal) -> Distance:
    """Return how far a unit is from a line that decides, such as 90 points or the unit at the quota's cut."""
    gap = half_up(own.value - line.value, RANK_PLACES)
    error = standard_error_of_difference(own, line)
    return Distance(gap, normal(gap, error, z))


def standard_error_of_difference(one: Standing, other: Standing) -> Decimal:
    """Return √(e₁² + e₂²)."""
    return (one.error * one.error + other.error * other.error).sqrt()


def _stored(standing: Standing) -> Fraction:
    return Fraction(half_up(standing.value, RANK_PLACES))
