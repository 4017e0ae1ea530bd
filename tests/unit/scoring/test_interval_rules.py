from decimal import Decimal
from fractions import Fraction
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.numbers import half_up
from survey.scoring.rules import intervals
from survey.scoring.rules.intervals import Interval

samples = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(samples)
def test_wilson_holds_the_share_and_stays_between_0_and_1(sample):
    hits, n = sample
    found = intervals.wilson(hits, n)

    assert 0 <= found.low <= half_up(Fraction(hits, n), 6) <= found.high <= 1
    assert found.low < found.high


@given(samples, st.integers(0, 5000))
def test_a_finite_population_never_widens_wilson(sample, not_asked):
    hits, n = sample
    endless, finite = intervals.wilson(hits, n), intervals.wilson(hits, n, n + not_asked)

    assert endless.low <= finite.low
    assert finite.high <= endless.high


@given(samples)
def test_a_census_has_no_sampling_error(sample):
    hits, n = sample
    share = half_up(Fraction(hits, n), 6)

    assert intervals.wilson(hits, n, population=n) == Interval(share, share)
    assert intervals.finite_correction(n, n) == 0


def test_more_answers_than_people_is_a_fault():
    with pytest.raises(ValueError, match="6 answers from a population of 5"):
        intervals.finite_correction(6, 5)


@given(st.lists(st.integers(0, 1_000_000), min_size=2, max_size=50))
def test_the_variance_from_sums_is_the_variance(values):
    found = intervals.sample_variance(len(values), sum(values), sum(value * value for value in values))

    assert float(found) == pytest.approx(stdev(values) ** 2, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_ballots_have_no_variance(n):
    assert intervals.sample_variance(n, 70 * n, 4900 * n) is None


def test_student_is_wider_than_normal_for_few_and_alike_for_many():
    few = intervals.student(Decimal(70), Decimal(2), 5)
    many = intervals.student(Decimal(70), Decimal(2), 100_000)

    # t with 4 degrees of freedom is 2.776445, as printed in every table.
    assert few == Interval(Decimal("64.447110"), Decimal("75.552890"))
    assert intervals.normal(Decimal(70), Decimal(2)).low == pytest.approx(many.low, abs=Decimal("0.001"))


def test_an_interval_is_cut_to_what_is_possible():
    assert Interval(Decimal(-3), Decimal(104)).within(0, 100) == Interval(Decimal(0), Decimal(100))


@given(st.integers(1, 5000))
def test_the_computed_size_keeps_the_margin_and_one_less_does_not(population):
    wanted = Decimal("0.05")
    n = intervals.sample_size(wanted, population)

    assert 1 <= n <= population
    assert intervals.margin(n, population) <= wanted
    if n > 1:
        assert intervals.margin(n - 1, population) > wanted
