"""One row of counts: small cells are hidden (小样本不予显示), and so is what would give them back. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from survey.reports.disclosure.audit import Reason, Watch, audit

HIDDEN = "*"

# A small cell must stay one of at least three numbers: of two, "1 or 2", one is as good as known.
CHOICES = 3
# What is hidden only to cover another must not be solved for.
COVER_CHOICES = 2

Factors = Mapping[str, Fraction | int]
_Items = tuple[tuple[str, int], ...]
_Figures = tuple[tuple[tuple[str, Fraction | int], ...], ...]


@dataclass(frozen=True)
class Protection:
    """What of one row may be shown.

    Attributes:
        hidden: the options whose counts are hidden.
        figures: how many of the figures, from the first, may stand beside the counts.
    """

    hidden: frozenset[str]
    figures: int


def is_small(n: int, smallest: int) -> bool:
    """Tell whether a number of ballots is too small to be shown; none at all may be shown."""
    return 0 < n < smallest


def is_unanimous(cells: Mapping[str, int], rule: str, best: Collection[str]) -> bool:
    """Tell whether all votes fell on one option in a way that the round's rule hides.

    Args:
        cells: votes by option.
        rule: "low" for one option below the best, "any" for whichever, "show" for none.
        best: the best options; where no option is better than another, "low" holds for none.
    """
    chosen = [option for option, n in cells.items() if n]
    if rule == "show" or len(chosen) != 1 or len(cells) == 1:
        return False
    return rule == "any" or (bool(best) and chosen[0] not in best)


def protect(
    cells: Mapping[str, int], smallest: int, figures: Sequence[Factors] = (), also: Collection[str] = ()
) -> Protection:
    """Choose the cells of one row to hide.

    Small cells are hidden; then the next smallest ones, zeros together and last, until no hidden cell follows from
    what stays visible: the other cells, their total, and the figures printed beside the row. When even hiding every
    cell does not help, the last of the figures is given up.

    Args:
        cells: ballots per option.
        smallest: fewest ballots that are shown.
        figures: each printed figure as the factor that every option has in it (its points in an index, 1 for the
            options of a rate), the most wanted first.
        also: options to hide for another row's sake.
    """
    return _protect(
        tuple(cells.items()),
        smallest,
        tuple(tuple(sorted(figure.items())) for figure in figures),
        frozenset(also),
    )


@lru_cache(maxsize=4096)
def _protect(items: _Items, smallest: int, figures: _Figures, also: frozenset[str]) -> Protection:
    cells = dict(items)
    if is_small(sum(cells.values()), smallest):
        return Protection(frozenset(cells), 0)
    first = {option for option, n in items if is_small(n, smallest)} | also
    if not first:
        return Protection(frozenset(), len(figures))
    zeros = frozenset(option for option, n in items if n == 0 and option not in first)
    covers = [
        frozenset({option})
        for option in sorted(cells.keys() - first - zeros, key=lambda option: (cells[option], option))
    ]
    if zeros:
        covers.append(zeros)
    for shown in range(len(figures), -1, -1):
        hidden = frozenset(first)
        for cover in (frozenset[str](), *covers):
            hidden |= cover
            if _is_covered(cells, hidden, smallest, [dict(figure) for figure in figures[:shown]]):
                return Protection(hidden, shown)
    return Protection(frozenset(cells), 0)


def _is_covered(cells: Mapping[str, int], hidden: Collection[str], smallest: int, figures: Sequence[Factors]) -> bool:
    total: Factors = dict.fromkeys(cells, 1)
    found = audit(
        cells,
        [total, *({option: 1} for option in cells if option not in hidden)]
        + [{option: factor for option, factor in figure.items() if option in cells} for figure in figures],
        watches(cells, hidden, smallest),
        least=known_least(cells, hidden),
        reasons=reasons(cells, hidden, smallest),
        enough=1,
    )
    return not found


def watches(cells: Mapping[str, int], hidden: Collection[str], smallest: int) -> list[Watch]:
    """Return what must hold for the hidden cells of a row.

    A zero is hidden only to cover others, and may follow from a sum that is zero. The only option of a row is its
    total.
    """
    return [
        Watch(option, {option: 1}, CHOICES if is_small(cells[option], smallest) else COVER_CHOICES)
        for option in cells
        if option in hidden and cells[option] and len(cells) > 1
    ]


def known_least(cells: Mapping[str, int], hidden: Collection[str]) -> dict[str, int]:
    """Return what a reader knows a row's hidden cells to be at least: zeros are only hidden after all others."""
    return {} if len(hidden) == len(cells) else dict.fromkeys(hidden, 1)


def reasons(cells: Mapping[str, int], hidden: Collection[str], smallest: int) -> list[Reason]:
    """Return why cells of a row are hidden, when it is that one of them is small."""
    if not any(is_small(cells[option], smallest) for option in hidden):
        return []
    return [Reason(tuple({option: 1} for option in cells if option in hidden), smallest)]
