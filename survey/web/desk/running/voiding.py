"""Void a batch (作废): one proposes, another confirms on the same page, and then it is void. So with one slip."""

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.base import ReasonForm
from survey.codes.service import expect_voidable, get_batch, void_batch
from survey.codes.slips import REFUSED, SLIP, TAKEN_BACK, forget
from survey.core.errors import N_, Refused, SurveyError
from survey.rounds.models import Round, State
from survey.rounds.service import frozen_round
from survey.staff.models import ProposalRow as Proposal
from survey.staff.proposals import Kind, carry_out, propose
from survey.web.desk.faults import faults
from survey.web.desk.running.pages import overview
from survey.web.desk.running.room import page, real_round, running
from survey.web.desk.running.slip import confirm_slip
from survey.web.desk.second import confirm_it, refuse_it, take_back
from survey.web.desk.shell import actor, back, looking, note, say, work

Answer = Response | str | tuple[str, int]


@running.get("/void/<batch>")
def voiding(round_id: str, batch: str) -> str:
    """Show what voiding a batch would do."""
    return _voiding(round_id, batch)


@running.post("/void/<batch>")
def void(round_id: str, batch: str) -> Answer:
    """Propose to void a batch."""
    form = ReasonForm()
    if not form.validate():
        return _voiding(round_id, batch, form, []), 400
    try:
        with work() as session:
            row = real_round(session, round_id)
            if get_batch(session, row, batch).void:
                raise Refused(N_("The batch %(batch)s is void already"), batch=batch)
            expect_voidable(row)
            propose(session, actor(), Kind.VOID, row.office, row.name, form.reason.data, {"batch": batch})
            sentence = N_("Proposed to void the batch %(batch)s of the round %(round)s. Reason: %(reason)s")
            note(session, row.office, sentence, round=row.name, batch=batch, reason=form.reason.data)
    except SurveyError as error:
        return _voiding(round_id, batch, form, faults(error)), 409
    say(N_("Proposed; a second person confirms it on this page"))
    return back("desk.running.show", round_id=round_id)


@running.post("/void/<int:number>/confirm")
def confirm_void(round_id: str, number: int) -> Answer:
    """Confirm as the second person, which voids the batch, or the one slip."""
    try:
        with work() as session:
            row = real_round(session, round_id)
            proposal = confirm_it(session, number, Kind.VOID, row.name)
            (confirm_slip if SLIP in proposal.payload else _confirm_batch)(session, row, proposal)
    except SurveyError as error:
        return overview(round_id, faults(error)), 409
    return back("desk.running.show", round_id=round_id)


def _confirm_batch(session: Session, row: Round, proposal: Proposal) -> None:
    batch = str(proposal.payload["batch"])
    n = void_batch(session, row, batch)
    carry_out(proposal)
    sentence = N_("Confirmed and voided the batch %(batch)s of the round %(round)s, which %(name)s proposed")
    note(session, row.office, sentence, round=row.name, batch=batch, name=proposal.proposed_name)
    if _may_be_told(session, row):
        say(N_("%(n)s codes of the batch %(batch)s are void; spent ones stay spent"), n=n, batch=batch)
    else:
        say(N_("The unspent codes of the batch %(batch)s are void; how many shows after closing"), batch=batch)


@running.post("/void/<int:number>/refuse")
def refuse_void(round_id: str, number: int) -> Answer:
    """Refuse what somebody else proposed."""
    return _drop(round_id, number, refused=True)


@running.post("/void/<int:number>/back")
def take_void_back(round_id: str, number: int) -> Answer:
    """Take back what the present member proposed."""
    return _drop(round_id, number, refused=False)


def _drop(round_id: str, number: int, *, refused: bool) -> Answer:
    try:
        with work() as session:
            row = real_round(session, round_id)
            proposal = (refuse_it if refused else take_back)(session, number, Kind.VOID, row.name)
            if SLIP in proposal.payload:
                sentence = REFUSED if refused else TAKEN_BACK
                forget(proposal)
            else:
                sentence = (
                    N_("Refused to void the batch %(batch)s of the round %(round)s")
                    if refused
                    else N_("Took back the proposal to void the batch %(batch)s of the round %(round)s")
                )
            note(session, row.office, sentence, round=row.name, batch=proposal.payload["batch"])
    except SurveyError as error:
        return overview(round_id, faults(error)), 409
    say(N_("Nothing was voided"))
    return back("desk.running.show", round_id=round_id)


def _may_be_told(session: Session, row: Round) -> bool:
    """Tell whether the number of voided codes tells nobody how many of the batch have voted."""
    return row.state != State.OPEN or not frozen_round(session, row.id).definition.secret


def _voiding(round_id: str, batch: str, form: ReasonForm | None = None, problems: list[str] | None = None) -> str:
    with looking() as session:
        row = real_round(session, round_id)
        found = get_batch(session, row, batch)
        return page("void.html", session, row, batch=found, form=form or ReasonForm(formdata=None), problems=problems)
