from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.rules.index import Mean, Part, item_index, weighted_mean
from survey.scoring.rules.insufficient import Insufficient

POINTS = {"vs": Fraction(100), "s": Fraction(80), "f": Fraction(60), "d": Fraction(30), "vd": Fraction(0)}

ballots = st.lists(st.sampled_from([*POINTS, "dk", ""]), min_size=1, max_size=60)
scored_ballots = ballots.filter(lambda cast: any(option in POINTS for option in cast))
values = st.fractions(min_value=-100, max_value=100, max_denominator=1000)
weights = st.fractions(min_value=Fraction(1, 1000), max_value=100, max_denominator=1000)
parts = st.lists(st.tuples(weights, values), min_size=1, max_size=8).map(
    lambda pairs: [Part(str(i), weight, value) for i, (weight, value) in enumerate(pairs)]
)


def counted(cast):
    return {option: cast.count(option) for option in set(cast)}


@given(scored_ballots)
def test_an_index_lies_between_the_lowest_and_the_highest_points_given(cast):
    given_points = [POINTS[option] for option in cast if option in POINTS]

    assert min(given_points) <= item_index(counted(cast), POINTS).value <= max(given_points)


@given(scored_ballots)
def test_an_index_is_the_mean_of_the_points_whatever_the_order_of_ballots(cast):
    given_points = [POINTS[option] for option in cast if option in POINTS]

    assert item_index(counted(list(reversed(cast))), POINTS) == Mean(sum(given_points), len(given_points))


@given(scored_ballots)
def test_an_all_best_ballot_never_lowers_an_index(cast):
    assert item_index(counted([*cast, "vs"]), POINTS).value >= item_index(counted(cast), POINTS).value


@given(scored_ballots, st.sampled_from(["dk", ""]))
def test_an_unscored_answer_changes_nothing(cast, unscored):
    assert item_index(counted([*cast, unscored]), POINTS) == item_index(counted(cast), POINTS)


@pytest.mark.parametrize("counts", [{}, {"dk": 40, "": 3}, {"vs": 0}])
def test_no_scored_answer_is_no_data_never_zero(counts):
    assert item_index(counts, POINTS).say() == "no scored answer"


def test_an_index_needs_exactly_the_minimum_of_scored_answers():
    assert item_index({"vs": 29, "dk": 50}, POINTS, 30).say() == "29 scored answers, at least 30 are needed"
    assert item_index({"vs": 30}, POINTS, 30) == Mean(Fraction(3000), 30)


@given(parts)
def test_a_weighted_mean_lies_between_its_parts(some):
    assert min(part.value for part in some) <= weighted_mean(some) <= max(part.value for part in some)


@given(parts, weights)
def test_weights_scaled_by_a_constant_change_nothing(some, factor):
    scaled = [Part(part.code, part.weight * factor, part.value) for part in some]

    assert weighted_mean(scaled) == weighted_mean(some)


@given(parts, st.randoms())
def test_the_order_of_parts_changes_nothing(some, chance):
    shuffled = list(some)
    chance.shuffle(shuffled)

    assert weighted_mean(shuffled) == weighted_mean(some)


@given(values)
def test_one_part_is_its_own_mean(value):
    assert weighted_mean([Part("only", Fraction(3), value)]) == value


@given(parts, st.data())
def test_one_insufficient_part_makes_the_whole_insufficient(some, data):
    at = data.draw(st.integers(0, len(some)))
    missing = Part("missing", Fraction(1), Insufficient("no data"))

    whole = weighted_mean([*some[:at], missing, *some[at:]])

    assert whole.say(name={"missing": "庚市"}.get) == "insufficient in part: 庚市"


def test_a_part_of_weight_zero_does_not_enter():
    some = [Part("a", Fraction(1), Fraction(70)), Part("b", Fraction(0), Insufficient("no data"))]

    assert weighted_mean(some) == 70


@pytest.mark.parametrize(("weight", "fault"), [(-1, "a weight is negative"), (0, "the weights sum to zero")])
def test_weights_without_a_sense_are_refused(weight, fault):
    with pytest.raises(ValueError, match=fault):
        weighted_mean([Part("a", Fraction(weight), Fraction(1))])
