"""W1, W2, W16: indices and satisfaction rates of published and worked surveys."""

from decimal import Decimal
from fractions import Fraction

import pytest

from survey.core.numbers import half_up
from survey.questionnaires.words import Option
from survey.scoring.policy import denominators
from survey.scoring.rules.index import Part, item_index, weighted_mean
from survey.scoring.rules.intervals import share_error
from survey.scoring.rules.shares import share_of


def option(code, points=None, **flags):
    return Option(code=code, zh=code, en=code, points=points, **flags)


def percent(share):
    return str(half_up(share.value * 100, 2))


FIVE = (
    option("vs", 100, satisfied=True),
    option("s", 80, satisfied=True),
    option("f", 60, satisfied=True),
    option("d", 30),
    option("vd", 0),
)


@pytest.fixture
def w1_counts(golden):
    answers = dict(zip(("vs", "s", "f", "d", "vd"), golden["W1"]["counts"], strict=True))
    return answers | {"dk": golden["W1"]["dk"]}


def test_w1_don_t_know_outside_every_denominator(golden, w1_counts):
    rules = denominators((*FIVE, option("dk", scored=False, counted=False)))

    index = item_index(w1_counts, rules.points)
    rate = share_of(w1_counts, rules.satisfied, rules.counted)

    assert str(half_up(index.value, 4)) == golden["W1"]["score_dk_excluded"]
    assert percent(rate) == golden["W1"]["satisfied_rate_top3_excl_dk"]


def test_w1_don_t_know_inside_the_denominators(golden, w1_counts):
    rules = denominators((*FIVE, option("dk", 0)))

    index = item_index(w1_counts, rules.points)
    rate = share_of(w1_counts, rules.satisfied, rules.counted)

    assert str(half_up(index.value, 4)) == golden["W1"]["score_dk_zero_in_denominator"]
    assert percent(rate) == golden["W1"]["satisfied_rate_top3_incl_dk"]


PHONE = [
    (410, 380, 130, 50),
    (350, 400, 170, 50),
    (480, 350, 100, 40),
    (300, 420, 200, 50),
    (390, 330, 120, 130),
    (360, 380, 130, 100),
    (520, 320, 90, 40),
    (310, 400, 190, 70),
]
PAPER = [
    (70, 40, 8, 2),
    (60, 48, 10, 2),
    (75, 38, 5, 2),
    (55, 50, 13, 2),
    (68, 40, 7, 5),
    (62, 45, 8, 5),
    (80, 34, 5, 1),
    (50, 52, 15, 3),
]
THREE = (option("s", 100), option("f", 75), option("d", 55), option("dk", scored=False))


def item_means(rows):
    points = denominators(THREE).points
    return [item_index(dict(zip(("s", "f", "d", "dk"), row, strict=True)), points).value for row in rows]


def equal_mean(values):
    return weighted_mean([Part(str(i), Fraction(1), value) for i, value in enumerate(values)])


def test_w2_items_channels_and_total(golden):
    expected = golden["W2"]
    phone, paper = item_means(PHONE), item_means(PAPER)

    assert sum(PHONE[0]) == expected["phone_n_first_item"]
    assert [str(half_up(value, 4)) for value in phone] == expected["phone_items"]
    assert [str(half_up(value, 4)) for value in paper] == expected["paper_items"]
    assert str(half_up(equal_mean(phone), 4)) == expected["phone"]
    assert str(half_up(equal_mean(paper), 4)) == expected["paper"]

    total = weighted_mean(
        [
            Part("phone", Fraction(6), equal_mean(phone)),
            Part("paper", Fraction(4), equal_mean(paper)),
        ]
    )
    assert str(half_up(total, 4)) == expected["total"]


def test_w16_published_rate_with_and_without_can_t_say(golden):
    expected = golden["W16"]
    # Per mille as published; one per mille was lost to rounding in print.
    counts = {"s": 368, "f": 484, "d": 100, "dk": 47, "lost": 1}
    answers = (option("s", 100, satisfied=True), option("f", 60, satisfied=True), option("d", 0))
    counting_all = denominators((*answers, option("dk", scored=False), option("lost")))
    opinions_only = denominators((*answers, option("dk", scored=False, counted=False)))

    top2 = share_of(counts, counting_all.satisfied, counting_all.counted)
    without = share_of(counts, opinions_only.satisfied, opinions_only.counted)

    assert str(half_up(top2.value * 100, 1)) == expected["top2"] == expected["published"]
    assert str(half_up(Fraction(sum(counts.values()) - counts["lost"], 10), 1)) == expected["sum_of_shares"]
    assert percent(without) == expected["excl_dk"]
    households = 5018
    error = share_error(round(Decimal("0.852") * households), households)
    assert str(half_up(error * 100, 3)) == expected["se_pct_points"]
