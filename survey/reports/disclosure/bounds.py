"""How far a figure over many cells is from the most and the least it could be, and what that says of each. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

_Row = Mapping[int, int]


@dataclass(frozen=True)
class Bounds:
    """What one equation over many cells and the totals of their rows leave possible for a cell.

    An index at the top of its scale says that nobody chose anything below, however many rows it is made of.

    Attributes:
        factors: the equation.
        rows: disjoint rows of cells whose totals are known.
        table: the true counts.
    """

    factors: _Row
    rows: Sequence[Sequence[int]]
    table: Sequence[int]

    def width(self, cell: int) -> int | None:
        """Return how many values are possible for a cell at most; none when it stands in none of the rows."""
        row = self._row_of.get(cell)
        if row is None:
            return None
        total = sum(self.table[at] for at in row)
        low, high = 0, total
        for sign, slack in self._slacks:
            worth = {at: sign * self.factors.get(at, 0) for at in row}
            best = max(worth.values())
            if worth[cell] < best:
                high = min(high, slack // (best - worth[cell]))
            elif others := [best - one for at, one in worth.items() if at != cell]:
                low = max(low, total - slack // min(others) if min(others) else 0)
        return high - low + 1

    @cached_property
    def _row_of(self) -> dict[int, Sequence[int]]:
        return {at: row for row in self.rows for at in row}

    @cached_property
    def _slacks(self) -> list[tuple[int, int]]:
        """How far the figure is from the most and, with the sign turned, the least that the totals allow."""
        slacks = []
        for sign in (1, -1):
            worth = {at: sign * self.factors.get(at, 0) for at in self._row_of}
            most = sum(max(worth[at] for at in row) * sum(self.table[at] for at in row) for row in self.rows)
            slacks.append((sign, most - sum(worth[at] * self.table[at] for at in worth)))
        return slacks


def disjoint(totals: Iterable[_Row]) -> list[list[int]]:
    """Choose, the shortest first, sums of cells that have no cell in common."""
    taken: set[int] = set()
    chosen = []
    for row in sorted(totals, key=lambda row: (len(row), min(row))):
        if set(row.values()) == {1} and taken.isdisjoint(row):
            taken |= row.keys()
            chosen.append(sorted(row))
    return chosen
