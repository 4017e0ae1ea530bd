"""Plus and minus points, decisions and approvals: one member of staff proposes them, another files them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from survey.core.errors import N_, Refused
from survey.scoring.evidence import Evidence
from survey.scoring.filing import file_evidence, list_evidence
from survey.scoring.previewing import changes, standing_hash
from survey.scoring.scheme import Scheme
from survey.staff.actor import Actor
from survey.staff.models import ROOT
from survey.staff.models import ProposalRow as Proposal
from survey.staff.proposals import Kind, carry_out, confirm, get_proposal, open_proposals, propose


def file_previewed(session: Session, scheme: Scheme, pieces: Sequence[Evidence], seen: str) -> int:
    """File pieces whose changes somebody has looked at; return how many.

    Args:
        session: the transaction.
        scheme: the scheme.
        pieces: as read and checked.
        seen: ``standing_hash`` of what stood when they were looked at.

    Raises:
        Refused: when something was filed since.
    """
    if standing_hash(list_evidence(session, scheme.id)) != seen:
        raise Refused(
            N_("Something was filed for %(scheme)s since you looked at the changes; nothing was filed, look again"),
            scheme=scheme.id,
        )
    return file_evidence(session, scheme, pieces)


def propose_pieces(session: Session, actor: Actor, scheme: Scheme, pieces: Sequence[Evidence], reason: str) -> Proposal:
    """Let pieces wait for a second person.

    Raises:
        AlreadyDone: when the same waits already.
        Invalid: when one takes back what nobody filed.
    """
    changes(list_evidence(session, scheme.id), pieces)
    payload = {"scheme": scheme.reference, "pieces": [one.document() for one in pieces]}
    return propose(session, actor, Kind.ADJUST, ROOT, scheme.id, reason, payload)


def waiting_pieces(session: Session, scheme_id: str) -> list[tuple[Proposal, tuple[Evidence, ...]]]:
    """Return what waits for a second person, oldest first."""
    return [(row, pieces_of(row)) for row in open_proposals(session, Kind.ADJUST, scheme_id)]


def pieces_of(row: Proposal) -> tuple[Evidence, ...]:
    """Return what was proposed."""
    return tuple(Evidence.from_document(one) for one in row.payload["pieces"])


def confirm_pieces(session: Session, actor: Actor, scheme: Scheme, number: int) -> tuple[Proposal, int]:
    """Let the second person agree and file at once; return the proposal and how many pieces were filed.

    Raises:
        NotFound: when there is no such proposal.
        Refused: when the same person proposed it.
        AlreadyDone: when it was decided before.
        Invalid: when a piece takes back what is no longer filed.
    """
    row = get_proposal(session, number, Kind.ADJUST, scheme.id)
    confirm(row, actor)
    n = file_evidence(session, scheme, pieces_of(row))
    carry_out(row)
    session.flush()
    return row, n
