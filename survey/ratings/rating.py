"""What the person does on the public page: rate a case once, and re-rate it once after its correction (追评)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.core.clock import COUNTRY
from survey.core.errors import N_, AlreadyDone, Invalid, Problem, Refused
from survey.ratings import rules
from survey.ratings.models import FIRST, SECOND, RatingEvent, ServiceCase, ServiceRating
from survey.ratings.rules import Event, Step
from survey.ratings.service import add_event, case_plan, clean_text, events_of, history_of, insert_once
from survey.staff.webhooks import notify


@dataclass(frozen=True)
class Given:
    """What a person says: a level, tags of that level, a text."""

    level: str
    tags: Sequence[str] = ()
    text: str = ""


def rate(session: Session, case: ServiceCase, given: Given, form_key: bytes, now: datetime) -> bool:
    """Take the one rating of a case; a bad one opens the loop.

    Returns:
        True when it was taken, False when the same form was sent before.

    Raises:
        Invalid: when level, tags or text are not the plan's.
        AlreadyDone: when the case was rated with another form.
        Refused: when its time is over.
    """
    plan = case_plan(session, case)
    level = plan.level(given.level)
    text = clean_text(given.text)
    if level is None:
        raise Invalid([Problem("level", N_("Choose one of the levels"))])
    tags = list(dict.fromkeys(given.tags))
    if not set(tags) <= {tag.code for tag in level.tags}:
        raise Invalid([Problem("tag", N_("Remarks ticked belong to another level; tick those of the level chosen"))])
    if plan.rated is not None and now >= rules.ends_at(case.closed_at, plan.rated, plan.calendar):
        if _is_same(session, case, FIRST, form_key):
            return False
        raise Refused(N_("The time for rating this case is over"))
    if not _keep(session, case, (FIRST, level.code, level.bad, tags, text), form_key, now):
        return False
    if level.bad:
        add_event(session, case, plan, [], RatingEvent(step=Step.RECEIVED, at=now, name="", note="", figures={}))
        notify(session, "rating.bad", case.office, case=case.id)
    return True


def rerate(session: Session, case: ServiceCase, given: Given, form_key: bytes, now: datetime) -> bool:
    """Take the one re-rating of a case after its correction.

    Returns:
        True when it was taken, False when the same form was sent before.

    Raises:
        Invalid: when the answer or the text are not the plan's.
        AlreadyDone: when the case was re-rated with another form.
        Refused: when there is no re-rating, or its time is over.
    """
    session.refresh(case, with_for_update=True)
    if _is_same(session, case, SECOND, form_key):
        return False
    plan = case_plan(session, case)
    answer = plan.answer(given.level)
    text = clean_text(given.text)
    if answer is None:
        raise Invalid([Problem("level", N_("Choose one of the answers"))])
    events = events_of(session, case)
    if session.get(ServiceRating, (case.id, SECOND)) is not None:
        raise AlreadyDone(N_("This case was re-rated already"))
    if not events:
        raise Refused(N_("There is no re-rating for this case"))
    event = RatingEvent(step=Step.RERATED, at=now, name="", note="", figures={"satisfied": answer.satisfied})
    rules.check_step(plan, history_of(events), Event(Step.RERATED, now), of_the_person=True)
    _keep(session, case, (SECOND, answer.code, not answer.satisfied, [], text), form_key, now)
    add_event(session, case, plan, events, event)
    return True


def _is_same(session: Session, case: ServiceCase, round_: int, form_key: bytes) -> bool:
    known = session.get(ServiceRating, (case.id, round_))
    return known is not None and known.form_key == form_key


def _keep(
    session: Session,
    case: ServiceCase,
    said: tuple[int, str, bool, list[str], str],
    form_key: bytes,
    now: datetime,
) -> bool:
    """Insert a rating; two forms at once give one rating."""
    round_, level, bad, tags, text = said
    row = {
        "case_id": case.id,
        "round": round_,
        "level": level,
        "bad": bad,
        "tags": tags,
        "text": text,
        "rated_on": now.astimezone(COUNTRY).date(),
        "form_key": form_key,
    }
    added = session.scalar(insert_once(session, ServiceRating, row).returning(ServiceRating.case_id))
    if added is not None:
        return True
    if _is_same(session, case, round_, form_key):
        return False
    raise AlreadyDone(N_("This case was rated already"))
