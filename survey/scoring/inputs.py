"""What a scheme is applied to: figures, levels, vetoes, plus and minus points and history of everyone assessed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_, Invalid, Problem
from survey.scoring.rules.composition import Votes
from survey.scoring.rules.explanation import Provenance, Step, plain
from survey.scoring.rules.gates import LevelFound, VetoFound
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.scheme import Scheme
from survey.scoring.scheme_parts import (
    AdjustmentRule,
    BestScale,
    Component,
    OptionsScale,
    PeriodsSource,
    PlacesScale,
    RoundSource,
    StepsScale,
)

Value = Fraction | Votes | tuple[int, ...] | Mapping[str, Fraction] | Insufficient

WANTED = {
    "number": N_("a number is needed here"),
    "votes": N_("votes are needed here"),
    "places": N_("whole places from 1 are needed here"),
    "periods": N_("figures for periods are needed here"),
}


@dataclass(frozen=True)
class Reading:
    """What was read for one component.

    Attributes:
        value: a number; votes, places or figures by period where the component is made of those.
        notes: what else has to be said about it.
        error: standard error of a figure from a sample; 0 where everybody was asked. None: not known of a survey's
            index; of any other figure, that nothing was sampled.
    """

    value: Value
    provenance: Provenance | None = None
    notes: tuple[Step, ...] = ()
    error: Decimal | None = None


@dataclass(frozen=True)
class Entry:
    """Plus or minus points for one thing, by its document.

    Attributes:
        level: what it is worth by the rule's levels; else ``points`` says it.
    """

    rule: str
    provenance: Provenance
    level: str = ""
    points: Fraction | None = None


@dataclass(frozen=True)
class Decision:
    """The grade that a person gave, and why; what the rules proposed is kept beside it."""

    grade: str
    reason: str
    by: str


@dataclass(frozen=True)
class UnitInput:
    """Everything about one unit or cadre that is assessed.

    Attributes:
        unit_type: a type of the scheme.
        group: the ranking group; heads and deputies stand in groups of their own.
        parent: the code of the unit above, where gates look at it.
        history: grades of earlier years.
    """

    code: str
    name: str
    unit_type: str
    group: str = ""
    readings: Mapping[str, Reading] = field(default_factory=dict)
    levels: Mapping[str, LevelFound] = field(default_factory=dict)
    vetoes: tuple[VetoFound, ...] = ()
    entries: tuple[Entry, ...] = ()
    history: Mapping[int, str] = field(default_factory=dict)
    parent: str = ""
    decision: Decision | None = None


def check_inputs(scheme: Scheme, units: Sequence[UnitInput]) -> None:
    """Refuse inputs that the scheme cannot be applied to; a figure that is missing is no fault.

    Raises:
        Invalid: with every fault, each by subject and field.
    """
    problems = [Problem(unit.code, message, figures) for unit, message, figures in _across(scheme, units)]
    for unit in units:
        problems += [
            Problem(f"{unit.code} {one.where}".strip(), one.message, one.figures) for one in faults_of(scheme, unit)
        ]
    if problems:
        raise Invalid(problems)


def faults_of(scheme: Scheme, unit: UnitInput) -> Iterator[Problem]:
    """Give the faults of one unit's inputs, each by field."""
    if scheme.unit_type(unit.unit_type) is None:
        allowed = ", ".join(one.id for one in scheme.types)
        yield Problem(
            "", N_("there is no unit type %(name)s; allowed: %(allowed)s"), {"name": unit.unit_type, "allowed": allowed}
        )
        return
    for check in (_readings, _levels, _vetoes, _entries, _history, _decision):
        yield from (Problem(place, message, figures) for place, message, figures in check(scheme, unit))


Fault = tuple[str, str, dict[str, object]]


def _across(scheme: Scheme, units: Sequence[UnitInput]) -> Iterator[tuple[UnitInput, str, dict[str, object]]]:
    seen: set[str] = set()
    gradings: dict[str, str] = {}
    for unit in units:
        if unit.code in seen:
            yield unit, N_("the subject %(code)s stands here twice"), {"code": unit.code}
        seen.add(unit.code)
        unit_type = scheme.unit_type(unit.unit_type)
        if unit_type is not None:
            grading = scheme.grading(unit_type).id
            if gradings.setdefault(unit.group, grading) != grading:
                yield (
                    unit,
                    N_("the ranking group %(group)s would mix two sets of grades, %(one)s and %(other)s"),
                    {"group": unit.group, "one": gradings[unit.group], "other": grading},
                )


def _readings(scheme: Scheme, unit: UnitInput) -> Iterator[Fault]:
    known = {one.id: one for one in scheme.components if not one.of}
    for name, reading in unit.readings.items():
        component = known.get(name)
        if component is None:
            figures: dict[str, object] = {"name": name, "allowed": ", ".join(known) or "-"}
            yield name, N_("there is no component %(name)s to be read; allowed: %(allowed)s"), figures
        elif not isinstance(reading.value, Insufficient):
            yield from _reading(component, reading)


def _reading(component: Component, reading: Reading) -> Iterator[Fault]:
    wanted = _wanted(component)
    if wanted != _kind(reading.value):
        yield component.id, WANTED[wanted], {}
        return
    most = None if isinstance(component.scale, BestScale) else Fraction(component.out_of)
    numbers = reading.value.values() if isinstance(reading.value, Mapping) else [reading.value]
    for value in numbers:
        if isinstance(value, Fraction) and (value < 0 or (most is not None and value > most)):
            message = N_("%(value)s lies outside 0 to %(most)s") if value >= 0 else N_("%(value)s is negative")
            yield component.id, message, {"value": plain(value), "most": "" if most is None else plain(most)}
    if isinstance(component.source, PeriodsSource) and isinstance(reading.value, Mapping):
        periods = [one.id for one in component.source.periods]
        for name in reading.value:
            if name not in periods:
                figures: dict[str, object] = {"name": name, "allowed": ", ".join(periods)}
                yield component.id, N_("there is no period %(name)s; allowed: %(allowed)s"), figures
    if not isinstance(component.source, RoundSource):
        yield from _provenance(component.id, reading.provenance)


def _wanted(component: Component) -> str:
    if isinstance(component.scale, OptionsScale | StepsScale):
        return "votes"
    if isinstance(component.scale, PlacesScale):
        return "places"
    return "periods" if isinstance(component.source, PeriodsSource) else "number"


def _kind(value: Value) -> str:
    match value:
        case Fraction():
            return "number"
        case Votes():
            return "votes" if min([value.valid, value.expected, *value.counts.values()]) >= 0 else ""
        case tuple():
            return "places" if all(place >= 1 for place in value) else ""
    return "periods"


def _provenance(place: str, provenance: Provenance | None) -> Iterator[Fault]:
    if provenance is None or not provenance.source:
        yield place, N_("the source, or the document, is not named"), {}
    if provenance is None or not (provenance.confirmed_by or provenance.count):
        yield place, N_("it does not say who confirmed it"), {}


def _levels(scheme: Scheme, unit: UnitInput) -> Iterator[Fault]:
    known = {one.id: one for one in scheme.levels}
    for name, found in unit.levels.items():
        level = known.get(name)
        if level is None:
            figures: dict[str, object] = {"name": name, "allowed": ", ".join(known) or "-"}
            yield name, N_("there is no level %(name)s; allowed: %(allowed)s"), figures
            continue
        if found.value not in level.values:
            figures = {"name": found.value, "allowed": ", ".join(level.values)}
            yield name, N_("the level is never %(name)s; allowed: %(allowed)s"), figures
        # What a test proposes is counted; nobody has to confirm it.
        if found.provenance is None or not found.provenance.count:
            yield from _provenance(name, found.provenance)


def _vetoes(scheme: Scheme, unit: UnitInput) -> Iterator[Fault]:
    known = [one.id for one in scheme.vetoes]
    for found in unit.vetoes:
        if found.veto not in known:
            figures: dict[str, object] = {"name": found.veto, "allowed": ", ".join(known) or "-"}
            yield found.veto, N_("there is no veto %(name)s; allowed: %(allowed)s"), figures
        yield from _provenance(found.veto, found.provenance)


def _entries(scheme: Scheme, unit: UnitInput) -> Iterator[Fault]:
    known = {one.id: one for one in scheme.adjustments.rules if not one.graduated}
    for entry in unit.entries:
        rule = known.get(entry.rule)
        if rule is None:
            figures: dict[str, object] = {"name": entry.rule, "allowed": ", ".join(known) or "-"}
            yield entry.rule, N_("there is no rule of adjustment %(name)s; allowed: %(allowed)s"), figures
            continue
        if not rule.holds_for(unit.unit_type):
            yield entry.rule, N_("this rule does not hold for the type %(name)s"), {"name": unit.unit_type}
        yield from _entry(rule, entry)
        yield from _provenance(entry.rule, entry.provenance)


def _entry(rule: AdjustmentRule, entry: Entry) -> Iterator[Fault]:
    if rule.levels and (entry.level not in rule.levels or entry.points is not None):
        figures: dict[str, object] = {"name": entry.level, "allowed": ", ".join(rule.levels)}
        yield rule.id, N_("there is no level %(name)s; allowed: %(allowed)s"), figures
    if not rule.levels and (entry.points is None or entry.points < 0 or entry.level):
        yield rule.id, N_("an entry of this rule says its points, from 0 upwards"), {}


def _history(scheme: Scheme, unit: UnitInput) -> Iterator[Fault]:
    unit_type = scheme.unit_type(unit.unit_type)
    assert unit_type is not None
    grades = scheme.grading(unit_type).grades
    for year, grade in unit.history.items():
        if grade not in grades:
            figures: dict[str, object] = {"name": grade, "allowed": ", ".join(grades)}
            yield str(year), N_("there is no grade %(name)s; allowed: %(allowed)s"), figures


def _decision(scheme: Scheme, unit: UnitInput) -> Iterator[Fault]:
    unit_type = scheme.unit_type(unit.unit_type)
    if unit.decision is None or unit_type is None:
        return
    grades = scheme.grading(unit_type).grades
    if unit.decision.grade not in grades:
        figures: dict[str, object] = {"name": unit.decision.grade, "allowed": ", ".join(grades)}
        yield "decision", N_("there is no grade %(name)s; allowed: %(allowed)s"), figures
    if not unit.decision.reason.strip():
        yield "decision", N_("a decision needs a reason"), {}
    if not unit.decision.by.strip():
        yield "decision", N_("it does not say who decided"), {}
