"""W11 to W14: response rates, the weighted mean's interval, raking, and the indicators of service ratings."""

from decimal import Decimal
from fractions import Fraction

import pytest

from survey.core.numbers import half_up
from survey.scoring.rules.good_rating import Followed, Levels, good_rating
from survey.scoring.rules.intervals import Z95
from survey.scoring.rules.variance import by_effective_size
from survey.scoring.rules.weighting import Limits, Margin, rake, refusal
from survey.turnout.aapor import Account, casro, rates
from tests.unit.scoring.weighted_rounds import W13, scored

LIMITS = Limits(
    tolerance=Decimal("1e-6"),
    rounds=50,
    least=Fraction(1, 3),
    most=Fraction(3),
    fewest=1,
    design_effect=Decimal("2.5"),
    class_answers=10,
    off=Decimal("0.01"),
)
CELLS = {("城", "18-44"): 210, ("城", "45-65"): 90, ("乡", "18-44"): 60, ("乡", "45-65"): 40}
MARGINS = (
    Margin("城乡", {"城": Fraction("0.52"), "乡": Fraction("0.48")}),
    Margin("年龄", {"18-44": Fraction("0.55"), "45-65": Fraction("0.45")}),
)


def percent(share):
    return str(half_up(share.value * 100, 2))


def test_w11_every_rate(golden):
    account = Account(*golden["W11"]["inputs"].values())
    e = casro(account)

    found = rates(account, e)

    assert list(golden["W11"]["inputs"]) == ["I", "P", "R", "NC", "O", "UH", "UO", "NE"]
    expected = dict(golden["W11"]["rates"])
    assert str(half_up(e.value, 6)) == expected.pop("e_CASRO")
    assert {name: str(rate.stored) for name, rate in found.of.items()} == expected


def test_w11_published_ratios_are_shares_of_calls_and_not_response_rates(golden):
    assert str(half_up(Fraction(3002 * 100, 6247), 2)) == golden["W11"]["ankang_2019_completes_over_calls"]
    assert str(half_up(Fraction(215 * 100, 1410), 2)) == golden["W11"]["fujian_2006"]
    returned = Fraction(14458 * 100, 14527)
    assert str(half_up(returned, 2)) == golden["W11"]["hangzhou_2005_return"]


def test_w12_interval_from_the_effective_number_of_answers(golden):
    interval = by_effective_size(Decimal("73.2"), Decimal("24.5") ** 2, 400, Decimal("1.6"), Z95)

    assert [str(half_up(end, 2)) for end in (interval.low, interval.high)] == golden["W12"]["mean_ci"]


def test_w13_raking_to_town_and_age(golden):
    expected = golden["W13"]
    means = dict(zip(CELLS, map(Fraction, (71, 75, 80, 84)), strict=True))

    weights = rake(CELLS, MARGINS, LIMITS)

    assert weights.rounds == expected["iterations"]
    assert {"/".join(cell): str(weight) for cell, weight in weights.of.items()} == expected["weights"]
    assert str(half_up(weights.design_effect, 6)) == expected["deff"]
    assert str(half_up(weights.effective_n, 3)) == expected["n_eff"]
    unweighted = sum(n * means[cell] for cell, n in CELLS.items()) / weights.n
    assert str(half_up(unweighted, 4)) == expected["unweighted"]
    assert str(half_up(weights.mean(means), 4)) == expected["weighted"]
    assert (weights.trimmed, weights.merges, refusal(weights, LIMITS)) == ((), (), None)


@pytest.fixture
def rated():
    points = dict(zip("54321", map(Fraction, (100, 80, 60, 30, 0)), strict=True))
    counts = dict(zip("54321", (1010, 268, 45, 15, 6), strict=True))
    followed = Followed(named=21, visited=21, excluded=2, corrected=18, satisfied=15)
    return good_rating(4200, counts, Levels(points, "543"), followed)


def test_w14_indicators_of_service_ratings(golden, rated):
    expected = golden["W14"]

    assert percent(rated.rated) == expected["rate"]
    assert percent(rated.unrated) == expected["unrated"]
    assert percent(rated.good) == expected["good"]
    assert percent(rated.bad) == expected["bad"]
    assert percent(rated.visited) == expected["named_revisit"]
    assert rated.valid_bad == expected["valid_bad"]
    assert percent(rated.corrected) == expected["fixed_rate"]
    assert percent(rated.satisfied) == expected["resatisfied"]
    assert str(half_up(rated.index.value, 4)) == expected["five_star_score"]


def test_w13_through_a_round(golden):
    expected = golden["W13"]

    unit = scored(W13).unit("A")

    weights = unit.weighting.weights
    assert weights.rounds == expected["iterations"]
    cells = [("town", "young"), ("town", "older"), ("country", "young"), ("country", "older")]
    assert [str(weights.of[cell]) for cell in cells] == list(expected["weights"].values())
    assert str(half_up(unit.weighting.design_effect, 6)) == expected["deff"]
    assert str(half_up(unit.weighting.effective_n, 3)) == expected["n_eff"]
    assert str(half_up(unit.unweighted, 4)) == expected["unweighted"]
    assert str(half_up(unit.index, 4)) == expected["weighted"]
