"""flask count: open the urn of a closed round."""

from pathlib import Path

import click

from survey import casting
from survey.cli.edge import (
    ask_passphrase,
    edge,
    json_option,
    minsheng,
    passphrase_option,
    progress,
    say,
    translate,
    work,
)
from survey.core.clock import now
from survey.core.errors import N_
from survey.core.keys import read_private_key
from survey.counting import service
from survey.rounds.service import get_round
from survey.storage.engine import snapshot


@click.command("count", help="Open and count the urn of a closed round.")
@click.argument("round_id", metavar="ROUND")
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    default=Path("office.key"),
    show_default=True,
    help="The office's private key file.",
)
@passphrase_option
@json_option
@edge
def count(round_id: str, key: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Count; killed half-way it starts again and gives the same figures."""
    private_key = read_private_key(key, ask_passphrase(passphrase_file))
    with snapshot(minsheng().engine) as session:
        row = get_round(session, round_id)
        envelopes = casting.reconcile(session.connection(), row.id)
        with progress(N_("Opening envelopes"), envelopes, N_("envelopes")) as step:
            result = service.count_round(session, row, private_key, on_progress=step)
    with work() as session:
        service.keep_count(session, get_round(session, round_id), result, now())
    figures = {
        "round": round_id,
        "envelopes": envelopes,
        "counted": sum(result.ballots.values()),
        "unreadable": list(result.unreadable),
        "duplicates": list(result.duplicates),
        "hash": result.content_hash,
    }
    say(
        figures,
        N_("%(round)s is counted: %(counted)s of %(envelopes)s envelopes. Hash of the count: %(hash)s"),
        as_json=as_json,
    )
    for numbers, sentence in (
        (result.unreadable, N_("%(n)s envelopes are unreadable and not counted, by number: %(numbers)s")),
        (result.duplicates, N_("%(n)s envelopes are copies and not counted, by number: %(numbers)s")),
    ):
        if numbers:
            listed = ", ".join(map(str, numbers))
            click.echo(translate(sentence) % {"n": len(numbers), "numbers": listed}, err=as_json)
