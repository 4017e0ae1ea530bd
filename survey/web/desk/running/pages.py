"""Open and close: a page that states the consequence in figures, a typed reason, an entry in the log."""

from collections.abc import Callable

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.base import ReasonForm
from survey import casting
from survey.codes.service import list_batches
from survey.core import clock
from survey.core.errors import N_, SurveyError
from survey.rounds.models import Round, State
from survey.rounds.service import CLOSED, OPENED, find_blockers, list_voter_groups, open_round
from survey.staff.proposals import Kind
from survey.web.desk.doors import door_of
from survey.web.desk.faults import faults
from survey.web.desk.running.room import page, real_round, running
from survey.web.desk.second import waiting
from survey.web.desk.shell import back, looking, note, say, work

Answer = Response | str | tuple[str, int]


@running.get("")
def show(round_id: str) -> str:
    """Show where the round stands and which steps there are."""
    return overview(round_id)


def overview(round_id: str, problems: list[str] | None = None) -> str:
    """Render the page of all steps."""
    with looking() as session:
        row = real_round(session, round_id)
        return page(
            "show.html",
            session,
            row,
            batches=list_batches(session, row),
            door_of=door_of,
            groups=list_voter_groups(session, row),
            proposals=waiting(session, Kind.VOID, row.name),
            problems=problems,
        )


@running.route("/open", methods=["GET"])
def opening(round_id: str) -> str:
    """Show what opening would do, or what blocks it."""
    return _opening(round_id)


@running.post("/open")
def open_(round_id: str) -> Answer:
    """Open the round."""
    return _step(round_id, _open, _opening)


@running.get("/close")
def closing(round_id: str) -> str:
    """Show what closing would do."""
    return _closing(round_id)


@running.post("/close")
def close(round_id: str) -> Answer:
    """Close the round for good."""
    return _step(round_id, _close, _closing)


Shown = Callable[[str, ReasonForm | None, list[str] | None], str]


def _step(round_id: str, do: Callable[[Session, Round, str], None], shown: Shown) -> Answer:
    """Take one step with its reason, or show its page again with what was wrong."""
    form = ReasonForm()
    if not form.validate():
        return shown(round_id, form, []), 400
    try:
        with work() as session:
            do(session, real_round(session, round_id), form.reason.data)
    except SurveyError as error:
        return shown(round_id, form, faults(error)), 409
    return back("desk.running.show", round_id=round_id)


def _open(session: Session, row: Round, reason: str) -> None:
    frozen = open_round(session, row, clock.now())
    note(session, row.office, OPENED, round=row.name, hash=frozen.content_hash[:16], reason=reason)
    say(N_("The round is open; its content is frozen under %(hash)s"), hash=frozen.content_hash[:16])


def _close(session: Session, row: Round, reason: str) -> None:
    casting.close(session, row, clock.now())
    envelopes = casting.reconcile(session.connection(), row.id)
    note(session, row.office, CLOSED, round=row.name, envelopes=envelopes, reason=reason)
    say(N_("The round is closed with %(envelopes)s envelopes in the urn; it can be counted now"), envelopes=envelopes)


def _opening(round_id: str, form: ReasonForm | None = None, problems: list[str] | None = None) -> str:
    with looking() as session:
        row = real_round(session, round_id)
        closed = row.state not in (State.DRAFT, State.READY)
        return page(
            "open.html",
            session,
            row,
            blockers=() if closed else find_blockers(session, row, clock.now()),
            possible=not closed,
            form=form or ReasonForm(formdata=None),
            problems=problems,
        )


def _closing(round_id: str, form: ReasonForm | None = None, problems: list[str] | None = None) -> str:
    with looking() as session:
        row = real_round(session, round_id)
        return page(
            "close.html",
            session,
            row,
            as_of=clock.now(),
            form=form or ReasonForm(formdata=None),
            problems=problems,
            proposals=waiting(session, Kind.VOID, row.name),
        )
