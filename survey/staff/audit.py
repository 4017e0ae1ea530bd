"""The log of what staff did: plain sentences, each chained to the one before. Never of ballots.

Whoever changes, drops or inserts an entry breaks the chain there; whoever rewrites all of it from there on,
or cuts off its end, is found only by somebody who wrote down a later hash (it stands on every report).
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from survey.core import clock
from survey.core.ids import content_hash
from survey.staff.actor import Actor
from survey.staff.models import AuditEntry

START = "0" * 64
Link = tuple[int, str]
BEGINNING: Link = (0, START)
_LOCK = 4_707_001  # any number; the same one for everybody who writes the log
_CHUNK = 1000


def record(session: Session, actor: Actor, office: str, sentence: str, **figures: object) -> AuditEntry:
    """Add an entry in the present transaction; entries are numbered without a gap.

    Args:
        session: the unit of work that also does what is recorded.
        actor: who does it.
        office: the office it concerns.
        sentence: English, marked by ``N_``, with places for the figures.
        figures: numbers and names; never a code, an answer or a key.
    """
    sentence % figures  # a place without its figure must fail here, not when somebody reads the log
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = session.scalar(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1))
    entry = AuditEntry(
        number=last.number + 1 if last else 1,
        at=clock.now().replace(microsecond=0),
        member_id=actor.id,
        name=actor.name,
        office=office,
        sentence=sentence,
        figures={name: value if isinstance(value, int) else str(value) for name, value in figures.items()},
        previous_hash=last.entry_hash if last else START,
    )
    entry.entry_hash = _hash(entry)
    session.add(entry)
    session.flush()
    return entry


def broken_links(session: Session, after: Link = BEGINNING) -> Iterator[int]:
    """Yield the numbers of the entries where the chain does not hold; of those after a link alone."""
    number, previous = after
    expected = number + 1
    rows = select(AuditEntry).where(AuditEntry.number > number).order_by(AuditEntry.number)
    for entry in session.scalars(rows.execution_options(yield_per=_CHUNK)):
        if entry.number != expected or entry.previous_hash != previous or entry.entry_hash != _hash(entry):
            yield entry.number
        previous, expected = entry.entry_hash, entry.number + 1


def last_link(session: Session) -> Link:
    """Return the end of the chain."""
    row = session.execute(
        select(AuditEntry.number, AuditEntry.entry_hash).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    return (row.number, row.entry_hash) if row else BEGINNING


def list_entries(
    session: Session, offices: frozenset[str] | None, *, before: int | None = None, most: int = 100
) -> list[AuditEntry]:
    """Return the newest entries first.

    Args:
        session: the database.
        offices: whose entries; none for all.
        before: only entries with a smaller number.
        most: how many at most.
    """
    found = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(most)
    if offices is not None:
        found = found.where(AuditEntry.office.in_(offices))
    if before is not None:
        found = found.where(AuditEntry.number < before)
    return list(session.scalars(found))


def _hash(entry: AuditEntry) -> str:
    moment: datetime = entry.at
    return content_hash(
        {
            "number": entry.number,
            "at": moment.isoformat(),
            "member": entry.member_id,
            "name": entry.name,
            "office": entry.office,
            "sentence": entry.sentence,
            "figures": entry.figures,
            "previous": entry.previous_hash,
        }
    )
