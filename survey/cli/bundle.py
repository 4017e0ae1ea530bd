"""flask bundle: a score run with all that it was made of, as one signed file that anybody can compute anew."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey.bundles.archive import read_archive, write_archive
from survey.bundles.contents import MANIFEST, SIGNATURE, bundle_files
from survey.bundles.signing import Signer
from survey.bundles.taking import take
from survey.bundles.verify import Verified, verify
from survey.cli.edge import edge, json_option, minsheng, offline_edge, say, say_table, translate, work
from survey.core.clock import now
from survey.core.errors import N_, Refused
from survey.core.ids import canonical_json
from survey.counting.taken import all_taken, give_back
from survey.scoring import service
from survey.storage.engine import snapshot

bundle = AppGroup("bundle", help="Score runs as signed files that anybody can compute anew.")

A_FILE = click.Path(path_type=Path, dir_okay=False)
fingerprint_option = click.option("--fingerprint", default="", help="Whose signature is expected.  [anybody's]")


@bundle.command("export", help="Write a run of SCHEME with all that it was made of, signed.")
@click.argument("reference", metavar="SCHEME")
@click.option("--out", type=A_FILE, required=True, help="The .zip file.")
@click.option("--run", "number", type=click.IntRange(min=1), help="Which run.  [the last that counts]")
@json_option
@edge
def export(reference: str, out: Path, number: int | None, as_json: bool) -> None:
    """Compute a kept run anew and write it; the same run gives the same bytes."""
    if not out.absolute().parent.is_dir():
        raise Refused(N_("There is no folder %(folder)s for %(file)s"), folder=out.parent, file=out.name)
    with snapshot(minsheng().engine) as session:
        kept = service.get_run(session, reference.partition("@")[0], number)
        service.expect_version(kept, reference)
        if kept.what_if:
            raise Refused(
                N_("Run %(number)s is a what-if (%(what)s); it is never exported"),
                number=kept.number,
                what=kept.what_if,
            )
        run = service.run_again(session, kept)
    files = bundle_files(run)
    signer = _signer()
    files[SIGNATURE] = canonical_json(signer.sign(files[MANIFEST]))
    # What does not verify here would verify nowhere.
    verify(files)
    write_archive(out, files)
    result = {
        "scheme": run.inputs.scheme.reference,
        "run": kept.number,
        "file": out,
        "files": len(files),
        "run_hash": run.content_hash,
        "fingerprint": signer.fingerprint,
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


@bundle.command("verify", help="Compute a bundle's FILE anew and compare; needs no database and no settings.")
@click.argument("file", type=A_FILE)
@fingerprint_option
@json_option
@offline_edge
def verify_(file: Path, fingerprint: str, as_json: bool) -> None:
    """Say that everything is as it should be, or name the first difference."""
    verified = verify(read_archive(file), signer=fingerprint)
    say(
        _figures(verified, file),
        N_(
            "%(file)s: every one of %(files)s files is as signed, and the run of %(scheme)s, computed anew for "
            "%(units)s units, is the same to the last digit. Hash of the run: %(run_hash)s. Signed by: %(fingerprint)s"
        ),
        as_json=as_json,
    )
    if not as_json:
        _say_counts(verified)


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
                "taken": row.taken_at.isoformat(timespec="seconds"),
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
    say({"round": round_id, "origin": origin}, N_("The count %(origin)s of %(round)s is given back"), as_json=as_json)


@bundle.command("fingerprint", help="Print the fingerprint under which this installation signs.")
@json_option
@edge
def fingerprint_(as_json: bool) -> None:
    """Print it, to be told to those who verify by another way than the bundle's."""
    say({"fingerprint": _signer().fingerprint}, N_("This installation signs as: %(fingerprint)s"), as_json=as_json)


def _signer() -> Signer:
    return Signer(minsheng().settings.secret_key)


def _figures(verified: Verified, file: Path) -> dict[str, object]:
    return {
        "file": file.name,
        "scheme": verified.run.inputs.scheme.reference,
        "run_hash": verified.run.content_hash,
        "fingerprint": verified.signer,
        "software": verified.made_by,
        "files": verified.files,
        "units": len(verified.run.units),
        "counts": [vars(one) for one in verified.counts],
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
