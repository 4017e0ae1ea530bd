from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from statistics import stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.rules.intervals import Z95, Interval
from survey.scoring.rules.variance import (
    CALIBRATED,
    PLAIN,
    CellAnswers,
    by_effective_size,
    estimate,
    fitted,
    linearised_error,
    weighted_mean,
)
from survey.scoring.rules.weighting import Limits, Margin, rake

LIMITS = Limits(
    tolerance=Decimal("1e-6"),
    rounds=50,
    least=Fraction(1, 3),
    most=Fraction(3),
    fewest=1,
    design_effect=Decimal("2.5"),
    class_answers=1,
    off=Decimal("0.01"),
)

points = st.lists(st.integers(0, 100), min_size=2, max_size=30)
weight = st.decimals(Decimal("0.3"), 3, places=6)


def summed(cell, values, stratum=""):
    squares = sum(value * value for value in values)
    return CellAnswers((cell,), len(values), Fraction(sum(values)), Fraction(squares), stratum)


def centred(answers, weights):
    return dict.fromkeys(weights, weighted_mean(answers, weights))


@given(points)
def test_with_equal_weights_it_is_the_error_of_a_plain_mean(values):
    answers, weights = [summed("a", values)], {("a",): Decimal("1.7")}

    error = linearised_error(answers, weights, centred(answers, weights), {})

    assert float(error) == pytest.approx(stdev(values) / len(values) ** 0.5, rel=1e-9)


@given(points, points, weight, weight)
def test_it_is_the_textbook_sum_over_single_answers(first, second, one, two):
    answers, weights = [summed("a", first), summed("b", second)], {("a",): one, ("b",): two}
    y = np.array(first + second, dtype=float)
    w = np.array([float(one)] * len(first) + [float(two)] * len(second))
    z = w * (y - (w @ y) / w.sum()) / w.sum()

    error = linearised_error(answers, weights, centred(answers, weights), {})

    assert float(error) == pytest.approx((len(y) * z.var(ddof=1)) ** 0.5, rel=1e-6, abs=1e-9)


@given(points, points, weight, weight, st.integers(2, 9))
def test_a_scale_of_the_weights_changes_nothing(first, second, one, two, times):
    answers, weights = [summed("a", first), summed("b", second)], {("a",): one, ("b",): two}
    scaled = {cell: value * times for cell, value in weights.items()}

    assert weighted_mean(answers, scaled) == weighted_mean(answers, weights)
    assert linearised_error(answers, scaled, centred(answers, scaled), {}) == (
        linearised_error(answers, weights, centred(answers, weights), {})
    )


@given(points, points)
def test_strata_take_away_what_lies_between_them(first, second):
    weights = {("a",): Decimal(1), ("b",): Decimal(1)}
    apart = [summed("a", first, "north"), summed("b", second, "south")]
    centres = centred(apart, weights)
    n = len(first) + len(second)

    found = linearised_error(apart, weights, centres, {})

    expected = sum(len(part) * stdev(part) ** 2 for part in (first, second)) ** 0.5 / n
    assert float(found) == pytest.approx(expected, rel=1e-9)


def test_each_stratum_has_its_own_finite_population():
    north, south = [50, 70, 90, 60], [20, 40, 30, 80]
    answers, weights = (
        [summed("a", north, "north"), summed("b", south, "south")],
        {("a",): Decimal(1), ("b",): Decimal(1)},
    )
    centres = centred(answers, weights)

    south_alone = linearised_error(answers, weights, centres, {"north": 4})
    half_of_each = linearised_error(answers, weights, centres, {"north": 9, "south": 9})
    endless = linearised_error(answers, weights, centres, {})

    assert float(south_alone) == pytest.approx((4 * stdev(south) ** 2) ** 0.5 / 8)
    # (9-4)/(9-1) of the variance in both.
    assert float(half_of_each) == pytest.approx(float(endless) * (5 / 8) ** 0.5)
    assert linearised_error(answers, weights, centres, {"north": 4, "south": 4}) == 0


def test_more_answers_than_people_is_a_fault():
    answers, weights = [summed("a", [1, 2, 3])], {("a",): Decimal(1)}

    with pytest.raises(ValueError, match="3 answers from a population of 2"):
        linearised_error(answers, weights, centred(answers, weights), {"": 2})


def test_one_answer_shows_no_spread_unless_it_is_everybody():
    answers = [summed("a", [50, 70], "north"), summed("b", [20], "south")]
    weights = {("a",): Decimal(1), ("b",): Decimal(1)}
    centres = centred(answers, weights)

    assert linearised_error(answers, weights, centres, {}).say() == (
        "stratum south has 1 answer; at least 2 are needed to see how far answers differ"
    )
    assert linearised_error(answers, weights, centres, {"south": 1}) > 0


TOWN, COUNTRY, YOUNG, OLD = "town", "country", "young", "old"
CELLS = {
    (TOWN, YOUNG): [90, 80, 85, 70, 95, 60],
    (TOWN, OLD): [80, 60, 75],
    (COUNTRY, YOUNG): [60, 70, 40, 50],
    (COUNTRY, OLD): [30, 55],
}
MARGINS = (
    Margin("place", {TOWN: Fraction(1, 2), COUNTRY: Fraction(1, 2)}),
    Margin("age", {YOUNG: Fraction(3, 5), OLD: Fraction(2, 5)}),
)


def answers_of(cells, stratum=""):
    return [replace(summed("", values, stratum), cell=cell) for cell, values in cells.items()]


@pytest.fixture
def weights():
    return rake({cell: len(values) for cell, values in CELLS.items()}, MARGINS, LIMITS)


def test_points_made_of_the_margins_are_fitted_exactly(weights):
    exact = {(TOWN, YOUNG): 90, (TOWN, OLD): 70, (COUNTRY, YOUNG): 60, (COUNTRY, OLD): 40}
    answers = answers_of({cell: [exact[cell]] * len(values) for cell, values in CELLS.items()})

    assert fitted(answers, weights) == exact
    assert linearised_error(answers, weights.of, fitted(answers, weights), {}) == 0


def test_an_estimate_says_how_its_error_was_found(weights):
    plain = estimate(answers_of(CELLS), weights, LIMITS, {}, Z95, calibrated=False)
    calibrated = estimate(answers_of(CELLS), weights, LIMITS, {}, Z95, calibrated=True)

    assert (plain.method, calibrated.method) == (PLAIN, CALIBRATED)
    assert calibrated.error < plain.error
    assert plain.mean == calibrated.mean == weighted_mean(answers_of(CELLS), weights.of)
    assert plain.interval.low < calibrated.interval.low < plain.mean < calibrated.interval.high < plain.interval.high
    assert (plain.n, plain.design_effect, plain.effective_n) == (15, weights.design_effect, weights.effective_n)


def test_an_estimate_is_refused_where_its_weights_are(weights):
    strict = replace(LIMITS, class_answers=6)

    found = estimate(answers_of(CELLS), weights, strict, {}, Z95, calibrated=False)

    assert found.say() == "margin age: class old has 5 answers, at least 6 are needed for a weighted figure"


def test_who_did_not_answer_the_question_does_not_count_for_it(weights):
    some = {cell: values[:2] for cell, values in CELLS.items()} | {(COUNTRY, OLD): []}
    answers = answers_of(some)

    found = estimate(answers, weights, LIMITS, {}, Z95, calibrated=True)
    strict = estimate(answers, weights, replace(LIMITS, class_answers=3), {}, Z95, calibrated=True)

    assert found.n == 6
    assert found.mean == weighted_mean(answers, weights.of)
    town_young, town_old, country_young = (Fraction(weights.of[cell]) for cell in list(CELLS)[:3])
    total, squares = town_young + town_old + country_young, town_young**2 + town_old**2 + country_young**2
    assert found.design_effect == 3 * squares / total**2
    assert found.effective_n == 6 / found.design_effect
    assert strict.say() == "margin place: class country has 2 answers, at least 3 are needed for a weighted figure"


def test_a_question_that_nobody_answered_has_no_estimate(weights):
    found = estimate([], weights, LIMITS, {}, Z95, calibrated=False)

    assert found.say() == "margin place: class town has 0 answers, at least 1 are needed for a weighted figure"


def test_an_estimate_is_refused_where_one_stratum_shows_no_spread(weights):
    cells = dict(CELLS)
    last = cells.popitem()
    answers = [*answers_of(cells), *answers_of({last[0]: last[1][:1]}, "far")]

    found = estimate(answers, weights, LIMITS, {}, Z95, calibrated=False)

    assert found.figures == {"stratum": "far"}


def test_the_effective_number_of_answers_widens_the_interval():
    even = by_effective_size(Decimal(70), Decimal(400), 100, Decimal(1), Z95)
    uneven = by_effective_size(Decimal(70), Decimal(400), 100, Decimal(4), Z95)

    assert even == Interval(Decimal("66.08"), Decimal("73.92"))
    assert uneven == Interval(Decimal("62.16"), Decimal("77.84"))
