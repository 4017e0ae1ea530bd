"""The report of one unit or cadre: its figures, how its score is made up, why it has its grade, and earlier years."""

from collections.abc import Iterator
from decimal import Decimal
from html import escape

from survey.core.errors import N_
from survey.reports.disclosure import HIDDEN
from survey.reports.paper import Bar, Bars, round_axis
from survey.reports.scores.facts import ScoreReport
from survey.reports.scores.tables import run_tables
from survey.reports.table import Cell, Headings, Table, make_table
from survey.scoring.grades import UnitGrade

HISTORY: Headings = (
    ("year", N_("Year")),
    ("grade", N_("Grade")),
    ("source", N_("Source")),
    ("confirmed_by", N_("Confirmed by")),
)
FIGURES: Headings = (("figure", N_("Figure")), ("value", N_("Value")))
THIS_RUN = N_("this run")
POINTS = N_("Points of the components in the score, of the most possible")
PLACE = N_("%(rank)d of %(n)d")


def unit_tables(report: ScoreReport, code: str) -> tuple[Table, ...]:
    """Return every table about one subject: its figures first.

    Raises:
        NotFound: when the run does not assess it.
    """
    unit = report.unit(code)
    overview, *others = run_tables(report, code)
    return (_figures(report, unit, overview), history_table(report, unit), *others)


def _figures(report: ScoreReport, unit: UnitGrade, overview: Table) -> Table:
    (row,) = overview.rows
    shown = {column.key: (column.heading, cell) for column, cell in zip(overview.columns, row, strict=True)}
    if unit.rank is not None:
        ranked = sum(1 for one in report.run.grades.units if one.group == unit.group and one.rank is not None)
        shown["rank"] = (shown["rank"][0], report.say(PLACE, rank=unit.rank, n=ranked))
    cells = ({"figure": heading, "value": cell} for heading, cell in shown.values() if cell not in (None, ""))
    return make_table("figures", N_("Figures"), FIGURES, cells, report.translate)


def history_table(report: ScoreReport, unit: UnitGrade) -> Table:
    """Return the grades of earlier years, as filed, and this one's."""
    return make_table("history", N_("Grades by year"), HISTORY, _history(report, unit), report.translate)


def _history(report: ScoreReport, unit: UnitGrade) -> Iterator[dict[str, Cell]]:
    filed = {one.name: one for one in report.run.inputs.evidence if (one.kind, one.subject) == ("history", unit.code)}
    for year, grade in sorted(report.filed[unit.code].history.items()):
        row: dict[str, Cell] = {"year": year, "grade": report.grade_name(unit, grade)}
        if one := filed.get(str(year)):
            row |= {"source": one.source, "confirmed_by": one.confirmed_by}
        yield row
    yield {
        "year": report.scheme.year,
        "grade": report.grade_name(unit, unit.grade),
        "source": report.say(THIS_RUN),
        "confirmed_by": unit.decision.by if unit.decision else None,
    }


def points_chart(report: ScoreReport, tables: tuple[Table, ...]) -> Bars | None:
    """Return what each component brings to the score as bars; none where figures are not shown."""
    components = next(table for table in tables if table.name == "components")
    records = [record for record in components.records() if record["weight"]]
    if not records or any(record["points"] in (HIDDEN, None) for record in records):
        return None
    bars = [
        Bar(str(one["words"]), points, f"{points:f} / {one['weight']}")
        for one in records
        if isinstance(points := one["points"], Decimal)
    ]
    most = round_axis(max(Decimal(str(one["weight"])) for one in records))
    return Bars(report.say(POINTS), "", bars, Decimal(0), most)


def unit_html(report: ScoreReport, code: str) -> str:
    """Return a subject's figures and explanation as a piece of a page; every text is escaped."""
    figures, history, *_ = unit_tables(report, code)
    explained = report.explanation(code).html()
    return f'{_html(figures)}<ul class="explanation">{explained}</ul>{_html(history)}'


def _html(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(column.heading)}</th>' for column in table.columns)
    rows = ("".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row) for row in table.rows)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    caption = f"<caption>{escape(table.title)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
