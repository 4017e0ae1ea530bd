"""Destroy the envelopes of a counted round once nobody can object any more; the count stays, with the urn's root."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.ballots.box import empty, take_out
from survey.ballots.models import Envelope
from survey.core.errors import N_, AlreadyDone, Problem, Refused
from survey.counting.opening import CHUNK
from survey.counting.service import get_count
from survey.rounds.models import WORDS, Round, State
from survey.rounds.service import frozen_round
from survey.storage.shred import shred
from survey.storage.traces import Needles

DESTROYED = N_("Destroyed the %(envelopes)s envelopes of the round %(round)s")
OVERWRITTEN = N_("Overwrote once more what was deleted from the urn of the round %(round)s")
"""For the log."""


def objections_end(session: Session, row: Round) -> datetime:
    """Return when the envelopes of a counted round may be destroyed, in the time of its file.

    Raises:
        Refused: when it is not counted.
    """
    if row.state != State.COUNTED or row.counted_at is None:
        raise Refused(
            N_("The round %(name)s is %(state)s; its envelopes are destroyed after it is counted"),
            name=row.name,
            state=WORDS[row.state],
        )
    definition = frozen_round(session, row.id).definition
    return (row.counted_at + timedelta(days=definition.objection_days)).astimezone(definition.closes_at.tzinfo)


def needles_of(
    session: Session, row: Round, now: datetime, *, on_progress: Callable[[int], None] = lambda _: None
) -> Needles:
    """Return the pieces of a round's envelopes by which the database's files are searched, before and after.

    Args:
        session: a consistent view of the database.
        row: a round whose envelopes may be destroyed.
        now: the moment, UTC.
        on_progress: told the number of envelopes after each chunk.

    Raises:
        AlreadyDone, Refused: as ``destroy_urn``; and when the urn is no longer the one that was counted.
    """
    _expect_destroyable(session, row, now)
    root = hashlib.sha256()

    def envelopes() -> Iterator[bytes]:
        for chunk in take_out(session.connection(), row.id, CHUNK):
            for _, _, sealed in chunk:
                root.update(hashlib.sha256(sealed).digest())
                yield sealed
            on_progress(len(chunk))

    needles = Needles(envelopes())
    counted = get_count(session, row).urn_root
    if root.hexdigest() != counted:
        raise Refused(
            N_(
                "The urn of %(name)s is not the one that was counted (root %(here)s, counted %(counted)s). "
                "Nothing was destroyed: find out what happened first."
            ),
            name=row.name,
            here=root.hexdigest()[:16],
            counted=counted[:16],
        )
    return needles


def destroy_urn(session: Session, row: Round, now: datetime) -> int:
    """Delete a round's envelopes and write down that they are gone; return how many there were.

    The bytes are overwritten by ``shred_urns``, after the transaction.

    Raises:
        AlreadyDone: when they are destroyed already.
        Refused: when the round is not counted, objections are still possible, or the stored count was changed.
    """
    session.refresh(row, with_for_update=True)
    _expect_destroyable(session, row, now)
    get_count(session, row)  # all that will be left must be sound
    gone = empty(session.connection(), row.id)
    row.destroyed_at = now
    session.flush()
    return gone


def shred_urns(engine: Engine) -> tuple[Problem, ...]:
    """Overwrite what was deleted from the urns; return what the database refused to do."""
    return shred(engine, Envelope.metadata.tables[Envelope.__tablename__])


def _expect_destroyable(session: Session, row: Round, now: datetime) -> None:
    if row.destroyed_at is not None:
        raise AlreadyDone(
            N_("The envelopes of %(name)s were destroyed at %(moment)s"),
            name=row.name,
            moment=row.destroyed_at,
        )
    end = objections_end(session, row)
    if now < end:
        raise Refused(
            N_("Objections to the count of %(name)s are possible until %(moment)s; until then its envelopes are kept"),
            name=row.name,
            moment=end,
        )
