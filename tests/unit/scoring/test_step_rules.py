from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.rounds import rules
from survey.scoring.rules.steps import evaluate


def table(*steps, base="valid"):
    names = ("options", "operator", "share", "result")
    return rules.StepTable.model_validate(
        {
            "item": "grade",
            "base": base,
            "steps": [dict(zip(names, step, strict=True)) for step in steps],
            "otherwise": "none",
        }
    )


@pytest.mark.parametrize("share", ["2/3", "1/3", "1/2", "0.9"])
def test_exactly_the_share_is_reached_by_at_least_but_not_by_more_than(share):
    base = 30
    votes = {"good": int(Fraction(share) * base)}

    assert evaluate(table((["good"], ">=", share, "reached")), votes, base, 0).result == "reached"
    assert evaluate(table((["good"], ">", share, "reached")), votes, base, 0).result == "none"
    assert evaluate(table((["good"], ">=", share, "reached")), {"good": votes["good"] - 1}, base, 0).result == "none"
    assert evaluate(table((["good"], ">", share, "reached")), {"good": votes["good"] + 1}, base, 0).result == "reached"


def test_the_first_step_that_holds_decides_and_what_was_tried_is_kept():
    steps = table((["a"], ">=", "0.9", "best"), (["a", "b"], ">=", "1/2", "good"), (["a"], ">=", "0", "any"))

    found = evaluate(steps, {"a": 4, "b": 3, "c": 3}, 10, 0)

    assert (found.result, found.held.share, found.held.step.result) == ("good", Fraction(7, 10), "good")
    assert [one.share for one in found.tried] == [Fraction(4, 10), Fraction(7, 10)]


def test_when_no_step_holds_all_shares_are_kept():
    found = evaluate(table((["a"], ">=", "0.9", "best")), {"a": 4}, 10, 0)

    assert (found.result, found.held, [one.votes for one in found.tried]) == ("none", None, [4])


def test_an_option_named_twice_counts_once():
    assert evaluate(table((["a", "a"], ">=", "1/2", "half")), {"a": 4}, 10, 0).result == "none"


def test_the_base_is_what_the_table_says():
    votes = {"good": 6}

    assert evaluate(table((["good"], ">", "1/2", "good"), base="valid"), votes, 10, 12).result == "good"
    assert evaluate(table((["good"], ">", "1/2", "good"), base="expected"), votes, 10, 12).result == "none"


def test_no_vote_is_no_result():
    assert evaluate(table((["good"], ">=", "0", "good")), {}, 0, 12).say() == "no answer in the base"


def test_more_votes_than_the_base_are_refused():
    found = evaluate(table((["good"], ">=", "1/2", "good"), base="expected"), {"good": 13}, 13, 12)

    assert found.say() == "13 votes do not fit a base of 12"


@given(st.integers(0, 40), st.integers(1, 40))
def test_a_better_vote_never_worsens_the_result(good, other):
    steps = table((["good"], ">=", "0.9", "3"), (["good"], ">", "2/3", "2"), (["good"], ">=", "1/2", "1"))
    order = ["none", "1", "2", "3"]

    before = evaluate(steps, {"good": good}, good + other, 0).result
    after = evaluate(steps, {"good": good + 1}, good + other + 1, 0).result

    assert order.index(after) >= order.index(before)
