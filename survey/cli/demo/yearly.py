"""A demo's yearly result: its scheme applied to what was counted and filed, published, and printed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey.cli.edge import language, say_table, translate
from survey.core.clock import now
from survey.core.errors import N_
from survey.core.software import software
from survey.questionnaires.words import Words
from survey.reports.scores import ScoreReport, score_report
from survey.reports.scores.tables import score_of
from survey.scoring import filing, service
from survey.scoring.grades import UnitGrade
from survey.scoring.group_quotas import BOTTOM, KEEPS, LOSES
from survey.scoring.rules.explanation import Step
from survey.scoring.rules.gates import IS, LEVEL_IS
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.run import Run, score_run
from survey.scoring.scheme import read_scheme
from survey.scoring.standings import BLOCKED

COLUMNS = {
    "rank": N_("Rank"),
    "code": N_("Unit code"),
    "name": N_("Unit"),
    "score": N_("Score"),
    "band": N_("Grade by score"),
    "grade": N_("Grade"),
    "reason": N_("Reason"),
}
# Of a longer group only the first and the last are printed.
MOST, FIRST, LAST = 100, 5, 10
SHORT = {LOSES: N_("quota used up"), BOTTOM: N_("among the last places")}
BETWEEN = N_("... %(n)s more")

Row = dict[str, object]


def make_run(
    session: Session, scheme_file: Path, components: Path, history: Path | None = None, *, publish: bool = True
) -> Run:
    """Add a scheme, file what the tables say, score, keep the run, and publish it unless told otherwise."""
    scheme = read_scheme(scheme_file)
    service.add_scheme(session, scheme)
    filing.import_evidence(session, scheme, components)
    if history:
        filing.import_evidence(session, scheme, history, "history")
    run = score_run(service.gather(session, scheme))
    number, new = service.keep_run(session, run, now(), software=software())
    if new and publish:
        service.publish_run(session, scheme.id, number, now())
    return run


def print_run(report: ScoreReport) -> None:
    """Print a table for each ranking group, the best first, and how its quotas were used."""
    click.echo(report.words(report.scheme.title))
    grades = report.run.grades
    for group in dict.fromkeys(unit.group for unit in grades.units):
        units = [unit for unit in grades.units if unit.group == group]
        units.sort(key=lambda unit: (unit.rank is None, unit.rank))
        say_table(_cut([_row(report, unit) for unit in units]), COLUMNS, as_json=False, title=f"{group} ({len(units)})")
        for use in grades.quotas:
            if use.group == group:
                click.echo("  " + "; ".join(_said(step) for step in (use.step, *use.step.parts)))


def print_explanation(report: ScoreReport, code: str) -> None:
    """Print, in full sentences, why a unit has its grade."""
    click.echo()
    for said in report.explanation(code).walk():
        click.echo("  " * said.level + said.text)


def report_of(run: Run) -> ScoreReport:
    """Return a run as a report in the terminal's language."""
    return score_report(run, translate, language())


def examples(run: Run) -> tuple[str, str]:
    """Return the codes of two units worth a look: the best of its group without the best grade, and one flagged."""
    units = run.grades.units
    barred = next((unit for unit in units if unit.rank == 1 and unit.eligible is False), units[0])
    return barred.code, next((unit for unit in units if unit.flags), units[-1]).code


def _row(report: ScoreReport, unit: UnitGrade) -> Row:
    row: Row = {"rank": unit.rank, "code": unit.code, "name": unit.name, "score": score_of(report, unit)}
    if isinstance(unit.score, Insufficient):
        return row | {"band": None, "grade": None, "reason": report.explanation(unit.code).children[0].text}
    return row | {
        "band": _band(report, unit),
        "grade": report.grade_name(unit, unit.grade) or _said(unit.steps[-1]),
        "reason": "; ".join(dict.fromkeys(_reasons(report, unit))) or None,
    }


def _band(report: ScoreReport, unit: UnitGrade) -> str | None:
    """Return the grade by the score alone; none where only quotas decide."""
    unit_type = report.scheme.unit_type(unit.unit_type)
    assert unit_type is not None
    marks = [band.at_least for band in report.scheme.grading(unit_type).bands]
    return report.grade_name(unit, unit.band) if any(mark is not None for mark in marks) else None


def _reasons(report: ScoreReport, unit: UnitGrade) -> Iterator[str]:
    """Give in a few words what made the grade another than the score's; the explanation says it in full."""
    withheld = report.disclosed.withheld(unit.code)
    for step in unit.steps:
        if step.kind == "gate" and step.holds:
            gate, finding = step.figures.get("gate"), step.figures.get("finding")
            found = finding.figures.get("finding", finding) if isinstance(finding, Step) else None
            if step.message == BLOCKED and isinstance(found, Step) and found.message in (IS, LEVEL_IS) and not withheld:
                yield _said(found)
            elif isinstance(gate, Words):
                yield report.words(gate)
    quotas = [step for step in unit.steps if step.kind == "quota" and step.message != KEEPS]
    for step in quotas[-1:]:
        yield translate(SHORT[step.message]) if step.message in SHORT else _said(step)


def _cut(rows: Sequence[Row]) -> list[Row]:
    if len(rows) <= MOST:
        return list(rows)
    n = len(rows) - FIRST - LAST
    between = dict.fromkeys(COLUMNS) | {"name": translate(BETWEEN) % {"n": n}}
    return [*rows[:FIRST], between, *rows[-LAST:]]


def _said(step: Step) -> str:
    return step.say(translate, language())
