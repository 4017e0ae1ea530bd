"""Read the response account of a round from its codes."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.codes.models import Batch, Code, CodeState
from survey.rounds.models import Round, State
from survey.rounds.service import frozen_round, list_voter_groups
from survey.turnout.rules import Disposition, stepped


def get_turnout(session: Session, row: Round) -> tuple[Disposition, ...]:
    """Return each group's dispositions, in the order of the voters file; of an open secret round only in steps."""
    parts = _dispositions(session, row)
    if row.state != State.OPEN:
        return parts
    definition = frozen_round(session, row.id).definition
    return stepped(parts, definition.disclosure.live_step) if definition.secret else parts


def _dispositions(session: Session, row: Round) -> tuple[Disposition, ...]:
    counted = session.execute(
        select(Batch.voter_group_id, Code.state, func.count())
        .select_from(Code)
        .join(Batch, Batch.id == Code.batch_id)
        .where(Code.round_id == row.id)
        .group_by(Batch.voter_group_id, Code.state)
    )
    numbers = {(group_id, state): n for group_id, state, n in counted}
    over = row.state in (State.CLOSED, State.COUNTED)
    result = []
    for group in list_voter_groups(session, row):
        issued = numbers.get((group.id, CodeState.ISSUED), 0)
        result.append(
            Disposition(
                group.group,
                group.ballot_class,
                group.planned,
                waiting=0 if over else issued,
                spent=numbers.get((group.id, CodeState.SPENT), 0),
                void=numbers.get((group.id, CodeState.VOID), 0),
                expired=issued if over else 0,
            )
        )
    return tuple(result)
