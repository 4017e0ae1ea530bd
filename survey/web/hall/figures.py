"""What a room may see of its own vote while it runs: the whole room only, and ballots in full steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.codes.models import Batch, BatchDoor
from survey.core.errors import N_
from survey.rounds.definition import RoundDefinition
from survey.rounds.lifecycle import Door, door
from survey.rounds.models import Round, State, VoterGroupRow
from survey.turnout.queries import get_turnout


@dataclass(frozen=True)
class RoomFigures:
    """How many are expected, came, and submitted, all groups together.

    Attributes:
        present: none until every group was counted; a part of them would mislead.
        step: ballots are told in steps of so many.
        submitted: ballots as ``in_steps`` tells them; none where that cannot be told.
    """

    expected: int
    present: int | None
    step: int
    submitted: int | None


def room_figures(
    session: Session, row: Round, definition: RoundDefinition, groups: Sequence[VoterGroupRow]
) -> RoomFigures:
    """Return the figures of a round's room."""
    step = definition.disclosure.live_step
    expected = sum(group.planned for group in groups)
    counted = [group.present for group in groups if group.present is not None]
    present = sum(counted) if len(counted) == len(groups) else None
    spent = sum(part.spent for part in get_turnout(session, row))
    return RoomFigures(expected, present, step, in_steps(spent, step, expected if present is None else present))


def in_steps(n: int, step: int, most: int) -> int | None:
    """Return a number in full steps, rounded down, and never the step at which it could be known that all are in.

    Args:
        n: how many submitted.
        step: people in a step.
        most: how many can submit.

    Returns:
        A multiple of ``step`` below ``most``; none when so few can submit that there is no such step.
    """
    return min(n // step, (most - 1) // step) * step if most > step else None


def room_state(row: Round, definition: RoundDefinition, batches: Sequence[Batch], now: datetime) -> str:
    """Return in a sentence where the vote stands."""
    where = door(definition, now)
    if row.state != State.OPEN or where is Door.NOT_YET:
        return N_("The vote has not started yet")
    if where is not Door.OPEN:
        return N_("The vote is over")
    doors = {batch.door for batch in batches if not batch.void}
    if BatchDoor.OPEN in doors:
        return N_("The vote is open")
    if BatchDoor.SHUT in doors:
        return N_("The host has closed the vote")
    return N_("Please wait until the host opens the vote")
