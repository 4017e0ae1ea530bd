from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.rules.shares import Share, share_of

COUNTED = ("s", "f", "d", "dk")
SATISFIED = ("s", "f")

counts = st.dictionaries(st.sampled_from([*COUNTED, "abstained", ""]), st.integers(0, 500))


@given(counts.filter(lambda found: any(found.get(option) for option in COUNTED)))
def test_a_share_lies_between_0_and_1_and_all_shares_sum_to_1(found):
    rate = share_of(found, SATISFIED, COUNTED)
    rest = share_of(found, ("d", "dk"), COUNTED)

    assert 0 <= rate.value <= 1
    assert rate.value + rest.value == 1


@given(counts.filter(lambda found: any(found.get(option) for option in COUNTED)), st.integers(1, 50))
def test_abstentions_and_blanks_are_not_in_the_base(found, more):
    with_more = found | {"abstained": found.get("abstained", 0) + more, "": found.get("", 0) + more}

    assert share_of(with_more, SATISFIED, COUNTED) == share_of(found, SATISFIED, COUNTED)


def test_a_share_lists_the_options_it_counted():
    rate = share_of({"s": 46, "f": 21, "d": 13, "abstained": 6}, SATISFIED, COUNTED)

    assert rate == Share(("s", "f"), 67, 80)
    assert rate.value == Fraction(67, 80)


def test_an_empty_base_is_no_data():
    assert share_of({"abstained": 6}, SATISFIED, COUNTED).say() == "no answer in the base"


def test_a_share_needs_exactly_the_minimum_in_its_base():
    assert share_of({"s": 4}, SATISFIED, COUNTED, 5).say() == "4 answers in the base, at least 5 are needed"
    assert share_of({"s": 5}, SATISFIED, COUNTED, 5).value == 1


def test_an_option_outside_the_base_cannot_be_summed():
    with pytest.raises(ValueError, match="not in the base of the rate: abstained"):
        share_of({"s": 1}, ("s", "abstained"), COUNTED)
