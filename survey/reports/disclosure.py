"""Small cells are hidden (小样本不予显示), and so is what would give them back.

A row of counts hides its small cells and as many more as it takes. What is followed are sums: that a reader cannot
solve the printed figures for a hidden cell. Ranges that a reader can narrow down are not looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey.scoring.results import Components, UnitResult
from survey.scoring.rules.index import Mean
from survey.scoring.rules.insufficient import Insufficient

HIDDEN = "*"

Factors = Mapping[str, Fraction | int]


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


def protect(cells: Mapping[str, int], smallest: int, figures: Sequence[Factors] = ()) -> Protection:
    """Choose the cells of one row to hide.

    Small cells are hidden; then the next smallest ones, zeros last, until no hidden cell follows from what stays
    visible: the other cells, their total, and the figures printed beside the row. When even hiding every cell does
    not help, the last of the figures is given up.

    Args:
        cells: ballots per option.
        smallest: fewest ballots that are shown.
        figures: each printed figure as the factor that every option has in it (its points in an index, 1 for the
            options of a rate), the most wanted first.
    """
    if is_small(sum(cells.values()), smallest):
        return Protection(frozenset(cells), 0)
    small = [option for option, n in cells.items() if is_small(n, smallest)]
    if not small:
        return Protection(frozenset(), len(figures))
    next_to_hide = sorted(cells.keys() - small, key=lambda option: (cells[option] == 0, cells[option], option))
    total: Factors = dict.fromkeys(cells, 1)
    for shown in range(len(figures), 0, -1):
        for more in range(len(next_to_hide) + 1):
            hidden = [*small, *next_to_hide[:more]]
            if not _follows(hidden, cells, [total, *figures[:shown]]):
                return Protection(frozenset(hidden), shown)
    more = 0
    while more < len(next_to_hide) and _follows([*small, *next_to_hide[:more]], cells, [total]):
        more += 1
    return Protection(frozenset([*small, *next_to_hide[:more]]), 0)


def _follows(hidden: Sequence[str], cells: Mapping[str, int], figures: Sequence[Factors]) -> bool:
    """Tell whether some hidden cell can be worked out from the figures once the visible cells are taken off."""
    if sum(cells[option] for option in hidden) == len(hidden):
        # Hidden cells are not zero as long as a zero is visible somewhere: their sum says that each is 1.
        return True
    equations = _reduced([[Fraction(figure.get(option, 0)) for option in hidden] for figure in figures])
    return any(sum(factor != 0 for factor in equation) == 1 for equation in equations)


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Bring equations to reduced row echelon form: an unknown is determined when it stands alone in a row."""
    done = 0
    for column in range(len(rows[0])):
        pivot = next((row for row in range(done, len(rows)) if rows[row][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [factor / rows[done][column] for factor in rows[done]]
        for row, equation in enumerate(rows):
            if row != done and equation[column]:
                rows[row] = [a - equation[column] * b for a, b in zip(equation, rows[done], strict=True)]
        done += 1
    return rows


def hidden_units(components: Components) -> frozenset[str]:
    """Return the codes of the subjects that are hidden whole (样本不足，不予显示).

    Too few ballots hide a subject; so does an item with too few that would follow from the subject's index. A
    composite goes with any of its parts, or the whole minus the other parts would give the hidden one back.
    """
    smallest = components.frozen.definition.disclosure.min_cell
    hidden = {unit.code for unit in components.units if _is_small_unit(components, unit, smallest)}
    while more := {
        unit.code
        for unit in components.units
        if unit.code not in hidden and any(part.code in hidden for part in unit.parts)
    }:
        hidden |= more
    return frozenset(hidden)


def _is_small_unit(components: Components, unit: UnitResult, smallest: int) -> bool:
    own_ballots = [part.n for part in unit.parts if part.own] if unit.parts else [unit.n]
    if any(is_small(n, smallest) for n in own_ballots):
        return True
    if isinstance(unit.index, Insufficient):
        return False
    return any(is_small(item.index.n, smallest) for item in components.entering(unit) if isinstance(item.index, Mean))
