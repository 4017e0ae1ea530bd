"""How many wrong codes are tried (无效码): a figure of ten minutes for the whole installation, and nothing else.

No code, no round, no address: many at once tell that somebody guesses, or that slips are misprinted; one tells nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.turnout.history import bucket
from survey.turnout.models import WrongCode
from survey.turnout.watching.rules.alerts import Tried

KEPT = timedelta(days=7)


def note_wrong_codes(connection: Connection, tried: int, now: datetime) -> None:
    """Add to the figure of these ten minutes; forget those that are old.

    Args:
        connection: a writing transaction.
        tried: how many more.
        now: the moment.
    """
    made = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = made(WrongCode).values(at=bucket(now), tried=tried)
    more = {"tried": WrongCode.tried + first.excluded.tried}
    connection.execute(first.on_conflict_do_update(index_elements=[WrongCode.at], set_=more))
    connection.execute(delete(WrongCode).where(WrongCode.at < now - KEPT))


def get_wrong_codes(session: Session, since: datetime) -> tuple[Tried, ...]:
    """Return the figures of every ten minutes since a moment, in the order of time."""
    found = session.scalars(select(WrongCode).where(WrongCode.at >= since).order_by(WrongCode.at))
    return tuple(Tried(one.at, one.tried) for one in found)
