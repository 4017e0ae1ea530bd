from fractions import Fraction

import pytest

from survey.core.errors import Invalid
from survey.core.validation import validate
from survey.rounds import rules

LEVELS = [{"name": {"zh": "好", "en": "good"}, "at_least": 90}, {"name": {"zh": "差", "en": "poor"}, "at_least": 0}]


def fault(model, **fields):
    with pytest.raises(Invalid) as caught:
        validate(fields, model, "round.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "share"), [("2/3", Fraction(2, 3)), (0.2, Fraction(1, 5)), (1, 1), (Fraction(1, 3), Fraction(1, 3))]
)
def test_a_share_is_exact_and_is_written_back_as_it_is(written, share):
    quorum = validate({"share": written}, rules.Quorum, "round.yaml")

    assert quorum.share == share
    assert quorum.model_dump(mode="json") == {"operator": ">=", "share": str(share)}


@pytest.mark.parametrize("written", ["two thirds", "1/0", True, "1/1000001", None, [1], "-1/3", "4/3"])
def test_what_is_no_share_is_refused(written):
    assert "is no share; write for example 2/3 or 0.2" in fault(rules.Quorum, share=written)


@pytest.mark.parametrize(("operator", "reached"), [(">", False), (">=", True)])
def test_the_threshold_itself(operator, reached):
    assert rules.reaches(Fraction(40, 60), operator, Fraction(2, 3)) is reached
    assert rules.reaches(Fraction(41, 60), operator, Fraction(2, 3))
    assert not rules.reaches(Fraction(39, 60), operator, Fraction(2, 3))


@pytest.mark.parametrize("counted", [{}, {"options": ["a"], "at_least": 90}, {"options": ["a"], "below": 60}])
def test_a_limit_counts_either_options_or_numbers(counted):
    assert "a limit counts either options or numbers" in fault(rules.Limit, item="grade", most=1, **counted)


@pytest.mark.parametrize("bounds", [{}, {"most": 1, "share": "0.2"}, {"most": 1, "least": 1}])
def test_a_limit_has_one_bound(bounds):
    assert "exactly one of most, share and least" in fault(rules.Limit, item="grade", options=["a"], **bounds)


@pytest.mark.parametrize(
    ("bound", "allowed"), [({"share": "0.2"}, [1, 1, 1, 2, 8]), ({"most": 3}, [3] * 5), ({"least": 2}, [None] * 5)]
)
def test_what_a_limit_allows_of_so_many(bound, allowed):
    limit = rules.Limit.model_validate({"item": "grade", "options": ["a"]} | bound)

    assert [limit.allowed(n) for n in (1, 4, 9, 10, 40)] == allowed


def test_levels_stand_from_the_best_down():
    for levels in (LEVELS[::-1], [LEVELS[0]] * 2):
        assert "from the best down" in fault(rules.TestLevels, levels=levels)


def test_signals_stand_from_the_mildest_up():
    signals = [{"share": s, "effect": "notice", "note": {"zh": "核查", "en": "verify"}} for s in ("1/5", "1/10")]

    assert "from the mildest up" in fault(rules.TestLevels, levels=LEVELS, signals=signals)
    assert "from the mildest up" in fault(rules.TestLevels, levels=LEVELS, signals=[signals[0]] * 2)
    assert len(rules.TestLevels.model_validate({"levels": LEVELS, "signals": signals[::-1]}).signals) == 2


def test_a_class_stands_once_and_is_found_by_its_code():
    a = {"code": "A", "zh": "A票", "en": "A"}

    assert "the class A stands here twice" in fault(rules.Rules, classes=[a, a])
    found = rules.Rules.model_validate({"classes": [a]})
    assert (found.ballot_class("A").minimum, found.ballot_class("B")) == (3, None)
