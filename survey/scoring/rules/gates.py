"""Gates (门槛): what each looks at, whether it holds, and what it does to a grade."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.questionnaires.words import Words
from survey.scoring.rules.explanation import Provenance, Step, sourced
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.scheme_grading import (
    Comparison,
    Condition,
    Gate,
    OnComponent,
    OnHistory,
    OnLevel,
    OnParent,
    OnScore,
    OnVeto,
)

COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}

IS = N_("%(name)s %(value)s %(operator)s %(limit)s")
IS_NOT = N_("%(name)s %(value)s, not %(operator)s %(limit)s")
SCORE = Words(zh="综合得分", en="score")
LEVEL_IS = N_("%(name)s: %(value)s")
LEVEL_PROPOSED = N_("%(name)s: %(value)s, as the test proposes; nobody has confirmed it yet")
LEVEL_IS_NOW = N_("%(name)s: %(value)s (the test proposes %(proposed)s)")
VETOED = N_("confirmed: %(vetoes)s")
NOT_VETOED = N_("no veto is confirmed")
VETO = "%(veto)s"
PARENT_IS = N_("the unit above, %(parent)s, is rated %(grade)s")
HISTORY_IS = N_("grades by year: %(years)s")
YEAR = N_("%(year)s %(grade)s")
UNKNOWN_YEAR = N_("%(year)s not known")
NOT_KNOWN = N_("%(name)s is not known")
PARENT_UNKNOWN = N_("the unit above has no grade")


@dataclass(frozen=True)
class LevelFound:
    """A level that was found for a subject, with where it was read.

    Attributes:
        proposed: what the test proposed, where a person then named the level.
    """

    value: str
    provenance: Provenance | None = None
    proposed: str = ""


@dataclass(frozen=True)
class VetoFound:
    """A confirmed veto, with its document."""

    veto: str
    provenance: Provenance


@dataclass(frozen=True)
class Parent:
    """The unit above, with its grade and how that is called."""

    name: str
    grade: str
    words: Words


@dataclass(frozen=True)
class Evidence:
    """What gates look at, for one subject.

    Attributes:
        components: those of its type, with where each was read.
        parent: the unit above; none when that has no grade.
        places: decimals at which figures are compared.
        history: grades by year, this year's too once it is known.
        words: the names of components, levels, vetoes and grades.
    """

    score: Decimal
    components: Mapping[str, tuple[Fraction | Insufficient, Provenance | None]]
    levels: Mapping[str, LevelFound]
    vetoes: Sequence[VetoFound]
    parent: Parent | None
    history: Mapping[int, str]
    year: int
    places: int
    words: Mapping[tuple[str, str], Words] = field(default_factory=dict)

    def named(self, kind: str, code: str) -> Words | str:
        """Return a name in two languages; the code where it has none."""
        return self.words.get((kind, code), code)


def find(when: Condition, evidence: Evidence) -> Step:
    """Look whether a condition holds; ``holds`` is none, and the sentence says why, where that cannot be told."""
    match when:
        case OnScore():
            return _compared(SCORE, evidence.score, when.operator, when.value)
        case OnComponent():
            return _component(when, evidence)
        case OnLevel():
            return _level(when, evidence)
        case OnVeto():
            return _veto(when, evidence)
        case OnParent():
            return _parent(when, evidence)
    return _history(when, evidence)


def _compared(name: Words | str, value: Decimal, operator: Comparison, limit: Decimal) -> Step:
    holds = COMPARE[operator](value, limit)
    figures = {"name": name, "value": value, "operator": operator, "limit": limit}
    return Step("finding", IS if holds else IS_NOT, figures, holds=holds)


def _unknown(name: Words | str) -> Step:
    return Step("finding", NOT_KNOWN, {"name": name})


def _component(when: OnComponent, evidence: Evidence) -> Step:
    name = evidence.named("component", when.component)
    value, provenance = evidence.components[when.component]
    if isinstance(value, Insufficient):
        return _unknown(name)
    return sourced(_compared(name, half_up(value, evidence.places), when.operator, when.value), provenance)


def _level(when: OnLevel, evidence: Evidence) -> Step:
    name = evidence.named("level", when.level)
    found = evidence.levels.get(when.level)
    if found is None:
        return _unknown(name)
    figures = {"name": name, "value": found.value, "proposed": found.proposed}
    counted = found.provenance is not None and found.provenance.count
    message = LEVEL_PROPOSED if counted else LEVEL_IS_NOW if found.proposed else LEVEL_IS
    return sourced(Step("finding", message, figures, holds=found.value in when.among), found.provenance)


def _veto(when: OnVeto, evidence: Evidence) -> Step:
    found = [one for one in evidence.vetoes if not when.among or one.veto in when.among]
    if not found:
        return Step("finding", NOT_VETOED, holds=False)
    named = tuple(
        sourced(Step("finding", VETO, {"veto": evidence.named("veto", one.veto)}), one.provenance) for one in found
    )
    return Step("finding", VETOED, {"vetoes": named}, holds=True)


def _parent(when: OnParent, evidence: Evidence) -> Step:
    if evidence.parent is None:
        return Step("finding", PARENT_UNKNOWN)
    figures = {"parent": evidence.parent.name, "grade": evidence.parent.words}
    return Step("finding", PARENT_IS, figures, holds=evidence.parent.grade in when.grades)


def _history(when: OnHistory, evidence: Evidence) -> Step:
    last = evidence.year if when.this_year else evidence.year - 1
    years = range(last - when.years + 1, last + 1)
    grades = {year: evidence.history.get(year) for year in years}
    said = tuple(
        Step("finding", UNKNOWN_YEAR, {"year": year})
        if grade is None
        else Step("finding", YEAR, {"year": year, "grade": evidence.named("grade", grade)})
        for year, grade in grades.items()
    )
    return Step("finding", HISTORY_IS, {"years": said}, holds=all(grade in when.grades for grade in grades.values()))


def looks_back(gate: Gate) -> bool:
    """Tell whether a gate can only be looked at once this year's grade is known."""
    return isinstance(gate.when, OnHistory) and gate.when.this_year


def after(gate: Gate, place: int, grades: Sequence[str]) -> int:
    """Return the place of the grade that a gate which holds leaves of one, counted from the best."""
    last = len(grades) - 1
    match gate.effect:
        case "block_top":
            return max(place, 1)
        case "lower":
            return min(place + (gate.by or 0), last)
        case "cap":
            return max(place, grades.index(gate.grade or ""))
    return place


ORDER = ("block_top", "lower", "cap", "flag")


def in_order(gates: Sequence[Gate]) -> list[Gate]:
    """Return the gates as they are applied: eligibility, lowering, ceilings, flags; else as they are written."""
    return sorted(gates, key=lambda gate: ORDER.index(gate.effect))
