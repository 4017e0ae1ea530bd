from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.rules.ranking import ranks


def test_ties_share_a_place_and_the_next_is_skipped():
    assert ranks({"a": Fraction(90), "b": Fraction(80), "c": Fraction(80), "d": Fraction(70)}) == {
        "a": 1,
        "b": 2,
        "c": 2,
        "d": 4,
    }


def test_the_seventh_decimal_does_not_rank():
    assert ranks({"a": Fraction("80.0000001"), "b": Fraction(80)}) == {"a": 1, "b": 1}
    assert ranks({"a": Fraction("80.000001"), "b": Fraction(80)}) == {"a": 1, "b": 2}


@given(st.dictionaries(st.text(min_size=1), st.fractions(0, 100, max_denominator=50), max_size=20))
def test_a_place_is_one_more_than_the_number_ahead(values):
    places = ranks(values)

    for code, value in values.items():
        assert places[code] == 1 + sum(other > value for other in values.values())
