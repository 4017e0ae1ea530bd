"""Weighted figures of a round (加权): every subject's answers count as its population is made up.

Weights are found once for a subject, from all valid ballots about it; each of its figures is then tested by the
answers that it is made of.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from survey.core.numbers import half_up
from survey.counting.figures import SPREAD_UNIT, Count
from survey.questionnaires.schema import Questionnaire
from survey.rounds.definition import FrozenRound
from survey.rounds.weighting import Weighting
from survey.scoring.answers import Answers, Voters
from survey.scoring.policy import possible
from survey.scoring.results import ItemResult, UnitResult, UnitWeighting, WeightedItem
from survey.scoring.rules.denominators import Denominators
from survey.scoring.rules.index import Mean, Part, weighted_mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.intervals import Z95, Interval, normal, student, wilson_share
from survey.scoring.rules.shares import Share
from survey.scoring.rules.variance import CellAnswers, estimate
from survey.scoring.rules.variance import weighted_mean as mean_of_cells
from survey.scoring.rules.weighting import Cell, Limits, Margin, Weights, kish, rake, refusal
from survey.subjects.roster import Subject

LEAST_SAMPLE = 2


def limits_of(weighting: Weighting) -> Limits:
    """Return a round's limits as the rules take them."""
    said = weighting.limits
    return Limits(
        tolerance=said.tolerance,
        rounds=said.rounds,
        least=said.least,
        most=Fraction(said.most),
        fewest=said.merge_below,
        design_effect=said.deff,
        class_answers=said.answers,
        off=Decimal(said.off.numerator) / Decimal(said.off.denominator),
    )


def margins_of(weighting: Weighting, subject: str) -> tuple[Margin, ...]:
    """Return a round's margins with their targets for a subject."""
    found = []
    for margin in weighting.margins:
        targets = margin.targets(subject)
        by_people = margin.categories[0].population is not None
        neighbours = {one.id: one.merge_into for one in margin.categories if one.merge_into is not None}
        total = sum(targets.values(), Fraction(0)) if by_people else Fraction(1)
        found.append(Margin(margin.id, targets, total, neighbours))
    return tuple(found)


class Weigher:
    """Weights the results of subjects by the margins of their round."""

    def __init__(self, frozen: FrozenRound, weighting: Weighting, count: Count, answers: Answers) -> None:
        """Take a count and how it is to be weighted."""
        self._frozen = frozen
        self._weighting = weighting
        self._limits = limits_of(weighting)
        self._count = count
        self._answers = answers

    def weigh(self, subject: Subject, unit: UnitResult) -> UnitResult:
        """Return a subject's result with weighted figures; the index without weights stays beside."""
        weights = self._weights(subject)
        items = tuple(self._item(subject, item, weights) for item in unit.items)
        weighing = UnitWeighting(unit.index, weights)
        unit = replace(unit, items=items, weighting=weighing, error=None, interval=None)
        if isinstance(unit.index, Insufficient):
            return unit
        if isinstance(weights, Insufficient):
            return replace(unit, index=weights)
        index = self._index(items)
        if isinstance(index, Insufficient):
            return replace(unit, index=index)
        population = subject.population if subject.population is not None and subject.population >= unit.n else None
        found = estimate(
            self._spread(subject),
            weights,
            self._limits,
            {} if population is None else {"": population},
            Z95,
            calibrated=self._weighting.error == "calibrated",
        )
        if isinstance(found, Insufficient):
            # One ballot has an index, but nothing tells how far ballots differ.
            refused = refusal(weights, self._limits, self._counts_by_cell(self._ballots_scored(subject)))
            return replace(unit, index=index if refused is None else refused)
        return replace(
            unit,
            index=index,
            error=found.error,
            interval=interval_of(self._frozen.questionnaire, index, found.error, found.effective_n),
            weighting=replace(
                weighing, design_effect=found.design_effect, effective_n=found.effective_n, method=found.method
            ),
        )

    # --- the weights -----------------------------------------------------------------------------------------

    @cached_property
    def _cell_of(self) -> Mapping[Voters, Cell]:
        cells = {}
        for voter in self._frozen.voters:
            found = [margin.category(voter.group, voter.ballot_class) for margin in self._weighting.margins]
            # Opening checked that everybody is in a category of every margin.
            cells[voter.group, voter.ballot_class] = tuple(one.id for one in found if one is not None)
        return cells

    def _weights(self, subject: Subject) -> Weights | Insufficient:
        asked = [(one.group, one.ballot_class) for one in self._frozen.voters if subject.code in one.subjects]
        ballots = self._counts_by_cell({voters: self._count.valid(*voters, 1) for voters in asked})
        return rake(ballots, margins_of(self._weighting, subject.code), self._limits)

    def _counts_by_cell(self, counts: Mapping[Voters, int]) -> Counter[Cell]:
        found: Counter[Cell] = Counter()
        for voters, n in counts.items():
            found[self._cell_of[voters]] += n
        return found

    # --- the figures -----------------------------------------------------------------------------------------

    def _index(self, items: Iterable[ItemResult]) -> Fraction | Insufficient:
        parts = [
            Part(item.item, weight, item.weighted.index)
            for item in items
            if item.weighted is not None
            and item.weighted.index is not None
            and (weight := Fraction(self._frozen.questionnaire.item(item.item).weight)) > 0
        ]
        refused = next((part.value for part in parts if isinstance(part.value, Insufficient)), None)
        return weighted_mean(parts) if refused is None else refused

    def _spread(self, subject: Subject) -> list[CellAnswers]:
        found = self._answers.spreads_of[subject.code]
        return _cells(
            (self._cell_of[voters], one["n"], Fraction(one["total"], SPREAD_UNIT), _squares(one["squares"]))
            for voters, one in found.items()
        )

    def _ballots_scored(self, subject: Subject) -> dict[Voters, int]:
        return {voters: one["n"] for voters, one in self._answers.spreads_of[subject.code].items()}

    def _item(self, subject: Subject, item: ItemResult, weights: Weights | Insufficient) -> ItemResult:
        by_voters = self._answers.counts_of[subject.code, item.item]
        index, rate = item.index, item.rate
        rules = item.denominators
        weighed = WeightedItem(
            by_voters={voters: dict(counts) for voters, counts in by_voters.items()},
            cells={voters: self._cell_of[voters] for voters in by_voters},
            index=self._mean(by_voters, weights, rules.points) if isinstance(index, Mean) else index,
            rate=self._mean(by_voters, weights, _hits(rules)) if isinstance(rate, Share) else rate,
        )
        if isinstance(weighed.rate, Fraction):
            weighed = replace(weighed, rate_effective_n=self._effective(by_voters, weights, rules.counted))
        return replace(item, weighted=weighed)

    def _mean(
        self,
        by_voters: Mapping[Voters, Mapping[str, int]],
        weights: Weights | Insufficient,
        worth: Mapping[str, Fraction],
    ) -> Fraction | Insufficient:
        if isinstance(weights, Insufficient):
            return weights
        answers = _cells(
            (
                self._cell_of[voters],
                sum(counts[option] for option in worth),
                sum((counts[option] * points for option, points in worth.items()), Fraction(0)),
                Fraction(0),
            )
            for voters, counts in by_voters.items()
        )
        refused = refusal(weights, self._limits, {one.cell: one.n for one in answers})
        return mean_of_cells(answers, weights.of) if refused is None else refused

    def _effective(
        self, by_voters: Mapping[Voters, Mapping[str, int]], weights: Weights | Insufficient, base: Sequence[str]
    ) -> Fraction:
        assert isinstance(weights, Weights)
        counts = self._counts_by_cell(
            {voters: sum(one[option] for option in base) for voters, one in by_voters.items()}
        )
        counts = Counter({cell: n for cell, n in counts.items() if n})
        return counts.total() / kish(counts, weights.of)


def interval_of(
    questionnaire: Questionnaire, index: Fraction, error: Decimal, effective_n: Fraction | None
) -> Interval:
    """Return the interval of a weighted index; of a composite (without an effective number) the normal one."""
    found = normal(index, error)
    if effective_n is not None:
        found = student(index, error, max(LEAST_SAMPLE, int(effective_n)))
    return found.within(*possible(questionnaire))


def rate_interval(rate: Fraction, effective_n: Fraction) -> Interval:
    """Return Wilson's interval of a weighted rate, from the effective number of its answers."""
    return wilson_share(rate, half_up(effective_n, 6))


def _hits(rules: Denominators) -> dict[str, Fraction]:
    return {option: Fraction(option in rules.satisfied) for option in rules.counted}


def _squares(squares: int) -> Fraction:
    return Fraction(squares, SPREAD_UNIT**2)


def _cells(answers: Iterable[tuple[Cell, int, Fraction, Fraction]]) -> list[CellAnswers]:
    """Add up the voters of each cell."""
    found: dict[Cell, tuple[int, Fraction, Fraction]] = {}
    for cell, n, total, squares in answers:
        if n:
            before = found.get(cell, (0, Fraction(0), Fraction(0)))
            found[cell] = (before[0] + n, before[1] + total, before[2] + squares)
    return [CellAnswers(cell, *sums) for cell, sums in sorted(found.items())]
