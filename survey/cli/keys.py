"""flask keys: make key pairs, print a trustee's on paper, restore it. Every command runs without a server."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.edge import (
    ask_passphrase,
    json_option,
    language_option,
    new_file,
    offline_edge,
    passphrase_option,
    say,
)
from survey.core import keyfile
from survey.core import keys as key_files
from survey.core.errors import N_
from survey.core.keytext import KeyText
from survey.core.language import translator
from survey.core.textfile import read_text
from survey.reports.keypaper import write_paper

keys = AppGroup("keys", help="The keys that seal a round.")


@keys.command("office")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("office"),
    show_default=True,
    help="Name of the two files, without their endings .key and .pub.",
)
@passphrase_option
@json_option
@offline_edge
def office(out: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Make the office's key pair. Keep the .key file and its passphrase off the server."""
    passphrase = ask_passphrase(passphrase_file, new=True)
    private, public = _pair(out)
    fingerprint = key_files.new_office_key(private, public, passphrase)
    say(
        {"private": private, "public": public, "fingerprint": fingerprint},
        N_("Made %(private)s (secret; without it nothing can be counted) and %(public)s. Fingerprint: %(fingerprint)s"),
        as_json=as_json,
    )


@keys.command("trustee")
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Name of the two files, without their endings .key and .pub.",
)
@passphrase_option
@json_option
@offline_edge
def trustee(name: str, out: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Make the key pair of the trustee NAME, on a machine that is no server."""
    passphrase = ask_passphrase(passphrase_file, new=True)
    private, public = _pair(out)
    fingerprint = key_files.new_trustee_key(name, private, public, passphrase)
    say(
        {"private": private, "public": public, "fingerprint": fingerprint},
        N_(
            "Made %(private)s (secret; print it with `flask keys paper`, for without it nothing can be counted) "
            "and %(public)s (for the office). Fingerprint: %(fingerprint)s"
        ),
        as_json=as_json,
    )


@keys.command("paper")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PDF to write.")
@language_option
@json_option
@offline_edge
def paper(file: Path, out: Path, words: str, as_json: bool) -> None:
    """Print a trustee's private key FILE on a page, as text and QR code."""
    text = key_files.read_key_text(file)
    write_paper(text, new_file(out), translator(words))
    say(
        {"paper": out, "fingerprint": text.fingerprint},
        N_("Wrote %(paper)s: print it, delete it, and keep the paper apart from the passphrase"),
        as_json=as_json,
    )


@keys.command("restore")
@click.argument("text_file", metavar="[TEXTFILE]", type=click.Path(path_type=Path), required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Name of the two files, without their endings .key and .pub.",
)
@passphrase_option
@json_option
@offline_edge
def restore(text_file: Path | None, out: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Write a trustee's key pair again from the paper's text, typed or scanned into TEXTFILE or standard input."""
    typed = read_text(text_file, keyfile.LARGEST) if text_file else keyfile.decode(sys.stdin.buffer.read())
    text = KeyText.read(typed)
    private, public = _pair(out)
    fingerprint = key_files.restore_trustee_key(text, private, public, ask_passphrase(passphrase_file))
    say(
        {"private": private, "public": public, "name": text.name, "fingerprint": fingerprint},
        N_("Restored %(private)s and %(public)s of %(name)s; the fingerprint is the printed one: %(fingerprint)s"),
        as_json=as_json,
    )


@keys.command("fingerprint")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@offline_edge
def fingerprint(file: Path, as_json: bool) -> None:
    """Show the fingerprint of an office's or trustee's public key FILE."""
    key = key_files.read_public_key(file)
    say({"kind": str(key.kind), "fingerprint": key.fingerprint}, "%(fingerprint)s", as_json=as_json)


def _pair(out: Path) -> tuple[Path, Path]:
    """Return the names of a key pair's files; ``zhang.san`` has no ending, ``zhang.key`` has."""
    stem = out.name.removesuffix(".key").removesuffix(".pub")
    return out.with_name(f"{stem}.key"), out.with_name(f"{stem}.pub")
