"""The report of a counted round on paper: the same tables as in its other formats, and its ranks as charts."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.reports.charts import AXIS, EVERYBODY
from survey.reports.paper.bars import Bar, Bars
from survey.reports.paper.sheet import Sheet
from survey.reports.table import Cell, Table
from survey.reports.units import INDEX_PLACES
from survey.rounds.definition import FrozenRound
from survey.scoring.policy import possible

REPORT_OF = N_("%(title)s: report")
PLACES_OF = N_("%(axis)s of %(group)s")
WITH_INTERVALS = N_("the lines are 95 %% intervals")
TOTAL = N_("Weighted total")
NOTHING = N_("Nothing to list.")

# The table that is drawn, its figure, and what the figure is called.
DRAWN = {"units": ("index", AXIS), "results": ("total", TOTAL)}


def write_round(
    frozen: FrozenRound,
    tables: Sequence[Table],
    path: Path,
    translate: Callable[[str], str],
    language: str,
    font: Path | None = None,
) -> tuple[Path, ...]:
    """Write the tables of a round's report as a PDF.

    Args:
        frozen: what the round's opening froze.
        tables: its report, protected.
        path: the file.
        translate: from an English sentence of the program to the reader's language.
        language: the language of the round's own words, zh or en.
        font: TrueType file, the project's own when left out.

    Raises:
        Refused: when the font is missing.
    """
    definition = frozen.definition
    title = translate(REPORT_OF) % {"title": definition.title.words(language)}
    sheet = Sheet(path, title, language, font)
    sheet.title(title, definition.organiser.words(language))
    for chart in _charts(frozen, tables, translate):
        sheet.bars(chart)
    for table in tables:
        sheet.table(table, table.title, empty=translate(NOTHING))
    sheet.save()
    return (path,)


def _charts(frozen: FrozenRound, tables: Sequence[Table], translate: Callable[[str], str]) -> Iterator[Bars]:
    lowest, highest = possible(frozen.questionnaire)
    for table in tables:
        if table.name not in DRAWN:
            continue
        figure, axis = DRAWN[table.name]
        for group, bars in _by_group(table, figure).items():
            name = group or translate(EVERYBODY)
            title = translate(PLACES_OF) % {"axis": translate(axis), "group": name}
            if any(bar.low is not None for bar in bars):
                title = f"{title}; {translate(WITH_INTERVALS) % {}}"
            yield Bars(title, translate(axis), bars, half_up(lowest, INDEX_PLACES), half_up(highest, INDEX_PLACES))


def _by_group(table: Table, figure: str) -> dict[str, list[Bar]]:
    """Return the bars of every ranking group by rank; what has no rank, or a hidden one, is in the table only."""
    groups: dict[str, list[tuple[int, Bar]]] = {}
    for record in table.records():
        rank, value = record.get("rank"), record.get(figure)
        if isinstance(rank, int) and isinstance(value, Decimal):
            bar = Bar(str(record["name"]), value, f"{value:f}", _figure(record.get("low")), _figure(record.get("high")))
            groups.setdefault(str(record.get("group") or ""), []).append((rank, bar))
    return {group: [bar for _, bar in sorted(bars, key=lambda pair: pair[0])] for group, bars in groups.items()}


def _figure(cell: Cell) -> Decimal | None:
    return cell if isinstance(cell, Decimal) else None
