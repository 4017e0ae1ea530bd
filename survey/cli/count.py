"""flask count: open the urn of a closed round, here or on a machine without network and database."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey import casting
from survey.cli.edge import (
    ask_passphrase,
    json_option,
    minsheng,
    note,
    offline_edge,
    progress,
    say,
    translate,
    work,
)
from survey.core.clock import now
from survey.core.errors import N_, Refused
from survey.core.keys import PrivateKey, read_private_key
from survey.counting import service
from survey.counting.figures import Count
from survey.counting.signed import SignedCount
from survey.rounds.models import Round
from survey.rounds.service import get_round
from survey.storage.engine import snapshot

A_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("count", help="Open and count the urn of a closed ROUND; with --offline, of an exported urn FILE.")
@click.argument("what", metavar="ROUND|FILE")
@click.option(
    "--key", "keys", type=A_FILE, multiple=True, help="A private key file; give both trustees'.  [office.key]"
)
@click.option("--export", type=A_FILE, help="Write the sorted envelopes to this file instead, to count them elsewhere.")
@click.option("--offline", is_flag=True, help="Count an exported urn file; needs no database and no settings.")
@click.option("--out", type=A_FILE, help="With --offline: the file for the signed count.")
@click.option("--take", type=A_FILE, help="Take this signed count, made elsewhere, into the record.")
@click.option(
    "--passphrase-file",
    "passphrase_files",
    type=A_FILE,
    multiple=True,
    help="A file with a key's passphrase, one for each key; asked for in the terminal when not given.",
)
@json_option
@offline_edge
def count(
    what: str,
    *,
    keys: tuple[Path, ...],
    export: Path | None,
    offline: bool,
    out: Path | None,
    take: Path | None,
    passphrase_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Count; killed half-way it starts again and gives the same figures."""
    if sum((offline, export is not None, take is not None)) > 1 or offline != (out is not None):
        raise Refused(N_("Choose one of --export, --take, and --offline with --out"))
    if (export or take) and (keys or passphrase_files):
        raise Refused(N_("--export and --take open nothing; leave out --key and --passphrase-file"))
    for file in (export, out):
        # Said before the envelopes are opened, which may take an hour.
        if file is not None and not file.absolute().parent.is_dir():
            raise Refused(N_("There is no folder %(folder)s for %(file)s"), folder=file.parent, file=file.name)
    if offline and out is not None:
        _count_file(Path(what), _open_keys(keys, passphrase_files), out, as_json=as_json)
        return
    if export is not None:
        _export(what, export, as_json=as_json)
    elif take is not None:
        with work() as session:
            row = get_round(session, what)
            envelopes = casting.reconcile(session.connection(), row.id)
            signed = service.take_count(session, row, take)
            service.keep_count(session, row, signed, now())
            _note(session, row, service.TAKEN_ALONE, signed, envelopes)
        _say(signed, envelopes, as_json=as_json)
    else:
        _count_here(what, _open_keys(keys, passphrase_files), as_json=as_json)


def _open_keys(files: tuple[Path, ...], passphrase_files: tuple[Path, ...]) -> list[PrivateKey]:
    """Open the key files, each with its own passphrase: from the files given, in the same order, or asked for."""
    files = files or (Path("office.key"),)
    passphrases: tuple[Path | None, ...] = passphrase_files or (None,) * len(files)
    if len(passphrases) == 1:
        passphrases *= len(files)
    if len(passphrases) != len(files):
        raise Refused(
            N_("%(keys)s key files but %(passphrases)s passphrase files; give one for each key, in the same order"),
            keys=len(files),
            passphrases=len(passphrases),
        )
    return [
        read_private_key(file, ask_passphrase(passphrase, of=file.name))
        for file, passphrase in zip(files, passphrases, strict=True)
    ]


def _count_here(round_id: str, keys: list[PrivateKey], *, as_json: bool) -> None:
    with snapshot(minsheng().engine) as session:
        row = get_round(session, round_id)
        envelopes = casting.reconcile(session.connection(), row.id)
        with progress(N_("Opening envelopes"), envelopes, N_("envelopes")) as step:
            signed = service.count_round(session, row, keys, on_progress=step)
    with work() as session:
        row = get_round(session, round_id)
        service.keep_count(session, row, signed, now())
        _note(session, row, service.COUNTED_ALONE, signed, envelopes)
    _say(signed, envelopes, as_json=as_json)


def _export(round_id: str, file: Path, *, as_json: bool) -> None:
    with snapshot(minsheng().engine) as session:
        row = get_round(session, round_id)
        envelopes = casting.reconcile(session.connection(), row.id)
        with progress(N_("Writing envelopes"), envelopes, N_("envelopes")) as step:
            root = service.export_urn(session, row, file, on_progress=step)
    with work() as session:
        note(session, row.office, service.URN_WRITTEN, round=row.name)
    say(
        {"round": round_id, "file": file, "envelopes": envelopes, "root": root},
        N_("%(file)s: %(envelopes)s sorted envelopes of %(round)s, without any code. Root of the urn: %(root)s"),
        as_json=as_json,
    )


def _note(session: Session, row: Round, sentence: str, signed: SignedCount, envelopes: int) -> None:
    figures = {"hash": signed.count.content_hash[:16], "root": signed.count.urn_root[:16]}
    note(session, row.office, sentence, round=row.name, envelopes=envelopes, **figures)


def _count_file(file: Path, keys: list[PrivateKey], out: Path, *, as_json: bool) -> None:
    if out.exists():
        raise Refused(N_("%(file)s exists already; nothing is overwritten"), file=out)
    with progress(N_("Opening envelopes"), 0, N_("envelopes")) as step:
        signed = service.count_file(file, keys, on_progress=step)
    signed.write(out)
    _say(signed, _envelopes(signed.count), as_json=as_json, out=out)


def _envelopes(count: Count) -> int:
    counted = sum(one.valid + sum(one.void.values()) for one in count.sheets)
    return counted + len(count.unreadable) + len(count.duplicates)


def _say(signed: SignedCount, envelopes: int, *, as_json: bool, out: Path | None = None) -> None:
    result = signed.count
    figures = {
        "round": result.round,
        "envelopes": envelopes,
        "counted": sum(one.valid for one in result.sheets),
        "void": sum(sum(one.void.values()) for one in result.sheets),
        "unreadable": list(result.unreadable),
        "duplicates": list(result.duplicates),
        "root": result.urn_root,
        "hash": result.content_hash,
        "signed_by": [one["fingerprint"] for one in signed.signatures],
        **({"file": str(out)} if out else {}),
    }
    say(
        figures,
        N_("%(round)s is counted: %(counted)s of %(envelopes)s envelopes. Hash of the count: %(hash)s"),
        as_json=as_json,
    )
    if out and not as_json:
        say(figures, N_("%(file)s holds the signed count; take it into the record with --take"), as_json=False)
    for numbers, sentence in (
        (result.unreadable, N_("%(n)s envelopes are unreadable and not counted, by number: %(numbers)s")),
        (result.duplicates, N_("%(n)s envelopes are copies and not counted, by number: %(numbers)s")),
    ):
        if numbers:
            listed = ", ".join(map(str, numbers))
            click.echo(translate(sentence) % {"n": len(numbers), "numbers": listed}, err=as_json)
    void = figures["void"]
    if void:
        click.echo(translate(N_("%(n)s ballots are void by the rules of the round")) % {"n": void}, err=as_json)
