"""flask rounds: create, check, open, close, remove, list, show; for a meeting: the two links, and who came."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from survey import casting
from survey.cli.edge import (
    confirm_id,
    edge,
    json_option,
    language,
    minsheng,
    note,
    plain,
    reason_option,
    say,
    say_table,
    translate,
    work,
)
from survey.codes.service import expect_none_issued
from survey.core.clock import now
from survey.core.errors import N_, Refused
from survey.core.ids import derive_key
from survey.core.sentences import fill
from survey.rounds import service
from survey.rounds.definition import RoundDefinition
from survey.rounds.drafting import MADE, WITH_ROSTER, hold_draft
from survey.rounds.links import PURPOSE, Hall, hall_path
from survey.rounds.models import WORDS, Round

rounds = AppGroup("rounds", help="One collection, from draft to counted.")
_round = click.argument("round_id", metavar="ROUND")


@rounds.command("create")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@edge
def create(file: Path, as_json: bool) -> None:
    """Create a draft from a round FILE and the files it names."""
    with work() as session:
        row = service.create_round(session, file)
        definition = RoundDefinition.model_validate(row.definition)
        note(session, row.office, MADE, name=row.name, questionnaire=definition.questionnaire)
        if definition.subjects:
            note(session, row.office, WITH_ROSTER, name=row.name, file=definition.subjects)
        groups = service.list_voter_groups(session, row)
        figures = {"round": row.name, "groups": len(groups), "planned": sum(group.planned for group in groups)}
    say(
        figures,
        N_("The round %(round)s is a draft: %(groups)s voter groups, %(planned)s ballots planned"),
        as_json=as_json,
    )


@rounds.command("check")
@_round
@json_option
@edge
def check(round_id: str, as_json: bool) -> None:
    """List everything that blocks opening, with the remedy."""
    with work() as session:
        row = service.get_round(session, round_id)
        found = service.check_round(session, row, now())
        note(session, row.office, service.CHECKED, name=row.name, n=len(found))
    lines = [
        {"problem": fill(one.message, one.figures, translate), "remedy": fill(one.remedy, one.figures, translate)}
        for one in found
    ]
    if as_json:
        click.echo(json.dumps({"round": round_id, "ready": not found, "blockers": lines}, ensure_ascii=False))
    elif not found:
        say({"round": round_id}, N_("%(round)s is ready: nothing blocks opening"), as_json=False)
    else:
        say_table(lines, {"problem": N_("What blocks"), "remedy": N_("What to do")}, as_json=False)
    if found:
        raise SystemExit(1)


@rounds.command("open")
@_round
@reason_option
@json_option
@edge
def open_(round_id: str, reason: str, as_json: bool) -> None:
    """Open a round; its questionnaire, rosters, rules and key are frozen."""
    with work() as session:
        row = service.get_round(session, round_id)
        frozen = service.open_round(session, row, now())
        note(session, row.office, service.OPENED, round=row.name, hash=frozen.content_hash[:16], reason=reason)
    say(
        {"round": round_id, "hash": frozen.content_hash, "key": ", ".join(key.fingerprint for key in frozen.keys)},
        N_("%(round)s is open. Frozen content: %(hash)s. Sealed to the key %(key)s"),
        as_json=as_json,
    )


@rounds.command("remove")
@_round
@reason_option
@click.option("--yes", is_flag=True, help="Do not ask for the round's id once more.")
@json_option
@edge
def remove(round_id: str, reason: str, *, yes: bool, as_json: bool) -> None:
    """Remove a draft that was never opened and has no codes; it cannot be taken back."""
    with work() as session:
        service.get_round(session, round_id)
    if not yes:
        confirm_id(round_id, N_("This cannot be taken back. Type the round's id to remove it"))
    with work() as session:
        row = service.get_round(session, round_id)
        hold_draft(session, row)
        expect_none_issued(session, row)
        removed = service.remove_round(session, row)
        note(session, row.office, service.REMOVED, reason=reason, **removed)
    say(removed, N_("The draft %(round)s is removed, with %(planned)s planned voters"), as_json=as_json)


@rounds.command("close")
@_round
@reason_option
@json_option
@edge
def close(round_id: str, reason: str, as_json: bool) -> None:
    """Close a round for good."""
    with work() as session:
        row = service.get_round(session, round_id)
        casting.close(session, row, now())
        cast = casting.reconcile(session.connection(), row.id)
        note(session, row.office, service.CLOSED, round=row.name, envelopes=cast, reason=reason)
    say(
        {"round": round_id, "ballots": cast},
        N_("%(round)s is closed with %(ballots)s ballots in the urn"),
        as_json=as_json,
    )


@rounds.command("present")
@_round
@click.argument("present", type=click.IntRange(min=0), metavar="N")
@click.option("--group", required=True, help="The voter group, as in the voters file.")
@click.option("--class", "ballot_class", required=True, help="Its ballot class.")
@json_option
@edge
def present_(round_id: str, present: int, group: str, ballot_class: str, as_json: bool) -> None:
    """Write down how many voters of a group and class came (实到)."""
    with work() as session:
        row = service.get_round(session, round_id)
        service.note_present(session, row, group, ballot_class, present)
        written = {"round": row.name, "group": group, "ballot_class": ballot_class, "n": present}
        note(session, row.office, service.PRESENT, **written)
    say(
        {"round": round_id, "group": group, "class": ballot_class, "present": present},
        N_("%(present)s voters of group %(group)s, class %(class)s are present"),
        as_json=as_json,
    )


@rounds.command("hall")
@_round
@json_option
@edge
def hall(round_id: str, as_json: bool) -> None:
    """Print a meeting's two links: one for the projector, one for the host alone.

    They are always the same, and do nothing any more once the round is closed. `/?kiosk=1` is the page for a
    tablet that several people share.
    """
    with work() as session:
        row = service.get_round(session, round_id)
        if not RoundDefinition.model_validate(row.definition).meeting:
            raise Refused(N_("%(name)s is not held as a meeting: write meeting: true in its file"), name=round_id)
    settings = minsheng().settings
    key = derive_key(settings.secret_key, PURPOSE)
    links = {hall.name.lower(): settings.base_url + hall_path(hall, round_id, key) for hall in Hall}
    say(
        {"round": round_id, **links, "tablet": f"{settings.base_url}/?kiosk=1"},
        N_(
            "For the projector: %(projector)s\n"
            "For the host alone (whoever has it opens and closes the vote): %(host)s\n"
            "For a shared tablet: %(tablet)s"
        ),
        as_json=as_json,
    )


@rounds.command("list")
@json_option
@edge
def list_(as_json: bool) -> None:
    """List all rounds."""
    with work() as session:
        rows = [_figures(row) for row in service.list_rounds(session, rehearsals=True)]
    rows = rows if as_json else [_worded(row) for row in rows]
    say_table(rows, {"round": N_("Round"), "title": N_("Title"), "state": N_("State")}, as_json=as_json)


@rounds.command("show")
@_round
@json_option
@edge
def show(round_id: str, as_json: bool) -> None:
    """Show where a round stands."""
    with work() as session:
        row = service.get_round(session, round_id)
        figures = _figures(row)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, default=plain))
        return
    say_table(
        [{"field": name, "value": value or "-"} for name, value in _worded(figures).items()],
        {"field": N_("Field"), "value": N_("Value")},
        as_json=False,
    )


def _worded(figures: dict[str, object]) -> dict[str, object]:
    return {**figures, "state": WORDS[str(figures["state"])]}


def _figures(row: Round) -> dict[str, object]:
    definition = RoundDefinition.model_validate(row.definition)
    return {
        "round": row.name,
        "title": definition.title.words(language()),
        "state": row.state,
        "questionnaire": definition.questionnaire,
        "opens_at": definition.opens_at,
        "closes_at": definition.closes_at,
        "frozen_hash": row.frozen_hash,
        "published_at": row.published_at,
    }
