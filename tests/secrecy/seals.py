"""The two ways to seal a round: its keys, its count, and the opening of every envelope that tells what is true."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, select

from survey.ballots.envelope import binding, unseal
from survey.ballots.models import Envelope
from survey.casting import close
from survey.core import clock
from survey.core.keys import PrivateKey, new_office_key, new_trustee_key, read_private_key
from survey.counting.figures import Count
from survey.counting.service import count_file, count_round, export_urn, keep_count, take_count
from survey.rounds.models import VoterGroupRow
from survey.rounds.service import frozen_round, get_round
from survey.storage.engine import reading, unit_of_work

OFFICE, TRUSTEES = "office", "trustees"
SEALS: Mapping[str, Mapping[str, Any]] = {
    OFFICE: {"seal": OFFICE, "key": "office.pub"},
    TRUSTEES: {"seal": TRUSTEES, "key": None, "keys": ["organisation.pub", "supervision.pub"]},
}
PASSPHRASE = "only for the re-identification test"


@cache
def _pairs(seal: str) -> Mapping[str, bytes]:
    """Make the keys once; their passphrases take a while to stretch."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for public in _names(seal):
            private = folder / public.replace(".pub", ".key")
            if seal == OFFICE:
                new_office_key(private, folder / public, PASSPHRASE)
            else:
                new_trustee_key(private.stem, private, folder / public, PASSPHRASE)
        return {file.name: file.read_bytes() for file in folder.iterdir()}


def _names(seal: str) -> list[str]:
    fields = SEALS[seal]
    return fields["keys"] if "keys" in fields else [fields["key"]]


@cache
def private_keys(seal: str) -> tuple[PrivateKey, ...]:
    """Return the private keys in the order of the round's public ones."""
    with TemporaryDirectory() as name:
        write_keys(seal, Path(name))
        return tuple(
            read_private_key(Path(name, public.replace(".pub", ".key")), PASSPHRASE) for public in _names(seal)
        )


def write_keys(seal: str, folder: Path) -> None:
    """Put the files of the keys into a round's folder."""
    for name, content in _pairs(seal).items():
        (folder / name).write_bytes(content)


def close_round(engine: Engine, name: str) -> None:
    """Close a round, as ``flask rounds close`` does."""
    with unit_of_work(engine) as session:
        close(session, get_round(session, name), clock.now())


def opened(engine: Engine, name: str, seal: str) -> dict[bytes, bytes]:
    """Return what every envelope holds, by its key in the urn."""
    with unit_of_work(engine) as session:
        frozen = frozen_round(session, get_round(session, name).id)
        groups = {g.id: (g.group, g.ballot_class) for g in session.scalars(select(VoterGroupRow))}
    with reading(engine) as connection:
        envelopes = connection.execute(select(Envelope.urn_key, Envelope.voter_group_id, Envelope.sealed)).all()
    keys = private_keys(seal)
    return {key: unseal(sealed, keys, binding(frozen.content_hash, *groups[group])) for key, group, sealed in envelopes}


def count(engine: Engine, name: str, seal: str, folder: Path) -> Count:
    """Count a closed round: under the office's seal here, under the trustees' from a file carried away and back."""
    with unit_of_work(engine) as session:
        row = get_round(session, name)
        if seal == OFFICE:
            signed = count_round(session, row, private_keys(seal))
        else:
            export_urn(session, row, folder / "carried.urn")
            count_file(folder / "carried.urn", private_keys(seal)).write(folder / "carried.count")
            signed = take_count(session, row, folder / "carried.count")
        keep_count(session, row, signed, clock.now())
    return signed.count


def public_keys(engine: Engine, name: str) -> tuple[bytes, ...]:
    """Return the round's public keys."""
    with unit_of_work(engine) as session:
        return tuple(key.data for key in frozen_round(session, get_round(session, name).id).keys)
