"""Void one slip (单张作废), spoilt or found again: it is known by what stands on it, never by a person.

Its code comes as a digest and is kept nowhere else: a proposal holds the digest until it is decided, and no longer.
"""

from dataclasses import dataclass

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from survey.codes.models import Batch, Code, CodeState
from survey.codes.service import expect_voidable
from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.rounds.models import Round, State, VoterGroupRow
from survey.rounds.service import frozen_round
from survey.staff.models import ProposalRow as Proposal
from survey.staff.proposals import Kind, lapse, open_proposals

SLIP = "slip"
"""Where a proposal's payload keeps the digest; empty once it is decided."""

PROPOSED = N_("Proposed to void one slip of the batch %(batch)s of the round %(round)s. Reason: %(reason)s")
CONFIRMED = N_("Confirmed and voided one slip of the batch %(batch)s of the round %(round)s, which %(name)s proposed")
REFUSED = N_("Refused to void one slip of the batch %(batch)s of the round %(round)s")
TAKEN_BACK = N_("Took back the proposal to void one slip of the batch %(batch)s of the round %(round)s")
ALONE = N_(
    "Voided one slip of the batch %(batch)s of the round %(round)s at the terminal, without a second person. "
    "Reason: %(reason)s"
)
"""For the log."""

USED = N_(
    "This code has been used. A ballot that was cast stays in the urn and is counted; there is nothing left to void."
)


@dataclass(frozen=True)
class Slip:
    """What may be known of a slip: where its replacement must come from."""

    batch: str
    group: str
    ballot_class: str


def find_slip(session: Session, row: Round, code: bytes) -> Slip:
    """Return the slip of a code's digest, which could be voided now. Changes nothing.

    Raises:
        NotFound: when the round has no such code; whether another round has it, nobody learns here.
        AlreadyDone: when it was used, or is void.
        Refused: when the round has closed, or the void slips would tell how many of a batch were used.
    """
    expect_voidable(row)
    found = _found(session, row, code)
    if found is None:
        raise NotFound(N_("The round %(round)s has no such code; please compare it with the slip"), round=row.name)
    if found.state == CodeState.VOID:
        raise AlreadyDone(N_("This slip is void already; nothing was done"))
    if found.state == CodeState.SPENT:
        raise AlreadyDone(USED)
    _expect_nothing_told(session, row, found.batch_id, found.name)
    return Slip(found.name, found.group, found.ballot_class)


def void_slip(session: Session, row: Round, code: bytes) -> Slip:
    """Void the code of a digest, unless a ballot is quicker: of the two exactly one happens.

    Raises:
        NotFound, AlreadyDone, Refused: as ``find_slip`` does.
    """
    if (found := _found(session, row, code)) is not None:
        # Slips of one batch are voided one after the other, so that each sees how many are left.
        session.execute(select(Batch.id).where(Batch.id == found.batch_id).with_for_update())
    slip = find_slip(session, row, code)
    voided = session.execute(
        update(Code)
        .where(
            Code.round_id == row.id,
            Code.digest == code,
            Code.state == CodeState.ISSUED,
            select(Round.id).where(Round.id == row.id, Round.state.not_in((State.CLOSED, State.COUNTED))).exists(),
        )
        .values(state=CodeState.VOID)
        .returning(Code.batch_id)
    ).one_or_none()
    if voided is None:
        session.refresh(row)
        expect_voidable(row)
        raise AlreadyDone(USED)
    return slip


def forget(proposal: Proposal) -> None:
    """Keep of a decided proposal which batch it was about, and not which slip."""
    proposal.payload = {name: "" if name == SLIP else value for name, value in proposal.payload.items()}


def forget_slips(session: Session, row: Round) -> None:
    """End what waits to void a slip of a round that closes: of its codes none is voided any more."""
    for proposal in open_proposals(session, Kind.VOID, row.name):
        if SLIP in proposal.payload:
            lapse(proposal)
            forget(proposal)
    session.flush()


def _found(session: Session, row: Round, code: bytes) -> Row[str, int, str, str, str] | None:
    return session.execute(
        select(Code.state, Code.batch_id, Batch.name, VoterGroupRow.group.label("group"), VoterGroupRow.ballot_class)
        .join(Batch, Batch.id == Code.batch_id)
        .join(VoterGroupRow, VoterGroupRow.id == Batch.voter_group_id)
        .where(Code.round_id == row.id, Code.digest == code)
    ).one_or_none()


def _expect_nothing_told(session: Session, row: Round, batch_id: int, name: str) -> None:
    """Do nothing when one void slip more keeps hidden how many codes of the batch were used (ADR 0025).

    Raises:
        Refused: of an open secret round, when every other code of the batch is shown as used. Who reads the refusal
            could know as much from the figures.
    """
    if row.state != State.OPEN:
        return
    definition = frozen_round(session, row.id).definition
    if not definition.secret:
        return
    counted = select(Code.state, func.count()).where(Code.round_id == row.id, Code.batch_id == batch_id)
    numbers = {one[0]: one[1] for one in session.execute(counted.group_by(Code.state))}
    used = numbers.get(CodeState.SPENT, 0)
    others = used + numbers.get(CodeState.ISSUED, 0) - 1
    if others and others == used and others % definition.disclosure.live_step == 0:
        raise Refused(
            N_(
                "Of the batch %(batch)s %(n)s other codes are left, and the figures show as many used: one more void "
                "slip would tell that all of them were. Keep the slip; unused codes expire when the round is closed"
            ),
            batch=name,
            n=others,
        )
