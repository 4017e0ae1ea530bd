"""Figures as they are printed: rounded half up, so that other tables print the same. Pure, whole numbers only."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, combinations
from operator import itemgetter
from typing import Any

# How often a change is repeated, how many changes are begun with, and how many ends are tried for each.
REPEATS = 24
BEGINNINGS = 8
ENDS = 60
# Of how many changes, the smallest, two are taken at a time.
SMALL = 30

_Change = Mapping[int, int]


@dataclass(frozen=True)
class Rounded:
    """A published figure that is rounded half up.

    Attributes:
        terms: the factors of the atoms in it.
        step: what one more in its last decimal is worth, in the unit of the terms; above 0.
    """

    terms: Mapping[Any, Fraction | int]
    step: Fraction


@dataclass(frozen=True)
class Window:
    """How far a figure may move from its true value and be printed the same.

    Attributes:
        factors: of the atoms that are not known, brought to whole numbers.
        low: the most it may fall, 0 or less, in the same unit.
        high: the most it may rise, 0 or more.
    """

    factors: _Change
    low: int
    high: int

    def shift(self, change: _Change) -> int:
        """Return how far a change moves the figure."""
        return _sum(self.factors, change)

    def allows(self, change: _Change) -> bool:
        """Tell whether the changed table prints the same."""
        return self.low <= self.shift(change) <= self.high

    @property
    def exact(self) -> "Window":
        """The same figure if every digit of it were printed."""
        return Window(self.factors, 0, 0)


def window(figure: Rounded, place: Mapping[Any, int], table: Sequence[int], known: Iterable[int]) -> Window:
    """Return what a rounded figure says of a table.

    Args:
        figure: the figure.
        place: the number of every atom.
        table: the true counts by these numbers.
        known: atoms that no other table may change.
    """
    shared = 2 * math.lcm(figure.step.denominator, *(Fraction(one).denominator for one in figure.terms.values()))
    row = {place[atom]: int(factor * shared) for atom, factor in figure.terms.items() if factor}
    step = int(figure.step * shared)
    value = sum(factor * table[at] for at, factor in row.items())
    # Away from zero at the half, like the reports; of the side of zero that rounds to it, every value.
    size = abs(value)
    times = (2 * size + step) // (2 * step)
    high = times * step + step // 2 - 1
    low = times * step - step // 2 if times else -high
    if value < 0:
        low, high = -high, -low
    known = set(known)
    return Window({at: factor for at, factor in row.items() if at not in known}, low - value, high - value)


def is_sharp(found: Window, totals: Iterable[Sequence[int]]) -> bool:
    """Tell whether no other value of a figure is printed the same: what is left of it moves in steps too large.

    Args:
        found: the figure.
        totals: disjoint rows of atoms whose sums are known; votes only change places within a row.
    """
    lone = dict(found.factors)
    steps = []
    for row in totals:
        worth = [lone.pop(at, 0) for at in row]
        steps += [one - worth[0] for one in worth]
    return math.gcd(*steps, *lone.values()) > found.high - found.low


class Repairs:
    """Changes that leave every equation true, used to bring rounded figures back to what is printed."""

    def __init__(self, moves: Iterable[_Change], room: Sequence[int], windows: Sequence[Window]) -> None:
        """Repeat every move as often as the counts allow.

        Args:
            moves: changes that leave the equations true.
            room: how far every count may fall.
            windows: the rounded figures.
        """
        self._room = room
        self._windows = windows
        self._steps = [
            {at: by * times for at, by in move.items()}
            for move in moves
            for sign in (1, -1)
            for times in range(sign, sign * (self._most(move, sign) + 1), sign)
        ]
        self._steps.sort(key=lambda step: (sum(map(abs, step.values())), sorted(step.items())))
        self._sorted: dict[int, list[tuple[int, int]]] = {}

    def _most(self, move: _Change, sign: int) -> int:
        return min([REPEATS, *(self._room[at] // abs(by) for at, by in move.items() if by * sign < 0)])

    def beginnings(self, terms: Mapping[int, int]) -> Iterator[_Change]:
        """Give changes that move a sum, the smallest first, each to another value."""
        values = {0}
        for step in self._steps:
            value = _sum(terms, step)
            if value not in values:
                values.add(value)
                yield step
            if len(values) > BEGINNINGS:
                return

    def mend(self, change: _Change, terms: Mapping[int, int], accepts: Callable[[_Change], bool]) -> _Change | None:
        """Add up to three more changes until every figure is printed as it is; none when that is not found.

        Args:
            change: leaves the equations true and no count below zero.
            terms: a sum that what is added leaves as it is.
            accepts: what else the whole change must be.
        """
        wrong = next((i for i, one in enumerate(self._windows) if not one.allows(change)), None)
        if wrong is None:
            return change if accepts(change) else None
        tries = ENDS
        begun = self._windows[wrong].shift(change)
        steps = [step for step in self._by_shift(wrong) if not _sum(terms, self._steps[step[1]])]
        small = [step for step in steps if step[1] < SMALL]
        middles: Iterator[tuple[int, tuple[int, ...]]] = chain(
            [(0, ())],
            ((shift, (at,)) for shift, at in steps),
            ((one + two, (at, other)) for (one, at), (two, other) in combinations(small, 2)),
        )
        for shift, middle in middles:
            for last in _between(steps, self._windows[wrong], begun + shift):
                made = dict(change)
                for step in (*(self._steps[at] for at in middle), self._steps[last]):
                    for at, by in step.items():
                        made[at] = made.get(at, 0) + by
                made = {at: by for at, by in made.items() if by}
                if self._is_same(made) and accepts(made):
                    return made
                tries -= 1
                if not tries:
                    return None
        return None

    def _is_same(self, change: _Change) -> bool:
        return all(self._room[at] + by >= 0 for at, by in change.items()) and all(
            one.allows(change) for one in self._windows
        )

    def _by_shift(self, number: int) -> list[tuple[int, int]]:
        if number not in self._sorted:
            shift = self._windows[number].shift
            self._sorted[number] = sorted((shift(step), i) for i, step in enumerate(self._steps))
        return self._sorted[number]


def _sum(terms: Mapping[int, int], change: _Change) -> int:
    return sum(by * terms[at] for at, by in change.items() if at in terms)


def _between(steps: Sequence[tuple[int, int]], found: Window, begun: int) -> list[int]:
    """Return the changes, sorted by how far they shift a figure, that bring it back into its window."""
    first = bisect_left(steps, found.low - begun, key=itemgetter(0))
    after = bisect_right(steps, found.high - begun, key=itemgetter(0))
    return [step for _, step in steps[first:after]]
