"""W12: standard errors, intervals and sample sizes."""

from decimal import Decimal

import pytest

from survey.core.numbers import half_up
from survey.scoring.rules import intervals

N, n, HITS = 1200, 400, 344


@pytest.fixture
def expected(golden):
    return golden["W12"]


def ends(interval, places):
    return [str(half_up(interval.low, places)), str(half_up(interval.high, places))]


def test_errors_of_a_share(expected):
    assert str(half_up(intervals.share_error(HITS, n), 6)) == expected["se"]
    assert str(half_up(intervals.finite_correction(n, N), 6)) == expected["fpc"]


def test_normal_intervals_of_a_share(expected):
    share = Decimal(HITS) / n
    corrected = intervals.share_error(HITS, n, intervals.finite_correction(n, N))

    assert ends(intervals.normal(share, intervals.share_error(HITS, n)), 4) == expected["ci_srs"]
    assert ends(intervals.normal(share, corrected), 4) == expected["ci_fpc"]


def test_wilson_interval_of_a_share(expected):
    assert ends(intervals.wilson(HITS, n), 4) == expected["wilson"]


def test_sample_sizes(expected):
    five_points = Decimal("0.05")

    assert str(half_up(intervals.size_for_endless(five_points), 2)) == expected["n0"]
    assert intervals.sample_size(five_points) == expected["n_infinite"]
    assert intervals.sample_size(five_points, 2000) == expected["n_for_N2000"]
    assert intervals.sample_size(five_points, 86) == expected["n_for_N86"]


def test_margins(expected):
    assert str(half_up(intervals.margin(200) * 100, 2)) == expected["moe_n200"]
    assert str(half_up(intervals.margin(400) * 100, 2)) == expected["moe_n400"]


def test_interval_of_a_weighted_mean(expected):
    size = intervals.effective_size(n, Decimal("1.6"))
    error = intervals.standard_error(Decimal("24.5") ** 2, size)

    assert str(half_up(size, 1)) == expected["n_eff"]
    assert ends(intervals.normal(Decimal("73.2"), error), 2) == expected["mean_ci"]
