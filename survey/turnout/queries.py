"""Read the response account of a round from its codes."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.codes.models import Batch, Code, CodeState
from survey.rounds.models import Round, State, VoterGroupRow
from survey.rounds.service import frozen_round, list_voter_groups
from survey.turnout.rules import Disposition, stepped, stepped_void
from survey.turnout.watching.rules.sums import Part, Reading, sum_parts


def get_turnout(session: Session, row: Round) -> tuple[Disposition, ...]:
    """Return each group's dispositions, in the order of the voters file; of an open secret round only in steps."""
    return get_reading(session, row).groups


def get_reading(session: Session, row: Round) -> Reading:
    """Return each group's dispositions with the batches they are the sums of; of an open secret round only in steps.

    The steps are those of the batches, so that no figure of one page tells more than that of another.
    """
    groups = list_voter_groups(session, row)
    parts = _parts(session, row, groups)
    step = _step(session, row)
    if step > 1:
        accounts = stepped((part.account for part in parts), step)
        parts = tuple(
            part.with_account(stepped_void(part.account, step) if part.void else account)
            for part, account in zip(parts, accounts, strict=True)
        )
    planned = (Disposition(one.group, one.ballot_class, one.planned, 0, 0, 0, 0, step) for one in groups)
    return Reading(sum_parts(planned, parts), parts, step)


def _step(session: Session, row: Round) -> int:
    if row.state != State.OPEN:
        return 1
    definition = frozen_round(session, row.id).definition
    return definition.disclosure.live_step if definition.secret else 1


def _parts(session: Session, row: Round, groups: list[VoterGroupRow]) -> tuple[Part, ...]:
    counted = session.execute(
        select(Code.batch_id, Code.state, func.count())
        .where(Code.round_id == row.id)
        .group_by(Code.batch_id, Code.state)
    )
    numbers = {(batch_id, state): n for batch_id, state, n in counted}
    over = row.state in (State.CLOSED, State.COUNTED)
    by_id = {group.id: group for group in groups}
    parts = []
    for batch in session.scalars(select(Batch).where(Batch.round_id == row.id).order_by(Batch.id)):
        issued = numbers.get((batch.id, CodeState.ISSUED), 0)
        group = by_id[batch.voter_group_id]
        account = Disposition(
            group.group,
            group.ballot_class,
            0,
            waiting=0 if over else issued,
            spent=numbers.get((batch.id, CodeState.SPENT), 0),
            void=numbers.get((batch.id, CodeState.VOID), 0),
            expired=issued if over else 0,
            spare=batch.size if batch.spare else 0,
        )
        parts.append(Part(batch.name, account, batch.door, spare=batch.spare, void=batch.void))
    return tuple(parts)
