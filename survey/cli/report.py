"""flask report, flask publish: what a round or a score run gives, as files and as a page."""

from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey.cli.edge import edge, json_option, language_option, note, reason_option, say, work
from survey.core.clock import now
from survey.core.errors import N_, NotFound, Refused
from survey.core.language import translator
from survey.counting.service import get_count
from survey.reports.exports import write_report
from survey.reports.paper.rounds import write_round
from survey.reports.rounds import round_tables
from survey.reports.scores import ENDINGS, Numbered, ScoreReport, score_report, write_score_report
from survey.rounds import service
from survey.rounds.models import Round
from survey.scoring import service as scoring
from survey.turnout.queries import get_turnout

WITHOUT_OUT = (".csv", ".xlsx", ".json")

Write = Callable[[Path], tuple[Path, ...]]


@click.command(
    "report", help="Write the report of a counted round or of a scheme's last run: .pdf .xlsx .csv .json .sav."
)
@click.argument("name", metavar="ROUND|SCHEME")
@click.option("--unit", help="The report of one unit or cadre of a run, by its code.")
@click.option("--run", "number", type=click.IntRange(min=1), help="Another run of the scheme than the last.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file; its ending chooses the format [NAME-report.csv, .xlsx and .json].",
)
@language_option
@json_option
@edge
def report(name: str, unit: str | None, number: int | None, out: Path | None, words: str, as_json: bool) -> None:
    """Write all tables of a round, or of a run, or what concerns one unit of a run."""
    _check_ending(out)
    with work() as session:
        row = _round(session, name)
        if row is not None and (unit or number):
            raise Refused(N_("%(name)s is a round; --unit and --run are for the runs of a scheme"), name=name)
        if row is not None:
            result, write = _of_round(session, row, words)
        else:
            result, write = _of_run(_run(session, name, number, words), unit)
    name = name.partition("@")[0]
    wanted = [out] if out else [Path(f"{name}-report{ending}") for ending in WITHOUT_OUT]
    files = [file for one in wanted for file in write(one)]
    say(
        {**result, "files": ", ".join(map(str, files))},
        N_("The report of %(units)s units is in %(files)s"),
        as_json=as_json,
    )


def _check_ending(out: Path | None) -> None:
    """Refuse a format that does not exist before anything is computed."""
    if out is not None and out.suffix.lower() not in ENDINGS:
        sentence = N_("A report is a file in %(known)s; %(file)s is none of them")
        raise Refused(sentence, known=" ".join(ENDINGS), file=out.name)


def _round(session: Session, name: str) -> Round | None:
    try:
        return service.get_round(session, name)
    except NotFound:
        return None


def _of_round(session: Session, row: Round, words: str) -> tuple[dict[str, object], Write]:
    frozen = service.frozen_round(session, row.id)
    tables = round_tables(
        frozen,
        get_count(session, row),
        get_turnout(session, row),
        service.present_voters(session, row),
        translator(words),
        language=words,
    )

    def write(file: Path) -> tuple[Path, ...]:
        if file.suffix.lower() == ".pdf":
            return write_round(frozen, tables, file, translator(words), words)
        return write_report(tables, file)

    return {"round": row.name, "units": len(tables[0].rows)}, write


def _run(session: Session, name: str, number: int | None, words: str) -> ScoreReport:
    try:
        scheme = scoring.get_scheme(session, name)
    except NotFound:
        raise NotFound(N_("There is neither a round nor a scheme %(name)s"), name=name) from None
    kept = scoring.get_run(session, scheme.id, number)
    scoring.expect_version(kept, scheme.reference if "@" in name else name)
    run = scoring.run_again(session, kept)
    return score_report(Numbered(run, kept.number, kept.what_if, kept.made_at, kept.software), translator(words), words)


def _of_run(made: ScoreReport, unit: str | None) -> tuple[dict[str, object], Write]:
    if unit is not None:
        made.unit(unit)
    units = 1 if unit is not None else len(made.run.grades.units)
    result: dict[str, object] = {
        "scheme": made.scheme.reference,
        "run": made.numbered.number,
        "unit": unit,
        "units": units,
    }
    return result, lambda file: write_score_report(made, file, unit)


@click.command("publish", help="Let everybody see a counted round's results.")
@click.argument("round_id", metavar="ROUND")
@reason_option
@json_option
@edge
def publish(round_id: str, reason: str, as_json: bool) -> None:
    """Publish a counted round at /results/ROUND."""
    with work() as session:
        row = service.get_round(session, round_id)
        service.publish_round(session, row, now())
        note(session, row.office, service.PUBLISHED, round=row.name, reason=reason)
    say({"round": round_id}, N_("%(round)s is published at /results/%(round)s"), as_json=as_json)
