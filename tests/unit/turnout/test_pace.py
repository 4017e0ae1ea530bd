"""Targets, shortfalls, the plan line: all in whole ballots, all to be checked by hand."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.turnout.rules import Disposition
from survey.turnout.watching.rules import USUAL
from survey.turnout.watching.rules.pace import (
    STRAIGHT,
    Period,
    Point,
    Standing,
    curve_of,
    goal,
    largest,
    progress_at,
    shortfall,
    standing,
)

OPENS = datetime(2026, 3, 1, 1, tzinfo=UTC)
PERIOD = Period(OPENS, OPENS + timedelta(days=10))
WHOLE, HALF = Fraction(1), Fraction(1, 2)


def account(spent, issued, group="g"):
    return Disposition(group, "A", issued, waiting=issued - spent, spent=spent, void=0, expired=0)


def point(day, spent, issued=100):
    return Point(OPENS + timedelta(days=day), issued, spent)


@pytest.mark.parametrize(
    ("spent", "issued", "target", "missing"),
    [(41, 100, 70, 29), (70, 100, 70, 0), (95, 100, 70, 0), (0, 3, 70, 3), (2, 3, 70, 1), (0, 0, 70, 0)],
)
def test_a_shortfall_is_whole_ballots_and_never_below_nothing(spent, issued, target, missing):
    assert shortfall(account(spent, issued), target) == missing


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 100))
def test_with_the_shortfall_the_target_is_met_and_with_one_less_it_is_not(spent, waiting, target):
    issued = spent + waiting
    missing = shortfall(account(spent, issued), target)

    assert (spent + missing) * 100 >= target * issued
    assert missing == 0 or (spent + missing - 1) * 100 < target * issued


@pytest.mark.parametrize(
    ("spent", "progress", "where"),
    [
        (35, HALF, Standing.ON_TARGET),
        (34, HALF, Standing.CLOSE),
        (32, HALF, Standing.CLOSE),
        (31, HALF, Standing.BEHIND),
        (70, WHOLE, Standing.ON_TARGET),
        (0, Fraction(0), None),
    ],
)
def test_where_a_hundred_codes_stand_whose_target_is_seventy(spent, progress, where):
    assert standing(account(spent, 100), 70, progress, USUAL) is where


def test_of_nothing_issued_nothing_is_asked():
    assert standing(account(0, 0), 70, WHOLE, USUAL) is None


def test_a_standing_is_a_word_and_a_shape_of_its_own():
    assert len({one.symbol for one in Standing}) == len({one.value for one in Standing}) == len(Standing)


def test_the_largest_shortfalls_in_ballots_come_first_whatever_the_rates():
    # Given a small unit of which nobody answered, and a large one of which most did
    cells = [account(0, 10, "small"), account(600, 1000, "large"), account(700, 1000, "there"), account(3, 10, "tied")]

    assert [one.group for one in largest(cells, 70, 10)] == ["large", "small", "tied"]
    assert [one.group for one in largest(cells, 70, 1)] == ["large"]


@pytest.mark.parametrize(("day", "share"), [(-1, 0), (0, 0), (5, HALF), (10, 1), (12, 1)])
def test_the_share_of_the_time(day, share):
    assert PERIOD.share(OPENS + timedelta(days=day)) == share


@given(st.fractions(0, 1))
def test_the_straight_plan_asks_for_as_much_of_the_way_as_of_the_time(time):
    assert progress_at(STRAIGHT, time) == time


def test_another_rounds_curve_asks_for_what_that_round_had_by_then():
    # Given a round that had half of its 80 ballots after two days of ten
    curve = curve_of([point(0, 0), point(2, 40), point(10, 80)], PERIOD)

    assert progress_at(curve, Fraction(1, 10)) == Fraction(1, 4)
    assert progress_at(curve, Fraction(2, 10)) == HALF
    assert progress_at(curve, Fraction(6, 10)) == Fraction(3, 4)
    assert progress_at(curve, WHOLE) == 1
    assert goal(account(0, 50), 60, progress_at(curve, Fraction(2, 10))) == 15


@pytest.mark.parametrize("points", [[], [point(3, 0)], [point(3, 5, issued=0)]])
def test_without_a_curve_the_plan_is_straight(points):
    assert curve_of(points, PERIOD) is STRAIGHT


@given(st.lists(st.tuples(st.integers(-1, 12), st.integers(0, 60), st.integers(60, 100)), max_size=8))
def test_a_plan_never_asks_for_less_than_before_nor_for_more_than_all(drawn):
    curve = curve_of([point(day, spent, issued) for day, spent, issued in sorted(drawn)], PERIOD)
    asked = [progress_at(curve, Fraction(step, 20)) for step in range(21)]

    assert asked == sorted(asked)
    assert asked[-1] == 1
    assert all(0 <= share <= 1 for share in asked)
