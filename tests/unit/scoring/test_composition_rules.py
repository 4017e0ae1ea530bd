from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.rules.adjustments import rule_total, shortfall, together
from survey.scoring.rules.composition import (
    BEST_IS_ZERO,
    NO_PLACES,
    PERIODS_MISSING,
    Term,
    Votes,
    against_best,
    by_options,
    by_places,
    by_steps,
    clipped,
    factor,
    over_periods,
    weighted_sum,
)
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.scheme_parts import (
    AdjustmentRule,
    Graduated,
    Multiplier,
    OptionsScale,
    Period,
    Shortfall,
    StepsScale,
    VoteStep,
)

NOTHING = Insufficient("nothing")
values = st.fractions(0, 100, max_denominator=1000)
weights = st.integers(1, 100).map(Fraction)


def term(weight, value, code="c"):
    return Term(code, Fraction(weight), Fraction(100), value if isinstance(value, Insufficient) else Fraction(value))


@given(st.lists(st.tuples(weights, values), min_size=1, max_size=8), st.randoms())
def test_the_sum_lies_within_its_parts_and_order_changes_nothing(parts, random):
    terms = [term(*part) for part in parts]
    full = sum(one.weight for one in terms)
    value = weighted_sum(terms) / full * 100

    assert min(one.value for one in terms) <= value <= max(one.value for one in terms)
    random.shuffle(terms)
    assert weighted_sum(terms) / full * 100 == value


@given(st.lists(st.tuples(weights, values), min_size=1, max_size=8), values, st.data())
def test_a_better_component_never_lowers_the_sum(parts, better, data):
    terms = [term(*part) for part in parts]
    i = data.draw(st.integers(0, len(terms) - 1))
    raised = [*terms[:i], term(terms[i].weight, max(better, terms[i].value)), *terms[i + 1 :]]
    assert weighted_sum(raised) >= weighted_sum(terms)


@given(st.lists(st.tuples(weights, values), min_size=1, max_size=8), st.fractions(1, 50))
def test_weights_scaled_by_a_constant_scale_the_sum_only(parts, constant):
    terms = [term(*part) for part in parts]
    scaled = [term(weight * constant, value) for weight, value in parts]
    assert weighted_sum(scaled) == weighted_sum(terms) * constant


def test_one_insufficient_component_makes_no_sum_and_weight_zero_does_not_enter():
    assert weighted_sum([term(60, 90), term(40, NOTHING, "b")]).parts == ("b",)
    assert weighted_sum([term(100, 90), term(0, NOTHING)]) == 90


def period(name, weight=1):
    return Period(id=name, zh=name, en=name, ends=f"2024-0{weight}-01", weight=weight)


def test_periods_are_averaged_by_weight_and_none_may_be_missing():
    periods = [period("a", 1), period("b", 3)]
    assert over_periods(periods, {"a": Fraction(80), "b": Fraction(100)}) == 95
    assert over_periods(periods, {"a": Fraction(80)}) == Insufficient(PERIODS_MISSING, parts=("b",))
    unweighed = [period("a"), Period(id="b", zh="b", en="b", ends="2024-12-01", weight=0)]
    assert over_periods(unweighed, {"a": Fraction(80)}) == 80
    assert over_periods(unweighed, {"a": Fraction(80), "b": Fraction(0)}) == 80


def test_own_over_best():
    assert against_best(Fraction(50), Fraction(200), Fraction(600)) == 150
    assert against_best(Fraction(0), Fraction(0), Fraction(600)) == Insufficient(BEST_IS_ZERO)


def test_places_lose_a_share_each_and_never_fall_below_zero():
    assert by_places((1,), Fraction(1, 50), Fraction(200)) == 200
    assert by_places((1, 3), Fraction(1, 50), Fraction(200)) == 196
    assert by_places((60,), Fraction(1, 50), Fraction(200)) == 0
    assert by_places((), Fraction(1, 50), Fraction(200)) == Insufficient(NO_PLACES)


OPTIONS = OptionsScale(points={"good": 100, "bad": 0}, minimum=3)


def test_options_without_points_are_in_no_denominator():
    assert by_options(OPTIONS, Votes({"good": 3, "bad": 1, "unknown": 9}, 13)) == 75
    assert isinstance(by_options(OPTIONS, Votes({"good": 2, "unknown": 9}, 11)), Insufficient)


STEPS = StepsScale(
    steps=(
        VoteStep(options=("good",), operator=">", share="2/3", points=100),
        VoteStep(options=("bad",), share="1/3", points=20),
    ),
    otherwise=60,
    minimum=3,
)


@pytest.mark.parametrize(
    ("good", "bad", "valid", "points"),
    [(5, 0, 6, 100), (4, 0, 6, 60), (4, 2, 6, 20), (0, 1, 6, 60)],
    ids=["above", "exactly two thirds is not above", "exactly a third reaches", "none"],
)
def test_the_first_step_that_holds_gives_the_points(good, bad, valid, points):
    assert by_steps(STEPS, Votes({"good": good, "bad": bad}, valid)).points == points


def test_a_step_table_says_nothing_without_enough_votes():
    assert isinstance(by_steps(STEPS, Votes({}, 0)), Insufficient)
    assert isinstance(by_steps(STEPS, Votes({"good": 2}, 2)), Insufficient)
    assert isinstance(by_steps(STEPS, Votes({"good": 7}, 6)), Insufficient)


def test_a_step_table_may_be_of_all_who_were_expected():
    of_all = STEPS.model_copy(update={"base": "expected"})
    assert by_steps(of_all, Votes({"good": 5}, 6, 12)).points == 60
    assert by_steps(of_all, Votes({"good": 9}, 9, 12)).points == 100


@given(st.fractions(0, 200))
def test_a_multiplier_keeps_its_bounds(value):
    rule = Multiplier()
    assert Fraction(9, 10) <= factor(rule, value) <= Fraction(105, 100)
    assert factor(rule, Fraction(95)) == Fraction(95, 100)
    assert factor(Multiplier(par=80), Fraction(80)) == 1


def test_a_score_ends_where_it_is_said():
    assert clipped(Fraction(101), Decimal(0), Decimal(100)) == 100
    assert clipped(Fraction(-1), Decimal(0), Decimal(100)) == 0
    assert clipped(Fraction(50), Decimal(0), Decimal(100)) == 50


# --- adjustments -------------------------------------------------------------------------------------------------

MARKS = (Shortfall(below=96, per_point="0.25"), Shortfall(below=90, per_point="0.5"))
SAFETY = Graduated(component="safety", steps=MARKS)


@given(st.fractions(0, 120), st.fractions(0, 120), st.booleans())
def test_a_lower_figure_never_costs_less(one, other, whole):
    rule = Graduated(component="safety", steps=MARKS, whole_points=whole)
    lower, higher = sorted((one, other))
    assert shortfall(rule, lower) >= shortfall(rule, higher) >= 0


def test_exactly_at_a_mark_costs_nothing_more():
    assert shortfall(SAFETY, Fraction(96)) == 0
    assert shortfall(SAFETY, Fraction(90)) == Fraction(3, 2)


def rule(sign, at_most=None):
    return AdjustmentRule(id="r", zh="r", en="r", sign=sign, at_most=at_most)


def test_a_rule_and_each_side_have_their_own_limits():
    plus = rule_total(rule("plus", 3), [Fraction(2), Fraction(2)])
    assert (plus.written, plus.counted) == (4, 3)
    minus = rule_total(rule("minus"), [Fraction(9)])

    limited = together([plus, plus, minus], Decimal(5), Decimal(5))
    assert (limited.plus, limited.counted_plus, limited.minus, limited.counted_minus) == (6, 5, 9, 5)
    assert limited.change == 0
    assert together([plus, plus, minus], None, None).change == -3


@given(st.lists(st.fractions(0, 10)), st.lists(st.fractions(0, 10)))
def test_adjustments_stay_within_their_limits(plus, minus):
    totals = [rule_total(rule("plus"), plus), rule_total(rule("minus"), minus)]
    assert -5 <= together(totals, Decimal(5), Decimal(5)).change <= 5
