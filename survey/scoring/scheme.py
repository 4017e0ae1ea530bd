"""A year's scoring rules (方案) as people write them: versioned data; the code holds only their shapes. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from survey.core.errors import N_
from survey.core.ids import content_hash
from survey.core.model import WHOLE, Frozen
from survey.core.validation import Rule
from survey.core.yamlfile import load_model
from survey.questionnaires.selectors import Selector, Subject, fits
from survey.questionnaires.words import Name, Words
from survey.scoring.scheme_grading import (
    Condition,
    Gate,
    Grading,
    LevelKind,
    OnComponent,
    OnHistory,
    OnLevel,
    OnParent,
    OnVeto,
    Veto,
)
from survey.scoring.scheme_parts import (
    FULL,
    Adjustments,
    Clip,
    Component,
    Full,
    ImportSource,
    Multiplier,
    PeriodsSource,
    Rounding,
    RoundSource,
    Text,
    Weights,
)

NO_COMPONENT = N_("there is no component %(name)s; allowed: %(allowed)s")
NO_TYPE = N_("there is no unit type %(name)s; allowed: %(allowed)s")
NO_GRADE = N_("there is no grade %(name)s; allowed: %(allowed)s")
NO_GRADING = N_("there is no set of grades %(name)s; allowed: %(allowed)s")
NO_LEVEL = N_("there is no level %(name)s; allowed: %(allowed)s")
NO_VALUE = N_("the level is never %(name)s; allowed: %(allowed)s")
NO_VETO = N_("there is no veto %(name)s; allowed: %(allowed)s")
TWICE = N_("the name %(name)s stands here twice")
TOO_MANY_PARTS = N_("the component %(name)s opens into %(n)s figures; the most is %(most)s")
TOO_MANY_LAYERS = N_("the component %(name)s is put together in more than %(most)s layers")
TWO_THINGS = N_("the name %(name)s is that of %(other)s already; what is filed under it could be either")

MOST_PARTS, MOST_LAYERS = 1000, 20
Place = tuple[str | int, ...]


class UnitType(Words):
    """A type of those assessed, and what their score is made of.

    Attributes:
        selects: which subjects of a roster are of the type; all of these must fit.
        weights: of the components that are added up; they sum to the scheme's full mark.
        multipliers: of the components that the sum is multiplied by.
        grading: the set of grades; may be left out where the scheme has one.
        apart: added to the name of the ranking group, where the type is ranked apart (正职, 副职).
    """

    id: Name
    selects: tuple[Selector, ...] = ()
    weights: Annotated[Weights, Field(min_length=1)]
    multipliers: dict[Name, Multiplier] = Field(default_factory=dict)
    grading: Name | None = None
    apart: Text | None = None


class Scheme(Frozen):
    """A scheme's file.

    Attributes:
        year: the year that is assessed.
        full: the full mark of a score (满分).
        components: in the order in which they are printed.
        clip: where a score ends, after the adjustments.
    """

    id: Name
    version: Annotated[int, Field(ge=1, le=9999), WHOLE]
    title: Words
    year: Annotated[int, Field(ge=1949, le=2200), WHOLE]
    full: Full = FULL
    components: Annotated[tuple[Component, ...], Field(min_length=1)]
    types: Annotated[tuple[UnitType, ...], Field(min_length=1)]
    adjustments: Adjustments = Adjustments()
    clip: Clip = Clip()
    levels: tuple[LevelKind, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    gates: tuple[Gate, ...] = ()
    gradings: Annotated[tuple[Grading, ...], Field(min_length=1)]
    rounding: Rounding = Rounding()

    @model_validator(mode="after")
    def _holds_together(self) -> "Scheme":
        checks = (self._names, self._composites, self._circles, self._parts, self._types, self._adjusted, self._clipped)
        for check in checks:
            check()
        for i, gate in enumerate(self.gates):
            self._gate(i, gate)
        return self

    # --- reading it ------------------------------------------------------------------------------------------

    @property
    def reference(self) -> str:
        """``id@version``."""
        return f"{self.id}@{self.version}"

    def component(self, name: str) -> Component:
        """Return a component; KeyError when there is none."""
        return self._by_id[name]

    @cached_property
    def _by_id(self) -> dict[str, Component]:
        return {one.id: one for one in self.components}

    def unit_type(self, name: str) -> UnitType | None:
        """Return a unit type; none when there is none of that name."""
        return next((one for one in self.types if one.id == name), None)

    def type_of(self, subject: Subject) -> UnitType | None:
        """Return the first type that selects a subject of a roster; none when no type does."""
        return next(
            (one for one in self.types if one.selects and all(fits(selector, subject) for selector in one.selects)),
            None,
        )

    def grading(self, unit_type: UnitType) -> Grading:
        """Return a type's grades."""
        return next(one for one in self.gradings if unit_type.grading in (None, one.id))

    def concerned(self, unit_type: UnitType) -> tuple[Component, ...]:
        """Return the components of a type: those it weighs, those its rules look at, and what these are made of."""
        known = self._concerned.get(unit_type.id)
        if known is None:
            known = self._concerned[unit_type.id] = self._concerning(unit_type)
        return known

    @cached_property
    def _concerned(self) -> dict[str, tuple[Component, ...]]:
        return {}

    def _concerning(self, unit_type: UnitType) -> tuple[Component, ...]:
        names = [name for name, weight in unit_type.weights.items() if weight] + list(unit_type.multipliers)
        names += [
            rule.graduated.component
            for rule in self.adjustments.rules
            if rule.graduated and rule.holds_for(unit_type.id)
        ]
        names += [
            gate.when.component
            for gate in self.gates
            if isinstance(gate.when, OnComponent) and gate.holds_for(unit_type.id)
        ]
        found = {part for name in names for part in self._down(name)}
        return tuple(one for one in self.components if one.id in found)

    def _down(self, name: str) -> Iterator[str]:
        yield name
        for part, weight in self.component(name).of.items():
            if weight:
                yield from self._down(part)

    @cached_property
    def filed_as(self) -> dict[str, str]:
        """What is filed under each name of the scheme: figure, level, veto or entry."""
        lists: dict[str, Sequence[Any]] = {
            "figure": [one for one in self.components if isinstance(one.source, ImportSource | PeriodsSource)],
            "level": self.levels,
            "veto": self.vetoes,
            "entry": [one for one in self.adjustments.rules if not one.graduated],
        }
        return {one.id: kind for kind, named in lists.items() for one in named}

    @property
    def round_names(self) -> frozenset[str]:
        """The rounds whose counts it reads."""
        sources = [*(one.source for one in self.components), *(one.source for one in self.levels)]
        return frozenset(source.round for source in sources if isinstance(source, RoundSource))

    def level(self, name: str) -> LevelKind:
        """Return a kind of level; StopIteration when there is none."""
        return next(one for one in self.levels if one.id == name)

    @property
    def most(self) -> Decimal:
        """Where a score ends above."""
        return self.full if self.clip.most is None else self.clip.most

    def document(self) -> dict[str, Any]:
        """Return the scheme as plain data."""
        return self.model_dump(mode="json")

    @cached_property
    def content_hash(self) -> str:
        """The SHA-256 of its canonical JSON."""
        return content_hash(self.document())

    # --- checking it -----------------------------------------------------------------------------------------

    def _names(self) -> None:
        lists: dict[Place, Sequence[Any]] = {
            ("components",): self.components,
            ("types",): self.types,
            ("levels",): self.levels,
            ("vetoes",): self.vetoes,
            ("gates",): self.gates,
            ("gradings",): self.gradings,
            ("adjustments", "rules"): self.adjustments.rules,
        }
        for place, entries in lists.items():
            names = [one.id for one in entries]
            for i, name in enumerate(names):
                if name in names[:i]:
                    raise Rule(TWICE, *place, i, "id", name=name)
        filed: dict[str, str] = {}
        for place in (("components",), ("levels",), ("vetoes",), ("adjustments", "rules")):
            for i, one in enumerate(lists[place]):
                if filed.setdefault(one.id, place[-1]) != place[-1]:
                    raise Rule(TWO_THINGS, *place, i, "id", name=one.id, other=filed[one.id])

    def _composites(self) -> None:
        for i, one in enumerate(self.components):
            place = ("components", i, "of")
            for name in one.of:
                self._component_at(name, *place, name)
            if one.of and sum(one.of.values()) != one.out_of:
                raise Rule(
                    N_("the weights of %(name)s sum to %(sum)s, not to its full mark of %(full)s"),
                    *place,
                    name=one.id,
                    sum=sum(one.of.values()),
                    full=one.out_of,
                )

    def _circles(self) -> None:
        done: set[str] = set()
        for one in self.components:
            self._circle(one.id, (), done)

    def _circle(self, name: str, above: tuple[str, ...], done: set[str]) -> None:
        if name in above:
            first = [one.id for one in self.components].index(name)
            raise Rule(
                N_("the component %(name)s is put together from itself: %(way)s"),
                *("components", first, "of"),
                name=name,
                way=" > ".join((*above[above.index(name) :], name)),
            )
        if name not in done:
            for part in self.component(name).of:
                self._circle(part, (*above, name), done)
            done.add(name)

    def _parts(self) -> None:
        """Refuse composites so deep or so entangled that nobody could read their explanation."""
        opened: dict[str, int] = {}
        layers = 0
        left = dict(enumerate(self.components))
        while left:
            layers += 1
            for i in [i for i, one in left.items() if all(name in opened for name in one.of)]:
                one = left.pop(i)
                opened[one.id] = 1 + sum(opened[name] for name in one.of)
                if opened[one.id] > MOST_PARTS:
                    figures = {"name": one.id, "n": opened[one.id], "most": MOST_PARTS}
                    raise Rule(TOO_MANY_PARTS, "components", i, "of", **figures)
                if layers > MOST_LAYERS:
                    raise Rule(TOO_MANY_LAYERS, "components", i, "of", name=one.id, most=MOST_LAYERS)

    def _types(self) -> None:
        for i, one in enumerate(self.types):
            for name in one.weights:
                self._component_at(name, "types", i, "weights", name)
            for name in one.multipliers:
                self._multiplier(one, name, "types", i, "multipliers", name)
            total = sum(one.weights.values())
            if total != self.full:
                raise Rule(
                    N_("the weights of the type %(name)s sum to %(sum)s, not to the scheme's full mark of %(full)s"),
                    *("types", i, "weights"),
                    name=one.id,
                    sum=total,
                    full=self.full,
                )
            names = [grading.id for grading in self.gradings]
            if one.grading is None and len(names) > 1:
                raise Rule(
                    N_("name the set of grades (grading); allowed: %(allowed)s"), "types", i, allowed=_list(names)
                )
            if one.grading is not None:
                _one_of(names, one.grading, NO_GRADING, "types", i, "grading")

    def _multiplier(self, unit_type: UnitType, name: str, *place: str | int) -> None:
        self._component_at(name, *place)
        if unit_type.weights.get(name):
            raise Rule(
                N_("the component %(name)s is added up already; it cannot multiply the sum as well"), *place, name=name
            )

    def _adjusted(self) -> None:
        for i, rule in enumerate(self.adjustments.rules):
            for name in rule.types:
                _one_of([one.id for one in self.types], name, NO_TYPE, "adjustments", "rules", i, "types")
            if rule.graduated:
                place = ("adjustments", "rules", i, "graduated", "component")
                self._component_at(rule.graduated.component, *place)

    def _clipped(self) -> None:
        if self.clip.least >= self.most:
            raise Rule(
                N_("the score would end at %(most)s, which is not above %(least)s"),
                "clip",
                least=self.clip.least,
                most=self.most,
            )

    def _gate(self, i: int, gate: Gate) -> None:
        types = [one.id for one in self.types]
        for name in gate.types:
            _one_of(types, name, NO_TYPE, "gates", i, "types")
        for one in self.types:
            if gate.grade is not None and gate.holds_for(one.id):
                _one_of(self.grading(one).grades, gate.grade, NO_GRADE, "gates", i, "grade")
        self._condition(gate.when, "gates", i, "when")

    def _condition(self, when: Condition, *place: str | int) -> None:
        match when:
            case OnComponent(component=name):
                self._component_at(name, *place, "component")
            case OnLevel():
                _one_of([one.id for one in self.levels], when.level, NO_LEVEL, *place, "level")
                for value in when.among:
                    _one_of(self.level(when.level).values, value, NO_VALUE, *place, "among")
            case OnVeto(among=among):
                for name in among:
                    _one_of([one.id for one in self.vetoes], name, NO_VETO, *place, "among")
            case OnParent(grades=grades) | OnHistory(grades=grades):
                known = dict.fromkeys(name for grading in self.gradings for name in grading.grades)
                for name in grades:
                    _one_of(tuple(known), name, NO_GRADE, *place, "grades")

    def _component_at(self, name: str, *place: str | int) -> None:
        _one_of([one.id for one in self.components], name, NO_COMPONENT, *place)


def _one_of(known: Sequence[str], name: str, message: str, *place: str | int) -> None:
    if name not in known:
        raise Rule(message, *place, name=name, allowed=_list(known))


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "-"


def read_scheme(file: Path) -> Scheme:
    """Read a scheme's file.

    Raises:
        Invalid: with the faults, each by line and field.
    """
    return load_model(file, Scheme)
