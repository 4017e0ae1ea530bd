"""flask keys: make the office's key pair, show a key's fingerprint."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.edge import ask_passphrase, edge, json_option, passphrase_option, say
from survey.core import keys as key_files
from survey.core.errors import N_

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
@edge
def office(out: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Make the office's key pair. Keep the .key file and its passphrase off the server."""
    passphrase = ask_passphrase(passphrase_file, new=True)
    private, public = out.with_suffix(".key"), out.with_suffix(".pub")
    fingerprint = key_files.new_office_key(private, public, passphrase)
    say(
        {"private": private, "public": public, "fingerprint": fingerprint},
        N_("Made %(private)s (secret; without it nothing can be counted) and %(public)s. Fingerprint: %(fingerprint)s"),
        as_json=as_json,
    )


@keys.command("fingerprint")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@edge
def fingerprint(file: Path, as_json: bool) -> None:
    """Show the fingerprint of a public key FILE."""
    say({"fingerprint": key_files.fingerprint(key_files.read_public_key(file))}, "%(fingerprint)s", as_json=as_json)
