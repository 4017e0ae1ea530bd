"""Reads on service ratings: lists of cases, and the figures from which the indicators are made."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from survey.core.clock import COUNTRY
from survey.ratings import rules
from survey.ratings.models import FIRST, SECOND, PlanVersion, RatingEvent, ServiceCase, ServiceRating
from survey.ratings.plan import RatingPlan
from survey.ratings.rules import Event, Step

Grouping = Literal["all", "office", "unit", "item"]
GROUPINGS: tuple[Grouping, ...] = ("all", "office", "unit", "item")
OPEN = tuple(step for step in Step if step != Step.CLOSED)
MOST = 100


@dataclass(frozen=True)
class Period:
    """Days on which cases were finished, both included; none leaves an end open."""

    first: date | None = None
    last: date | None = None

    def contains(self) -> list[ColumnElement[bool]]:
        """Return what a case's end must be."""
        found = []
        if self.first is not None:
            found.append(ServiceCase.closed_at >= _midnight(self.first))
        if self.last is not None:
            found.append(ServiceCase.closed_at < _midnight(self.last + timedelta(days=1)))
        return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), COUNTRY)


@dataclass
class Figures:
    """What the indicators of one group of cases are made of.

    Attributes:
        closed: finished cases that could be rated.
        levels: ratings that people gave, by level.
        named: bad ratings of people who can be reached; visited: of those, reached.
        excluded: bad ratings with an outcome that the plan excludes; corrected: of the others, corrected.
        satisfied: of those corrected, re-rated as satisfied.
        open: bad ratings not closed yet; overdue: of those, with a task overdue.
    """

    closed: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    named: int = 0
    visited: int = 0
    excluded: int = 0
    corrected: int = 0
    satisfied: int = 0
    open: int = 0
    overdue: int = 0


def get_figures(
    session: Session,
    plan: RatingPlan,
    by: Grouping,
    period: Period,
    now: datetime,
    offices: frozenset[str] | None = None,
) -> dict[str, Figures]:
    """Return the figures of the cases of all versions of a plan.

    Args:
        session: the database.
        plan: levels and excluded outcomes are this version's.
        by: what cases are grouped by.
        period: when cases were finished.
        now: for what is overdue.
        offices: whose cases; none for all.

    Returns:
        The figures by the group's name, in its order; ``""`` for the group ``all``.
    """
    # Grouped by the plan, all of its cases are one group.
    columns = {"all": ServiceCase.plan_id, "office": ServiceCase.office, "unit": ServiceCase.unit}
    group = columns.get(by, ServiceCase.item)
    wanted = [ServiceCase.plan_id == plan.id, *period.contains(), *_of(offices)]
    found: dict[str, Figures] = defaultdict(Figures)
    for name, n in session.execute(select(group, func.count()).where(*wanted).group_by(group)):
        found[name].closed = n
    rated = (
        select(group, ServiceRating.level, func.count())
        .select_from(ServiceCase)
        .join(ServiceRating, ServiceRating.case_id == ServiceCase.id)
        .where(*wanted, ServiceRating.round == FIRST)
        .group_by(group, ServiceRating.level)
    )
    for name, level, n in session.execute(rated):
        found[name].levels[level] = n
    _add_bad(session, select(ServiceCase, group).where(*wanted, ServiceCase.state != ""), plan, now, found)
    if by == "all":
        return {"": found[plan.id]}
    return dict(sorted(found.items()))


def _of(offices: frozenset[str] | None) -> list[ColumnElement[bool]]:
    return [] if offices is None else [ServiceCase.office.in_(offices)]


def _add_bad(
    session: Session,
    bad: Select[ServiceCase, str],
    plan: RatingPlan,
    now: datetime,
    found: dict[str, Figures],
) -> None:
    cases: list[tuple[ServiceCase, str]] = [(row[0], row[1]) for row in session.execute(bad)]
    taken = histories(session, [case.id for case, _ in cases])
    satisfied = _satisfied(session, [case.id for case, _ in cases])
    for case, name in cases:
        figures, history = found[name], taken[case.id]
        steps = {event.step for event in history}
        outcome = rules.outcome(history)
        excluded = outcome is not None and str(outcome) in plan.excluded
        figures.named += case.reachable
        figures.visited += case.reachable and Step.CONTACTED in steps
        figures.excluded += excluded
        corrected = Step.CORRECTED in steps and not excluded
        figures.corrected += corrected
        figures.satisfied += corrected and case.id in satisfied
        figures.open += case.state != Step.CLOSED
        figures.overdue += case.due_at is not None and now >= case.due_at


def _chunks(numbers: list[int]) -> Iterable[list[int]]:
    # SQLite takes a limited number of values in one statement.
    return (numbers[start : start + 500] for start in range(0, len(numbers), 500))


def histories(session: Session, case_ids: list[int]) -> dict[int, list[Event]]:
    """Return the steps after the bad ratings of cases, oldest first, without who took them."""
    found: dict[int, list[Event]] = {case_id: [] for case_id in case_ids}
    for part in _chunks(case_ids):
        rows = select(RatingEvent.case_id, RatingEvent.step, RatingEvent.at).where(RatingEvent.case_id.in_(part))
        for case_id, step, at in session.execute(rows.order_by(RatingEvent.case_id, RatingEvent.number)):
            found[case_id].append(Event(Step(step), at))
    return found


def _satisfied(session: Session, case_ids: list[int]) -> set[int]:
    found: set[int] = set()
    for part in _chunks(case_ids):
        found |= set(
            session.scalars(
                select(ServiceRating.case_id).where(
                    ServiceRating.case_id.in_(part), ServiceRating.round == SECOND, ServiceRating.bad.is_(False)
                )
            )
        )
    return found


def list_bad(
    session: Session,
    offices: frozenset[str] | None,
    state: str = "open",
    *,
    overdue_at: datetime | None = None,
    start: int = 0,
    most: int = MOST,
) -> tuple[list[ServiceCase], int]:
    """Return cases with a bad rating, the most urgent first, and how many there are in all.

    Args:
        session: the database.
        offices: whose cases; none for all.
        state: ``open``, ``all``, or a step.
        overdue_at: only cases with a task that is too late at that moment.
        start: how many to skip.
        most: how many at most.
    """
    wanted = [ServiceCase.state != "", *_of(offices)]
    if state == "open":
        wanted = [ServiceCase.state.in_(OPEN), *_of(offices)]
    elif state != "all":
        wanted = [ServiceCase.state == state, *_of(offices)]
    if overdue_at is not None:
        wanted.append(ServiceCase.due_at <= overdue_at)
    total = session.scalar(select(func.count()).select_from(ServiceCase).where(*wanted)) or 0
    # What has no deadline comes last, on both engines.
    order = (ServiceCase.due_at.is_(None), ServiceCase.due_at, ServiceCase.id)
    return list(session.scalars(select(ServiceCase).where(*wanted).order_by(*order).offset(start).limit(most))), total


def list_cases(session: Session, offices: frozenset[str] | None = None, most: int = MOST) -> list[ServiceCase]:
    """Return the cases finished last, newest first."""
    found = select(ServiceCase).where(*_of(offices)).order_by(ServiceCase.closed_at.desc(), ServiceCase.id.desc())
    return list(session.scalars(found.limit(most)))


def ratings_of(session: Session, case: ServiceCase) -> dict[int, ServiceRating]:
    """Return the ratings of a case by round: 1 the rating, 2 the re-rating."""
    rows = session.scalars(select(ServiceRating).where(ServiceRating.case_id == case.id))
    return {row.round: row for row in rows}


def first_levels(session: Session, case_ids: list[int]) -> dict[int, str]:
    """Return the levels of the ratings of cases."""
    found: dict[int, str] = {}
    for part in _chunks(case_ids):
        rows = select(ServiceRating.case_id, ServiceRating.level).where(
            ServiceRating.case_id.in_(part), ServiceRating.round == FIRST
        )
        found.update((case_id, level) for case_id, level in session.execute(rows))
    return found


def list_plans(session: Session) -> list[str]:
    """Return the names of all plans, those with the newest cases first."""
    newest = select(ServiceCase.plan_id, func.max(ServiceCase.id)).group_by(ServiceCase.plan_id)
    used = {row[0]: row[1] for row in session.execute(newest)}
    names = set(session.scalars(select(PlanVersion.id)))
    return sorted(names, key=lambda name: (-used.get(name, 0), name))
