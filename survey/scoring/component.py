"""The satisfaction component (满意度): from the count of a round to every subject's index, interval and place."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_
from survey.counting.figures import SPREAD_UNIT, Count
from survey.questionnaires.schema import Item
from survey.rounds.definition import FrozenRound
from survey.scoring.answers import Answers
from survey.scoring.policy import denominators, possible
from survey.scoring.results import Components, ItemResult, UnitResult
from survey.scoring.rollup import roll_up
from survey.scoring.rules.index import Part, item_index, weighted_mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.intervals import finite_correction, sample_variance, standard_error, student, wilson
from survey.scoring.rules.ranking import ranks
from survey.scoring.rules.shares import Share, share_of
from survey.scoring.weighted import Weigher
from survey.subjects.roster import Subject

NO_SCORED_ITEM = N_("no item gives points")
ITEMS_TOO_FEW = N_("%(n)d scored answers (%(parts)s), at least %(minimum)d are needed")


def score_round(frozen: FrozenRound, count: Count) -> Components:
    """Score every subject that was rated or is made of units that were."""
    answers = Answers(frozen, count)
    rated = {code for voter in frozen.voters for code in voter.subjects}
    own = {s.code: _score_subject(frozen, answers, s) for s in frozen.subjects if s.code in rated}
    if frozen.definition.weighting is not None:
        weigher = Weigher(frozen, frozen.definition.weighting, count, answers)
        own |= {s.code: weigher.weigh(s, own[s.code]) for s in frozen.subjects if s.code in rated}
    units = roll_up(frozen, own)
    return Components(frozen, count, _ranked(frozen.subjects, units), _items(frozen, answers, ""))


def _items(frozen: FrozenRound, answers: Answers, subject: str) -> tuple[ItemResult, ...]:
    return tuple(
        _score_item(item, answers, subject, frozen.definition.rules.minimum)
        for item in frozen.questionnaire.items
        if (subject, item.id) in answers.counts
    )


def _score_item(item: Item, answers: Answers, subject: str, minimum: int) -> ItemResult:
    counts, ballots = answers.counts[subject, item.id], answers.ballots[subject, item.id]
    by_option = {option.code: counts[option.code] for option in item.options}
    rules = denominators(item.options)
    # A ballot may choose several options of a multiple choice: shares of ballots, but no mean of points.
    one_option = not item.multiple_values
    rate = share_of(by_option, rules.satisfied, rules.counted, minimum) if one_option and rules.satisfied else None
    return ItemResult(
        item=item.id,
        counts=by_option,
        blank=counts[""],
        answered=ballots - counts[""],
        denominators=rules,
        index=item_index(by_option, rules.points, minimum) if one_option and rules.points else None,
        rate=rate,
        rate_interval=wilson(rate.hits, rate.base) if isinstance(rate, Share) else None,
    )


def _score_subject(frozen: FrozenRound, answers: Answers, subject: Subject) -> UnitResult:
    items = _items(frozen, answers, subject.code)
    index = _unit_index(frozen, items)
    spread = answers.spreads.get(subject.code, Counter())
    n = spread["n"]
    unit = UnitResult(subject.code, n, subject.population, items, index)
    variance = sample_variance(n, spread["total"], spread["squares"])
    if isinstance(index, Insufficient) or variance is None:
        return unit
    variance /= SPREAD_UNIT**2
    correction = _correction(n, subject.population)
    error = standard_error(variance, n, correction)
    interval = student(index, error, n).within(*possible(frozen.questionnaire))
    return replace(unit, variance=variance, correction=correction, error=error, interval=interval)


def _unit_index(frozen: FrozenRound, items: Sequence[ItemResult]) -> Fraction | Insufficient:
    parts = [
        Part(item.item, weight, item.index if isinstance(item.index, Insufficient) else item.index.value)
        for item in items
        if item.index is not None and (weight := Fraction(frozen.questionnaire.item(item.item).weight)) > 0
    ]
    if not parts:
        return Insufficient(NO_SCORED_ITEM)
    index = weighted_mean(parts)
    if not isinstance(index, Insufficient):
        return index
    scored = {item.item: sum(item.counts[option] for option in item.denominators.points) for item in items}
    fewest = min(scored[code] for code in index.parts)
    return Insufficient(ITEMS_TOO_FEW, {"n": fewest, "minimum": frozen.definition.rules.minimum}, index.parts)


def _correction(n: int, population: int | None) -> Decimal:
    # A roster that counts fewer people than answered says nothing about sampling; the wider interval is the safe one.
    return finite_correction(n, None if population is None or population < n else population)


def _ranked(subjects: Sequence[Subject], units: dict[str, UnitResult]) -> tuple[UnitResult, ...]:
    groups: defaultdict[str, dict[str, Fraction]] = defaultdict(dict)
    for subject in subjects:
        unit = units.get(subject.code)
        if unit is not None and not isinstance(unit.index, Insufficient):
            groups[subject.group][subject.code] = unit.index
    places = {code: place for values in groups.values() for code, place in ranks(values).items()}
    return tuple(
        replace(units[subject.code], rank=places.get(subject.code)) for subject in subjects if subject.code in units
    )
