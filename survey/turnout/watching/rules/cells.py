"""The lines of a table of the response, as they may be shown: figures, or the reason why there are none. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from survey.core.numbers import half_up
from survey.turnout.rules import Disposition
from survey.turnout.watching.rules import Limits
from survey.turnout.watching.rules.masking import Mask
from survey.turnout.watching.rules.pace import WHOLE, Standing, shortfall, standing
from survey.turnout.watching.rules.sums import Key, Sums

PLACES = 2


class Axis(StrEnum):
    """What the lines of a table are."""

    UNIT = "unit"
    CLASS = "class"
    BATCH = "batch"


@dataclass(frozen=True)
class Aim:
    """What is to be reached.

    Attributes:
        target: response rate in percent at closing; none when nobody set one.
        progress: share of the way that the plan line asks for by now.
    """

    target: int | None = None
    progress: Fraction = Fraction(1)


@dataclass(frozen=True)
class Cell:
    """One line. Where it is masked it has what is planned and the reason, and no other figure.

    Attributes:
        planned: none for a batch; planned is what a group is.
        issue_rate: issued / planned in percent.
        rate: spent / issued in percent.
        missing: the shortfall in ballots; none without a target.
    """

    key: Key
    planned: int | None = None
    issued: int | None = None
    issue_rate: Decimal | None = None
    spent: int | None = None
    rate: Decimal | None = None
    void: int | None = None
    missing: int | None = None
    standing: Standing | None = None
    mask: Mask | None = None


def make_cell(key: Key, account: Disposition, mask: Mask | None, aim: Aim, limits: Limits) -> Cell:
    """Return one sum as it may be shown."""
    planned = account.planned if key.batch is None else None
    if mask is not None:
        return Cell(key, planned, mask=mask)
    return Cell(
        key,
        planned,
        account.issued,
        half_up(Fraction(WHOLE * account.issued, planned), PLACES) if planned else None,
        account.spent,
        account.rate,
        account.void,
        None if aim.target is None else shortfall(account, aim.target),
        None if aim.target is None else standing(account, aim.target, aim.progress, limits),
    )


def keys_below(sums: Sums, key: Key, axis: Axis) -> tuple[Key, ...]:
    """Return what a sum is made of along an axis, in the order of the voters file; itself when it is a batch."""
    return tuple(one for one in sums if _axis(one) == _wanted(key, axis) and _within(one, key))


def _axis(key: Key) -> tuple[bool, bool, bool]:
    return key.unit is not None, key.ballot_class is not None, key.batch is not None


def _wanted(key: Key, axis: Axis) -> tuple[bool, bool, bool]:
    if axis is Axis.BATCH:
        return True, True, True
    return key.unit is not None or axis is Axis.UNIT, key.ballot_class is not None or axis is Axis.CLASS, False


def _within(one: Key, key: Key) -> bool:
    return all(asked in (None, own) for asked, own in zip(key, one, strict=True))


SORTED_BY: Mapping[str, Callable[[Cell], int | Decimal | None]] = {
    "planned": lambda cell: cell.planned,
    "issued": lambda cell: cell.issued,
    "issue_rate": lambda cell: cell.issue_rate,
    "spent": lambda cell: cell.spent,
    "rate": lambda cell: cell.rate,
    "void": lambda cell: cell.void,
    "missing": lambda cell: cell.missing,
}
"""The columns a table can be ordered by."""


def in_order(cells: Iterable[Cell], column: str, *, falling: bool) -> tuple[Cell, ...]:
    """Return the lines ordered by a column; those without a figure there come last, equal ones as they stood."""
    value = SORTED_BY[column]
    sign = -1 if falling else 1
    return tuple(sorted(cells, key=lambda cell: (value(cell) is None, sign * (value(cell) or 0))))
