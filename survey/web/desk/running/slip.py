"""Void one slip: it is scanned, a second person confirms; its code stands in no address, no log and no page."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.running import VoidSlipForm
from survey.codes.generator import digest, normalise
from survey.codes.models import Batch
from survey.codes.slips import CONFIRMED, PROPOSED, SLIP, find_slip, forget, void_slip
from survey.core.errors import N_, SurveyError
from survey.rounds.models import Round
from survey.staff.models import ProposalRow as Proposal
from survey.staff.proposals import Kind, carry_out, propose
from survey.web.desk.faults import faults
from survey.web.desk.running.room import page, real_round, running
from survey.web.desk.shell import actor, back, looking, note, say, work
from survey.web.services import services


@running.get("/void-one")
def slip(round_id: str) -> str:
    """Ask for the slip."""
    return _slip(round_id)


@running.post("/void-one")
def propose_slip(round_id: str) -> Response | tuple[str, int]:
    """Propose to void the slip that was scanned."""
    form = VoidSlipForm()
    if not form.validate():
        return _slip(round_id, form, []), 400
    try:
        code = digest(normalise(form.code.data or ""), services().code_key)
        with work() as session:
            row = real_round(session, round_id)
            # Whoever closes the round at this moment is waited for, and seen.
            session.refresh(row, with_for_update=True)
            found = find_slip(session, row, code)
            payload = {"batch": found.batch, SLIP: code.hex()}
            propose(session, actor(), Kind.VOID, row.office, row.name, form.reason.data or "", payload)
            note(session, row.office, PROPOSED, batch=found.batch, round=row.name, reason=form.reason.data)
    except SurveyError as error:
        return _slip(round_id, form, faults(error, form)), 409
    say(N_("Proposed; a second person confirms it on this page"))
    return back("desk.running.show", round_id=round_id)


def confirm_slip(session: Session, row: Round, proposal: Proposal) -> None:
    """Void the slip of a confirmed proposal, and forget which one it was."""
    voided = void_slip(session, row, bytes.fromhex(proposal.payload[SLIP]))
    forget(proposal)
    carry_out(proposal)
    note(session, row.office, CONFIRMED, batch=voided.batch, round=row.name, name=proposal.proposed_name)
    say(
        N_(
            "One slip of the batch %(batch)s is void. Another one is drawn from a spare batch of the group %(group)s, "
            "class %(ballot_class)s"
        ),
        batch=voided.batch,
        group=voided.group,
        ballot_class=voided.ballot_class,
    )


def _slip(round_id: str, form: VoidSlipForm | None = None, problems: list[str] | None = None) -> str:
    with looking() as session:
        row = real_round(session, round_id)
        spare = select(func.sum(Batch.size)).where(Batch.round_id == row.id, Batch.spare, Batch.void.is_(False))
        return page(
            "slip.html",
            session,
            row,
            spare=session.scalar(spare) or 0,
            form=form or VoidSlipForm(formdata=None),
            problems=problems,
        )
