"""What needs somebody in a running round, and what is no alert."""

import dataclasses
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from survey.turnout.rules import Disposition
from survey.turnout.watching.rules import USUAL
from survey.turnout.watching.rules.alerts import (
    BELOW_PLAN,
    MANY_VOID,
    MORE_SILENT,
    NO_HISTORY,
    NO_PROGRESS,
    NOT_ISSUED,
    NOT_OPENED,
    SILENT,
    SILENT_IN_STEPS,
    WRONG_CODES,
    Tried,
    Watched,
    alerts,
)
from survey.turnout.watching.rules.masking import mask
from survey.turnout.watching.rules.pace import Period, Point
from survey.turnout.watching.rules.sums import Key, Part, Reading, roll_up, sum_parts

OPENS = datetime(2026, 3, 1, 1, tzinfo=UTC)
PERIOD = Period(OPENS, OPENS + timedelta(hours=10))


def after(hours):
    return OPENS + timedelta(hours=hours)


def part(unit="u", *, issued=100, spent=0, void=0, **fields):
    account = Disposition(unit, "A", 0, waiting=issued - spent, spent=spent, void=void, expired=0)
    return Part(f"{unit}-A-1", account, **fields)


def found(*parts, planned=100, points=None, asked=None, hours=1.0, masked=None, step=1, tried=()):
    units = dict.fromkeys(one.account.group for one in parts) or {"u": None}
    reading = Reading(sum_parts([Disposition(unit, "A", planned, 0, 0, 0, 0) for unit in units], parts), parts, step)
    sums = roll_up(reading)
    whole = sums[Key()]
    if points is None:
        points = [Point(after(hours - 0.1), whole.issued, whole.spent)]
    present = Point(after(hours), whole.issued, whole.spent)
    masked = mask(sums, USUAL.least_issued) if masked is None else masked
    watched = Watched(reading, sums, masked, [*points, present], PERIOD, asked, tried)
    return alerts(watched, after(hours), USUAL)


def test_a_round_that_runs_as_it_should_needs_nobody():
    assert found(part(spent=20), asked=Fraction(10)) == ()


def test_a_batch_that_the_host_has_not_opened():
    (alert,) = found(part(door="waiting"))

    assert (alert.message, alert.figures, alert.grave) == (NOT_OPENED, {"batch": "u-A-1"}, True)
    assert alert.key == Key("u", "A", "u-A-1")


@pytest.mark.parametrize("fields", [{"spare": True}, {"void": True}])
def test_spare_and_void_batches_may_wait(fields):
    waiting = dataclasses.replace(part(door="waiting"), **fields)
    assert NOT_OPENED not in [alert.message for alert in found(waiting)]


def test_before_the_opening_no_batch_is_late():
    assert found(part(door="waiting"), hours=-1) == ()


def test_codes_that_are_not_issued_yet():
    (some,) = found(part(issued=60))
    assert (some.message, some.grave) == (NOT_ISSUED, False)
    assert some.figures == {"n": 40, "planned": 100, "ballot_class": "A"}

    alert = found(points=[])[0]
    assert (alert.message, alert.figures["n"], alert.grave) == (NOT_ISSUED, 100, True)


def test_spare_codes_do_not_stand_for_planned_ones():
    assert NOT_ISSUED in [alert.message for alert in found(part(spare=True))]


def test_many_void_codes_of_the_round_and_of_a_unit():
    several = found(part("u", issued=90, void=10), part("v", issued=100))

    assert [(alert.key, alert.figures["share"]) for alert in several] == [
        (Key(), Decimal("5.0")),
        (Key("u"), Decimal("10.0")),
    ]
    assert {alert.message for alert in several} == {MANY_VOID}
    assert found(part(issued=96, void=4)) == ()


def test_nothing_is_said_of_what_is_masked():
    assert found(part(issued=5, void=5), planned=10, asked=Fraction(90), points=[]) == ()


@pytest.mark.parametrize(("asked", "late"), [(26, True), (25, False), (None, False)])
def test_a_rate_below_the_plan_line(asked, late):
    several = found(part(spent=20), asked=None if asked is None else Fraction(asked))

    assert [alert.message for alert in several] == ([BELOW_PLAN] if late else [])
    if late:
        assert several[0].figures == {"rate": Decimal("20.0"), "asked": Decimal("26.0")}
        assert several[0].grave


def points(*pairs):
    return [Point(after(hours), 100, spent) for hours, spent in pairs]


@pytest.mark.parametrize(
    ("kept", "hours", "since"),
    [
        (points((1, 10), (2, 20), (3, 20)), 3.1, 2),  # an hour is a tenth of the time
        (points((1, 10), (2, 20), (3, 20)), 2.9, None),
        (points((1, 10), (2, 10)), 3.0, None),  # a step came in since
        (points((0, 20), (1, 20)), 3.0, 0),
    ],
)
def test_no_full_step_for_a_tenth_of_the_time(kept, hours, since):
    several = found(part(spent=20), points=kept, hours=hours)

    assert [alert.message for alert in several] == ([] if since is None else [NO_PROGRESS])
    if since is not None:
        assert several[0].figures == {"since": after(since)}


@pytest.mark.parametrize(("hours", "said"), [(0.4, False), (0.6, True)])
def test_a_curve_without_points_says_that_no_worker_runs(hours, said):
    assert [alert.message for alert in found(part(), points=[], hours=hours)] == ([NO_HISTORY] if said else [])


def test_after_the_closing_nobody_is_called_for_the_pace():
    assert found(part(spent=20), points=[], asked=Fraction(90), hours=11) == ()


def test_the_grave_come_first():
    several = found(part("u", issued=50), part("v", door="waiting"))

    assert [alert.grave for alert in several] == [True, False]


def silent(*parts, hours=4.0, **fields):
    """Return the alerts on silent batches; the round itself goes on."""
    several = found(*parts, hours=hours, planned=100, **fields)
    return [alert for alert in several if alert.message in (SILENT, SILENT_IN_STEPS, MORE_SILENT)]


def test_a_batch_of_which_nothing_has_come_back_for_a_third_of_the_time():
    (alert,) = silent(part("u", spent=20), part("v"))

    assert (alert.message, alert.key, alert.grave) == (SILENT, Key("v", "A", "v-A-1"), False)
    assert alert.figures == {"batch": "v-A-1", "issued": 100, "share": 40, "step": 1}


@pytest.mark.parametrize("hours", [3.3, 10.0, 11.0])
def test_before_and_after_nobody_is_called_for_it(hours):
    assert silent(part(), hours=hours) == []


@pytest.mark.parametrize(
    "other",
    [
        part("v", spare=True),
        dataclasses.replace(part("v"), void=True),
        part("v", door="waiting"),
        part("v", door="shut"),
        part("v", issued=9),
        part("v", issued=0),
        part("v", spent=1),
    ],
)
def test_batches_of_which_nothing_can_be_said_or_expected(other):
    assert silent(part("u", spent=20), other) == []


def test_of_a_secret_round_it_says_no_more_than_the_table():
    (alert,) = silent(part(), step=5)

    assert alert.message == SILENT_IN_STEPS
    assert alert.message % alert.figures == (
        "Fewer than 5 ballots have come back of the batch u-A-1 (100 codes), and 40 % of the time is over"
    )


def test_of_many_silent_batches_the_largest_are_named():
    several = silent(*(part(f"u{n:02d}", issued=100 + n) for n in range(13)))

    assert [alert.key.unit for alert in several[:10]] == [f"u{n:02d}" for n in range(12, 2, -1)]
    assert [(alert.message, alert.figures) for alert in several[10:]] == [(MORE_SILENT, {"n": 3})]


@pytest.mark.parametrize(
    ("tried", "said", "grave"), [((), 0, False), ((29, 12), 0, False), ((12, 30, 29), 1, False), ((300,), 1, True)]
)
def test_many_wrong_codes_in_ten_minutes(tried, said, grave):
    figures = [Tried(after(n / 6), n_tried) for n, n_tried in enumerate(tried)]
    several = found(part(spent=20), tried=figures)

    assert [alert.message for alert in several] == [WRONG_CODES] * said
    assert [alert.grave for alert in several] == [grave] * said
    if said:
        assert several[0].figures["tried"] == max(tried)
