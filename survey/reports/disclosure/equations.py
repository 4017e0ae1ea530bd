"""Equations between counts in whole numbers: elimination, and the changes that leave them all true. Pure."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

# From how many orders of elimination changes are taken.
ORDERS = 4

# The factor of every atom, by its number; what they come to need not be kept.
Row = dict[int, int]
Rows = tuple[tuple[tuple[int, int], ...], ...]


def whole(place: Mapping[Any, int], terms: Mapping[Any, Fraction | int]) -> Row:
    """Bring an equation's factors to whole numbers."""
    shared = math.lcm(*(Fraction(factor).denominator for factor in terms.values()))
    return {place[atom]: int(factor * shared) for atom, factor in terms.items() if factor}


def primitive(row: Row) -> Row:
    """Divide an equation by what all its factors share; the first factor is positive."""
    row = {at: factor for at, factor in row.items() if factor}
    if not row:
        return row
    shared = math.gcd(*row.values())
    if row[min(row)] < 0:
        shared = -shared
    return {at: factor // shared for at, factor in row.items()}


def known_atoms(rows: Iterable[Row]) -> set[int]:
    """Return the atoms that stand alone in an equation, once those that do are taken off the others."""
    known: set[int] = set()
    left = [set(row) for row in rows]
    while singles := {at for row in left if len(row) == 1 for at in row}:
        known |= singles
        left = [row - singles for row in left]
    return known


def reduce_rows(pivots: dict[int, Row], rows: Iterable[Row], order: Callable[[int], tuple[int, ...]]) -> list[Row]:
    """Eliminate by more equations, the shortest first, and return what those that say anything new come to.

    Args:
        pivots: for every pivot its equation, in which no other pivot stands; grows.
        rows: the equations.
        order: the atoms that become pivots first.
    """
    new = []
    for equation in sorted(rows, key=len):
        row = equation
        for at in [at for at in row if at in pivots]:
            row = _without(row, at, pivots[at])
        if not row:
            continue
        new.append(min(row, equation, key=len))
        pivot = min(row, key=order)
        for at, other in pivots.items():
            if pivot in other:
                pivots[at] = _without(other, pivot, row)
        pivots[pivot] = row
    return new


def _without(row: Row, at: int, by: Row) -> Row:
    """Take so much of one equation off another that an atom is gone from it."""
    shared = math.gcd(row[at], by[at])
    mine, its = by[at] // shared, row[at] // shared
    left = {place: factor * mine for place, factor in row.items()}
    for place, factor in by.items():
        left[place] = left.get(place, 0) - factor * its
    return primitive(left)


def moves_of(pivots: Mapping[int, Row], unknown: Iterable[int]) -> Iterator[dict[int, int]]:
    """Give, for every atom that is no pivot, the smallest change by it that leaves every equation true."""
    standing = defaultdict(list)
    for pivot, row in pivots.items():
        for at in row:
            if at != pivot:
                standing[at].append((row[at], row[pivot], pivot))
    for free in unknown:
        if free in pivots:
            continue
        times = math.lcm(*(abs(mine // math.gcd(its, mine)) for its, mine, _ in standing[free]))
        yield {free: times} | {pivot: -its * times // mine for its, mine, pivot in standing[free]}


@lru_cache(maxsize=4096)
def all_moves(rows: Rows, size: int) -> tuple[tuple[int, ...], ...]:
    """Return changes of a few atoms that leave every equation true, both ways, from several orders of elimination."""
    found = {}
    forwards = range(size)
    for shift in range(min(size, ORDERS)):
        for places in (forwards, forwards[::-1]):
            order = [(places[(at + shift) % size],) for at in range(size)]
            pivots: dict[int, Row] = {}
            reduce_rows(pivots, map(dict, rows), order.__getitem__)
            for move in moves_of(pivots, range(size)):
                one = tuple(move.get(at, 0) for at in range(size))
                found[one] = found[tuple(-by for by in one)] = True
    return tuple(sorted(found, key=lambda move: (sum(map(abs, move)), move)))
