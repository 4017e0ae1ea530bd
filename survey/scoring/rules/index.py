"""The satisfaction index (满意度指数): the mean of points over scored answers, then weighted means of means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey.core.errors import N_
from survey.scoring.rules.insufficient import Insufficient

NOTHING_SCORED = N_("no scored answer")
TOO_FEW = N_("%(n)d scored answers, at least %(minimum)d are needed")
PARTS_MISSING = N_("insufficient in part: %(parts)s")


@dataclass(frozen=True)
class Mean:
    """A mean with what explains it: the sum of points and the number of answers it was divided by."""

    total: Fraction
    n: int

    @property
    def value(self) -> Fraction:
        """The mean, exact."""
        return self.total / self.n


@dataclass(frozen=True)
class Part:
    """One part of a weighted mean."""

    code: str
    weight: Fraction
    value: Fraction | Insufficient


def item_index(counts: Mapping[str, int], points: Mapping[str, Fraction], minimum: int = 1) -> Mean | Insufficient:
    """Average the points of the scored answers of one item.

    Args:
        counts: ballots per option; options without points and blanks do not enter.
        points: points of every scored option.
        minimum: below this many scored answers there is no index.
    """
    n = sum(counts.get(option, 0) for option in points)
    if n == 0:
        return Insufficient(NOTHING_SCORED)
    if n < minimum:
        return Insufficient(TOO_FEW, {"n": n, "minimum": minimum})
    total = sum((worth * counts.get(option, 0) for option, worth in points.items()), Fraction(0))
    return Mean(total, n)


def weighted_mean(parts: Sequence[Part]) -> Fraction | Insufficient:
    """Average parts by weight; weights need not sum to one.

    One insufficient part makes the whole insufficient: weights are never silently shared out among the others.
    A part of weight 0 is reported elsewhere and does not enter.

    Raises:
        ValueError: when a weight is negative or all are zero.
    """
    if any(part.weight < 0 for part in parts):
        message = "a weight is negative"
        raise ValueError(message)
    entering = [part for part in parts if part.weight > 0]
    if not entering:
        message = "the weights sum to zero"
        raise ValueError(message)
    total = Fraction(0)
    missing = []
    for part in entering:
        if isinstance(part.value, Insufficient):
            missing.append(part.code)
        else:
            total += part.weight * part.value
    if missing:
        return Insufficient(PARTS_MISSING, parts=tuple(missing))
    return total / sum(part.weight for part in entering)
