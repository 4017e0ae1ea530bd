"""Counting a closed round (计票): a teller proposes, a supervisor confirms, then the key opens the urn.

Under two trustees the urn goes out as a file instead, and their signed count comes back. A wrong key changes nothing.
"""

from pathlib import Path

from flask import Blueprint, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.base import DeskForm, ReasonForm
from forms.desk.running import OfficeKeyForm, SignedCountForm
from survey import casting
from survey.core import clock
from survey.core.errors import N_, AlreadyDone, Invalid, Problem, Refused, SurveyError
from survey.core.keys import KeyKind, PrivateKey, read_private_key
from survey.counting import service
from survey.jobs.models import OVER, Job
from survey.jobs.queue import wake
from survey.jobs.service import add_job, list_jobs
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import WORDS, Round, State
from survey.rounds.service import get_round, is_rehearsal
from survey.staff.models import ProposalRow as Proposal
from survey.staff.proposals import Kind, Stage, carry_out, open_proposals, propose
from survey.turnout.queries import get_turnout
from survey.turnout.rules import sum_up
from survey.web.desk.count_sheet import sheet_of
from survey.web.desk.faults import faults, status_of
from survey.web.desk.second import confirm_it, refuse_it, take_back, waiting
from survey.web.desk.shell import actor, back, looking, note, say, work
from survey.web.desk.upload import received
from survey.web.services import services
from survey.worker.count import DONE, pack_key

counting = Blueprint("counting", __name__, url_prefix="/rounds/<round_id>/count")

Answer = Response | str | tuple[str, int]
KINDS = ("count", "urn")


@counting.get("")
def show(round_id: str) -> str:
    """Show how far the count is, what is next, and at the end the count sheet."""
    return _page(round_id)


@counting.post("/propose")
def propose_count(round_id: str) -> Answer:
    """Propose to count, with a reason."""
    form = ReasonForm()
    if not form.validate():
        return _page(round_id, reason_form=form), 400
    try:
        with work() as session:
            row = _closed(session, round_id)
            if open_proposals(session, Kind.COUNT, row.name):
                raise AlreadyDone(N_("The count was proposed already and waits for a second person"))
            propose(session, actor(), Kind.COUNT, row.office, row.name, form.reason.data)
            sentence = N_("Proposed to count the round %(round)s. Reason: %(reason)s")
            note(session, row.office, sentence, round=row.name, reason=form.reason.data)
    except SurveyError as error:
        return _page(round_id, problems=faults(error)), 409
    say(N_("Proposed; a second person confirms it on this page"))
    return _back(round_id)


@counting.post("/proposals/<int:number>/confirm")
def confirm(round_id: str, number: int) -> Answer:
    """Confirm as the second person; the urn stays shut until a key comes."""
    try:
        with work() as session:
            row = _closed(session, round_id)
            proposal = confirm_it(session, number, Kind.COUNT, row.name)
            sentence = N_("Confirmed the count of the round %(round)s, which %(name)s proposed")
            note(session, row.office, sentence, round=row.name, name=proposal.proposed_name)
    except SurveyError as error:
        return _page(round_id, problems=faults(error)), 409
    say(N_("Confirmed; now the round can be counted"))
    return _back(round_id)


@counting.post("/proposals/<int:number>/refuse")
def refuse(round_id: str, number: int) -> Answer:
    """Refuse what somebody else proposed."""
    return _drop(round_id, number, refused=True)


@counting.post("/proposals/<int:number>/back")
def withdraw(round_id: str, number: int) -> Answer:
    """Take back what the present member proposed."""
    return _drop(round_id, number, refused=False)


@counting.post("/start")
def start(round_id: str) -> Answer:
    """Take the office's key and let the worker count with it; it is kept nowhere."""
    form = OfficeKeyForm()
    try:
        if not form.validate():
            raise Invalid([])
        with received("key") as file, work() as session:
            row = _closed(session, round_id)
            proposal = _confirmed(session, row)
            key = _opened(file, form.passphrase.data)
            service.expect_keys(session, row, [key])
            job = _add(session, row, "count", N_("Count the round %(round)s"), proposal, pack_key(key))
            sentence = N_("Started the count of the round %(round)s with the key %(fingerprint)s")
            note(session, row.office, sentence, round=row.name, fingerprint=key.public.fingerprint)
    except SurveyError as error:
        return _page(round_id, key_form=form, problems=faults(error, form)), status_of(error, 409)
    wake(services().settings)
    return back("desk.jobs.show", job_id=job.id)


@counting.post("/urn")
def urn(round_id: str) -> Answer:
    """Let the worker write the urn to a file, for the trustees."""
    try:
        with work() as session:
            row = _closed(session, round_id)
            proposal = _confirmed(session, row)
            if _definition(row).seal != "trustees":
                sentence = N_("The urn of %(name)s is sealed to the office's key; it is counted here")
                raise Refused(sentence, name=row.name)
            job = _add(session, row, "urn", N_("Write the urn of the round %(round)s to a file"), proposal)
            note(session, row.office, service.URN_WRITTEN, round=row.name)
    except SurveyError as error:
        return _page(round_id, problems=faults(error)), 409
    wake(services().settings)
    return back("desk.jobs.show", job_id=job.id)


@counting.post("/take")
def take(round_id: str) -> Answer:
    """Take the count that both trustees signed into the record."""
    form = SignedCountForm()
    try:
        with received() as file, work() as session:
            row = _closed(session, round_id)
            proposal = _confirmed(session, row)
            envelopes = casting.reconcile(session.connection(), row.id)
            signed = service.take_count(session, row, file)
            carry_out(proposal)
            service.keep_count(session, row, signed, clock.now())
            note(
                session,
                row.office,
                DONE,
                round=row.name,
                envelopes=envelopes,
                hash=signed.count.content_hash[:16],
                root=signed.count.urn_root[:16],
                first=proposal.proposed_name,
                second=proposal.decided_name,
            )
    except SurveyError as error:
        return _page(round_id, count_form=form, problems=faults(error, form)), status_of(error, 409)
    say(N_("The round is counted"))
    return _back(round_id)


def _drop(round_id: str, number: int, *, refused: bool) -> Answer:
    try:
        with work() as session:
            row = get_round(session, round_id)
            (refuse_it if refused else take_back)(session, number, Kind.COUNT, row.name)
            sentence = (
                N_("Refused to count the round %(round)s")
                if refused
                else N_("Took back the proposal to count the round %(round)s")
            )
            note(session, row.office, sentence, round=row.name)
    except SurveyError as error:
        return _page(round_id, problems=faults(error)), 409
    say(N_("Nothing is counted"))
    return _back(round_id)


def _back(round_id: str) -> Response:
    return back("desk.counting.show", round_id=round_id)


def _closed(session: Session, round_id: str) -> Round:
    row = get_round(session, round_id)
    if is_rehearsal(row):
        raise Refused(N_("%(name)s is a rehearsal: it is never closed or counted, but cleared"), name=row.name)
    if row.state == State.COUNTED:
        raise AlreadyDone(N_("The round %(name)s is counted already; a count never changes"), name=row.name)
    if row.state != State.CLOSED:
        raise Refused(
            N_("The round %(name)s is %(state)s; it is counted after it is closed"),
            name=row.name,
            state=WORDS[row.state],
        )
    return row


def _confirmed(session: Session, row: Round) -> Proposal:
    """Return the proposal on which two people agreed, when nothing of it is under way.

    Raises:
        Refused: when there is none yet.
        AlreadyDone: when a job is at it.
    """
    found = [one for one in open_proposals(session, Kind.COUNT, row.name) if one.state == Stage.CONFIRMED]
    if not found:
        raise Refused(N_("Two people must agree first: one proposes the count, another confirms it"))
    if any(job.state not in OVER for job in _jobs(session, row)):
        raise AlreadyDone(N_("It is under way already"))
    return found[0]


def _jobs(session: Session, row: Round) -> list[Job]:
    return [job for job in list_jobs(session, None, round_name=row.name) if job.kind in KINDS]


def _add(session: Session, row: Round, kind: str, title: str, proposal: Proposal, secret: bytes = b"") -> Job:
    return add_job(
        session,
        kind,
        office=row.office,
        title=title,
        figures={"round": row.name},
        payload={"round": row.name, "proposal": proposal.id},
        actor=actor(),
        round_name=row.name,
        secret=secret,
        secret_key=services().settings.secret_key,
    )


def _opened(file: Path, passphrase: str | None) -> PrivateKey:
    key = read_private_key(file, passphrase or "")
    if key.kind is not KeyKind.OFFICE:
        where = N_("this is a trustee's key: it must never come near this server; count on the trustees' own machine")
        raise Invalid([Problem("key", where)])
    return key


def _definition(row: Round) -> RoundDefinition:
    return RoundDefinition.model_validate(row.definition)


def _page(
    round_id: str,
    *,
    reason_form: ReasonForm | None = None,
    key_form: OfficeKeyForm | None = None,
    count_form: SignedCountForm | None = None,
    problems: list[str] | None = None,
) -> str:
    with looking() as session:
        row = get_round(session, round_id)
        counted = row.state == State.COUNTED
        closed = row.state == State.CLOSED
        proposals = waiting(session, Kind.COUNT, row.name)
        jobs = _jobs(session, row)
        turnout = get_turnout(session, row)
        return render_template(
            "desk/counting/show.html",
            round=row,
            definition=_definition(row),
            closed=closed,
            account=sum_up(turnout, ""),
            proposals=proposals,
            agreed=any(one.confirmed for one in proposals),
            job=next(iter(jobs), None),
            under_way=any(job.state not in OVER for job in jobs),
            sheet=sheet_of(session, row, turnout) if counted else None,
            reason_form=reason_form or ReasonForm(formdata=None),
            key_form=key_form or OfficeKeyForm(formdata=None),
            count_form=count_form or SignedCountForm(formdata=None),
            plain_form=DeskForm(formdata=None),
            problems=problems,
        )
