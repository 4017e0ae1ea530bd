from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.rounds.consistency import agreeing_ranges, consistent_steps

FOUR = [Fraction(p) for p in (100, 80, 60, 0)]

scales = st.lists(st.none() | st.integers(-20, 20).map(Fraction), min_size=1, max_size=7)


@pytest.mark.parametrize(
    ("mean", "steps"),
    [
        ("100", {0, 1}),
        ("90.01", {0, 1}),
        ("90", {0, 1, 2}),  # exactly between the first and the second
        ("89.99", {0, 1, 2}),
        ("70", {0, 1, 2, 3}),
        ("69.99", {1, 2, 3}),
        ("30", {1, 2, 3}),
        ("29.99", {2, 3}),
        ("0", {2, 3}),
    ],
)
def test_a_grade_agrees_when_it_is_within_one_of_the_nearest(mean, steps):
    assert consistent_steps(FOUR, Fraction(mean)) == steps


@given(scales, st.fractions(-25, 25, max_denominator=6))
def test_the_ranges_say_what_measuring_every_distance_says(points, mean):
    grades = sorted({worth for worth in points if worth is not None})
    nearest = min((abs(worth - mean) for worth in grades), default=None)
    near = {i for i, worth in enumerate(grades) if abs(worth - mean) == nearest}
    agreeing = {worth for i, worth in enumerate(grades) if {i - 1, i, i + 1} & near}

    expected = {i for i, worth in enumerate(points) if worth is None or worth in agreeing}
    assert consistent_steps(points, mean) == expected


def test_a_step_without_points_contradicts_nothing():
    assert consistent_steps([*FOUR, None], Fraction(0)) == {2, 3, 4}


def test_two_grades_always_agree():
    assert [(one.low, one.high) for one in agreeing_ranges([Fraction(1), Fraction(0)])] == [(None, None)] * 2
