from dataclasses import astuple
from fractions import Fraction

import pytest

from survey.rounds import rules
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.posneg import StatementShare, propose, statement_share

LEVELS = [
    {"name": {"zh": z, "en": e}, "at_least": at}
    for z, e, at in (("好", "good", 90), ("较好", "fair", 80), ("差", "poor", 70))
]
SIGNALS = [
    {"share": share, "effect": effect, "note": {"zh": effect, "en": effect}}
    for share, effect in (("1/10", "notice"), ("1/5", "lower"), ("1/3", "lowest"))
]


def rule(**changes):
    return rules.TestLevels.model_validate({"levels": LEVELS, "signals": SIGNALS, "minimum": 10} | changes)


def proposed(mean, *statements, voters=60, **changes):
    return propose(
        rule(**changes), Fraction(mean), voters, [StatementShare(f"s{i}", *one) for i, one in enumerate(statements)]
    )


@pytest.mark.parametrize(
    ("mean", "level"), [("90", "好"), ("89.999999", "较好"), ("80", "较好"), ("79.99", "差"), ("70", "差"), ("0", "差")]
)
def test_the_mean_gives_the_level_and_the_last_needs_none(mean, level):
    assert proposed(mean).level.name.zh == level


@pytest.mark.parametrize(
    ("exists", "effect", "level"),
    [
        (5, None, "好"),
        (6, "notice", "好"),
        (11, "notice", "好"),
        (12, "lower", "较好"),
        (19, "lower", "较好"),
        (20, "lowest", "差"),
    ],
)
def test_the_worst_statement_fires_the_gravest_signal_it_reaches(exists, effect, level):
    found = proposed("95", (1, 60), (exists, 60), (0, 60))

    assert (found.signal and found.signal.effect) == effect
    assert (found.level.name.zh, found.before.name.zh, found.worst.item) == (level, "好", "s1")
    assert found.verify == (effect is not None)
    assert found.proposed


def test_nothing_is_lower_than_the_last_level():
    assert proposed("10", (12, 60)).level.name.zh == "差"


def test_those_who_do_not_know_are_not_in_the_share():
    share = statement_share("s", {"yes": 3, "no": 9, "dk": 48, "": 5}, "yes", "no")

    assert astuple(share) == ("s", 3, 12)
    assert share.value == Fraction(1, 4)


def test_too_few_voters_are_not_determinable():
    assert proposed("95", (0, 60), voters=10).level.name.zh == "好"
    found = proposed("95", (0, 60), voters=9)
    assert isinstance(found, Insufficient)
    assert found.say() == "not determinable: 9 voters answered, at least 10 are needed"


def test_a_statement_that_few_can_judge_fires_nothing_but_is_not_forgotten():
    found = proposed("95", (9, 9), (1, 10))

    assert (found.worst.item, found.signal.effect, found.level.name.zh) == ("s1", "notice", "好")
    assert [one.item for one in found.unread] == ["s0"]


def test_when_no_statement_can_be_read_nothing_is_proposed():
    found = proposed("95", (9, 9), (0, 0))

    assert found.say() == "not determinable: no statement was answered by at least 10 voters"
    assert found.parts == ("s0", "s1")


def test_without_statements_the_mean_alone_proposes():
    found = proposed("85")

    assert (found.level.name.zh, found.worst, found.signal) == ("较好", None, None)


def test_no_mean_is_no_proposal():
    nothing = Insufficient("no scored answer")

    assert propose(rule(), nothing, 60, []) is nothing
