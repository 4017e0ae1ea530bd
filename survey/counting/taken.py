"""Counts of other installations, taken from their bundles, so that they are merged into the runs here."""

import hashlib
import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.core.ids import canonical_json
from survey.counting.models import TakenCount

GIVEN_BACK = N_("Gave back the count %(origin)s of the round %(round)s")
"""For the log."""


@dataclass(frozen=True)
class Taken:
    """A count of a round, as an installation below sent it.

    Attributes:
        round_name: the round's id.
        frozen_hash: of what that installation's opening froze.
        document: frozen round, count without remarks, turnout, present voters and signatures, as plain data.
        source: fingerprint of the installation that signed the bundle.
    """

    round_name: str
    frozen_hash: str
    document: dict[str, Any]
    source: str
    taken_at: datetime

    @property
    def origin(self) -> str:
        """A short name of the count: the first 16 hex digits of what was frozen."""
        return self.frozen_hash[:16]


def keep_taken(session: Session, taken: Taken) -> bool:
    """Keep a count; the same count again changes nothing.

    Returns:
        Whether it is new.

    Raises:
        AlreadyDone: when the same opening was taken with other figures; a count never changes.
    """
    data = canonical_json(taken.document)
    digest = hashlib.sha256(data).hexdigest()
    known = session.get(TakenCount, (taken.round_name, taken.origin))
    if known is not None:
        if known.content_hash != digest:
            raise AlreadyDone(
                N_("The count %(origin)s of %(name)s was taken already, with other figures; a count never changes"),
                origin=taken.origin,
                name=taken.round_name,
            )
        return False
    session.add(
        TakenCount(
            round_name=taken.round_name,
            origin=taken.origin,
            frozen_hash=taken.frozen_hash,
            content_hash=digest,
            document=zlib.compress(data, 9),
            source=taken.source,
            taken_at=taken.taken_at,
        )
    )
    session.flush()
    return True


def list_taken(session: Session, round_name: str) -> tuple[Taken, ...]:
    """Return the counts of a round that were taken, by origin, their hashes checked.

    Raises:
        Refused: naming a count whose stored figures no longer give their hash.
    """
    rows = session.scalars(
        select(TakenCount).where(TakenCount.round_name == round_name).order_by(TakenCount.origin)
    ).all()
    return tuple(_read(row) for row in rows)


def all_taken(session: Session) -> list[TakenCount]:
    """Return every count that was taken, by round and origin."""
    return list(session.scalars(select(TakenCount).order_by(TakenCount.round_name, TakenCount.origin)))


def give_back(session: Session, round_name: str, origin: str) -> None:
    """Forget a count that should not have been taken; runs that read it can no longer be computed anew here.

    Raises:
        NotFound: when it is not here.
    """
    row = session.get(TakenCount, (round_name, origin))
    if row is None:
        raise NotFound(N_("No count %(origin)s of %(name)s was taken"), origin=origin, name=round_name)
    session.delete(row)
    session.flush()


def _read(row: TakenCount) -> Taken:
    try:
        data = zlib.decompress(row.document)
    except zlib.error:
        data = b""
    if hashlib.sha256(data).hexdigest() != row.content_hash:
        raise Refused(
            N_("The taken count %(origin)s of %(name)s was changed: its figures no longer give their hash"),
            origin=row.origin,
            name=row.round_name,
        )
    return Taken(row.round_name, row.frozen_hash, json.loads(data), row.source, row.taken_at)
