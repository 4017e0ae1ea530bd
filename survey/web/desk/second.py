"""What needs a second person, on any page: who proposed it, who may decide, and the two verbs for that."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.core.errors import N_, Refused
from survey.staff.models import ProposalRow as Proposal
from survey.staff.proposals import Kind, Stage, confirm, get_proposal, open_proposals, reject
from survey.staff.roles import Power
from survey.web.desk.shell import actor, me


@dataclass(frozen=True)
class Waiting:
    """A proposal that is not carried out yet, as the present member sees it.

    Attributes:
        mine: whether the present member proposed it.
        confirmed: whether a second person has agreed.
        decidable: whether the present member may confirm or refuse it.
    """

    number: int
    reason: str
    payload: dict[str, object]
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    mine: bool
    confirmed: bool
    decidable: bool


def waiting(session: Session, kind: Kind, target: str) -> list[Waiting]:
    """Return what waits for a second person, or was confirmed and is not done yet; oldest first."""
    return [_seen(row) for row in open_proposals(session, kind, target)]


def confirm_it(session: Session, number: int, kind: Kind, target: str) -> Proposal:
    """Let the present member agree, as the second person.

    Raises:
        NotFound, Refused, AlreadyDone: as the proposals say.
    """
    row = get_proposal(session, number, kind, target)
    confirm(row, actor())
    return row


def refuse_it(session: Session, number: int, kind: Kind, target: str) -> Proposal:
    """Let the present member refuse what somebody else proposed.

    Raises:
        Refused: when it is the member's own; that is taken back, not refused.
    """
    row = get_proposal(session, number, kind, target)
    if row.proposed_by == me().id:
        raise Refused(N_("You proposed this yourself: take it back instead"))
    reject(row, actor())
    return row


def take_back(session: Session, number: int, kind: Kind, target: str) -> Proposal:
    """Let the present member take back what was proposed by the same.

    Raises:
        Refused: when somebody else proposed it.
    """
    row = get_proposal(session, number, kind, target)
    if row.proposed_by != me().id:
        raise Refused(N_("%(name)s proposed this; only that person takes it back"), name=row.proposed_name)
    reject(row, actor())
    return row


def _seen(row: Proposal) -> Waiting:
    mine = row.proposed_by == me().id
    confirmed = row.state == Stage.CONFIRMED
    return Waiting(
        row.id,
        row.reason,
        row.payload,
        row.proposed_name,
        row.proposed_at,
        row.decided_name,
        mine=mine,
        confirmed=confirmed,
        decidable=not mine and me().may(Power.CONFIRM, row.office),
    )
