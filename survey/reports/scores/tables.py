"""The tables of a run: overview, components, gates, quotas, adjustments, decisions; each figure as it may be shown."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.reports.disclosure import HIDDEN
from survey.reports.scores.disclosed import Exactness
from survey.reports.scores.explanation import OPEN, rounded_step
from survey.reports.scores.facts import ScoreReport
from survey.reports.scores.method import method_table
from survey.reports.scores.said import Said
from survey.reports.table import Cell, Headings, Table, make_table
from survey.scoring.composing import ENTERED, SHORT_BY
from survey.scoring.grades import UnitGrade
from survey.scoring.group_quotas import QuotaUse
from survey.scoring.rules.explanation import Provenance, Step
from survey.scoring.rules.insufficient import LIST_SEPARATOR, Insufficient
from survey.scoring.scheme_parts import Component

OVERVIEW: Headings = (
    ("rank", N_("Rank")),
    ("rank_low", N_("Place from (95 %)")),
    ("rank_high", N_("Place to (95 %)")),
    ("group", N_("Ranking group")),
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("type", N_("Type")),
    ("score", N_("Score")),
    ("band", N_("Grade by score")),
    ("proposed", N_("Grade proposed")),
    ("decided", N_("Grade decided")),
    ("flags", N_("For decision")),
    ("remark", N_("Note")),
)
COMPONENTS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("component", N_("Component id")),
    ("words", N_("Component")),
    ("value", N_("Value")),
    ("out_of", N_("Full mark")),
    ("weight", N_("Weight")),
    ("points", N_("Points in the score")),
    ("source", N_("Source")),
    ("confirmed_by", N_("Confirmed by")),
    ("confirmed_on", N_("Confirmed on")),
)
GATES: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("gate", N_("Gate")),
    ("holds", N_("Applies")),
    ("sentence", N_("What was found")),
)
QUOTAS: Headings = (
    ("group", N_("Ranking group")),
    ("grade", N_("Grade")),
    ("side", N_("Side")),
    ("assessed", N_("Assessed")),
    ("places", N_("Places")),
    ("given", N_("Given")),
    ("empty", N_("Empty")),
    ("tied", N_("Tied at the cut")),
    ("remark", N_("Note")),
)
ADJUSTMENTS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("rule", N_("Rule")),
    ("sign", N_("Sign")),
    ("points", N_("Points")),
    ("source", N_("Source")),
    ("confirmed_by", N_("Confirmed by")),
    ("confirmed_on", N_("Confirmed on")),
)
DECISIONS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("group", N_("Ranking group")),
    ("proposed", N_("Grade proposed")),
    ("decided", N_("Grade decided")),
    ("reason", N_("Reason")),
    ("by", N_("Decided by")),
)
EXPLANATION: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("level", N_("Level")),
    ("kind", N_("Kind")),
    ("holds", N_("Applies")),
    ("sentence", N_("What was found")),
)
YES, NO, UNTOLD = N_("yes"), N_("no"), N_("cannot be told")
SIDES = {"top": N_("no more than so many"), "bottom": N_("the last so many")}
WAITING = N_("to be decided")
NOT_ALL_SHOWN = N_("figures of components are not shown, see the explanation")


def run_tables(report: ScoreReport, code: str | None = None) -> tuple[Table, ...]:
    """Return every table of a run, or of one subject in it.

    Raises:
        NotFound: when the run does not assess the subject.
    """
    units = report.run.grades.units if code is None else (report.unit(code),)
    say = report.translate
    groups = {unit.group for unit in units}
    return (
        make_table(
            "overview", N_("Scores and grades"), OVERVIEW, (_overview(report, one) for one in _ranked(units)), say
        ),
        make_table("components", N_("Components"), COMPONENTS, _each(_components, report, units), say),
        make_table("gates", N_("Gates"), GATES, _each(_gates, report, units), say),
        make_table("adjustments", N_("Plus and minus points"), ADJUSTMENTS, _each(_adjustments, report, units), say),
        make_table("quotas", N_("Quotas"), QUOTAS, _quotas(report, groups), say),
        make_table("decisions", N_("Decisions"), DECISIONS, _each(_decisions, report, units), say),
        method_table(report),
    )


def _ranked(units: tuple[UnitGrade, ...]) -> list[UnitGrade]:
    groups = list(dict.fromkeys(unit.group for unit in units))
    return sorted(units, key=lambda unit: (groups.index(unit.group), unit.rank is None, unit.rank or 0))


def _each(rows: object, report: ScoreReport, units: tuple[UnitGrade, ...]) -> Iterator[dict[str, Cell]]:
    for unit in units:
        for row in rows(report, unit):  # type: ignore[operator]
            yield {"code": unit.code, "name": unit.name, **row}


# --- overview ----------------------------------------------------------------------------------------------------


def _overview(report: ScoreReport, unit: UnitGrade) -> dict[str, Cell]:
    remarks = []
    if isinstance(unit.score, Insufficient):
        remarks += [said.text for said in report.explanation(unit.code).children if said.kind == "score"]
    if unit.open:
        grades = report.say(LIST_SEPARATOR).join(report.grade_name(unit, one) or one for one in unit.open)
        remarks.append(report.say(OPEN, grades=grades))
    if report.disclosed.withheld(unit.code):
        remarks.append(report.say(NOT_ALL_SHOWN))
    band: dict[str, Cell] = {"rank_low": unit.rank_low, "rank_high": unit.rank_high}
    if not report.disclosed.errors(one.code for one in report.run.grades.units if one.group == unit.group):
        band = {key: None if place is None else HIDDEN for key, place in band.items()}
    flags = [report.words(gate) for gate in report.scheme.gates if gate.id in unit.flags]
    return {
        "rank": unit.rank,
        **band,
        "group": unit.group,
        "code": unit.code,
        "name": unit.name,
        "type": report.type_name(unit),
        "score": score_of(report, unit),
        "band": report.grade_name(unit, unit.band),
        "proposed": report.grade_name(unit, unit.proposed),
        "decided": report.grade_name(unit, unit.decision.grade) if unit.decision else None,
        "flags": report.say(LIST_SEPARATOR).join(flags) or None,
        "remark": report.say(N_("; ")).join(remarks) or None,
    }


def score_of(report: ScoreReport, unit: UnitGrade) -> Decimal | str | None:
    """Return a score as it may be printed."""
    if isinstance(unit.score, Insufficient):
        return None
    if not report.disclosed.scored(unit.code):
        return HIDDEN
    return half_up(unit.score, report.disclosed.places(unit.code))


# --- components --------------------------------------------------------------------------------------------------


def _components(report: ScoreReport, unit: UnitGrade) -> Iterator[dict[str, Cell]]:
    unit_type = report.scheme.unit_type(unit.unit_type)
    assert unit_type is not None
    for component in report.scheme.concerned(unit_type):
        weight = unit_type.weights.get(component.id)
        yield {
            "component": component.id,
            "words": report.words(component),
            "out_of": component.out_of.normalize() + 0,
            "weight": None if weight is None else weight.normalize() + 0,
            **_figures(report, unit, component, weight),
            **_filed(_provenance(report, unit, component.id)),
        }


def _figures(report: ScoreReport, unit: UnitGrade, component: Component, weight: Decimal | None) -> dict[str, Cell]:
    exactness = report.disclosed.component(unit.code, component.id)
    if exactness is Exactness.HIDDEN:
        return {"value": HIDDEN, "points": HIDDEN if weight else None}
    value = unit.components[component.id][0]
    if isinstance(value, Insufficient):
        return {}
    places = report.disclosed.places(unit.code)
    own = places if component.of or exactness is Exactness.ROUNDED else report.scheme.rounding.shown
    points = None if not weight else half_up(value * Fraction(weight) / Fraction(component.out_of), places)
    return {"value": half_up(value, own), "points": points}


def _provenance(report: ScoreReport, unit: UnitGrade, component: str) -> Provenance | None:
    reading = report.filed[unit.code].readings.get(component)
    return reading.provenance if reading else None


def _filed(provenance: Provenance | None) -> dict[str, Cell]:
    if provenance is None:
        return {}
    day = provenance.confirmed_on
    return {
        "source": provenance.source,
        "confirmed_by": provenance.confirmed_by,
        "confirmed_on": day,
    }


# --- gates and adjustments ---------------------------------------------------------------------------------------


def _gates(report: ScoreReport, unit: UnitGrade) -> Iterator[dict[str, Cell]]:
    said = [one for one in report.explanation(unit.code).children if one.kind == "gate"]
    steps = [step for step in unit.steps if step.kind == "gate"]
    for one, step in zip(said, steps, strict=True):
        gate = step.figures["gate"]
        yield {
            "gate": gate.words(report.language) if hasattr(gate, "words") else str(gate),
            "holds": report.say(UNTOLD if one.holds is None else YES if one.holds else NO),
            "sentence": one.text,
        }


def _adjustments(report: ScoreReport, unit: UnitGrade) -> Iterator[dict[str, Cell]]:
    places = report.disclosed.places(unit.code)
    for step in _entries(unit.steps):
        rule, points = step.figures["rule"], step.figures["points"]
        row: dict[str, Cell] = {"rule": report.words(rule), "sign": "-"}  # type: ignore[arg-type]
        if step.message == ENTERED:
            row |= {"sign": str(step.figures["sign"]), "points": half_up(points, report.scheme.rounding.shown)}  # type: ignore[arg-type]
            day = step.figures.get("on")
            row |= {"source": str(step.figures["source"]), "confirmed_by": str(step.figures["by"])}
            row |= {"confirmed_on": None if day is None else str(day)}
        elif report.disclosed.component(unit.code, step.parts[0].about) is Exactness.HIDDEN:
            row |= {"points": HIDDEN}
        else:
            row |= {"points": half_up(points, places)}  # type: ignore[arg-type]
        yield row


def _entries(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        if step.message in (ENTERED, SHORT_BY):
            yield step
        else:
            yield from _entries(step.parts)


def explanation_table(report: ScoreReport, code: str | None = None) -> Table:
    """Return the explanations as rows, every sentence with how deep it stands."""
    units = report.run.grades.units if code is None else (report.unit(code),)
    rows = _each(_sentences, report, units)
    return make_table("explanation", N_("Explanation"), EXPLANATION, rows, report.translate)


def _sentences(report: ScoreReport, unit: UnitGrade) -> Iterator[dict[str, Cell]]:
    for said in report.explanation(unit.code).walk():
        holds = None if said.holds is None else report.say(YES if said.holds else NO)
        yield {"level": said.level, "kind": said.kind, "holds": holds, "sentence": said.text}


# --- quotas and decisions ----------------------------------------------------------------------------------------


def _quotas(report: ScoreReport, groups: set[str]) -> Iterator[dict[str, Cell]]:
    names = {unit.code: unit.name for unit in report.run.grades.units}
    for use in report.run.grades.quotas:
        if use.group not in groups:
            continue
        tied = report.say(LIST_SEPARATOR).join(names[code] for code in use.allotment.tied)
        yield {
            "group": use.group,
            "grade": _grade_of(report, use),
            "side": report.say(SIDES[use.quota.side]),
            "assessed": use.assessed,
            "places": use.allotment.places,
            "given": len(use.allotment.given),
            "empty": use.allotment.empty,
            "tied": tied or None,
            "remark": report.say(N_("; ")).join(said.text for said in quota_said(report, use).walk()),
        }


def _grade_of(report: ScoreReport, use: QuotaUse) -> str | None:
    unit = next(one for one in report.run.grades.units if one.group == use.group)
    return report.grade_name(unit, use.quota.grade)


def quota_said(report: ScoreReport, use: QuotaUse) -> Said:
    """Return how a quota was used, in words; a tied score no finer than those tied show theirs."""
    places = min([report.disclosed.places(code) for code in use.allotment.tied], default=None)
    step = use.step if places is None else rounded_step(use.step, places)
    return _plain(report, step, 0)


def _plain(report: ScoreReport, step: Step, level: int) -> Said:
    below = tuple(_plain(report, part, level + 1) for part in step.parts)
    return Said(level, step.say(report.translate, report.language), step.kind, step.holds, below)


def _decisions(report: ScoreReport, unit: UnitGrade) -> Iterator[dict[str, Cell]]:
    row: dict[str, Cell] = {"group": unit.group, "proposed": report.grade_name(unit, unit.proposed)}
    if unit.decision is not None:
        grade = report.grade_name(unit, unit.decision.grade)
        yield row | {"decided": grade, "reason": unit.decision.reason, "by": unit.decision.by}
    elif unit.open or unit.flags:
        yield row | {"reason": report.say(WAITING)}
