"""flask rounds rehearse, flask rounds clear-rehearsal: try a round before it opens, and leave nothing of it."""

import click

from survey.clearing import CLEARED, KEPT, clear_rehearsal
from survey.cli.edge import edge, json_option, minsheng, say, say_table, translate, work
from survey.cli.rounds import rounds
from survey.codes.generator import address
from survey.codes.service import issue_codes, open_batch
from survey.core.clock import now
from survey.core.errors import N_
from survey.jobs.keeping import keep_only
from survey.rounds.definition import RoundDefinition
from survey.rounds.rehearsal import MADE, MOST_CODES, USUAL_CODES, make_rehearsal
from survey.rounds.service import get_round, list_voter_groups
from survey.staff.actor import TERMINAL
from survey.staff.audit import record


@rounds.command("rehearse")
@click.argument("round_id", metavar="ROUND")
@click.option(
    "--codes",
    type=click.IntRange(1, MOST_CODES),
    default=USUAL_CODES,
    show_default=True,
    help="Codes for each voter group.",
)
@json_option
@edge
def rehearse(round_id: str, codes: int, as_json: bool) -> None:
    """Make the rehearsal of a round that is not open yet, and print its codes; they are shown only now."""
    with work() as session:
        twin = make_rehearsal(session, get_round(session, round_id), now(), codes=codes)
        issued = issue_codes(session, twin, list_voter_groups(session, twin), minsheng().code_key)
        if RoundDefinition.model_validate(twin.definition).meeting:
            open_batch(session, twin, None)
        record(session, TERMINAL, twin.office, MADE, round=round_id, codes=len(issued))
    base_url = minsheng().settings.base_url
    rows = [
        {"group": one.group, "class": one.ballot_class, "code": one.code, "url": address(base_url, one.code)}
        for one in sorted(issued, key=lambda one: (one.group, one.ballot_class))
    ]
    columns = {"group": N_("Group"), "class": N_("Class"), "url": N_("Address")}
    say_table(rows, columns, as_json=as_json)
    if not as_json:
        sentence = N_(
            "%(rehearsal)s is open: a rehearsal of %(round)s, marked on every page. Its answers are sealed to a key "
            "that nobody has. %(round)s opens after `flask rounds clear-rehearsal %(round)s`."
        )
        say({"rehearsal": twin.name, "round": round_id}, sentence, as_json=False)


@rounds.command("clear-rehearsal")
@click.argument("round_id", metavar="ROUND")
@json_option
@edge
def clear_rehearsal_(round_id: str, as_json: bool) -> None:
    """Delete the rehearsal of a round, and count in every table that nothing of it is left."""
    with work() as session:
        row = get_round(session, round_id)
        cleared = clear_rehearsal(session, row)
        record(session, TERMINAL, row.office, CLEARED, round=row.name, tables=len(cleared.tables))
    for job in cleared.jobs:
        keep_only(minsheng().settings.files, job, set())
    rows = [{"table": one.table, "deleted": one.deleted, "left": one.left} for one in cleared.tables]
    say_table(rows, {"table": N_("Table"), "deleted": N_("Deleted"), "left": N_("Left")}, as_json=as_json)
    if not as_json:
        click.echo(translate(KEPT))
