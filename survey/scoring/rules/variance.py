"""How far chance could move a weighted mean (线性化标准误): from each cell's figures, without anybody's row.

The error is exact arithmetic up to the last square root; floats enter only where residuals are fitted, and are
rounded to six decimals first.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.intervals import Interval, effective_size, finite_correction, normal, standard_error
from survey.scoring.rules.weighting import Cell, Limits, Weights, kish, refusal

FITTED_PLACES = 6

PLAIN = N_("standard error linearised, weights taken as fixed")
CALIBRATED = N_("standard error linearised, from the residuals about the weighting classes")
ONE_ANSWER = N_("stratum %(stratum)s has 1 answer; at least 2 are needed to see how far answers differ")


@dataclass(frozen=True)
class CellAnswers:
    """What the answers of one cell, in one stratum, sum to.

    Attributes:
        cell: one class of every margin.
        n: answers.
        total: sum of their points.
        squares: sum of their squared points.
        stratum: the list that they were drawn from by itself; "" when all were drawn from one.
    """

    cell: Cell
    n: int
    total: Fraction
    squares: Fraction
    stratum: str = ""


@dataclass(frozen=True)
class Estimate:
    """A weighted mean with its error, the interval, and the words for how the error was found."""

    mean: Fraction
    error: Decimal
    interval: Interval
    n: int
    design_effect: Fraction
    effective_n: Fraction
    method: str


def estimate(
    answers: Sequence[CellAnswers],
    weights: Weights,
    limits: Limits,
    populations: Mapping[str, int],
    z: Decimal,
    *,
    calibrated: bool,
) -> Estimate | Insufficient:
    """Estimate a mean, unless the limits forbid to publish it.

    Args:
        answers: to one question, by cell and stratum; not everybody need have answered it.
        weights: of all answers.
        limits: when a weighted figure may be shown.
        populations: people by stratum; a stratum that is missing counts as endless.
        z: half width of the interval in standard errors.
        calibrated: whether the error gives credit for what the margins already explain; else it is the wider one.
    """
    answers = [one for one in answers if one.n]
    counts: Counter[Cell] = Counter()
    for one in answers:
        counts[one.cell] += one.n
    refused = refusal(weights, limits, counts)
    if refused is not None:
        return refused
    effect, n = kish(counts, weights.of), counts.total()
    mean = weighted_mean(answers, weights.of)
    centres = fitted(answers, weights) if calibrated else {one.cell: mean for one in answers}
    error = linearised_error(answers, weights.of, centres, populations)
    if isinstance(error, Insufficient):
        return error
    return Estimate(
        mean=mean,
        error=error,
        interval=normal(mean, error, z),
        n=n,
        design_effect=effect,
        effective_n=n / effect,
        method=CALIBRATED if calibrated else PLAIN,
    )


def weighted_mean(answers: Sequence[CellAnswers], weights: Mapping[Cell, Decimal]) -> Fraction:
    """Return Σwy / Σw."""
    total = sum((Fraction(weights[one.cell]) * one.total for one in answers), Fraction(0))
    return total / _sum_of_weights(answers, weights)


def linearised_error(
    answers: Sequence[CellAnswers],
    weights: Mapping[Cell, Decimal],
    centres: Mapping[Cell, Fraction],
    populations: Mapping[str, int],
) -> Decimal | Insufficient:
    """Return the Taylor-linearised standard error of a weighted mean.

    Each answer moves the mean by w·(y - centre)/Σw. Those moves vary inside every stratum; the strata's variances,
    each with its finite population correction, add up.

    Args:
        answers: by cell and stratum.
        weights: by cell.
        centres: what an answer is compared with: the mean, or what the weighting classes let expect.
        populations: people by stratum; a stratum that is missing counts as endless.

    Raises:
        ValueError: when a stratum has more answers than people.
    """
    sum_of_weights = _sum_of_weights(answers, weights)
    strata: defaultdict[str, list[CellAnswers]] = defaultdict(list)
    for one in answers:
        strata[one.stratum].append(one)
    variance = Fraction(0)
    for stratum, parts in strata.items():
        n = sum(part.n for part in parts)
        correction = Fraction(finite_correction(n, populations.get(stratum)))
        if correction == 0:
            continue
        if n == 1:
            return Insufficient(ONE_ANSWER, {"stratum": stratum})
        first = second = Fraction(0)
        for part in parts:
            weight, centre = Fraction(weights[part.cell]) / sum_of_weights, centres[part.cell]
            first += weight * (part.total - part.n * centre)
            second += weight**2 * (part.squares - 2 * centre * part.total + part.n * centre**2)
        variance += correction**2 * (second - first**2 / n) * n / (n - 1)
    return standard_error(variance, 1)


def fitted(answers: Sequence[CellAnswers], weights: Weights) -> dict[Cell, Fraction]:
    """Return, by cell, the points to expect of its classes: least squares on the margins' classes, at six decimals.

    As in calibration everywhere, answers enter with the weights that raking began with.
    """
    rows = [weights.classes[one.cell] for one in answers]
    names = sorted({(place, part) for row in rows for place, part in enumerate(row)})
    design = np.array([[float(row[place] == part) for place, part in names] for row in rows])
    means = np.array([float(one.total / one.n) for one in answers])
    scale = np.sqrt([one.n * float(weights.start[one.cell]) for one in answers])
    effects = np.linalg.lstsq(design * scale[:, None], means * scale)[0]
    expected = design @ effects
    return {
        one.cell: Fraction(half_up(Decimal(float(value)), FITTED_PLACES))
        for one, value in zip(answers, expected, strict=True)
    }


def by_effective_size(
    mean: Fraction | Decimal, variance: Fraction | Decimal, n: int, design_effect: Decimal, z: Decimal
) -> Interval:
    """Return mean ± z·s/√n_eff, for when only the variance of answers and the design effect are known."""
    return normal(mean, standard_error(variance, effective_size(n, design_effect)), z)


def _sum_of_weights(answers: Sequence[CellAnswers], weights: Mapping[Cell, Decimal]) -> Fraction:
    return sum((one.n * Fraction(weights[one.cell]) for one in answers), Fraction(0))
