"""From a scheme and its inputs to grades: score, band, gates, quota, rank, proposal; every step is kept.

A person confirms or changes what the rules propose; both stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from survey.core.errors import N_, Refused
from survey.core.numbers import RANK_PLACES, half_up
from survey.scoring.composing import Composed, Composer
from survey.scoring.group_quotas import Quotas, QuotaUse
from survey.scoring.inputs import Decision, UnitInput, check_inputs
from survey.scoring.margins import group_bands, line_step, places_step
from survey.scoring.overfilled import overfilled, told
from survey.scoring.rules.bands import band_of
from survey.scoring.rules.explanation import Provenance, Step
from survey.scoring.rules.gates import Evidence, Parent, find, in_order, looks_back
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.rank_bands import Band
from survey.scoring.rules.ranking import ranks
from survey.scoring.scheme import Scheme
from survey.scoring.scheme_grading import Gate, Grading, OnParent
from survey.scoring.standings import Standing, apply_gate, band_step, proposal, words

UNTOLD_GATES = N_("no grade before this is known: %(parts)s")
RANKED = N_("place %(rank)s of %(n)s in the group %(group)s")
DECIDED = N_("decided by %(by)s: %(grade)s (the rules propose %(proposed)s), because: %(reason)s")
CIRCLE = N_("Gates go in a circle: the ranking groups %(groups)s wait for each other's grades")

NO_PROPOSAL = Step("grade", N_("no grade"))


@dataclass(frozen=True)
class UnitGrade:
    """The result of one unit or cadre.

    Attributes:
        score: exact, or why there is none.
        components: every component that concerns it.
        rank: place inside its ranking group.
        error: standard error of the score; 0 where nothing in it was sampled, none where it is not known.
        rank_low: the best place that chance leaves open; ``rank_high`` the worst.
        band: the grade that the score alone gives.
        eligible: whether nothing blocks the best grade; none without a score.
        before_quota: the grade after the gates.
        proposed: the grade by the rules; none without a score, or while the organ has to decide.
        open: the grades between which the organ decides.
        reasons: ids of the gates that hold, in the order in which they are applied.
        steps: from what was read to the grade.
    """

    code: str
    name: str
    unit_type: str
    group: str
    score: Fraction | Insufficient
    components: Mapping[str, tuple[Fraction | Insufficient, Provenance | None]]
    steps: tuple[Step, ...]
    rank: int | None = None
    band: str | None = None
    eligible: bool | None = None
    before_quota: str | None = None
    proposed: str | None = None
    open: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    decision: Decision | None = None
    error: Decimal | None = None
    rank_low: int | None = None
    rank_high: int | None = None

    @property
    def stored(self) -> Decimal | None:
        """The score as stored, at six decimals."""
        return self.rounded(RANK_PLACES)

    def rounded(self, places: int) -> Decimal | None:
        """Return the score half up; none when there is none."""
        return None if isinstance(self.score, Insufficient) else half_up(self.score, places)

    @property
    def grade(self) -> str | None:
        """The grade that holds: as decided, else as proposed."""
        return self.decision.grade if self.decision else self.proposed


@dataclass(frozen=True)
class Grades:
    """What a scheme gives for everyone, in the order of the inputs."""

    scheme: Scheme
    units: tuple[UnitGrade, ...]
    quotas: tuple[QuotaUse, ...] = ()

    def unit(self, code: str) -> UnitGrade:
        """Return the result of a subject; StopIteration when it has none."""
        return next(iter(self._by_code.get(code, ())))

    @cached_property
    def _by_code(self) -> dict[str, tuple[UnitGrade]]:
        return {unit.code: (unit,) for unit in self.units}

    def document(self) -> dict[str, Any]:
        """Return the result as plain data: exact fractions as texts, every step with its figures."""
        return {
            "scheme": {"reference": self.scheme.reference, "hash": self.scheme.content_hash},
            "units": [_unit_document(unit) for unit in self.units],
            "quotas": [
                {
                    "group": use.group,
                    "grade": use.quota.grade,
                    "side": use.quota.side,
                    "assessed": use.assessed,
                    "places": use.allotment.places,
                    "given": list(use.allotment.given),
                    "tied": list(use.allotment.tied),
                    "empty": use.allotment.empty,
                    "waiting": use.waiting,
                    "step": use.step.document(),
                }
                for use in self.quotas
            ],
        }


def grade_units(scheme: Scheme, inputs: Sequence[UnitInput]) -> Grades:
    """Grade everyone.

    Raises:
        Invalid: when the scheme cannot be applied to the inputs, with every fault.
        Refused: when gates go in a circle.
    """
    check_inputs(scheme, inputs)
    composer = Composer(scheme, inputs)
    run = _Run(scheme, {unit.code: unit for unit in inputs}, {unit.code: composer.compose(unit) for unit in inputs})
    for group in _order(scheme, inputs):
        run.grade(group)
    return Grades(scheme, tuple(run.results[unit.code] for unit in inputs), tuple(run.quotas))


def _order(scheme: Scheme, inputs: Sequence[UnitInput]) -> list[str]:
    """Return the ranking groups, each after those whose grades its gates look at.

    Raises:
        Refused: when they wait for each other.
    """
    group_of = {unit.code: unit.group for unit in inputs}
    waits: dict[str, set[str]] = {unit.group: set() for unit in inputs}
    for unit in inputs:
        looks = any(isinstance(gate.when, OnParent) and gate.holds_for(unit.unit_type) for gate in scheme.gates)
        if looks and unit.parent in group_of:
            waits[unit.group].add(group_of[unit.parent])
    ordered: list[str] = []
    while waits:
        ready = [group for group, others in waits.items() if not others]
        if not ready:
            raise Refused(CIRCLE, groups=", ".join(sorted(waits)))
        ordered += ready
        waits = {group: others - set(ready) for group, others in waits.items() if group not in ready}
    return ordered


class _Run:
    def __init__(self, scheme: Scheme, inputs: Mapping[str, UnitInput], composed: Mapping[str, Composed]) -> None:
        self.scheme = scheme
        self.inputs = inputs
        self.composed = composed
        self.results: dict[str, UnitGrade] = {}
        self.quotas: list[QuotaUse] = []

    def grade(self, group: str) -> None:
        """Grade one ranking group; the groups that its gates look at are graded already."""
        members = [unit for unit in self.inputs.values() if unit.group == group]
        grading = self._grading(members[0])
        standings: dict[str, Standing] = {}
        for unit in members:
            result = self._start(unit)
            if not isinstance(result.score, Insufficient):
                standing = self._standing(unit, grading, result.score)
                if isinstance(standing, UnitGrade):
                    result = standing
                else:
                    standings[unit.code] = standing
            self.results[unit.code] = result
        quotas = Quotas(grading, group, {unit.code: unit for unit in members}, standings)
        quotas.apply()
        places_of = self._ranks(members)
        bands = self._bands(members)
        for unit in members:
            self._finish(unit, grading, standings.get(unit.code), places_of, bands.get(unit.code))
        self._tell_overfilled(grading, [unit.code for unit in members], quotas.uses)

    def _tell_overfilled(self, grading: Grading, codes: Sequence[str], uses: Sequence[QuotaUse]) -> None:
        over = overfilled(grading, uses, [self.results[code] for code in codes])
        self.quotas += [told(use, over) for use in uses]
        for result in [self.results[code] for code in codes]:
            if result.decision and result.grade in over:
                self.results[result.code] = replace(result, steps=(*result.steps, over[result.grade]))

    def _grading(self, unit: UnitInput) -> Grading:
        unit_type = self.scheme.unit_type(unit.unit_type)
        assert unit_type is not None
        return self.scheme.grading(unit_type)

    def _start(self, unit: UnitInput) -> UnitGrade:
        composed = self.composed[unit.code]
        return UnitGrade(
            code=unit.code,
            name=unit.name,
            unit_type=unit.unit_type,
            group=unit.group,
            score=composed.score,
            components=composed.components,
            steps=(composed.step,),
            decision=unit.decision,
            error=composed.error,
        )

    # --- band and gates --------------------------------------------------------------------------------------

    def _standing(self, unit: UnitInput, grading: Grading, score: Fraction) -> Standing | UnitGrade:
        """Return where a unit stands after the gates; its result where a gate cannot be told."""
        compared = half_up(score, self.scheme.rounding.compared)
        band = band_of(grading.bands, compared)
        standing = Standing(compared, band, [band_step(grading.bands[band], compared)], band)
        evidence = self._evidence(unit, grading, compared)
        untold = []
        for gate in in_order(self._gates(unit)):
            if not looks_back(gate):
                finding = find(gate.when, evidence)
                if finding.holds is None:
                    untold.append(gate)
                standing.steps.append(apply_gate(gate, finding, standing, grading))
        standing.before_quota = standing.place
        if not untold:
            return standing
        reason = Insufficient(UNTOLD_GATES, parts=tuple(gate.id for gate in untold))
        named = {"parts": tuple(words(gate) for gate in untold)}
        last = Step("grade", reason.message, named)
        start = self._start(unit)
        return replace(
            start,
            band=grading.grades[band],
            reasons=tuple(standing.reasons),
            flags=tuple(standing.flags),
            steps=(*start.steps, *standing.steps, last),
        )

    def _gates(self, unit: UnitInput) -> list[Gate]:
        return [gate for gate in self.scheme.gates if gate.holds_for(unit.unit_type)]

    def _evidence(self, unit: UnitInput, grading: Grading, score: Decimal, grade: str | None = None) -> Evidence:
        history = dict(unit.history)
        if grade is not None:
            history[self.scheme.year] = grade
        named = {("grade", band.id): words(band) for band in grading.bands}
        named |= {("component", one.id): words(one) for one in self.scheme.components}
        named |= {("level", one.id): words(one) for one in self.scheme.levels}
        named |= {("veto", one.id): words(one) for one in self.scheme.vetoes}
        return Evidence(
            score=score,
            components=self.composed[unit.code].components,
            levels=unit.levels,
            vetoes=unit.vetoes,
            parent=self._parent(unit),
            history=history,
            year=self.scheme.year,
            places=self.scheme.rounding.compared,
            words=named,
        )

    def _parent(self, unit: UnitInput) -> Parent | None:
        result = self.results.get(unit.parent)
        if result is None or result.grade is None:
            return None
        bands = self._grading(self.inputs[unit.parent]).bands
        return Parent(result.name, result.grade, next(words(band) for band in bands if band.id == result.grade))

    # --- rank and grade --------------------------------------------------------------------------------------

    def _ranks(self, members: Sequence[UnitInput]) -> dict[str, int]:
        places = self.scheme.rounding.compared
        scores = {unit.code: self.composed[unit.code].score for unit in members}
        return ranks(
            {
                code: Fraction(half_up(score, places))
                for code, score in scores.items()
                if not isinstance(score, Insufficient)
            }
        )

    def _bands(self, members: Sequence[UnitInput]) -> dict[str, Band]:
        composed = {unit.code: self.composed[unit.code] for unit in members}
        places = self.scheme.rounding.compared
        return group_bands(
            {
                code: (Fraction(half_up(one.score, places)), one.error)
                for code, one in composed.items()
                if not isinstance(one.score, Insufficient)
            }
        )

    def _finish(
        self,
        unit: UnitInput,
        grading: Grading,
        standing: Standing | None,
        places_of: Mapping[str, int],
        band: Band | None,
    ) -> None:
        result = self.results[unit.code]
        rank = places_of.get(unit.code)
        steps = list(result.steps) + (standing.steps if standing else [])
        if rank is not None:
            steps.append(Step("rank", RANKED, {"rank": rank, "n": len(places_of), "group": unit.group}))
        result = replace(result, rank=rank)
        if band is not None:
            result = replace(result, rank_low=band.first, rank_high=band.last)
            steps.append(places_step(band))
        if standing is not None and (line := line_step(grading, self._gates(unit), standing.score, result.error)):
            steps.append(line)
        if standing is not None:
            proposed = None if standing.open else grading.grades[standing.place]
            result = replace(
                result,
                band=grading.grades[standing.band],
                eligible=standing.eligible,
                before_quota=grading.grades[standing.before_quota],
                proposed=proposed,
                open=tuple(grading.grades[place] for place in standing.open),
            )
            steps.append(proposal(grading, standing))
        if unit.decision is not None:
            steps.append(_decision(grading, unit.decision, result.proposed))
        if standing is not None and result.grade is not None:
            evidence = self._evidence(unit, grading, standing.score, result.grade)
            steps += [
                apply_gate(gate, find(gate.when, evidence), standing, grading)
                for gate in self._gates(unit)
                if looks_back(gate)
            ]
        if standing is not None:
            result = replace(result, reasons=tuple(standing.reasons), flags=tuple(standing.flags))
        self.results[unit.code] = replace(result, steps=tuple(steps))


def _unit_document(unit: UnitGrade) -> dict[str, Any]:
    decision = unit.decision
    return {
        "code": unit.code,
        "name": unit.name,
        "type": unit.unit_type,
        "group": unit.group,
        "score": None if isinstance(unit.score, Insufficient) else str(unit.score),
        "stored": None if unit.stored is None else str(unit.stored),
        "rank": unit.rank,
        "error": None if unit.error is None else str(half_up(unit.error, RANK_PLACES)),
        "rank_low": unit.rank_low,
        "rank_high": unit.rank_high,
        "band": unit.band,
        "eligible": unit.eligible,
        "before_quota": unit.before_quota,
        "proposed": unit.proposed,
        "open": list(unit.open),
        "reasons": list(unit.reasons),
        "flags": list(unit.flags),
        "decision": decision and {"grade": decision.grade, "reason": decision.reason, "by": decision.by},
        "components": {
            name: None if isinstance(value, Insufficient) else str(value)
            for name, (value, _) in unit.components.items()
        },
        "steps": [step.document() for step in unit.steps],
    }


def _decision(grading: Grading, decision: Decision, proposed: str | None) -> Step:
    named = {band.id: words(band) for band in grading.bands}
    figures = {"by": decision.by, "grade": named[decision.grade], "reason": decision.reason}
    return Step("decision", DECIDED, {**figures, "proposed": named[proposed] if proposed else NO_PROPOSAL})
