"""flask codes: issue, list, print, open and close in a meeting, void."""

from collections import Counter
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey.cli.edge import (
    edge,
    json_option,
    language_option,
    minsheng,
    new_file,
    note,
    progress,
    reason_option,
    say,
    say_table,
    translate,
    work,
)
from survey.codes import service, slips
from survey.codes.files import by_class, read_slips, write_codes
from survey.codes.generator import digest, normalise
from survey.codes.layouts import LayoutName
from survey.codes.models import BatchDoor
from survey.codes.poster import Paper, write_poster
from survey.codes.service import IssuedCode
from survey.codes.sheets import write_sheets
from survey.codes.words import fingerprints, make_heading, make_poster
from survey.core.clock import now
from survey.core.errors import N_, Refused
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round, State
from survey.rounds.service import frozen_round, get_round, list_voter_groups

codes = AppGroup("codes", help="One-time codes, drawn blind.")
_round = click.argument("round_id", metavar="ROUND")
_DOORS = {BatchDoor.WAITING: N_("waiting"), BatchDoor.OPEN: N_("open"), BatchDoor.SHUT: N_("closed")}
_BOX = N_("Cut the slips, put those of one file into one box, mix them, and let everybody draw one.")
_batch = click.option("--batch", help="The batch's name, as in the CSV file; without it, every batch of the round.")


@codes.command("issue")
@_round
@click.option("--csv", "file", type=click.Path(path_type=Path), help="Where to write the codes [ROUND-codes.csv].")
@click.option(
    "--spare",
    type=click.IntRange(1, 1_000_000),
    default=None,
    help="Issue a spare batch of so many codes for each group (see --group), to replace lost slips.",
)
@click.option("--group", "only", help="Issue for this voter group only.")
@json_option
@edge
def issue(round_id: str, file: Path | None, spare: int | None, only: str | None, as_json: bool) -> None:
    """Issue the planned codes and write them, shuffled, to a CSV file for the print shop.

    The file is the only place where the codes stand: the database keeps fingerprints.
    """
    file = file or _csv_of(round_id)
    with work() as session:
        row = get_round(session, round_id)
        meeting = RoundDefinition.model_validate(row.definition).meeting
        groups = [group for group in list_voter_groups(session, row) if only in (None, group.group)]
        if not groups:
            raise Refused(N_("%(round)s has no voter group %(group)s"), round=round_id, group=only)
        places = {
            (group.group, group.ballot_class): new_file(_of_box(file, group.group, group.ballot_class))
            if meeting
            else new_file(file)
            for group in groups
        }
        total = spare * len(groups) if spare else sum(group.planned for group in groups)
        with progress(N_("Issuing codes"), total, N_("codes")) as step:
            issued = service.issue_codes(session, row, groups, minsheng().code_key, spare=spare or 0, on_batch=step)
        for batch, n in Counter(code.batch for code in issued).items():
            note(session, row.office, service.ISSUED, batch=batch, codes=n, round=row.name)
        files = _write_csvs(places, issued)
    batches = len({code.batch for code in issued})
    say(
        {
            "round": round_id,
            "codes": len(issued),
            "batches": batches,
            "file": ", ".join(str(file) for file in files),
            "files": files,
        },
        N_(
            "%(codes)s codes in %(batches)s batches are issued, shuffled, in %(file)s. Keep that file safe: "
            "it is the only place where they stand."
        ),
        as_json=as_json,
    )


@codes.command("list")
@_round
@json_option
@edge
def list_(round_id: str, as_json: bool) -> None:
    """List the batches of a round: whose they are, how large, and whether their codes are let in."""
    with work() as session:
        row = get_round(session, round_id)
        groups = {group.id: group for group in list_voter_groups(session, row)}
        rows = [
            {
                "batch": batch.name,
                "group": groups[batch.voter_group_id].group,
                "class": groups[batch.voter_group_id].ballot_class,
                "size": batch.size,
                "spare": translate(N_("spare")) if batch.spare else "",
                "door": translate(N_("void") if batch.void else _DOORS[BatchDoor(batch.door)]),
            }
            for batch in service.list_batches(session, row)
        ]
    columns = {
        "batch": N_("Batch"),
        "group": N_("Group"),
        "class": N_("Class"),
        "size": N_("Codes"),
        "spare": N_("Spare"),
        "door": N_("State"),
    }
    say_table(rows, columns, as_json=as_json)


@codes.command("open")
@_round
@_batch
@json_option
@edge
def open_(round_id: str, batch: str | None, as_json: bool) -> None:
    """Let the codes of a batch in, or of all; in a meeting they wait until the host does so."""
    with work() as session:
        row = get_round(session, round_id)
        changed = service.open_batch(session, row, batch)
        _note_moved(session, row, changed, batch, service.LET_IN)
    _say_moved(round_id, changed, N_("Open now: %(batches)s"), N_("Nothing changed: open already"), as_json=as_json)


@codes.command("shut")
@_round
@_batch
@json_option
@edge
def shut(round_id: str, batch: str | None, as_json: bool) -> None:
    """Let no more codes of a batch in, or of any; forms that are open may still be cast in the grace."""
    with work() as session:
        row = get_round(session, round_id)
        changed = service.shut_batch(session, row, batch, now())
        _note_moved(session, row, changed, batch, service.LET_IN_NO_MORE)
    _say_moved(round_id, changed, N_("Closed now: %(batches)s"), N_("Nothing changed: none was open"), as_json=as_json)


def _note_moved(session: Session, row: Round, changed: list[str], batch: str | None, sentence: str) -> None:
    if changed:
        note(session, row.office, sentence, round=row.name, n=len(changed), batches=batch or "*")


def _say_moved(round_id: str, changed: list[str], moved: str, same: str, *, as_json: bool) -> None:
    result = {"round": round_id, "changed": changed, "batches": ", ".join(changed)}
    say(result, moved if changed else same, as_json=as_json)


@codes.command("sheets")
@_round
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PDF file to write.")
@click.option(
    "--layout", type=click.Choice(["24", "10", "1"]), default="24", show_default=True, help="Slips on a page."
)
@click.option("--csv", "file", type=click.Path(path_type=Path), help="The codes, as issued [ROUND-codes.csv].")
@language_option
@json_option
@edge
def sheets(round_id: str, out: Path, layout: LayoutName, file: Path | None, words: str, as_json: bool) -> None:
    """Print the issued codes as slips to cut, in the file's shuffled order."""
    file = file or _csv_of(round_id)
    if not file.exists():
        raise Refused(
            N_(
                "There is no file %(file)s. Codes stand only in the file that `flask codes issue` wrote; "
                "name it with --csv."
            ),
            file=file,
        )
    slips = read_slips(file)
    with work() as session:
        row = get_round(session, round_id)
        bad = service.unusable_codes(session, row, (slip.code for _class, slip in slips), minsheng().code_key)
        definition = RoundDefinition.model_validate(row.definition)
        keys = fingerprints(row)
    if bad:
        raise Refused(
            N_("%(n)s of %(all)s codes in %(file)s are spent, void or of another round; nothing is printed"),
            n=bad,
            all=len(slips),
            file=file,
        )
    parts = by_class(definition, slips)
    places = [new_file(out.with_stem(f"{out.stem}-{code}") if code else out) for code, _named, _slips in parts]
    pages = sum(-(-len(of_part) // int(layout)) for _code, _named, of_part in parts)
    base_url = minsheng().settings.base_url
    with progress(N_("Printing slips"), pages, N_("pages")) as step:
        for place, (_code, named, of_part) in zip(places, parts, strict=True):
            heading = make_heading(definition, words, base_url, keys=keys, ballot_class=named)
            write_sheets(of_part, heading, place, layout=layout, on_page=lambda _page: step(1))
    sentence = N_("%(slips)s slips on %(pages)s pages are in %(file)s. Print at 100 %%, without fitting to the page.")
    result = {
        "round": round_id,
        "slips": len(slips),
        "pages": pages,
        "file": ", ".join(str(place) for place in places),
        "files": places,
    }
    say(result, sentence, as_json=as_json)
    if definition.meeting and not as_json:
        click.echo(translate(_BOX))


@codes.command("poster")
@_round
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PDF file to write.")
@click.option(
    "--paper", type=click.Choice(["A4", "A3"]), default="A4", show_default=True, help="The size of the sheet."
)
@language_option
@json_option
@edge
def poster(round_id: str, out: Path, paper: Paper, words: str, as_json: bool) -> None:
    """Print the poster of a meeting: one QR code and address for all, where everybody types the code drawn."""
    with work() as session:
        row = get_round(session, round_id)
        definition = RoundDefinition.model_validate(row.definition)
        content = make_poster(definition, words, minsheng().settings.base_url, fingerprints(row))
    metres = write_poster(content, new_file(out), paper=paper)
    say(
        {"round": round_id, "paper": paper, "metres": f"{metres:.1f}", "file": out},
        N_("The poster is in %(file)s; its QR code is good for up to %(metres)s m"),
        as_json=as_json,
    )


@codes.command("void")
@_round
@click.option("--batch", help="The batch's name, as in the CSV file.")
@click.option("--one", is_flag=True, help="One slip: its code is asked for in the terminal, and not shown.")
@reason_option
@json_option
@edge
def void(round_id: str, *, batch: str | None, one: bool, reason: str, as_json: bool) -> None:
    """Void the codes of a batch that are not spent, or one slip. At the desk this takes two people."""
    if one == (batch is not None):
        raise Refused(N_("Choose one of --batch and --one"))
    if batch is None:
        _void_one(round_id, reason, as_json=as_json)
        return
    with work() as session:
        row = get_round(session, round_id)
        n = service.void_batch(session, row, batch)
        note(session, row.office, service.VOIDED_ALONE, batch=batch, round=row.name, reason=reason)
        secret = row.state == State.OPEN and frozen_round(session, row.id).definition.secret
    # How many were void would tell, of a secret ballot under way, how many of this batch have voted.
    say(
        {"batch": batch} if secret else {"batch": batch, "voided": n},
        N_("The unspent codes of batch %(batch)s are void; how many shows after closing")
        if secret
        else N_("%(voided)s codes of batch %(batch)s are void; spent ones stay spent"),
        as_json=as_json,
    )


def _void_one(round_id: str, reason: str, *, as_json: bool) -> None:
    typed = click.prompt(translate(N_("Code of the slip")), hide_input=True, err=True)
    code = digest(normalise(typed), minsheng().code_key)
    with work() as session:
        row = get_round(session, round_id)
        slip = slips.void_slip(session, row, code)
        note(session, row.office, slips.ALONE, batch=slip.batch, round=row.name, reason=reason)
    say(
        {"batch": slip.batch, "group": slip.group, "class": slip.ballot_class, "voided": 1},
        N_(
            "One slip of batch %(batch)s is void; another one is drawn from a spare batch of group %(group)s, "
            "class %(class)s"
        ),
        as_json=as_json,
    )


def _csv_of(round_id: str) -> Path:
    return Path(f"{round_id}-codes.csv")


def _of_box(file: Path, group: str, ballot_class: str) -> Path:
    """Return the file of one box: who draws from it holds this group's ballot of this class."""
    return file.with_stem(f"{file.stem}-{group}-{ballot_class}")


def _write_csvs(places: dict[tuple[str, str], Path], issued: list[IssuedCode]) -> list[Path]:
    parts: dict[Path, list[IssuedCode]] = {}
    for one in issued:
        parts.setdefault(places[one.group, one.ballot_class], []).append(one)
    files = [place for place in dict.fromkeys(places.values()) if place in parts]
    for file in files:
        write_codes(file, parts[file], minsheng().settings.base_url)
    return files
