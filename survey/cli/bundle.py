"""flask bundle: a score run with all that it was made of, as one signed file that anybody can compute anew."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.bundles.archive import read_archive, write_archive
from survey.bundles.exporting import EXPORTED, exact_bundle, published_bundle, published_rounds
from survey.bundles.public import VerifiedPublic, expect_from, is_public, verify_public
from survey.bundles.signing import Signer
from survey.bundles.taking import TAKEN, take
from survey.bundles.verify import Verified, verify
from survey.cli.edge import (
    edge,
    json_option,
    minsheng,
    note,
    offline_edge,
    reason_option,
    say,
    say_table,
    translate,
    work,
)
from survey.core.clock import now
from survey.core.errors import N_, Refused
from survey.counting.taken import GIVEN_BACK, all_taken, give_back
from survey.scoring import service
from survey.staff.models import ROOT
from survey.storage.engine import snapshot

bundle = AppGroup("bundle", help="Score runs as signed files that anybody can compute anew.")

NOT_COMPUTED = N_(
    "It was not computed anew: a public bundle has no counts. It proves who published these tables and that they were "
    "not changed; an examiner with the exact bundle can show that they follow from it"
)
A_FILE = click.Path(path_type=Path, dir_okay=False)
fingerprint_option = click.option("--fingerprint", default="", help="Whose signature is expected.  [anybody's]")


@bundle.command("export", help="Write a run of SCHEME with all that it was made of, signed.")
@click.argument("reference", metavar="SCHEME")
@click.option("--out", type=A_FILE, required=True, help="The .zip file.")
@click.option("--run", "number", type=click.IntRange(min=1), help="Which run.  [the last that counts]")
@reason_option
@json_option
@edge
def export(reference: str, out: Path, number: int | None, reason: str, as_json: bool) -> None:
    """Compute a kept run anew and write it; the same run gives the same bytes."""
    _expect_folder(out)
    with snapshot(minsheng().engine) as session:
        kept = service.get_run(session, reference.partition("@")[0], number)
        service.expect_version(kept, reference)
        run, files = exact_bundle(session, kept, _signer())
    with work() as session:
        note(session, ROOT, EXPORTED, number=kept.number, scheme=kept.scheme, reason=reason)
        write_archive(out, files)
    result = {
        "scheme": run.inputs.scheme.reference,
        "run": kept.number,
        "file": out,
        "files": len(files),
        "run_hash": run.content_hash,
        "fingerprint": _signer().fingerprint,
    }
    say(
        result,
        N_(
            "%(file)s holds run %(run)s of %(scheme)s in %(files)s files. Hash of the run: %(run_hash)s. "
            "Signed by: %(fingerprint)s"
        ),
        as_json=as_json,
    )
    if not as_json:
        say(result, N_("It has exact counts: for examiners and the level above, not for the web"), as_json=False)


@bundle.command("public", help="Write what everybody may see of the published run of SCHEME, signed.")
@click.argument("reference", metavar="SCHEME")
@click.option("--out", type=A_FILE, required=True, help="The .zip file.")
@json_option
@edge
def public_(reference: str, out: Path, as_json: bool) -> None:
    """Write the file that /scores/SCHEME offers; the same run gives the same bytes."""
    _expect_folder(out)
    with snapshot(minsheng().engine) as session:
        name = reference.partition("@")[0]
        kept = service.get_published(session, name)
        if kept is None:
            raise Refused(N_("No run of %(scheme)s is published"), scheme=name)
        service.expect_version(kept, reference)
        run = service.run_again(session, kept)
        files = published_bundle(kept, run, published_rounds(session), _signer())
    write_archive(out, files)
    say(
        _public_figures(verify_public(files), out),
        N_(
            "%(file)s holds what everybody may see of run %(run)s of %(scheme)s, in %(files)s files. "
            "Signed by: %(fingerprint)s"
        ),
        as_json=as_json,
    )


@bundle.command("verify", help="Verify a bundle's FILE; needs no database and no settings.")
@click.argument("file", type=A_FILE)
@fingerprint_option
@click.option("--public", type=A_FILE, help="Also: that this public bundle is bound to FILE and follows from it.")
@json_option
@offline_edge
def verify_(file: Path, fingerprint: str, public: Path | None, as_json: bool) -> None:
    """Say which of the two bundles it is and that everything is as it should be, or name the first difference.

    An exact bundle is computed anew and compared; of a public one the signature and the hashes are checked.
    """
    files = read_archive(file)
    if is_public(files):
        if public is not None:
            raise Refused(N_("%(file)s is a public bundle; --public compares one with an exact bundle"), file=file.name)
        _say_public(_public_figures(verify_public(files, signer=fingerprint), file), as_json=as_json)
        return
    verified = verify(files, signer=fingerprint)
    followed = None if public is None else expect_from(read_archive(public), files, verified)
    say(
        _figures(verified, file) | ({"public": _public_figures(followed, public)} if followed and public else {}),
        N_(
            "%(file)s: an exact bundle; every one of %(files)s files is as signed, and the run of %(scheme)s, computed "
            "anew for %(units)s units, is the same to the last digit. Hash of the run: %(run_hash)s. "
            "Signed by: %(fingerprint)s"
        ),
        as_json=as_json,
    )
    if as_json:
        return
    _say_counts(verified)
    if followed and public:
        sentence = N_("%(file)s: bound to this exact bundle, and every one of its tables follows from it")
        say(_public_figures(followed, public), sentence, as_json=False)


def _say_public(figures: dict[str, object], *, as_json: bool) -> None:
    sentence = N_(
        "%(file)s: a public bundle of run %(run)s of %(scheme)s, published %(published)s; every one of %(files)s files "
        "is as signed. Signed by: %(fingerprint)s"
    )
    say(figures, sentence, as_json=as_json)
    if not as_json:
        say(figures, NOT_COMPUTED, as_json=False)


@bundle.command("take", help="Verify a bundle's FILE from below and keep its counts, to merge them into the runs here.")
@click.argument("file", type=A_FILE)
@fingerprint_option
@json_option
@edge
def take_(file: Path, fingerprint: str, as_json: bool) -> None:
    """Take what is not here yet; all of it or nothing."""
    verified = verify(read_archive(file), signer=fingerprint)
    with work() as session:
        taken = take(session, verified, now())
        if taken:
            told = {"file": file.name, "fingerprint": verified.signer, "hash": verified.run.content_hash[:16]}
            note(session, ROOT, TAKEN, n=len(taken), **told)
    say(
        _figures(verified, file) | {"taken": [f"{one.round_name}/{one.origin}" for one in taken], "new": len(taken)},
        N_("%(file)s: %(new)s counts are taken. Hash of the run: %(run_hash)s. Signed by: %(fingerprint)s"),
        as_json=as_json,
    )


@bundle.command("taken", help="List the counts that were taken.")
@json_option
@edge
def taken_(as_json: bool) -> None:
    """List them."""
    with work() as session:
        rows = [
            {
                "round": row.round_name,
                "origin": row.origin,
                "hash": row.content_hash[:16],
                "source": row.source,
                "taken": row.taken_at,
            }
            for row in all_taken(session)
        ]
    columns = {
        "round": N_("Round"),
        "origin": N_("Origin"),
        "hash": N_("Hash"),
        "source": N_("Signed by"),
        "taken": N_("Taken"),
    }
    say_table(rows, columns, as_json=as_json)


@bundle.command("give-back", help="Forget a count that should not have been taken.")
@click.argument("round_id", metavar="ROUND")
@click.argument("origin")
@json_option
@edge
def give_back_(round_id: str, origin: str, as_json: bool) -> None:
    """Forget it."""
    with work() as session:
        give_back(session, round_id, origin)
        note(session, ROOT, GIVEN_BACK, round=round_id, origin=origin)
    say({"round": round_id, "origin": origin}, N_("The count %(origin)s of %(round)s is given back"), as_json=as_json)


@bundle.command("fingerprint", help="Print the fingerprint under which this installation signs.")
@json_option
@edge
def fingerprint_(as_json: bool) -> None:
    """Print it, to be told to those who verify by another way than the bundle's."""
    say({"fingerprint": _signer().fingerprint}, N_("This installation signs as: %(fingerprint)s"), as_json=as_json)


def _expect_folder(out: Path) -> None:
    if not out.absolute().parent.is_dir():
        raise Refused(N_("There is no folder %(folder)s for %(file)s"), folder=out.parent, file=out.name)


def _signer() -> Signer:
    return Signer(minsheng().settings.secret_key)


def _figures(verified: Verified, file: Path) -> dict[str, object]:
    return {
        "file": file.name,
        "kind": "exact",
        "scheme": verified.run.inputs.scheme.reference,
        "run_hash": verified.run.content_hash,
        "fingerprint": verified.signer,
        "software": verified.made_by,
        "files": verified.files,
        "units": len(verified.run.units),
        "counts": [vars(one) for one in verified.counts],
    }


def _moment(text: str) -> datetime | str:
    """Return a moment that another installation wrote; what is none stays as it is."""
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    return text


def _public_figures(verified: VerifiedPublic, file: Path) -> dict[str, object]:
    return {
        "file": file.name,
        "kind": "public",
        "scheme": verified.scheme,
        "run": verified.number,
        "published": _moment(verified.published),
        "commitment": verified.commitment,
        "fingerprint": verified.signer,
        "software": verified.made_by,
        "files": verified.files,
        "rounds": list(verified.rounds),
    }


def _say_counts(verified: Verified) -> None:
    for one in verified.counts:
        if one.unsigned:
            sentence = N_("%(round)s (%(origin)s): %(ballots)s ballots, NOT SIGNED over the figures by %(keys)s")
            keys = one.unsigned
        elif one.seal == "trustees":
            sentence = N_("%(round)s (%(origin)s): %(ballots)s ballots, figures signed by the trustees %(keys)s")
            keys = one.keys
        else:
            sentence = N_("%(round)s (%(origin)s): %(ballots)s ballots, sealed by the office %(keys)s alone")
            keys = one.keys
        click.echo(translate(sentence) % (vars(one) | {"keys": ", ".join(keys)}))
