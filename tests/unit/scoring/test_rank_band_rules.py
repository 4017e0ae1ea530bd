from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.numbers import half_up
from survey.scoring.rules.intervals import Z95, Interval
from survey.scoring.rules.rank_bands import Band, Run, Standing, bands, distance, runs, told_apart

standing = st.builds(
    Standing, st.integers(0, 1000).map(lambda tenths: Fraction(tenths, 10)), st.decimals(0, 5, places=3)
)
groups = st.dictionaries(st.sampled_from("abcdefgh"), standing, min_size=1)


def of(value, error):
    return Standing(Fraction(str(value)), Decimal(str(error)))


GROUP = {"a": of(90, 1), "b": of(84, 1), "c": of("83.5", 1), "d": of(82, 1), "e": of(70, 1)}


def test_units_within_each_other_s_error_share_a_band():
    found = bands(GROUP, Z95)

    assert found["a"] == Band(1, 1, 1)
    assert [found[code] for code in "bcd"] == [Band(2, 2, 4), Band(3, 2, 4), Band(4, 2, 4)]
    assert found["e"] == Band(5, 5, 5)


def test_a_band_has_its_sentence():
    found = bands(GROUP, Z95)["c"]

    assert found.message % {"first": found.first, "last": found.last} == "places 2-4 cannot be told apart"
    alone = bands(GROUP, Z95)["a"]
    assert alone.message % {"first": alone.first, "last": alone.last} == "place 1 is told apart from all others"


def test_runs_are_the_longest_and_leave_out_who_stands_alone():
    assert runs(GROUP, Z95) == (Run(2, 4, ("b", "c", "d")),)


def test_runs_may_overlap():
    chain = {"a": of(82, 1), "b": of(80, 1), "c": of(78, 1)}

    assert runs(chain, Z95) == (Run(1, 2, ("a", "b")), Run(2, 3, ("b", "c")))
    assert bands(chain, Z95)["b"] == Band(2, 1, 3)


def test_a_difference_of_exactly_the_margin_is_not_sure():
    # sqrt(3² + 4²) = 5, times 1.96 = 9.8
    assert not told_apart(of("89.8", 3), of(80, 4), Z95)
    assert told_apart(of("89.800001", 3), of(80, 4), Z95)


def test_what_differs_only_beyond_the_stored_places_is_equal():
    assert not told_apart(of("80.0000001", 0), of(80, 0), Z95)


@given(groups)
def test_a_place_lies_in_its_band_and_the_band_in_the_group(group):
    for band in bands(group, Z95).values():
        assert 1 <= band.first <= band.place <= band.last <= len(group)


@given(groups)
def test_a_larger_z_never_narrows_a_band(group):
    wide = bands(group, Decimal("2.58"))
    for code, band in bands(group, Z95).items():
        assert wide[code].first <= band.first
        assert band.last <= wide[code].last


@given(groups, st.randoms(use_true_random=False))
def test_the_order_of_units_changes_nothing(group, random):
    codes = list(group)
    random.shuffle(codes)
    shuffled = {code: group[code] for code in codes}

    assert bands(shuffled, Z95) == bands(group, Z95)
    assert runs(shuffled, Z95) == runs(group, Z95)


@given(groups)
def test_in_a_run_no_two_are_told_apart_and_it_could_not_be_longer(group):
    order = sorted(group, key=lambda code: (-group[code].value, code))
    found = runs(group, Z95)

    for run in found:
        assert run.codes == tuple(order[run.first - 1 : run.last])
        assert not any(told_apart(group[one], group[two], Z95) for one in run.codes for two in run.codes)
        around = [*order[max(run.first - 2, 0) : run.first - 1], *order[run.last : run.last + 1]]
        assert all(any(told_apart(group[one], group[two], Z95) for one in run.codes) for two in around)
    alike = {(one, two) for one, two in pairwise(order) if not told_apart(group[one], group[two], Z95)}
    assert alike == {pair for run in found for pair in pairwise(run.codes)}


@given(groups)
def test_without_errors_a_band_is_a_place_and_its_ties(group):
    exact = {code: Standing(one.value, Decimal(0)) for code, one in group.items()}

    for code, band in bands(exact, Z95).items():
        ties = sum(other.value == exact[code].value for other in exact.values())
        assert (band.first, band.last) == (band.place, band.place + ties - 1)


@pytest.mark.parametrize(
    ("value", "low", "high", "decided"),
    [
        ("92", "0.040000", "3.960000", True),
        ("91.96", "0.000000", "3.920000", False),
        ("88.04", "-3.920000", "0.000000", False),
        ("88.03", "-3.930000", "-0.010000", True),
    ],
)
def test_the_distance_to_a_line_is_decided_only_when_chance_cannot_cross_it(value, low, high, decided):
    found = distance(of(value, 1), of(90, 0), Z95)

    assert found.gap == Decimal(value) - 90
    assert found.interval == Interval(Decimal(low), Decimal(high))
    assert found.decided is decided


@given(standing, standing)
def test_a_line_that_is_another_unit_brings_its_own_error(one, other):
    found = distance(one, other, Z95)

    assert found.gap == -distance(other, one, Z95).gap == half_up(one.value - other.value, 6)
    assert found.interval.low <= found.gap <= found.interval.high
    alone = distance(one, Standing(other.value, Decimal(0)), Z95).interval
    assert found.interval.low <= alone.low
    assert alone.high <= found.interval.high
