from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.rules.bands import band_of
from survey.scoring.rules.quotas import allot, places
from survey.scoring.scheme_grading import Band, Quota


def scores(*values):
    return {chr(97 + i): Decimal(value) for i, value in enumerate(values)}


@pytest.mark.parametrize(
    ("share", "rounding", "n", "number"),
    [
        ("0.3", "half_up", 5, 2),
        ("0.3", "floor", 5, 1),
        ("0.3", "half_up", 7, 2),
        ("0.18", "half_up", 99, 18),
        ("0.06", "half_up", 99, 6),
        ("0.5", "half_up", 1, 1),
        ("0.3", "half_up", 0, 0),
        ("1", "floor", 4, 4),
    ],
)
def test_a_share_is_rounded_as_the_scheme_says(share, rounding, n, number):
    assert places(Quota(grade="top", share=share, rounding=rounding), n) == number


def test_a_count_is_never_more_than_there_are():
    assert places(Quota(grade="top", count=3), 9) == 3
    assert places(Quota(grade="top", count=3), 2) == 2


def test_places_go_to_the_highest_and_may_stay_empty():
    found = allot(scores(90, 95, 92), 2)
    assert (found.given, found.tied, found.without, found.empty) == (("b", "c"), (), ("a",), 0)
    short = allot(scores(90, 95), 3)
    assert (short.given, short.empty, short.left_for_tied) == (("a", "b"), 1, 0)
    assert allot({}, 0).empty == 0


def test_the_lowest_places():
    found = allot(scores(90, 95, 92), 1, highest=False)
    assert (found.given, found.without) == (("a",), ("b", "c"))
    tied = allot(scores(90, 95, 90, 80), 2, highest=False)
    assert (tied.given, tied.tied, tied.left_for_tied) == (("d",), ("a", "c"), 1)


def test_a_tie_at_the_cut_is_not_split():
    found = allot(scores(95, 92, 92, 90), 2)
    assert (found.given, found.tied, found.without) == (("a",), ("b", "c"), ("d",))
    assert (found.left_for_tied, found.empty) == (1, 0)


def test_a_tie_that_fits_is_none():
    assert allot(scores(92, 92, 90), 2).given == ("a", "b")


def test_without_places_nobody_has_one():
    assert allot(scores(92, 92), 0).without == ("a", "b")


@given(st.lists(st.integers(0, 6), max_size=9), st.integers(0, 10), st.booleans())
def test_everyone_stands_somewhere_once_and_the_better_never_behind(values, number, highest):
    given_scores = scores(*values)
    found = allot(given_scores, number, highest=highest)

    assert sorted((*found.given, *found.tied, *found.without)) == sorted(given_scores)
    assert len(found.given) <= number
    assert found.given == () or len(found.given) + found.left_for_tied + found.empty == number
    assert not found.tied or 0 < found.left_for_tied < len(found.tied)
    sign = 1 if highest else -1
    for one in found.given:
        assert all(given_scores[one] * sign > given_scores[other] * sign for other in (*found.tied, *found.without))


BANDS = (
    Band(id="a", zh="a", en="a", at_least=90),
    Band(id="b", zh="b", en="b", at_least=80),
    Band(id="c", zh="c", en="c", at_least=70),
)


@pytest.mark.parametrize(
    ("score", "place"), [("100", 0), ("90.000000", 0), ("89.999999", 1), ("80", 1), ("79.9", 2), ("3", 2)]
)
def test_exactly_at_the_mark_reaches_the_band(score, place):
    assert band_of(BANDS, Decimal(score)) == place


def test_a_band_without_a_mark_takes_every_score():
    assert band_of((Band(id="a", zh="a", en="a"), BANDS[1]), Decimal(0)) == 0


@given(st.decimals(0, 100, places=6), st.decimals(0, 100, places=6))
def test_a_higher_score_never_gives_a_lower_band(one, other):
    assert band_of(BANDS, max(one, other)) <= band_of(BANDS, min(one, other))
