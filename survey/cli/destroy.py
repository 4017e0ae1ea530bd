"""flask rounds destroy: wipe a round's envelopes, and search the database's files for what is left of them."""

import json
from pathlib import Path

import click

from survey.cli.edge import (
    confirm_id,
    edge,
    json_option,
    minsheng,
    note,
    progress,
    say,
    say_table,
    stop,
    translate,
    work,
)
from survey.cli.rounds import rounds
from survey.core.clock import now
from survey.core.errors import N_, Problem
from survey.counting import destroy
from survey.rounds.service import get_round
from survey.storage.engine import snapshot
from survey.storage.shred import Search, search

SHOWN = 20
ELSEWHERE = (
    N_("backups and copies of the database, dumps, snapshots of the machine or its disk"),
    N_("the exported urn file and whatever it was carried on"),
    N_("blocks of the disk that the file system has given free but not overwritten, and its journal"),
    N_("the memory of the server, and its swap"),
)
KEYS = N_(
    "Destroy the private keys of the round as well, every copy, with a witness, and write a record: "
    "whoever keeps them and a backup from before can still open every envelope in it."
)


@rounds.command("destroy")
@click.argument("round_id", metavar="ROUND")
@click.option("--yes", is_flag=True, help="Do not ask for the round's id once more.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="PostgreSQL's data directory, when the database's role may not ask for it.",
)
@click.option("--again", is_flag=True, help="Only overwrite again, after a destruction that was interrupted.")
@json_option
@edge
def destroy_(round_id: str, data: Path | None, *, yes: bool, again: bool, as_json: bool) -> None:
    """Wipe a counted round's envelopes after the objection period; it cannot be taken back."""
    engine = minsheng().engine
    if again:
        with work() as session:
            row = get_round(session, round_id)
        if row.destroyed_at is None:
            stop(translate(N_("The envelopes of %(round)s are not destroyed; leave out --again")) % {"round": round_id})
        refused = destroy.shred_urns(engine)
        with work() as session:
            note(session, row.office, destroy.OVERWRITTEN, round=row.name)
        _say_refused(refused, as_json=as_json)
        say({"round": round_id}, N_("What was deleted is overwritten once more"), as_json=as_json)
        return
    with snapshot(engine) as session, progress(N_("Reading envelopes"), 0, N_("envelopes")) as step:
        needles = destroy.needles_of(session, get_round(session, round_id), now(), on_progress=step)
    if not yes:
        confirm_id(round_id, N_("This cannot be taken back. Type the round's id to destroy its envelopes"))
    before = search(engine, needles, data)
    with work() as session:
        row = get_round(session, round_id)
        envelopes = destroy.destroy_urn(session, row, now())
        note(session, row.office, destroy.DESTROYED, round=row.name, envelopes=envelopes)
    refused = destroy.shred_urns(engine)
    after = search(engine, needles, data)
    figures = {"round": round_id, "envelopes": envelopes, "destroyed_at": row.destroyed_at}
    if as_json:
        click.echo(json.dumps(figures | _document(before, after, refused), ensure_ascii=False, default=str))
    else:
        say(figures, N_("%(round)s: %(envelopes)s envelopes are destroyed and this is on record"), as_json=False)
        _say_search(before, after)
        _say_elsewhere()
    _say_refused(refused, as_json=as_json)
    if left := after.traces(log=False):
        stop(translate(N_("%(n)s traces are left in the data files; nothing is proven")) % {"n": left})


def _document(before: Search, after: Search, refused: tuple[Problem, ...]) -> dict[str, object]:
    return {
        "searched": [
            {"file": str(one.file), "log": one.log, "bytes": one.size, "traces": one.traces} for one in after.files
        ],
        "traces_before": sum(one.traces for one in before.files),
        "traces_in_data": None if after.why_not else after.traces(log=False),
        "traces_in_log": None if after.why_not else after.traces(log=True),
        "not_searched_because": after.why_not and after.why_not.say(translate),
        "refused": [problem.say(translate) for problem in refused],
        "not_searched": [translate(place) for place in ELSEWHERE],
    }


def _say_search(before: Search, after: Search) -> None:
    if after.why_not:
        click.echo(translate(N_("The files of the database were not searched, so that they are gone is not proven.")))
        click.echo(after.why_not.say(translate))
        return
    kinds = {False: N_("Tables and all other files"), True: N_("Write-ahead log")}
    rows = [
        {
            "kind": translate(kind),
            "files": sum(one.log is log for one in after.files),
            "bytes": sum(one.size for one in after.files if one.log is log),
            "before": before.traces(log=log),
            "after": after.traces(log=log),
        }
        for log, kind in kinds.items()
    ]
    headings = {
        "kind": N_("Searched"),
        "files": N_("Files"),
        "bytes": N_("Bytes"),
        "before": N_("Traces before"),
        "after": N_("Traces after"),
    }
    say_table(rows, headings, as_json=False)
    found = [one for one in after.files if one.traces]
    for one in found[:SHOWN]:
        click.echo(f"  {one.file}: {one.traces}")
    if found[SHOWN:]:
        click.echo(translate(N_("  and %(n)s more files")) % {"n": len(found) - SHOWN})
    if left := after.traces(log=True):
        click.echo(
            translate(
                N_(
                    "The write-ahead log still holds %(n)s pieces of encrypted ballots, until the server writes over "
                    "its files; how soon depends on how much is written."
                )
            )
            % {"n": left}
        )


def _say_elsewhere() -> None:
    click.echo(translate(N_("What cannot be searched from here:")))
    for place in ELSEWHERE:
        click.echo(f"  - {translate(place)}")
    click.echo(translate(KEYS))


def _say_refused(refused: tuple[Problem, ...], *, as_json: bool) -> None:
    for problem in refused:
        click.echo(problem.say(translate), err=True)
    if refused and not as_json:
        click.echo(translate(N_("When this is mended, run the command again with --again.")), err=True)
