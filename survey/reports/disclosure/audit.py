"""The auditor: what a reader can work out about hidden counts from all that is published. Pure, exact.

A table is made of counts, its atoms; whatever else is published is a sum of atoms times factors. A hidden count is

* solved, when the published figures have only one solution for it (elimination over the rationals), and
* narrow, when fewer whole-number tables than asked for could be found that print the same figures and differ in it.

Both err on the safe side. A count that is not reported is shown to be hidden by other tables that print the same;
where too few of them are found it is reported, whether or not more exist. What published figures are taken for:

* An exact one is an equation: it is solved for, and every other table keeps to it. One exception: an exact figure of
  more than ``LONG`` hidden cells is solved for and bounded, but the other tables need not give it to the last digit.
* A rounded one is the interval of values that are printed the same, and every other table must fall into it, however
  many cells it has: a table that does not is mended by up to three more changes, or does not count. Where the votes
  move it in steps so large that no other value falls into the interval, it is an equation as well.
* A watched figure that is itself given out rounded elsewhere (``Watch.nearly``) is also taken for solved when it
  follows from rounded figures as if they were exact: it would be known to their last decimal or nearly so.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from operator import add
from typing import Any

from survey.reports.disclosure.bounds import Bounds, disjoint
from survey.reports.disclosure.equations import Row, all_moves, known_atoms, moves_of, primitive, reduce_rows, whole
from survey.reports.disclosure.printed import Repairs, Rounded, Window, is_sharp, window

# Atoms are whatever names a count.
Terms = Mapping[Any, Fraction | int]

# An equation over more unknown cells than this is solved and bounded, but other tables need not keep to it.
LONG = 12
# How far other tables are looked for: steps of one move, cells near a hidden one, tables.
STEPS = 4
NEAR = 20
TABLES = 200


class Exposure(Enum):
    """How a hidden figure is given back."""

    SOLVED = "solved"
    NARROW = "narrow"


@dataclass(frozen=True)
class Watch:
    """A hidden figure that must stay hidden.

    Attributes:
        terms: the factors of the atoms in it.
        choices: how many values must stay possible; 1 only asks that it cannot be solved for.
        nearly: whether to know it about as well as the rounded figures is to know it.
    """

    key: Hashable
    terms: Terms
    choices: int = 3
    nearly: bool = False


@dataclass(frozen=True)
class Reason:
    """Why something is hidden: one of these sums is from 1 to ``below`` - 1. A reader knows it and can use it."""

    sums: tuple[Terms, ...]
    below: int


def audit(
    table: Mapping[Any, int],
    published: Iterable[Terms],
    watched: Iterable[Watch],
    *,
    joining: Iterable[Terms | Rounded] | None = None,
    least: Mapping[Any, int] | None = None,
    reasons: Sequence[Reason] = (),
    enough: int | None = None,
) -> dict[Hashable, Exposure]:
    """Return the watched figures that are given back.

    Args:
        table: the true counts, none below 0.
        published: every published figure; a single visible count is a sum of one.
        watched: the figures that must stay hidden.
        joining: published figures that join parts of the table which were audited without them; given these, other
            tables are only looked for where they say anything new. Rounded figures may be among these only.
        least: what a reader knows a count to be at least, where that is more than 0.
        reasons: what a reader knows of why the counts are hidden.
        enough: return as soon as so many are found; when any is solved, other tables are not looked for.
    """
    system = _System(table, published, joining, least or {}, reasons)
    found: dict[Hashable, Exposure] = {}
    open_watches = []
    for watch in watched:
        terms = {system.place[atom]: Fraction(factor) for atom, factor in watch.terms.items() if factor}
        if system.solves(terms, nearly=watch.nearly):
            found[watch.key] = Exposure.SOLVED
        elif watch.choices > 1:
            search = _Search(watch, terms)
            if system.is_bound(search):
                found[watch.key] = Exposure.NARROW
            elif system.is_in_doubt(terms):
                open_watches.append(search)
    if enough and found:
        return found
    for search in system.narrow(open_watches):
        found[search.watch.key] = Exposure.NARROW
        if enough and len(found) >= enough:
            break
    return found


class _Search:
    """The values that a watched figure takes in the tables found so far, as differences to the true one."""

    def __init__(self, watch: Watch, terms: Mapping[int, Fraction]) -> None:
        self.watch = watch
        shared = math.lcm(*(factor.denominator for factor in terms.values()))
        self.terms = {at: int(factor * shared) for at, factor in terms.items()}
        self.differences = {0}

    @property
    def is_open(self) -> bool:
        return len(self.differences) < self.watch.choices

    def is_new(self, change: Mapping[int, int]) -> bool:
        return self._difference(change) not in self.differences

    def see(self, change: Mapping[int, int]) -> None:
        self.differences.add(self._difference(change))

    def _difference(self, change: Mapping[int, int]) -> int:
        return sum(factor * change[at] for at, factor in self.terms.items() if at in change)


class _System:
    """The published figures as equations between atoms, which are numbered in the order of the table."""

    def __init__(
        self,
        table: Mapping[Any, int],
        published: Iterable[Terms],
        joining: Iterable[Terms | Rounded] | None,
        least: Mapping[Any, int],
        reasons: Sequence[Reason],
    ) -> None:
        self.place = {atom: i for i, atom in enumerate(table)}
        self._true = list(table.values())
        self._room = [n - least.get(atom, 0) for atom, n in table.items()]
        self._reasons = [
            ([{self.place[atom]: int(factor) for atom, factor in terms.items()} for terms in reason.sums], reason.below)
            for reason in reasons
        ]
        own = [whole(self.place, terms) for terms in published]
        figures = list(joining or ())
        more = [whole(self.place, terms) for terms in figures if not isinstance(terms, Rounded)]
        rounded = [figure for figure in figures if isinstance(figure, Rounded)]
        self.known = known_atoms([*own, *more])
        self._pivots: dict[int, Row] = {}
        own, more = self._take_in(own), self._take_in(more)
        self._rows = [row for row in [*own, *more] if len(row) <= LONG]
        totals = disjoint(self._rows)
        self._bounds = [Bounds(row, totals, self._true) for row in [*own, *more] if len(row) > LONG]
        self._windows: list[Window] = []
        sharp = self._take_in_rounded(rounded, disjoint(row for row in own if len(row) <= LONG))
        self._rows += sharp
        self._near_pivots: dict[int, Row] = {}
        reduce_rows(self._near_pivots, self._rows, self._roomy)
        self._touching: defaultdict[int, list[Row]] = defaultdict(list)
        for row in self._rows:
            for at in row:
                self._touching[at].append(row)
        new = {at for row in [*more, *sharp] if len(row) <= LONG for at in row}
        new |= {at for one in self._windows for at in one.factors}
        self._doubtful = None if joining is None else self._tied_to(new)

    def _take_in_rounded(self, rounded: Iterable[Rounded], totals: Sequence[Sequence[int]]) -> list[Row]:
        """Eliminate by the rounded figures that are as good as exact; return the short ones, the others are windows."""
        rows: list[Row] = []
        blunt: list[Row] = []
        for figure in rounded:
            found = window(figure, self.place, self._true, self.known)
            row = primitive(dict(found.factors))
            if not row:
                continue
            sharp = is_sharp(found, totals)
            (rows if sharp else blunt).append(row)
            if not sharp or len(row) > LONG:
                self._windows.append(found.exact if sharp else found)
        said = self._take_in(rows)
        # An equation replaces the rows of others, it does not change them.
        self._nearly = dict(self._pivots)
        reduce_rows(self._nearly, blunt, self._roomy)
        return [row for row in said if len(row) <= LONG]

    def _take_in(self, rows: Iterable[Row]) -> list[Row]:
        """Eliminate by some more equations and return those that say anything new."""
        left = (primitive({at: factor for at, factor in row.items() if at not in self.known}) for row in rows)
        distinct = {tuple(sorted(row.items())): row for row in left if row}
        return reduce_rows(self._pivots, distinct.values(), self._roomy)

    def _roomy(self, at: int) -> tuple[int, int]:
        return -self._room[at], at

    def _tied_to(self, atoms: set[int]) -> set[int]:
        """Return the atoms that equations tie to some, directly or through others."""
        edge = list(atoms)
        while edge:
            for row in self._touching[edge.pop()]:
                new = row.keys() - atoms
                atoms |= new
                edge += new
        return atoms

    def is_bound(self, search: "_Search") -> bool:
        """Tell whether a figure over many cells is so near its end that a single cell has too few values left."""
        if len(search.terms) != 1:
            return False
        (cell,) = search.terms
        widths = (bounds.width(cell) for bounds in self._bounds)
        return any(width is not None and width < search.watch.choices for width in widths)

    def is_in_doubt(self, terms: Mapping[int, Fraction]) -> bool:
        """Tell whether a figure must be looked at again for what joins the parts of the table."""
        return self._doubtful is None or not self._doubtful.isdisjoint(terms)

    def solves(self, terms: Mapping[int, Fraction], *, nearly: bool) -> bool:
        """Tell whether the equations, or nearly these with the rounded figures, have one value only for a sum."""
        pivots = self._nearly if nearly else self._pivots
        left = {at: factor for at, factor in terms.items() if at not in self.known}
        for pivot in [at for at in left if at in pivots]:
            row = pivots[pivot]
            times = left[pivot] / row[pivot]
            for at, factor in row.items():
                left[at] = left.get(at, Fraction(0)) - times * factor
        return not any(left.values())

    def narrow(self, searches: Sequence[_Search]) -> Iterator[_Search]:
        """Give those for which too few tables that print the same are found.

        Tables are looked for one move away from the true one, then several moves away near a cell.
        """
        waiting = list(searches)
        if waiting:
            asked = {at for search in waiting for at in search.terms if at not in self.known}
            tied = self._tied_to(asked.union(*(one.factors for one in self._windows)))
            moves = list(moves_of(self._near_pivots, sorted(tied)))
            for move in moves:
                self._try(move, [search for search in waiting if not move.keys().isdisjoint(search.terms)])
                waiting = [search for search in waiting if search.is_open]
            if waiting and self._windows:
                self._repair(Repairs(moves, self._room, self._windows), waiting)
        for search in waiting:
            # Tables near a cell seldom print the same rounded figures; what repairs do not find is reported.
            if search.is_open and not self._windows:
                self._look_near(search, waiting)
            if search.is_open:
                yield search

    def _try(self, move: Mapping[int, int], searches: Sequence[_Search]) -> None:
        for times in (step for size in range(1, STEPS + 1) for step in (size, -size)):
            if not searches:
                return
            if all(self._room[at] + by * times >= 0 for at, by in move.items()):
                change = {at: by * times for at, by in move.items()}
                if self._prints(change) and self._explains(change):
                    for search in searches:
                        search.see(change)

    def _repair(self, repairs: Repairs, searches: Sequence[_Search]) -> None:
        for search in searches:
            for begun in repairs.beginnings(search.terms):
                if not search.is_open:
                    break
                if search.is_new(begun):
                    made = repairs.mend(begun, search.terms, self._explains)
                    for one in searches if made is not None else ():
                        one.see(made or {})

    def _look_near(self, search: _Search, all_searches: Sequence[_Search]) -> None:
        near = self._near(search.terms)
        room = [self._room[at] for at in near]
        moves = self._moves_among(near)
        edge = [(0,) * len(near)]
        seen = set(edge)
        while edge and len(seen) < TABLES and search.is_open:
            grown = []
            for state in edge:
                for move in moves:
                    new = tuple(map(add, state, move))
                    if new in seen or min(map(add, room, new)) < 0:
                        continue
                    seen.add(new)
                    grown.append(new)
                    change = {at: by for at, by in zip(near, new, strict=True) if by}
                    if self._explains(change):
                        for one in all_searches:
                            one.see(change)
                if len(seen) > TABLES or not search.is_open:
                    return
            edge = grown

    def _near(self, terms: Mapping[int, int]) -> list[int]:
        """Return unknown atoms by how closely equations tie them to some, the shortest equations first."""
        near = [at for at in terms if at not in self.known]
        for at in near:
            for row in sorted(self._touching[at], key=len):
                for other in sorted(row):
                    if len(near) >= NEAR:
                        return near
                    if other not in near:
                        near.append(other)
        return near

    def _moves_among(self, near: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        at_place = {at: i for i, at in enumerate(near)}
        rows = {
            tuple(sorted((at_place[at], factor) for at, factor in row.items() if at in at_place))
            for at in near
            for row in self._touching[at]
        }
        return all_moves(tuple(sorted(rows)), len(near))

    def _prints(self, change: Mapping[int, int]) -> bool:
        """Tell whether the changed table prints the same rounded figures."""
        return all(one.allows(change) for one in self._windows)

    def _explains(self, change: Mapping[int, int]) -> bool:
        """Tell whether the changed table would have had the same reasons to hide what is hidden."""
        for sums, below in self._reasons:
            if not any(at in change for terms in sums for at in terms):
                continue
            values = (
                sum(factor * (self._true[at] + change.get(at, 0)) for at, factor in terms.items()) for terms in sums
            )
            if not any(0 < value < below for value in values):
                return False
        return True
