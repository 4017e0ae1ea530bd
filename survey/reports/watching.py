"""The tables of a round that runs: what the watch page shows is what its files hold."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.reports.table import Cell as TableCell
from survey.reports.table import Headings, Table, make_table
from survey.turnout.watching.rules.cells import PLACES, Axis, Cell
from survey.turnout.watching.rules.pace import Point
from survey.turnout.watching.rules.sums import Key

MASKED = "—"
"""What stands for a figure that is not shown; the reason stands beside it."""

TITLES: Mapping[Axis, str] = {
    Axis.UNIT: N_("Response by unit"),
    Axis.CLASS: N_("Response by ballot class"),
    Axis.BATCH: N_("Response by batch"),
}
FIRST: Mapping[Axis, str] = {Axis.UNIT: N_("Unit"), Axis.CLASS: N_("Ballot class"), Axis.BATCH: N_("Batch")}
FIGURES: Headings = (
    ("planned", N_("Planned")),
    ("issued", N_("Issued")),
    ("issue_rate", N_("Issue rate, %")),
    ("spent", N_("Submitted")),
    ("rate", N_("Response rate, %")),
    ("void", N_("Void")),
)
AIMED: Headings = (
    ("missing", N_("Shortfall, ballots")),
    ("standing", N_("Standing")),
)
NOTE: Headings = (("note", N_("Note")),)
# A batch plans nothing; a group does.
NOT_OF_BATCHES = ("planned", "issue_rate")

CURVE: Headings = (
    ("at", N_("Time")),
    ("issued", N_("Issued")),
    ("spent", N_("Submitted")),
    ("rate", N_("Response rate, %")),
    ("asked", N_("Plan line, %")),
    ("compared", N_("Round compared, %")),
)
NOTES: Headings = (("note", N_("Note")),)


@dataclass(frozen=True)
class Wording:
    """How the cells of one reader are worded.

    Attributes:
        translate: from an English sentence of the program to the reader's language.
        name: the name of a key along an axis.
        least: cells with fewer codes issued are masked.
    """

    translate: Callable[[str], str]
    name: Callable[[Key, Axis], str]
    least: int


@dataclass(frozen=True)
class Moment:
    """One line of the table under the curve; rates in percent, none where there is no such line."""

    point: Point
    asked: Decimal | None = None
    compared: Decimal | None = None


def cells_table(axis: Axis, cells: Sequence[Cell], whole: Cell, wording: Wording, *, aimed: bool) -> Table:
    """Return the lines of an axis and, last, what they are the parts of.

    Args:
        axis: what the lines are.
        cells: the lines, in the order they are to have.
        whole: their total.
        wording: names and language.
        aimed: whether there is a target, and with it shortfalls and standings.
    """
    figures = [(key, heading) for key, heading in FIGURES if axis is not Axis.BATCH or key not in NOT_OF_BATCHES]
    headings = (("name", FIRST[axis]), *figures, *(AIMED if aimed else ()), *NOTE)
    rows = [{"name": wording.name(cell.key, axis), **_figures(cell, wording)} for cell in cells]
    rows.append({"name": wording.translate(N_("Altogether")), **_figures(whole, wording)})
    return make_table(axis.value, TITLES[axis], headings, rows, wording.translate)


def shortfalls_table(cells: Sequence[Cell], wording: Wording) -> Table:
    """Return the largest shortfalls in ballots."""
    headings: Headings = (
        ("name", N_("Unit")),
        ("missing", N_("Shortfall, ballots")),
        ("rate", N_("Response rate, %")),
        ("standing", N_("Standing")),
    )
    rows = ({"name": wording.name(cell.key, Axis.UNIT), **_figures(cell, wording)} for cell in cells)
    return make_table("shortfalls", N_("Largest shortfalls, in ballots"), headings, rows, wording.translate)


def curve_table(moments: Iterable[Moment], translate: Callable[[str], str]) -> Table:
    """Return the curve's points with the plan line beside them."""
    rows = (
        {
            "at": one.point.at,
            "issued": one.point.issued,
            "spent": one.point.spent,
            "rate": half_up(one.point.rate, PLACES),
            "asked": one.asked,
            "compared": one.compared,
        }
        for one in moments
    )
    return make_table("curve", N_("Figures of the curve"), CURVE, rows, translate)


def notes_table(sentences: Iterable[str], translate: Callable[[str], str]) -> Table:
    """Return formulas and remarks, translated already, one a row."""
    return make_table("notes", N_("Notes"), NOTES, ({"note": one} for one in sentences), translate)


def _figures(cell: Cell, wording: Wording) -> dict[str, TableCell]:
    if cell.mask is not None:
        hidden: dict[str, TableCell] = dict.fromkeys(
            ("issued", "issue_rate", "spent", "rate", "void", "missing", "standing"), MASKED
        )
        note = wording.translate(cell.mask.value) % {"least": wording.least}
        return hidden | {"planned": cell.planned, "note": note}
    standing = cell.standing
    return {
        "planned": cell.planned,
        "issued": cell.issued,
        "issue_rate": cell.issue_rate,
        "spent": cell.spent,
        "rate": cell.rate,
        "void": cell.void,
        "missing": cell.missing,
        "standing": f"{standing.symbol} {wording.translate(standing.value)}" if standing else None,
    }
