"""flask report, flask publish: the satisfaction component of every unit, as a file and as a page."""

from pathlib import Path

import click

from survey.cli.edge import edge, json_option, language_option, say, translator, work
from survey.core.clock import now
from survey.core.errors import N_
from survey.counting.service import get_count
from survey.reports.exports import write_report
from survey.reports.rounds import round_tables
from survey.rounds import service
from survey.turnout.queries import get_turnout

ENDINGS = (".csv", ".xlsx", ".json")


@click.command("report", help="Write a counted round's report: .csv, .xlsx or .json.")
@click.argument("round_id", metavar="ROUND")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file; its ending chooses the format [ROUND-report.csv, .xlsx and .json].",
)
@language_option
@json_option
@edge
def report(round_id: str, out: Path | None, words: str, as_json: bool) -> None:
    """Compute every unit's component from the count and write all of it."""
    with work() as session:
        row = service.get_round(session, round_id)
        tables = round_tables(
            service.frozen_round(session, row.id),
            get_count(session, row),
            get_turnout(session, row),
            service.present_voters(session, row),
            translator(words),
            language=words,
        )
    wanted = [out] if out else [Path(f"{round_id}-report{ending}") for ending in ENDINGS]
    files = [file for name in wanted for file in write_report(tables, name)]
    say(
        {"round": round_id, "units": len(tables[0].rows), "files": ", ".join(map(str, files))},
        N_("The report of %(units)s units is in %(files)s"),
        as_json=as_json,
    )


@click.command("publish", help="Let everybody see a counted round's results.")
@click.argument("round_id", metavar="ROUND")
@json_option
@edge
def publish(round_id: str, as_json: bool) -> None:
    """Publish a counted round at /results/ROUND."""
    with work() as session:
        service.publish_round(session, service.get_round(session, round_id), now())
    say({"round": round_id}, N_("%(round)s is published at /results/%(round)s"), as_json=as_json)
