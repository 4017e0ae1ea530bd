from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.rules.classes import ClassMean, Total, class_total
from survey.scoring.rules.index import Mean
from survey.scoring.rules.insufficient import Insufficient

BEST = 100

scores = st.lists(st.fractions(0, BEST, max_denominator=100), min_size=1, max_size=9)
weights = st.fractions(min_value=Fraction(1, 100), max_value=100, max_denominator=100)
cast = st.lists(st.tuples(weights, scores), min_size=1, max_size=5)


def of(code, weight, given_scores, minimum=1):
    mean = Mean(sum(given_scores, Fraction(0)), len(given_scores)).value if given_scores else None
    return ClassMean(code, Fraction(weight), minimum, len(given_scores), mean)


def classes(pairs):
    return [of(str(i), weight, given_scores) for i, (weight, given_scores) in enumerate(pairs)]


@given(cast)
def test_a_total_lies_between_the_lowest_and_the_highest_ballot(pairs):
    every = [score for _, given_scores in pairs for score in given_scores]

    assert min(every) <= class_total(classes(pairs)).value <= max(every)


@given(cast, st.data())
def test_an_all_best_ballot_never_lowers_a_total(pairs, data):
    at = data.draw(st.integers(0, len(pairs) - 1))
    better = [(weight, [*some, BEST] if i == at else some) for i, (weight, some) in enumerate(pairs)]

    assert class_total(classes(better)).value >= class_total(classes(pairs)).value


@given(cast, weights)
def test_weights_scaled_by_a_constant_change_nothing(pairs, factor):
    scaled = [(weight * factor, some) for weight, some in pairs]

    assert class_total(classes(scaled)) == class_total(classes(pairs))


@given(weights, scores)
def test_one_class_is_its_own_mean(weight, some):
    assert class_total([of("only", weight, some)]).value == sum(some) / len(some)


@given(cast, st.randoms())
def test_the_order_of_ballots_and_classes_changes_nothing(pairs, chance):
    shuffled = [(weight, chance.sample(some, len(some))) for weight, some in pairs]
    mixed = chance.sample(classes(shuffled), len(pairs))

    assert class_total(mixed).value == class_total(classes(pairs)).value


@given(cast, st.data())
def test_leaving_out_a_short_class_is_the_total_of_the_others(pairs, data):
    short = of("short", data.draw(weights), data.draw(scores), minimum=100)

    found = class_total([*classes(pairs), short], {"short"})

    assert found == replace(class_total(classes(pairs)), left_out=("short",))


def test_exactly_the_minimum_is_enough():
    other = of("A", 1, [80] * 3)

    assert class_total([other, of("B", 1, [60, 60, 60], minimum=3)]).value == 70
    assert class_total([other, of("B", 1, [60, 60], minimum=3)]).say() == (
        "class B has 2 ballots, at least 3 are needed"
    )


def test_every_short_class_is_named_with_its_own_figures():
    found = class_total([of("A", 1, [], minimum=2), of("B", 1, [60], minimum=5), of("C", 1, [70])])

    assert isinstance(found, Insufficient)
    assert found.parts == ("A", "B")
    assert found.say(name={"A": "A票", "B": "B票"}.get) == (
        "class A票 has 0 ballots, at least 2 are needed; class B票 has 1 ballots, at least 5 are needed"
    )


def test_an_approval_covers_only_the_class_it_names():
    short = [of("A", 1, [80]), of("B", 1, []), of("C", 1, [])]

    assert class_total(short, frozenset("B")).parts == ("C",)
    assert class_total(short, frozenset("BC")) == Total(Fraction(80), ("A",), ("B", "C"))


def test_a_class_with_enough_ballots_enters_whatever_was_approved():
    assert class_total([of("A", 1, [80]), of("B", 1, [60])], frozenset("B")).value == 70


def test_a_class_of_weight_zero_neither_enters_nor_blocks():
    assert class_total([of("A", 1, [80]), of("B", 0, [])]) == Total(Fraction(80), ("A",))


def test_without_any_class_there_is_no_total():
    assert class_total([of("A", 0, [80])]).say() == "no class of ballots has a weight"
    assert class_total([of("A", 1, [])], frozenset("A")).say() == "every class of ballots was left out: A"


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="a weight is negative"):
        class_total([of("A", -1, [80]), of("B", 2, [80])])
