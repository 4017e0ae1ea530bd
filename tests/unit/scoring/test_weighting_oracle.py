"""Weights and errors against svy, whose makers check it against R's `survey`: four thousand made-up answers."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from survey.scoring.rules.intervals import Z95
from survey.scoring.rules.variance import CellAnswers, estimate
from survey.scoring.rules.weighting import Limits, Margin, rake

svy = pytest.importorskip("svy")
polars = pytest.importorskip("polars")

N = 4000
PLACES = {"town": "0.52", "country": "0.48"}
AGES = {"young": "0.40", "middle": "0.35", "old": "0.25"}
LIMITS = Limits(
    tolerance=Decimal("1e-12"),
    rounds=200,
    least=Fraction(1, 100),
    most=Fraction(100),
    fewest=1,
    design_effect=Decimal("2.5"),
    class_answers=10,
    off=Decimal("0.001"),
)


@pytest.fixture(scope="module")
def people():
    random = np.random.default_rng(20260601)
    place, age = random.choice(list(PLACES), N, p=[0.75, 0.25]), random.choice(list(AGES), N, p=[0.55, 0.3, 0.15])
    points = 60 + 8 * (place == "town") - 5 * (age == "old") + random.normal(0, 18, N)
    return polars.DataFrame(
        {
            "place": place,
            "age": age,
            "points": np.clip(points.round(), 0, 100),
            "stratum": random.choice(["north", "south"], N),
            "drawn": random.choice([0.5, 1.0, 2.0], N, p=[0.2, 0.6, 0.2]),
            "one": np.ones(N),
        }
    )


@pytest.fixture(scope="module")
def cells(people):
    found = defaultdict(list)
    for place, age, stratum, points in people.select("place", "age", "stratum", "points").iter_rows():
        found[(place, age), stratum].append(int(points))
    return found


@pytest.fixture(scope="module")
def weights(cells):
    counts = defaultdict(int)
    for (cell, _), points in cells.items():
        counts[cell] += len(points)
    margins = [
        Margin(name, {part: Fraction(share) for part, share in shares.items()})
        for name, shares in (("place", PLACES), ("age", AGES))
    ]
    return rake(counts, margins, LIMITS)


def raked(people, **design):
    controls = {
        name: {part: float(share) * N for part, share in shares.items()}
        for name, shares in (("place", PLACES), ("age", AGES))
    }
    sample = svy.Sample(data=people, design=svy.Design(wgt="one", **design))
    return sample.weighting.rake(controls=controls, tol=1e-12, max_iter=200, wgt_name="raked")


def mean_of(sample):
    return sample.estimation.mean(y="points").to_dicts()[0]


def ours(cells, weights, *, strata, calibrated):
    answers = [
        CellAnswers(cell, len(points), Fraction(sum(points)), Fraction(sum(p * p for p in points)), stratum * strata)
        for (cell, stratum), points in cells.items()
    ]
    return estimate(answers, weights, LIMITS, {}, Z95, calibrated=calibrated)


def test_weights(people, weights):
    rows = raked(people).data.select("place", "age", "raked").iter_rows()

    assert max(abs(float(weights.of[place, age]) / weight - 1) for place, age, weight in rows) < 2e-6


@pytest.mark.parametrize("strata", [False, True])
def test_error_from_residuals_about_the_weighting_classes(people, cells, weights, strata):
    theirs = mean_of(raked(people, **({"stratum": "stratum"} if strata else {})))

    found = ours(cells, weights, strata=strata, calibrated=True)

    assert float(found.mean) == pytest.approx(theirs["est"], rel=1e-6)
    assert float(found.error) == pytest.approx(theirs["se"], rel=1e-6)


@pytest.mark.parametrize("strata", [False, True])
def test_error_with_weights_taken_as_fixed(people, cells, weights, strata):
    fixed = raked(people).data
    design = svy.Design(wgt="raked", **({"stratum": "stratum"} if strata else {}))
    theirs = mean_of(svy.Sample(data=fixed, design=design))

    found = ours(cells, weights, strata=strata, calibrated=False)

    assert float(found.error) == pytest.approx(theirs["se"], rel=1e-6)
