"""What the pages on bad ratings show, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import N_
from survey.ratings import rules, service
from survey.ratings.models import FIRST, SECOND, RatingEvent, ServiceCase, ServiceRating
from survey.ratings.plan import RatingPlan
from survey.ratings.queries import first_levels, histories, ratings_of
from survey.ratings.rules import NAMES, TASKS, Deadline, Event, Step
from survey.subjects.models import SubjectRow
from survey.web.display import display

# What is said of a task, and its sign.
DONE, LATE, OPEN, OVERDUE = N_("in time"), N_("done late"), N_("to do"), N_("overdue")
KINDS = {DONE: "ok", LATE: "wait", OPEN: "todo", OVERDUE: "bad"}
ACTIONS: Mapping[Step, str] = {
    Step.ASSIGNED: N_("Assign it; the note says to whom"),
    Step.CONTACTED: N_("The person was called or visited"),
    Step.UNREACHED: N_("The person could not be reached; the note says what was tried"),
    Step.VALID: N_("The rating is valid; what was wrong has to be corrected or explained"),
    Step.MISJUDGED: N_("The rating is mistaken (meant otherwise, or for another case)"),
    Step.MALICIOUS: N_("The rating is malicious"),
    Step.NO_GROUND: N_("What is asked for has no legal ground"),
    Step.APPEALED: N_("Staff appeal against this rating; a supervisor decides"),
    Step.CORRECTED: N_("What was wrong is corrected; the note says how"),
    Step.EXPLAINED: N_("It cannot be corrected and was explained; the note says why"),
    Step.REPLIED: N_("The person was told; the note is the reply, and the person can read it"),
    Step.CLOSED: N_("Close the case"),
}


@dataclass(frozen=True)
class Line:
    """One case of the list."""

    case: ServiceCase
    unit: str
    level: str
    state: str
    task: str
    last_day: date | None
    word: str
    kind: str


@dataclass(frozen=True)
class Due:
    """One deadline of a case."""

    task: str
    last_day: date
    done_at: datetime | None
    word: str
    kind: str


@dataclass(frozen=True)
class Said:
    """One rating of a case in words."""

    title: str
    level: str
    bad: bool
    tags: tuple[str, ...]
    text: str
    on: date


def lines(session: Session, cases: Sequence[ServiceCase], now: datetime) -> list[Line]:
    """Return cases as the list shows them."""
    ids = [case.id for case in cases]
    known, levels = histories(session, ids), first_levels(session, ids)
    plans: dict[str, RatingPlan] = {}
    found = []
    for case in cases:
        reference = f"{case.plan_id}@{case.plan_version}"
        plan = plans.get(reference) or plans.setdefault(reference, service.get_plan(session, reference))
        due = rules.next_deadline(plan, known[case.id])
        word = _word(due, now) if due else ""
        found.append(
            Line(
                case,
                subject_name(session, case.unit),
                _level(plan, levels.get(case.id, "")),
                _(NAMES[Step(case.state)]),
                _(TASKS[due.task]) if due else "",
                due.last_day if due else None,
                _(word) if due else "",
                KINDS.get(word, ""),
            )
        )
    return found


def _word(deadline: Deadline, now: datetime) -> str:
    if deadline.done_at is not None:
        return LATE if deadline.late(now) else DONE
    return OVERDUE if deadline.late(now) else OPEN


def _level(plan: RatingPlan, code: str) -> str:
    known = plan.level(code) or plan.answer(code)
    return known.words(display().lang) if known else code


def dues(plan: RatingPlan, history: Sequence[Event], now: datetime) -> list[Due]:
    """Return the deadlines of a case in words."""
    return [
        Due(_(TASKS[one.task]), one.last_day, one.done_at, _(_word(one, now)), KINDS[_word(one, now)])
        for one in rules.deadlines(plan, history)
    ]


def said(session: Session, plan: RatingPlan, case: ServiceCase) -> list[Said]:
    """Return what the person said: the rating, then the re-rating if there is one."""
    titles = {FIRST: _("Rating"), SECOND: _("Re-rating")}
    return [_said(plan, row, titles[number]) for number, row in sorted(ratings_of(session, case).items())]


def _said(plan: RatingPlan, row: ServiceRating, title: str) -> Said:
    lang = display().lang
    tags = tuple(tag.words(lang) if (tag := plan.tag(code)) else code for code in row.tags)
    return Said(title, _level(plan, row.level), row.bad, tags, row.text, row.rated_on)


def steps_taken(events: Sequence[RatingEvent]) -> list[tuple[str, datetime, str, str]]:
    """Return the steps of a case: what, when, who, and the note."""
    return [(_(NAMES[Step(row.step)]), row.at, row.name or _("the person"), row.note) for row in events]


def choices(plan: RatingPlan, steps: Sequence[Step]) -> list[tuple[str, str]]:
    """Return the steps that may follow, each with what it means."""
    return [
        (str(step), _("%(step)s (leaves the indicators, is kept)", step=words) if str(step) in plan.excluded else words)
        for step in steps
        if (words := _(ACTIONS[step]))
    ]


def subject_name(session: Session, code: str) -> str:
    """Return the name of a subject, or what was written instead of its code."""
    name = session.scalar(select(SubjectRow.name).where(SubjectRow.code == code)) if code else None
    return name or code
