"""What follows a bad rating (差评): which step may come next, by when, and why one may not come. Pure.

A rating that nobody gave stays no rating: no step makes a good one of silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from survey.core.clock import COUNTRY
from survey.core.errors import N_, Refused, Word
from survey.ratings.plan import Calendar, Limit, Milestone, RatingPlan, Span

SHORTEST_NOTE = 4
FRIDAY = 4


class Step(StrEnum):
    """One step after a bad rating; the last one is its state."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    CONTACTED = "contacted"
    UNREACHED = "unreached"
    VALID = "valid"
    MISJUDGED = "misjudged"
    MALICIOUS = "malicious"
    NO_GROUND = "no_ground"
    APPEALED = "appealed"
    CORRECTED = "corrected"
    EXPLAINED = "explained"
    REPLIED = "replied"
    RERATED = "rerated"
    CLOSED = "closed"


NAMES: Mapping[Step, str] = {
    Step.RECEIVED: N_("received"),
    Step.ASSIGNED: N_("assigned"),
    Step.CONTACTED: N_("contacted"),
    Step.UNREACHED: N_("not reached"),
    Step.VALID: N_("found valid"),
    Step.MISJUDGED: N_("found mistaken"),
    Step.MALICIOUS: N_("found malicious"),
    Step.NO_GROUND: N_("found without legal ground"),
    Step.APPEALED: N_("appealed against by staff"),
    Step.CORRECTED: N_("corrected"),
    Step.EXPLAINED: N_("explained"),
    Step.REPLIED: N_("replied to"),
    Step.RERATED: N_("re-rated"),
    Step.CLOSED: N_("case closed"),
}
OUTCOMES = (Step.VALID, Step.MISJUDGED, Step.MALICIOUS, Step.NO_GROUND)
NOT_VALID = OUTCOMES[1:]
SETTLED = (Step.CORRECTED, Step.EXPLAINED)
OF_THE_PERSON = (Step.RECEIVED, Step.RERATED)
"""Steps that only the person who rates takes, on the public page."""
FOLLOWING: Mapping[Step, tuple[Step, ...]] = {
    Step.RECEIVED: (Step.ASSIGNED,),
    Step.ASSIGNED: (Step.CONTACTED, Step.UNREACHED),
    Step.CONTACTED: (*OUTCOMES, Step.APPEALED),
    Step.UNREACHED: (Step.CONTACTED, *OUTCOMES, Step.APPEALED),
    Step.VALID: (*SETTLED, Step.APPEALED),
    Step.MISJUDGED: (Step.EXPLAINED,),
    Step.MALICIOUS: (Step.EXPLAINED,),
    Step.NO_GROUND: (Step.EXPLAINED,),
    Step.APPEALED: OUTCOMES,
    Step.CORRECTED: (Step.REPLIED,),
    Step.EXPLAINED: (Step.REPLIED,),
    Step.REPLIED: (Step.RERATED, Step.CLOSED),
    Step.RERATED: (Step.CLOSED,),
    Step.CLOSED: (),
}
# Without a word of what was done or why, nobody can check these.
NEEDS_NOTE = (Step.ASSIGNED, Step.UNREACHED, *NOT_VALID, Step.APPEALED, *SETTLED, Step.REPLIED)
MILESTONES: Mapping[str, tuple[Step, ...]] = {
    "received": (Step.RECEIVED,),
    "assigned": (Step.ASSIGNED,),
    "contacted": (Step.CONTACTED, Step.UNREACHED),
    "judged": OUTCOMES,
    "settled": SETTLED,
    "replied": (Step.REPLIED,),
}
TASKS: Mapping[str, str] = {
    "assigned": N_("Assign"),
    "contacted": N_("Contact"),
    "judged": N_("Judge"),
    "decided": N_("Decide the appeal"),
    "settled": N_("Correct or explain"),
    "replied": N_("Reply"),
}


@dataclass(frozen=True)
class Event:
    """One step that was taken.

    Attributes:
        by: who took it, as a number or a name that tells people apart; empty for the person who rated.
    """

    step: Step
    at: datetime
    by: str = ""


@dataclass(frozen=True)
class Deadline:
    """By when a task is to be done.

    Attributes:
        task: one of ``TASKS``.
        last_day: the last day on which it is in time.
        done_at: when it was done, if it was.
    """

    task: str
    last_day: date
    done_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        """The first moment that is too late."""
        return _midnight_after(self.last_day)

    def late(self, now: datetime) -> bool:
        """Tell whether it was done too late, or is overdue."""
        return (self.done_at or now) >= self.ends_at


def last_day(start: datetime, span: Span, calendar: Calendar) -> date:
    """Return the last day of a span; the day on which it starts is not counted."""
    day = start.astimezone(COUNTRY).date()
    if span.unit == "days":
        return day + timedelta(days=span.within)
    left = span.within
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, calendar)
    return day


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Tell whether a day is worked: Monday to Friday but for holidays, and the days worked instead."""
    if day.weekday() > FRIDAY:
        return day in calendar.worked
    return day not in calendar.holidays


def ends_at(start: datetime, span: Span, calendar: Calendar) -> datetime:
    """Return the first moment after a span."""
    return _midnight_after(last_day(start, span, calendar))


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), COUNTRY)


def outcome(history: Sequence[Event]) -> Step | None:
    """Return what the rating was found to be; none before that, and while an appeal waits."""
    for event in reversed(history):
        if event.step == Step.APPEALED:
            return None
        if event.step in OUTCOMES:
            return event.step
    return None


def appeal_waits(history: Sequence[Event]) -> bool:
    """Tell whether the next step decides an appeal; that takes a supervisor."""
    return history[-1].step == Step.APPEALED


def rerating_ends_at(plan: RatingPlan, history: Sequence[Event]) -> datetime | None:
    """Return until when the person may re-rate; none when there is no re-rating."""
    replied = _last(history, "replied")
    settled = _last(history, "settled")
    if plan.rerating is None or replied is None or settled is None or outcome(history) != Step.VALID:
        return None
    if settled.step not in plan.rerating.after or history[-1].step != Step.REPLIED:
        return None
    return ends_at(replied.at, plan.rerating.within, plan.calendar)


def following(plan: RatingPlan, history: Sequence[Event], now: datetime) -> tuple[Step, ...]:
    """Return the steps that staff may take now."""
    return tuple(
        step
        for step in FOLLOWING[history[-1].step]
        if step not in OF_THE_PERSON and _obstacle(plan, history, step, now) is None
    )


def check_step(
    plan: RatingPlan, history: Sequence[Event], event: Event, *, note: str = "", of_the_person: bool = False
) -> None:
    """Do nothing when a step may be taken.

    Args:
        plan: the rules.
        history: the steps taken, oldest first; never empty.
        event: the step to take.
        note: what was done, or why.
        of_the_person: whether the person who rates takes it.

    Raises:
        Refused: naming the condition that fails.
    """
    step = event.step
    if (step in OF_THE_PERSON) != of_the_person:
        raise Refused(N_("Only the person who rates takes this step; staff never rate for anybody"))
    state = history[-1].step
    if step not in FOLLOWING[state]:
        allowed = tuple(Word(NAMES[one]) for one in FOLLOWING[state] if one not in OF_THE_PERSON) or "-"
        raise Refused(
            N_("After %(state)s the step %(step)s cannot follow; possible: %(allowed)s"),
            state=Word(NAMES[state]),
            step=Word(NAMES[step]),
            allowed=allowed,
        )
    obstacle = _obstacle(plan, history, step, event.at)
    if obstacle:
        raise obstacle
    if appeal_waits(history) and event.by == history[-1].by:
        raise Refused(N_("Whoever appealed cannot decide the appeal"))
    if step in NEEDS_NOTE and len(note.strip()) < SHORTEST_NOTE:
        raise Refused(N_("This step needs a note of at least %(n)s characters"), n=SHORTEST_NOTE)


def _obstacle(plan: RatingPlan, history: Sequence[Event], step: Step, now: datetime) -> Refused | None:
    """Return what keeps a step from being taken that could follow otherwise."""
    if step == Step.APPEALED and any(event.step == Step.APPEALED for event in history):
        return Refused(N_("An appeal against this rating was decided; there is one only"))
    until = rerating_ends_at(plan, history)
    if step == Step.RERATED:
        if until is None:
            return Refused(N_("There is no re-rating for this case"))
        if now >= until:
            return Refused(N_("The time for the re-rating ended on %(day)s"), day=_day_before(until))
    if step == Step.CLOSED and until is not None and now < until:
        return Refused(
            N_("The person may re-rate until %(day)s; the case can be closed after that day"), day=_day_before(until)
        )
    return None


def _day_before(moment: datetime) -> date:
    return (moment - timedelta(days=1)).date()


def deadlines(plan: RatingPlan, history: Sequence[Event]) -> tuple[Deadline, ...]:
    """Return the deadlines of all tasks whose time has begun, in the order of the steps."""
    found = []
    for task in TASKS:
        if task == "decided":
            found += _of_appeal(plan, history)
            continue
        limit: Limit | None = getattr(plan.limits, task)
        start = _last(history, limit.since) if limit else None
        if limit and start:
            done = _first(history, task)
            found.append(Deadline(task, last_day(start.at, limit, plan.calendar), done.at if done else None))
    return tuple(found)


def _of_appeal(plan: RatingPlan, history: Sequence[Event]) -> list[Deadline]:
    """Return the deadline of deciding an appeal; the step after an appeal decides it."""
    place = next((i for i, event in enumerate(history) if event.step == Step.APPEALED), None)
    if plan.limits.decided is None or place is None:
        return []
    decided = history[place + 1 : place + 2]
    day = last_day(history[place].at, plan.limits.decided, plan.calendar)
    return [Deadline("decided", day, decided[0].at if decided else None)]


def next_deadline(plan: RatingPlan, history: Sequence[Event]) -> Deadline | None:
    """Return the earliest deadline of what is still to be done."""
    to_do = [deadline for deadline in deadlines(plan, history) if deadline.done_at is None]
    return min(to_do, key=lambda deadline: deadline.last_day, default=None)


def _first(history: Sequence[Event], milestone: str) -> Event | None:
    return next((event for event in history if event.step in MILESTONES[milestone]), None)


def _last(history: Sequence[Event], milestone: Milestone | str) -> Event | None:
    return next((event for event in reversed(history) if event.step in MILESTONES[milestone]), None)
