"""The reports of a score run: overall and for each unit, as tables, on paper and as data, all from one structure."""

from collections.abc import Callable
from pathlib import Path

from survey.core.errors import N_, Refused
from survey.core.ids import canonical_json
from survey.reports.exports import WRITERS, write_report
from survey.reports.exports.json import table_document
from survey.reports.scores import pdf
from survey.reports.scores.card import unit_html, unit_tables
from survey.reports.scores.facts import Numbered, ScoreReport
from survey.reports.scores.said import Said
from survey.reports.scores.tables import explanation_table, run_tables
from survey.reports.table import Column, Table
from survey.scoring.run import Run

__all__ = [
    "ENDINGS",
    "Numbered",
    "Said",
    "ScoreReport",
    "score_report",
    "score_tables",
    "unit_html",
    "unit_report",
    "write_score_report",
]

ENDINGS = (".pdf", *sorted(WRITERS))
COUNTS = ("options", "votes")


def score_report(run: Numbered | Run, translate: Callable[[str], str], language: str = "zh") -> ScoreReport:
    """Return a run as a report in one language.

    Args:
        run: a run, kept or not.
        translate: from an English sentence of the program to the reader's language.
        language: the language of the scheme's and the rounds' own words, zh or en.
    """
    return ScoreReport(Numbered(run) if isinstance(run, Run) else run, translate, language)


def score_tables(report: ScoreReport) -> tuple[Table, ...]:
    """Return every table of a run; one table is one sheet of a workbook."""
    return (*run_tables(report), explanation_table(report))


def unit_report(report: ScoreReport, code: str) -> tuple[tuple[Table, ...], Said]:
    """Return every table about one subject, and its explanation.

    Raises:
        NotFound: when the run does not assess it.
    """
    return unit_tables(report, code), report.explanation(code)


def write_score_report(report: ScoreReport, path: Path, unit: str | None = None) -> tuple[Path, ...]:
    """Write a run, or one subject of it, in the format of the file's suffix, and return every file written.

    Raises:
        NotFound: when the run does not assess the subject.
        Refused: for a suffix that no report has, when the font is missing, or when there are no counts for SPSS.
    """
    match path.suffix.lower():
        case ".pdf":
            return pdf.write_run(report, path) if unit is None else pdf.write_unit(report, unit, path)
        case ".json":
            return _write_json(report, path, unit)
        case ".sav":
            return write_report(_counts(report, unit), path)
        case suffix if suffix in WRITERS:
            tables = (
                score_tables(report) if unit is None else (*unit_tables(report, unit), explanation_table(report, unit))
            )
            return write_report(tables, path)
    raise Refused(
        N_("A report is a file in %(known)s; %(file)s is none of them"), known=" ".join(ENDINGS), file=path.name
    )


def _write_json(report: ScoreReport, path: Path, unit: str | None) -> tuple[Path, ...]:
    tables = run_tables(report) if unit is None else unit_tables(report, unit)
    codes = [one.code for one in report.run.grades.units] if unit is None else [unit]
    document: dict[str, object] = {table.name: table_document(table) for table in tables}
    document["explanation"] = {code: report.explanation(code).document() for code in codes}
    path.write_bytes(canonical_json(document) + b"\n")
    return (path,)


def _counts(report: ScoreReport, unit: str | None) -> tuple[Table, ...]:
    """Return the tables of counts of all rounds of a run, the round in front; of one subject, where one is named."""
    if unit is not None:
        report.unit(unit)
    found = []
    for name, one in report.disclosed.rounds.items():
        for table in one.tables:
            if table.name in COUNTS:
                code = [column.key for column in table.columns].index("code")
                rows = tuple((name, *row) for row in table.rows if unit in (None, row[code]))
                columns = (Column("round", report.say(N_("Round"))), *table.columns)
                found.append(Table(table.name, table.title, columns, rows))
    return tuple(found)
