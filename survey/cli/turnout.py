"""flask turnout: every code in exactly one disposition, and the urn beside it."""

import click

from survey import casting
from survey.cli.edge import edge, json_option, say_table, translate, work
from survey.core.errors import N_
from survey.rounds.service import get_round
from survey.turnout.queries import get_turnout
from survey.turnout.rules import Disposition, sum_up

_COLUMNS = {
    "group": N_("Group"),
    "class": N_("Class"),
    "planned": N_("Planned"),
    "issued": N_("Issued"),
    "spent": N_("Spent"),
    "waiting": N_("Waiting"),
    "expired": N_("Expired"),
    "void": N_("Void"),
    "spare": N_("Spare"),
    "rate": N_("Response rate"),
}


@click.command("turnout", help="Show issued, spent, void and expired codes by group, and check them against the urn.")
@click.argument("round_id", metavar="ROUND")
@json_option
@edge
def turnout(round_id: str, as_json: bool) -> None:
    """Print the response account; fail when it does not reconcile with the urn."""
    with work() as session:
        row = get_round(session, round_id)
        groups = get_turnout(session, row)
        ballots = None if row.destroyed_at else casting.reconcile(session.connection(), row.id)
    overall = sum_up(groups, translate(N_("All")))
    say_table([_row(group) for group in (*groups, overall)], _COLUMNS, as_json=as_json)
    if as_json:
        return
    if ballots is None:
        click.echo(
            translate(
                N_(
                    "Response rate = spent / issued; issued = all codes made - void. The envelopes are destroyed: "
                    "spent codes can no longer be compared with them."
                )
            )
        )
    elif overall.step > 1:
        click.echo(
            translate(
                N_(
                    "Response rate = spent / issued; issued = all codes made - void. Spent codes and envelopes in the "
                    "urn agree. While this secret round is open, spent codes are shown in steps of %(step)s, and no "
                    "group is shown complete."
                )
            )
            % {"step": overall.step}
        )
    else:
        click.echo(
            translate(
                N_(
                    "Response rate = spent / issued; issued = all codes made - void. "
                    "Spent codes and envelopes in the urn agree: %(n)s"
                )
            )
            % {"n": ballots}
        )


def _row(part: Disposition) -> dict[str, object]:
    return {
        "group": part.group,
        "class": part.ballot_class,
        "planned": part.planned,
        "issued": part.issued,
        "spent": part.spent,
        "waiting": part.waiting,
        "expired": part.expired,
        "void": part.void,
        "spare": part.spare,
        "rate": part.rate,
        "step": part.step,
    }
