"""What one person proposes and another decides: counting, voiding, adjusting a score."""

from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core import clock
from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.staff.actor import Actor
from survey.staff.models import ProposalRow as Proposal


class Kind(StrEnum):
    """What needs two people."""

    COUNT = "count"
    VOID = "void"
    ADJUST = "adjust"


class Stage(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DONE = "done"


def propose(
    session: Session,
    actor: Actor,
    kind: Kind,
    office: str,
    target: str,
    reason: str,
    payload: dict[str, Any] | None = None,
) -> Proposal:
    """Write down what the actor proposes.

    Args:
        session: the unit of work.
        actor: a member of staff.
        kind: what it is.
        office: the office it concerns.
        target: what it is about, such as a round's name.
        reason: as typed.
        payload: what exactly is to be done, as plain data; never a key or a code.

    Raises:
        AlreadyDone: when the same kind of thing waits for this target with the same payload.
    """
    if any(found.payload == (payload or {}) for found in open_proposals(session, kind, target)):
        raise AlreadyDone(N_("This was proposed already and waits for a second person"))
    row = Proposal(
        kind=kind.value,
        office=office,
        target=target,
        reason=reason,
        payload=payload or {},
        state=Stage.WAITING.value,
        proposed_by=_member(actor),
        proposed_name=actor.name,
        proposed_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def open_proposals(session: Session, kind: Kind, target: str) -> list[Proposal]:
    """Return what waits or is confirmed but not carried out, oldest first."""
    return list(
        session.scalars(
            select(Proposal)
            .where(
                Proposal.kind == kind.value,
                Proposal.target == target,
                Proposal.state.in_((Stage.WAITING.value, Stage.CONFIRMED.value)),
            )
            .order_by(Proposal.id)
        )
    )


def get_proposal(session: Session, number: int, kind: Kind, target: str) -> Proposal:
    """Return a proposal, held for the present transaction.

    Raises:
        NotFound: when there is none of this kind and target.
    """
    row = session.get(Proposal, number, with_for_update=True)
    if row is None or (row.kind, row.target) != (kind.value, target):
        raise NotFound(N_("There is no such proposal"))
    return row


def confirm(row: Proposal, actor: Actor) -> None:
    """Let the second person agree.

    Raises:
        Refused: when it is the person who proposed.
        AlreadyDone: when it was decided.
    """
    _expect(row, Stage.WAITING)
    if row.proposed_by == _member(actor):
        raise Refused(N_("%(name)s proposed this; a second person must confirm it"), name=row.proposed_name)
    _decide(row, actor, Stage.CONFIRMED)


def reject(row: Proposal, actor: Actor) -> None:
    """Let another person refuse it, or the proposer take it back.

    Raises:
        AlreadyDone: when it was carried out or refused.
    """
    _expect(row, Stage.WAITING, Stage.CONFIRMED)
    _decide(row, actor, Stage.WITHDRAWN if row.proposed_by == _member(actor) else Stage.REJECTED)


def carry_out(row: Proposal) -> None:
    """Mark a confirmed proposal as done, in the transaction that does it.

    Raises:
        Refused: when no second person has confirmed it.
        AlreadyDone: when it was decided otherwise or done.
    """
    if row.state == Stage.WAITING:
        raise Refused(N_("This waits for a second person; nothing was done"))
    _expect(row, Stage.CONFIRMED)
    row.state = Stage.DONE.value


def lapse(row: Proposal) -> None:
    """Let a proposal end by itself, since its time is over; nobody decided it."""
    row.state = Stage.WITHDRAWN.value


def _decide(row: Proposal, actor: Actor, stage: Stage) -> None:
    row.state, row.decided_by, row.decided_name = stage.value, _member(actor), actor.name
    row.decided_at = clock.now()


def _expect(row: Proposal, *stages: Stage) -> None:
    if row.state not in stages:
        raise AlreadyDone(N_("This proposal was decided before"))


def _member(actor: Actor) -> int:
    if actor.id is None:
        raise Refused(N_("This needs two members of staff, not a command"))
    return actor.id
