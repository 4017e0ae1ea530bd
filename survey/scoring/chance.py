"""How far chance could move a score (抽样误差): what each sampled round adds to it, through weighted sums. Pure.

Figures of one round move together, for they come from the same people: their shares add up. Rounds are drawn apart:
their squares add up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

# By source, how far a figure moves with one standard error of it; none when that is not known.
Moves = Mapping[str, Decimal] | None
EXACT: Moves = {}


def moved_by(source: str, error: Decimal) -> Moves:
    """Return how a figure moves that was read from a source with this standard error."""
    return {source: error} if error else EXACT


def scaled(moves: Moves, by: Fraction) -> Moves:
    """Return how a figure moves that is so many times another."""
    factor = Decimal(by.numerator) / Decimal(by.denominator)
    return None if moves is None else {source: move * factor for source, move in moves.items() if factor}


def added(parts: Iterable[Moves]) -> Moves:
    """Return how a sum moves; none when one part's moves are not known."""
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        if part is None:
            return None
        for source, move in part.items():
            total[source] += move
    return dict(total)


def error_of(moves: Moves) -> Decimal | None:
    """Return the standard error: 0 when nothing was sampled, none when it is not known."""
    if moves is None:
        return None
    return sum((move * move for move in moves.values()), Decimal(0)).sqrt()
