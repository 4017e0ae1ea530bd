from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.rules.trimming import trimmed_mean

several = st.lists(st.fractions(0, 100, max_denominator=100), min_size=1, max_size=12)


def trimmed(scores, above):
    return trimmed_mean(len(scores), sum(scores, Fraction(0)), min(scores) + max(scores) if scores else None, above)


@given(several, st.integers(2, 8))
def test_more_than_so_many_lose_their_two_ends(scores, above):
    kept = sorted(scores)[1:-1] if len(scores) > above else scores

    found = trimmed(scores, above)

    assert (found.total, found.n) == (sum(kept), len(kept))
    assert min(scores) <= found.value <= max(scores)


@given(several)
def test_nothing_is_dropped_unless_the_rules_say_so(scores):
    assert trimmed(scores, None).value == sum(scores) / len(scores)


@given(several, st.integers(2, 8))
def test_a_best_ballot_never_lowers_a_mean_of_as_many_kept(scores, above):
    """Only while both sides are trimmed alike: where trimming begins, dropping two can move a mean either way."""
    if (len(scores) > above) == (len(scores) + 1 > above):
        assert trimmed([*scores, 100], above).value >= trimmed(scores, above).value


def test_three_raters_leave_the_middle_one():
    assert trimmed([Fraction(10), Fraction(70), Fraction(90)], 2).value == 70


def test_no_rater_is_no_mean():
    assert trimmed([], 5).say() == "no scored answer"


def test_dropping_all_raters_is_refused():
    with pytest.raises(ValueError, match="dropping two of 2 leaves nothing"):
        trimmed([Fraction(1), Fraction(2)], 1)


def test_ends_that_are_needed_must_be_known():
    assert trimmed_mean(5, Fraction(50), None, 5).value == 10
    with pytest.raises(ValueError, match="of 6 scores the highest and the lowest are dropped, but they are not known"):
        trimmed_mean(6, Fraction(50), None, 5)
