"""From what was read to a component, and from components to a score (综合得分); one insufficient part, no whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_
from survey.rounds.rules import reaches
from survey.scoring.rules.index import PARTS_MISSING, TOO_FEW, Part, item_index, weighted_mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.shares import EMPTY_BASE
from survey.scoring.rules.steps import TOO_MANY_VOTES
from survey.scoring.scheme_parts import Multiplier, OptionsScale, Period, StepsScale, VoteStep

PERIODS_MISSING = N_("no figure for the period: %(parts)s")
BEST_IS_ZERO = N_("the best figure is 0; nothing can be measured against it")
NO_PLACES = N_("nobody gave a place")


@dataclass(frozen=True)
class Votes:
    """The votes for one item about one subject.

    Attributes:
        counts: by option; blanks do not enter.
        valid: valid votes.
        expected: all who were expected to vote.
    """

    counts: Mapping[str, int]
    valid: int
    expected: int = 0


@dataclass(frozen=True)
class Term:
    """One component of a weighted sum."""

    code: str
    weight: Fraction
    out_of: Fraction
    value: Fraction | Insufficient

    @property
    def points(self) -> Fraction | Insufficient:
        """What it brings to the sum: its weight at the full mark."""
        return self.value if isinstance(self.value, Insufficient) else self.weight * self.value / self.out_of


@dataclass(frozen=True)
class StepPoints:
    """Points by the step that held; none when none did."""

    points: Fraction
    held: VoteStep | None
    votes: int
    base: int


def weighted_sum(terms: Sequence[Term]) -> Fraction | Insufficient:
    """Add up what components bring; one of weight 0 does not enter."""
    total = Fraction(0)
    missing = []
    for term in terms:
        points = term.points
        if not term.weight:
            continue
        if isinstance(points, Insufficient):
            missing.append(term.code)
        else:
            total += points
    return Insufficient(PARTS_MISSING, parts=tuple(missing)) if missing else total


def over_periods(periods: Sequence[Period], values: Mapping[str, Fraction]) -> Fraction | Insufficient:
    """Average what was reported for the periods, by weight; every period that weighs must be there."""
    missing = tuple(period.id for period in periods if period.weight and period.id not in values)
    if missing:
        return Insufficient(PERIODS_MISSING, parts=missing)
    return weighted_mean([Part(one.id, Fraction(one.weight), values[one.id]) for one in periods if one.id in values])


def against_best(own: Fraction, best: Fraction, out_of: Fraction) -> Fraction | Insufficient:
    """Return own over best times the full mark."""
    return own / best * out_of if best else Insufficient(BEST_IS_ZERO)


def by_places(places: Sequence[int], loss: Fraction, out_of: Fraction) -> Fraction | Insufficient:
    """Average the places that several gave; each place below the first loses a share of the full mark, down to 0."""
    if not places:
        return Insufficient(NO_PLACES)
    worth = [max(out_of * (1 - loss * (place - 1)), Fraction(0)) for place in places]
    return sum(worth, Fraction(0)) / len(worth)


def by_options(scale: OptionsScale, votes: Votes) -> Fraction | Insufficient:
    """Average the points of the votes; options without points are in no denominator."""
    mean = item_index(votes.counts, {name: Fraction(worth) for name, worth in scale.points.items()}, scale.minimum)
    return mean if isinstance(mean, Insufficient) else mean.value


def by_steps(scale: StepsScale, votes: Votes) -> StepPoints | Insufficient:
    """Return the points of the first step whose options reach its share."""
    base = votes.valid if scale.base == "valid" else votes.expected
    if base == 0:
        return Insufficient(EMPTY_BASE)
    if votes.valid < scale.minimum:
        return Insufficient(TOO_FEW, {"n": votes.valid, "minimum": scale.minimum})
    for step in scale.steps:
        hits = sum(votes.counts.get(option, 0) for option in set(step.options))
        if hits > base:
            return Insufficient(TOO_MANY_VOTES, {"votes": hits, "base": base})
        if reaches(Fraction(hits, base), step.operator, step.share):
            return StepPoints(Fraction(step.points), step, hits, base)
    return StepPoints(Fraction(scale.otherwise), None, 0, base)


def factor(rule: Multiplier, value: Fraction) -> Fraction:
    """Return what a component multiplies the sum by, within its bounds."""
    return clipped(value / Fraction(rule.par), rule.least, rule.most)


def clipped(value: Fraction, least: Decimal, most: Decimal) -> Fraction:
    """Return the value, or the end that it passes."""
    return min(max(value, Fraction(least)), Fraction(most))
