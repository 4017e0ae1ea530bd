"""Whether a ballot's overall grade (总体评价) agrees with its items; one that does not is flagged, never rejected."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

NEIGHBOURS = 1  # one grade to either side


@dataclass(frozen=True)
class Range:
    """The item means that agree with one step of the overall scale; none is no limit on that side."""

    low: Fraction | None = None
    high: Fraction | None = None

    def holds(self, mean: Fraction) -> bool:
        """Tell whether a mean lies inside, its ends included."""
        return (self.low is None or mean >= self.low) and (self.high is None or mean <= self.high)


def agreeing_ranges(points: Sequence[Fraction | None]) -> tuple[Range, ...]:
    """Return for every step the item means that it agrees with.

    A grade agrees when it lies within one grade of the one nearest to the mean; a mean exactly between two
    grades is near to both. Grades are told apart by their points, in any order; a step without points (不了解)
    contradicts nothing. The two ends make an integer table by which a count checks many ballots at once.

    Args:
        points: of the overall scale's steps.
    """
    grades = sorted({worth for worth in points if worth is not None})
    # Between grade i and grade i+1 the nearest one changes.
    edges = [(below + above) / 2 for below, above in pairwise(grades)]

    def around(worth: Fraction) -> Range:
        place = grades.index(worth)
        below, above = place - NEIGHBOURS - 1, place + NEIGHBOURS
        return Range(edges[below] if below >= 0 else None, edges[above] if above < len(edges) else None)

    return tuple(Range() if worth is None else around(worth) for worth in points)


def consistent_steps(points: Sequence[Fraction | None], mean: Fraction) -> frozenset[int]:
    """Return the places, from 0, of the steps that agree with an item mean."""
    return frozenset(i for i, one in enumerate(agreeing_ranges(points)) if one.holds(mean))
