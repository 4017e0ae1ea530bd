from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.errors import Refused
from survey.scoring.rules.good_rating import Followed, Levels, good_rating
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.shares import Share

LEVELS = Levels(dict(zip("54321", map(Fraction, (100, 80, 60, 30, 0)), strict=True)), "543")
NOTHING = Followed(named=0, visited=0, excluded=0, corrected=0, satisfied=0)
ALL_RIGHT = Followed(named=10, visited=9, excluded=2, corrected=7, satisfied=5)
RATINGS = {"5": 60, "4": 20, "3": 10, "2": 6, "1": 4}


@given(st.fixed_dictionaries({level: st.integers(0, 50) for level in "54321"}), st.integers(0, 50))
def test_rated_and_unrated_good_and_bad_make_the_whole(counts, silent):
    found = good_rating(sum(counts.values()) + silent, counts, LEVELS, NOTHING)

    for one, other in ((found.rated, found.unrated), (found.good, found.bad)):
        if isinstance(one, Share):
            assert one.value + other.value == 1
            assert 0 <= one.value <= 1
        else:
            assert isinstance(other, Insufficient)


def test_silence_is_no_good_rating():
    few = good_rating(100, RATINGS, LEVELS, ALL_RIGHT)
    many = good_rating(10_000, RATINGS, LEVELS, ALL_RIGHT)

    assert many.good == few.good == Share(("5", "4", "3"), 90, 100)
    assert many.rated.value < few.rated.value


def test_a_mistaken_bad_rating_needs_no_correction_but_is_kept():
    found = good_rating(100, RATINGS, LEVELS, ALL_RIGHT)

    assert found.bad == Share(("2", "1"), 10, 100)
    assert found.valid_bad == 8
    assert found.corrected == Share(("corrected",), 7, 8)
    assert found.satisfied == Share(("satisfied",), 5, 7)
    assert found.visited == Share(("visited",), 9, 10)


def test_without_ratings_there_is_no_indicator():
    found = good_rating(0, {}, LEVELS, NOTHING)

    said = {name: getattr(found, name).say() for name in vars(found) if name != "valid_bad"}
    assert said == {
        "rated": "no case was closed",
        "unrated": "no case was closed",
        "good": "no answer in the base",
        "bad": "no answer in the base",
        "visited": "nobody can be reached",
        "corrected": "no valid bad rating",
        "satisfied": "nothing was corrected",
        "index": "no scored answer",
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"excluded": 11}, "11 bad ratings excluded of 10; it must be 0 to as many"),
        ({"named": 11}, "11 bad ratings with a name of 10; it must be 0 to as many"),
        ({"visited": 11}, "11 visited of 10 who can be reached; it must be 0 to as many"),
        ({"corrected": 9}, "9 corrected of 8 valid bad ratings; it must be 0 to as many"),
        ({"satisfied": -1}, "-1 satisfied of 7 corrected; it must be 0 to as many"),
    ],
)
def test_a_part_larger_than_its_whole_is_refused(change, sentence):
    with pytest.raises(Refused) as refused:
        good_rating(100, RATINGS, LEVELS, replace(ALL_RIGHT, **change))

    assert str(refused.value) == sentence


def test_more_ratings_than_cases_are_refused():
    with pytest.raises(Refused, match="100 ratings, but 99 closed cases"):
        good_rating(99, RATINGS, LEVELS, ALL_RIGHT)
