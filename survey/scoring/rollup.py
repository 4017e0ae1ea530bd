"""Composites (汇总): the index of a unit made of the units below it, weighted as the round says."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_
from survey.rounds.definition import FrozenRound, Rollup
from survey.scoring.policy import possible
from survey.scoring.results import PartResult, UnitResult, UnitWeighting
from survey.scoring.rules.index import Part, weighted_mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.intervals import Interval, normal
from survey.subjects.roster import Subject

NO_PART = N_("no part has a weight")
WEIGHT_UNKNOWN = N_("no weight is known for: %(parts)s")
CIRCLE = N_("the units stand above one another in a circle: %(parts)s")


def roll_up(frozen: FrozenRound, rated: Mapping[str, UnitResult]) -> dict[str, UnitResult]:
    """Return the result of every subject that was rated or has units below it in a rollup.

    Args:
        frozen: what the round's opening froze.
        rated: the results from the answers about each subject itself.
    """
    rollups = _Rollups(frozen, rated)
    found = {subject.code: rollups.unit(subject) for subject in frozen.subjects}
    return {code: unit for code, unit in found.items() if unit is not None}


class _Rollups:
    """Works from the bottom up, for a part may be a composite itself."""

    def __init__(self, frozen: FrozenRound, rated: Mapping[str, UnitResult]) -> None:
        self._frozen = frozen
        self._rated = rated
        self._rules = {name: rollup for rollup in frozen.definition.rollup for name in rollup.types}
        self._done: dict[str, UnitResult | None] = {}

    def unit(self, subject: Subject) -> UnitResult | None:
        """Return a subject's result; none when nobody rated it and nothing below it was rated."""
        rollup = self._rules.get(subject.unit_type)
        if rollup is None:
            return self._rated.get(subject.code)
        if subject.code not in self._done:
            # Stands here until the composite is known, so that units in a circle end instead of turning.
            circle = Insufficient(CIRCLE, parts=(subject.code,))
            self._done[subject.code] = UnitResult(subject.code, 0, None, (), circle)
            self._done[subject.code] = self._composite(subject, rollup)
        return self._done[subject.code]

    def _below(self, subject: Subject) -> list[Subject]:
        return [child for child in self._frozen.subjects if child.parent == subject.code]

    def _composite(self, subject: Subject, rollup: Rollup) -> UnitResult | None:
        own = self._rated.get(subject.code)
        parts = [
            _part(unit, self._weight(child, rollup, with_units_below=True))
            for child in self._below(subject)
            if (unit := self.unit(child)) is not None
        ]
        if not parts:
            return own
        if rollup.own and own is not None:
            parts.append(replace(_part(own, self._weight(subject, rollup, with_units_below=False)), own=True))
        index, error = _index(parts), _error(parts)
        return UnitResult(
            code=subject.code,
            n=sum(part.n for part in parts),
            population=None,
            items=own.items if own is not None else (),
            index=index,
            error=error,
            interval=self._interval(index, error),
            parts=tuple(parts),
            weighting=self._weighting(parts, own),
        )

    def _weighting(self, parts: Sequence[PartResult], own: UnitResult | None) -> UnitWeighting | None:
        if self._frozen.definition.weighting is None:
            return None
        without = [part if part.unweighted is None else replace(part, index=part.unweighted) for part in parts]
        weights = own.weighting.weights if own is not None and own.weighting is not None else None
        return UnitWeighting(_index(without), weights)

    def _interval(self, index: Fraction | Insufficient, error: Decimal | None) -> Interval | None:
        if isinstance(index, Insufficient) or error is None:
            return None
        return normal(index, error).within(*possible(self._frozen.questionnaire))

    def _weight(self, subject: Subject, rollup: Rollup, *, with_units_below: bool) -> Fraction | None:
        if rollup.weight == "population":
            return None if subject.population is None else Fraction(subject.population)
        codes = {subject.code}
        if with_units_below:
            codes |= {child.code for child in self._below(subject)}
        return Fraction(sum(voter.planned for voter in self._frozen.voters if codes & set(voter.subjects)))


def _part(unit: UnitResult, weight: Fraction | None) -> PartResult:
    return PartResult(
        unit.code,
        own=False,
        weight=weight,
        index=unit.index,
        error=unit.error,
        n=unit.n,
        unweighted=None if unit.weighting is None else unit.weighting.unweighted,
    )


def _index(parts: Sequence[PartResult]) -> Fraction | Insufficient:
    unknown = tuple(part.code for part in parts if part.weight is None)
    if unknown:
        return Insufficient(WEIGHT_UNKNOWN, parts=unknown)
    weighted = [Part(part.code, part.weight, part.index) for part in parts if part.weight]
    return weighted_mean(weighted) if weighted else Insufficient(NO_PART)


def _error(parts: Sequence[PartResult]) -> Decimal | None:
    """Return the root of the summed squared weighted errors; the parts' samples are independent of one another."""
    entering = [(part.weight, part.error) for part in parts if part.weight]
    total = sum(weight for weight, _ in entering)
    squares = Decimal(0)
    for weight, error in entering:
        if error is None:
            return None
        share = weight / total
        squares += (Decimal(share.numerator) / Decimal(share.denominator) * error) ** 2
    return squares.sqrt()
