"""How the response of a round grew (进度): points of its curve, written by the worker, read by the watch page.

Whoever can see when a figure moved can see who has just been at the phone (security.md A2). What is kept here
is therefore less than what a page shows:

* of the whole round only. Of a group of twelve, figures with times would be the list of when each of them voted;
* at most one point in ten minutes, the first that the worker finds in them, and never written by opening a page:
  nobody makes a finer curve by asking often;
* only full steps of ballots, of every round. Pages show a round that is not secret exactly, at the present moment;
  to keep that would be to keep the moment of a single vote in a night on which one person votes.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round, State
from survey.turnout.models import TurnoutPoint
from survey.turnout.queries import get_turnout
from survey.turnout.rules import Disposition, sum_up
from survey.turnout.watching.rules.pace import Point

BUCKET = timedelta(minutes=10)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def bucket(now: datetime) -> datetime:
    """Return the beginning of the ten minutes that a moment is in."""
    return now - (now - _BEGINNING) % BUCKET


def kept_point(groups: Iterable[Disposition], at: datetime, step: int) -> Point:
    """Return the whole round as it may be kept: ballots in full steps."""
    whole = sum_up(tuple(groups), "")
    return Point(at, whole.issued, whole.spent // step * step)


def note_turnout(session: Session, row: Round, now: datetime) -> bool:
    """Keep the present point of an open round's curve; the worker calls it every few minutes.

    Returns:
        Whether a point was added: none is when the round is not open, or these ten minutes have theirs.
    """
    if row.state != State.OPEN:
        return False
    at = bucket(now)
    if session.get(TurnoutPoint, (row.id, at)) is not None:
        return False
    point = kept_point(get_turnout(session, row), at, _step(row))
    session.add(TurnoutPoint(round_id=row.id, at=point.at, issued=point.issued, spent=point.spent))
    session.flush()
    return True


def note_open_rounds(session: Session, now: datetime) -> int:
    """Keep the present point of every open round's curve, and return how many were added."""
    open_rounds = session.scalars(select(Round).where(Round.state == State.OPEN).order_by(Round.id))
    return sum(note_turnout(session, row, now) for row in open_rounds)


def get_history(session: Session, row: Round) -> tuple[Point, ...]:
    """Return the points kept of a round, in the order of time."""
    kept = session.scalars(select(TurnoutPoint).where(TurnoutPoint.round_id == row.id).order_by(TurnoutPoint.at))
    return tuple(Point(one.at, one.issued, one.spent) for one in kept)


def now_point(groups: Iterable[Disposition], row: Round, now: datetime) -> Point:
    """Return the present moment in the steps of the curve, to be compared with what is kept; nothing is written."""
    return kept_point(groups, now, _step(row))


def _step(row: Round) -> int:
    return RoundDefinition.model_validate(row.definition).disclosure.live_step
