"""A run on paper: the report of everyone by ranking group, and the report of one unit or cadre."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from survey.core.errors import N_
from survey.core.sentences import write_day
from survey.reports.paper import Bar, Bars, Sheet, round_axis
from survey.reports.paper.sheet import Line
from survey.reports.scores.card import points_chart, unit_tables
from survey.reports.scores.facts import ScoreReport
from survey.reports.scores.said import Said
from survey.reports.scores.tables import NO, run_tables, score_of
from survey.reports.table import Table
from survey.scoring.grades import UnitGrade
from survey.scoring.rules.insufficient import LIST_SEPARATOR

MOST_BARS = 60
MOST_ROWS = 400

TITLE = N_("%(title)s, %(year)d: scores and grades")
UNIT_TITLE = N_("%(name)s: result of %(year)d")
RUN = N_("run %(number)s of the scheme %(scheme)s, %(day)s")
UNKEPT = N_("scheme %(scheme)s")
WHAT_IF = N_("What if, and no result: %(what)s")
ASSESSED = N_("%(n)d are assessed in %(groups)d ranking groups: %(grades)s.")
UNDECIDED = N_("%(n)d without a grade")
GRADED = N_("%(grade)s %(n)d")
SCORES = N_("Scores of %(group)s")
GRADES = N_("Grades of %(group)s")
SCORE, NUMBER = N_("Score"), N_("Number")
EVERYBODY = N_("all units")
ELSEWHERE = N_("%(n)d rows: they stand in the report of each unit and in the XLSX, CSV and JSON of this run.")
THAT_APPLY = N_("%(title)s that apply")
NOTHING = N_("Nothing to list.")
NOT_DRAWN = N_("The figures of the components are not shown; the explanation says why.")
MARKS = {"gate": {True: "×", False: "○", None: "?"}}
DOT = "·"
LEGEND = N_("× applies, ○ does not apply, ? cannot be told")


def write_run(report: ScoreReport, path: Path, font: Path | None = None) -> tuple[Path, ...]:
    """Write the report of everyone as a PDF.

    Raises:
        Refused: when the font is missing.
    """
    title = report.say(TITLE, title=report.words(report.scheme.title), year=report.scheme.year)
    sheet = Sheet(path, title, report.language, font)
    sheet.title(title, *_subtitles(report))
    sheet.paragraph(_summary(report))
    for chart in _charts(report):
        sheet.bars(chart)
    for table in run_tables(report):
        _set(sheet, report, table)
    sheet.save()
    return (path,)


def write_unit(report: ScoreReport, code: str, path: Path, font: Path | None = None) -> tuple[Path, ...]:
    """Write the report of one subject as a PDF.

    Raises:
        NotFound: when the run does not assess it.
        Refused: when the font is missing.
    """
    unit = report.unit(code)
    tables = unit_tables(report, code)
    title = report.say(UNIT_TITLE, name=unit.name, year=report.scheme.year)
    sheet = Sheet(path, title, report.language, font)
    sheet.title(title, report.words(report.scheme.title), *_subtitles(report))
    figures, history, *others = tables
    sheet.table(figures, figures.title)
    chart = points_chart(report, tables)
    if chart is None:
        sheet.note(report.say(NOT_DRAWN))
    else:
        sheet.bars(chart)
    sheet.heading(report.say(N_("Explanation")))
    sheet.open_down(list(explained(report.explanation(code))))
    sheet.note(report.say(LEGEND))
    sheet.table(history, history.title)
    for table in others:
        if table.name in ("components", "method"):
            sheet.table(_without_name(table), table.title, empty=report.say(NOTHING))
    sheet.save()
    return (path,)


def _without_name(table: Table) -> Table:
    """Return a table without the columns that say whom it is about, for the whole report is."""
    return _without(table, "code", "name", "component")


def _without(table: Table, *keys: str) -> Table:
    kept = [i for i, column in enumerate(table.columns) if column.key not in keys]
    rows = tuple(tuple(row[i] for i in kept) for row in table.rows)
    return Table(table.name, table.title, tuple(table.columns[i] for i in kept), rows)


def explained(said: Said) -> Iterator[Line]:
    """Give an explanation as lines, each with its mark."""
    for one in said.walk():
        mark = MARKS.get(one.kind, {}).get(one.holds, DOT)
        yield Line(one.level, one.text, mark if one.level else "")


def _subtitles(report: ScoreReport) -> Iterator[str]:
    numbered = report.numbered
    if numbered.number is None or numbered.made_at is None:
        yield report.say(UNKEPT, scheme=report.scheme.reference)
    else:
        day = write_day(numbered.made_at, report.translate)
        yield report.say(RUN, number=numbered.number, scheme=report.scheme.reference, day=day)
    if numbered.what_if:
        yield report.say(WHAT_IF, what=numbered.what_if)


def _summary(report: ScoreReport) -> str:
    units = report.run.grades.units
    counted = Counter(report.grade_name(unit, unit.grade) for unit in units)
    undecided = counted.pop(None, 0)
    names = [name for grading in report.scheme.gradings for name in (report.words(band) for band in grading.bands)]
    said = [report.say(GRADED, grade=name, n=counted[name]) for name in dict.fromkeys(names) if counted[name]]
    if undecided:
        said.append(report.say(UNDECIDED, n=undecided))
    groups = len({unit.group for unit in units})
    return report.say(ASSESSED, n=len(units), groups=groups, grades=report.say(LIST_SEPARATOR).join(said))


def _charts(report: ScoreReport) -> Iterator[Bars]:
    """Give a chart for every ranking group: everyone's score, or in a large group how many have each grade."""
    groups: dict[str, list[UnitGrade]] = defaultdict(list)
    for unit in report.run.grades.units:
        groups[unit.group].append(unit)
    for group, members in groups.items():
        name = group or report.say(EVERYBODY)
        yield _grades(report, name, members) if len(members) > MOST_BARS else _scores(report, name, members)


def _scores(report: ScoreReport, group: str, members: Sequence[UnitGrade]) -> Bars:
    ranked = sorted((unit for unit in members if unit.rank is not None), key=lambda unit: unit.rank or 0)
    bars = [
        Bar(f"{unit.rank}  {unit.name}", score, f"{score:f}")
        for unit in ranked
        if isinstance(score := score_of(report, unit), Decimal)
    ]
    clip = report.scheme.clip
    return Bars(
        report.say(SCORES, group=group), report.say(SCORE), bars, min(clip.least, Decimal(0)), report.scheme.most
    )


def _grades(report: ScoreReport, group: str, members: Sequence[UnitGrade]) -> Bars:
    counted = Counter(report.grade_name(unit, unit.grade) for unit in members)
    unit_type = report.scheme.unit_type(members[0].unit_type)
    assert unit_type is not None
    names = [report.words(band) for band in report.scheme.grading(unit_type).bands]
    bars = [Bar(name, Decimal(counted[name]), str(counted[name])) for name in names]
    if counted[None]:
        bars.append(Bar(report.say(N_("no grade")), Decimal(counted[None]), str(counted[None])))
    return Bars(report.say(GRADES, group=group), report.say(NUMBER), bars, Decimal(0), round_axis(len(members)))


def _set(sheet: Sheet, report: ScoreReport, table: Table) -> None:
    if table.name == "gates":
        holds = [column.key for column in table.columns].index("holds")
        no = report.say(NO)
        rows = tuple(row for row in table.rows if row[holds] != no)
        table = Table(table.name, report.say(THAT_APPLY, title=table.title), table.columns, rows)
    if table.name in ("components", "gates") and len(table.rows) > MOST_ROWS:
        sheet.heading(table.title)
        sheet.paragraph(report.say(ELSEWHERE, n=len(table.rows)))
        return
    sheet.table(_without(table, "component"), table.title, empty=report.say(NOTHING))
