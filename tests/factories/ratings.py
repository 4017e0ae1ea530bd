"""Handled cases, their codes, and people who rate them."""

import itertools
from datetime import UTC, datetime, timedelta

from survey.ratings import rating, service
from survey.ratings.plan import RatingPlan, read_plan, shipped_plan
from survey.ratings.rating import Given
from survey.ratings.rules import Event, Step
from survey.ratings.service import Handled
from survey.staff.actor import Actor

ZHEJIANG = read_plan(shipped_plan("zhejiang-2019"))
DEZHOU = read_plan(shipped_plan("dezhou-2020"))
KEY = b"k" * 32
# A Friday noon in Beijing; the Monday after it is a working day.
FRIDAY = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LI = Actor(None, "li")
WANG = Actor(None, "wang")
_forms = itertools.count(1)


def changed(plan, **fields):
    """Return a plan with other fields, its hash made anew."""
    return RatingPlan.model_validate(plan.document() | fields)


def days(n):
    return timedelta(days=n)


def history(*steps, start=FRIDAY, every=timedelta(hours=1)):
    """Return steps an hour apart, taken by li but for those of the person."""
    return tuple(
        Event(step, start + i * every, "" if step in (Step.RECEIVED, Step.RERATED) else "li")
        for i, step in enumerate(map(Step, steps))
    )


def handled(case_ref="2026-0001", **changes):
    fields = {
        "office": "6201",
        "case_ref": case_ref,
        "item": "不动产登记",
        "unit": "620102",
        "closed_at": FRIDAY - timedelta(hours=1),
        "window": "3号窗口",
        "handler": "",
        "channel": "hall",
    }
    return Handled(**{**fields, **changes})


def minted(session, plan=ZHEJIANG, case_ref="2026-0001", **changes):
    """Add the plan, mint a case, and return its row."""
    service.add_plan(session, plan)
    made = service.mint(session, plan, handled(case_ref, **changes), KEY)
    return service.get_case(session, made.case_id)


def new_form():
    return next(_forms).to_bytes(32)


def rate(session, case, level="l1", now=FRIDAY, tags=(), text=""):
    return rating.rate(session, case, Given(level, tags, text), new_form(), now)


def rerate(session, case, answer="satisfied", now=FRIDAY):
    return rating.rerate(session, case, Given(answer), new_form(), now)


def steps(session, case, *names, now=FRIDAY, actor=LI):
    for name in names:
        service.take_step(session, case, Step(name), actor, now, note="做了该做的事")


TO_REPLY = ("assigned", "contacted", "valid", "corrected", "replied")
