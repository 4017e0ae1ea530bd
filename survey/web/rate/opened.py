"""The case behind a code, and how far it has come: to be rated, to be re-rated, or neither."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest
from typing import Literal

from flask import current_app, g, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey.casting import UnknownCode
from survey.codes.generator import digest
from survey.core.errors import NotFound
from survey.core.sentences import day_of
from survey.ratings import rules, service
from survey.ratings.models import FIRST, SECOND, ServiceCase, ServiceRating
from survey.ratings.plan import RatingPlan
from survey.ratings.rules import Step
from survey.subjects.models import SubjectRow
from survey.web.answer.opened import digits_of
from survey.web.answer.status import Refusal
from survey.web.display import local_day
from survey.web.services import services
from survey.web.stamp import BadStamp, Stamp, Stamps

EXTENSION = "minsheng.rating_stamps"
Stage = Literal["rate", "rerate", "rated", "rerated", "late"]


@dataclass(frozen=True)
class Opened:
    """What a page knows of its case.

    Attributes:
        stage: what can be done with it now.
        until: the last day of the re-rating, while it is open.
        state: the last step after a bad rating, empty without one.
        due: the last day of the next task, if it has a limit.
        reply: what the office answered.
        facts: names and values that tell people which case it is.
    """

    code: str
    case: ServiceCase
    plan: RatingPlan
    stage: Stage
    until: date | None
    state: str
    due: date | None
    reply: str
    facts: tuple[tuple[str, str], ...]


def stamps() -> Stamps:
    """Return the maker of stamps for ratings."""
    made: Stamps = current_app.extensions[EXTENSION]
    return made


def open_case(session: Session, code: str, now: datetime) -> Opened:
    """Return the case of an address.

    Raises:
        UnknownCode: when there is none; it looks like every other unknown code.
    """
    digits = digits_of(code)
    try:
        case = service.find_case(session, digest(digits, services().code_key))
    except NotFound as error:
        raise UnknownCode from error
    plan = service.case_plan(session, case)
    g.contact = plan.contact
    history = service.history_of(events := service.events_of(session, case))
    ends_at = rules.rerating_ends_at(plan, history) if history else None
    replies = [event.note for event in events if event.step == Step.REPLIED]
    return Opened(
        digits,
        case,
        plan,
        _stage(session, case, plan, ends_at, now),
        _last_day(ends_at),
        case.state,
        _last_day(case.due_at),
        replies[0] if replies else "",
        tuple(_facts(session, case)),
    )


def _stage(session: Session, case: ServiceCase, plan: RatingPlan, ends_at: datetime | None, now: datetime) -> Stage:
    if session.get(ServiceRating, (case.id, SECOND)):
        return "rerated"
    if session.get(ServiceRating, (case.id, FIRST)):
        return "rerate" if ends_at is not None and now < ends_at else "rated"
    over = plan.rated is not None and now >= rules.ends_at(case.closed_at, plan.rated, plan.calendar)
    return "late" if over else "rate"


def _last_day(moment: datetime | None) -> date | None:
    return None if moment is None else day_of(moment - timedelta(days=1))


def _facts(session: Session, case: ServiceCase) -> list[tuple[str, str]]:
    lines = [
        (_("Service item"), case.item),
        (_("Handled by"), _name(session, case.unit)),
        (_("Service window"), _name(session, case.service_window)),
        (_("Staff member"), _name(session, case.handler)),
        (_("Finished on"), local_day(case.closed_at)),
    ]
    return [(name, value) for name, value in lines if value]


def _name(session: Session, code: str) -> str:
    """Return the name of a subject, or what was written instead of its code."""
    row = session.get(SubjectRow, code) if code else None
    return row.name if row else code


def new_stamp(opened: Opened, now: datetime) -> Stamp:
    """Return a stamp for a form that is given out now."""
    return stamps().make(
        round_id=opened.case.id,
        group_id=SECOND if opened.stage == "rerate" else FIRST,
        version=opened.plan.content_hash,
        code_digest=opened.case.code_digest,
        now=now,
    )


def posted_stamp(opened: Opened) -> Stamp:
    """Return the stamp of the form that was posted.

    Raises:
        Refusal: when it is missing, forged, or of another case.
    """
    try:
        stamp = stamps().read(request.form.get("_stamp", ""))
    except BadStamp as error:
        raise Refusal("stale") from error
    if not compare_digest(stamp.code_digest, opened.case.code_digest):
        raise Refusal("stale")
    return stamp
