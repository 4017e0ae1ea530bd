"""Verbs on watching: give a round its target."""

from sqlalchemy.orm import Session

from survey.core.errors import N_, Invalid, Problem
from survey.rounds.models import Round

LEAST, MOST = 1, 100


def set_target(session: Session, row: Round, target: int | None) -> int | None:
    """Set the response rate that a round is to reach; it changes no result and may be changed at any time.

    Args:
        session: the unit of work.
        row: the round.
        target: in percent, 1 to 100; none takes the target away.

    Returns:
        The target before.

    Raises:
        Invalid: when it is not from 1 to 100.
    """
    if target is not None and not LEAST <= target <= MOST:
        message = N_("%(value)s is no target; write a whole percentage from 1 to 100")
        raise Invalid([Problem("target", message, {"value": target})])
    before = row.target
    row.target = target
    session.flush()
    return before
