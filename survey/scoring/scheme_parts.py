"""What a scheme's score is made of, as data: components, their sources and scales, multipliers, adjustments. Pure."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from survey.core.errors import N_
from survey.core.model import WHOLE, Frozen
from survey.core.validation import Rule
from survey.questionnaires.words import Name, Points, Weight, Words
from survey.rounds.rules import Operator, Portion

FULL = Decimal(100)

Full = Annotated[Decimal, Field(ge=1, le=10_000, max_digits=8, decimal_places=4)]
Figure = Annotated[Decimal, Field(ge=-1_000_000, le=1_000_000, max_digits=12, decimal_places=6)]
Factor = Annotated[Decimal, Field(ge=0, le=10, max_digits=8, decimal_places=6)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Weights = dict[Name, Weight]


def _day(value: object) -> object:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Rule(N_("%(value)s is no day; write for example 2024-06-30"), value=value) from None


Day = Annotated[date, BeforeValidator(_day)]


class PartsSource(Frozen):
    """Nothing is read: the component is put together from others (of)."""

    kind: Literal["parts"] = "parts"


class RoundSource(Frozen):
    """A figure of a counted round: a survey's index, a ballot's total, the votes for an item, or a test's level.

    Attributes:
        item: the item whose votes are taken.
    """

    kind: Literal["round"] = "round"
    round: Name
    figure: Literal["index", "ballot", "votes", "test_level"]
    item: Name | None = None

    @model_validator(mode="after")
    def _votes_are_for_an_item(self) -> "RoundSource":
        if (self.figure == "votes") != (self.item is not None):
            raise Rule(N_("the figure votes, and no other, names an item"), "item")
        return self


class ImportSource(Frozen):
    """A figure that another department reports in components.csv, with who confirmed it.

    Attributes:
        by: who reports it, in words.
    """

    kind: Literal["import"] = "import"
    by: Words | None = None


class Period(Words):
    """One of the dated periods that a figure is reported for."""

    id: Name
    ends: Day
    weight: Weight = Decimal(1)


class PeriodsSource(Frozen):
    """The weighted mean of what was reported for dated periods (平时考核, by half-years)."""

    kind: Literal["periods"] = "periods"
    periods: Annotated[tuple[Period, ...], Field(min_length=1)]
    by: Words | None = None

    @model_validator(mode="after")
    def _one_after_another(self) -> "PeriodsSource":
        ends = [period.ends for period in self.periods]
        if ends != sorted(set(ends)):
            raise Rule(N_("the periods must stand by date, each ending after the one before"), "periods")
        names = [period.id for period in self.periods]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise Rule(N_("the name %(name)s stands here twice"), "periods", i, "id", name=name)
        if not any(period.weight for period in self.periods):
            raise Rule(N_("no period has a weight"), "periods")
        return self


Source = Annotated[PartsSource | RoundSource | ImportSource | PeriodsSource, Field(discriminator="kind")]


class PointsScale(Frozen):
    """What is read is points already, from 0 to the full mark."""

    kind: Literal["points"] = "points"


class BestScale(Frozen):
    """The component's full mark times own figure over the best one.

    Attributes:
        within: the best of the ranking group, or of all who are assessed.
    """

    kind: Literal["best"] = "best"
    within: Literal["group", "all"] = "group"


class PlacesScale(Frozen):
    """Places given by several leaders, averaged: the first has the full mark, each lower one a share of it less."""

    kind: Literal["places"] = "places"
    loss: Portion


class OptionsScale(Frozen):
    """The mean of points over the votes; options that are not named are in no denominator.

    Attributes:
        minimum: under so many votes there is no figure.
    """

    kind: Literal["options"] = "options"
    points: Annotated[dict[Name, Points], Field(min_length=1)]
    minimum: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] = 1


class VoteStep(Frozen):
    """One line of a step table: when the votes for some options reach a share, these are the points."""

    options: Annotated[tuple[Name, ...], Field(min_length=1)]
    operator: Operator = ">="
    share: Portion
    points: Points


class StepsScale(Frozen):
    """Points by shares of votes (得票率分档); the first step that holds decides.

    Attributes:
        base: shares of the valid ballots, or of all who were expected.
        otherwise: the points when no step holds.
        minimum: under so many votes there is no figure.
    """

    kind: Literal["steps"] = "steps"
    base: Literal["valid", "expected"] = "valid"
    steps: Annotated[tuple[VoteStep, ...], Field(min_length=1)]
    otherwise: Points
    minimum: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] = 1


Scale = Annotated[PointsScale | BestScale | PlacesScale | OptionsScale | StepsScale, Field(discriminator="kind")]


class Component(Words):
    """One figure that enters a score: read from a source, or put together from other components.

    Attributes:
        out_of: its full mark.
        scale: how what was read becomes points.
        of: what a composite is put together from; these weights sum to ``out_of``.
    """

    id: Name
    out_of: Full = FULL
    source: Source = PartsSource()
    scale: Scale = PointsScale()
    of: Weights = Field(default_factory=dict)

    @model_validator(mode="after")
    def _read_or_put_together(self) -> "Component":
        if isinstance(self.source, PartsSource) != bool(self.of):
            raise Rule(N_("a component has either a source, or others that it is put together from (of)"), "source")
        if isinstance(self.source, PartsSource | PeriodsSource) and not isinstance(self.scale, PointsScale):
            raise Rule(N_("parts and periods are put together by weight; they have no scale"), "scale")
        if isinstance(self.source, RoundSource) and self.source.figure == "test_level":
            raise Rule(N_("a test's level is no figure; name it under levels"), "source", "figure")
        if self._by_votes != (isinstance(self.source, RoundSource) and self.source.figure == "votes"):
            raise Rule(N_("votes become points by a scale of kind options or steps, and nothing else does"), "scale")
        self._within_full_mark()
        return self

    def _within_full_mark(self) -> None:
        for place, points in self._steps():
            if not 0 <= points <= self.out_of:
                raise Rule(
                    N_("%(points)s points lie outside 0 to %(out_of)s, the component's full mark"),
                    "scale",
                    *place,
                    points=points,
                    out_of=self.out_of,
                )

    def _steps(self) -> list[tuple[tuple[str | int, ...], Decimal]]:
        if isinstance(self.scale, OptionsScale):
            return [(("points", option), points) for option, points in self.scale.points.items()]
        if isinstance(self.scale, StepsScale):
            steps = [(("steps", i, "points"), step.points) for i, step in enumerate(self.scale.steps)]
            return [*steps, (("otherwise",), self.scale.otherwise)]
        return []

    @property
    def _by_votes(self) -> bool:
        return isinstance(self.scale, OptionsScale | StepsScale)


class Multiplier(Frozen):
    """A component that the weighted sum is multiplied by (系数), within bounds.

    Attributes:
        par: the figure that leaves the sum as it is.
    """

    par: Full = FULL
    least: Factor = Decimal("0.90")
    most: Factor = Decimal("1.05")

    @model_validator(mode="after")
    def _bounds(self) -> "Multiplier":
        if self.least > self.most:
            raise Rule(
                N_("the least, %(least)s, is larger than the most, %(most)s"), "least", least=self.least, most=self.most
            )
        return self


class Shortfall(Frozen):
    """How much each point below a mark takes off."""

    below: Figure
    per_point: Points


class Graduated(Frozen):
    """A deduction that follows from a component: each part of the way below the marks at its own rate.

    Attributes:
        steps: from the highest mark down; each rate holds down to the next mark.
        whole_points: only full points below a mark count.
    """

    component: Name
    steps: Annotated[tuple[Shortfall, ...], Field(min_length=1)]
    whole_points: bool = False

    @model_validator(mode="after")
    def _marks_fall(self) -> "Graduated":
        marks = [step.below for step in self.steps]
        if marks != sorted(set(marks), reverse=True):
            raise Rule(N_("the marks must stand from the highest down"), "steps")
        if any(step.per_point < 0 for step in self.steps):
            raise Rule(N_("points of an adjustment are not negative; its sign says the direction"), "steps")
        return self


class AdjustmentRule(Words):
    """What points are added or taken off for (加分, 扣分); each entry names its document.

    Attributes:
        levels: what each level of it is worth; where none are named, the entry says its points.
        graduated: where a component says the points by itself.
        at_most: all entries of the rule together count for no more.
        types: the unit types it holds for; empty for all.
    """

    id: Name
    sign: Literal["plus", "minus"]
    levels: dict[Name, Points] = Field(default_factory=dict)
    graduated: Graduated | None = None
    at_most: Full | None = None
    types: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _points(self) -> "AdjustmentRule":
        if self.graduated and self.levels:
            raise Rule(N_("points come either from levels or from a component (graduated)"), "levels")
        for level, points in self.levels.items():
            if points < 0:
                raise Rule(N_("points of an adjustment are not negative; its sign says the direction"), "levels", level)
        return self

    def holds_for(self, unit_type: str) -> bool:
        """Tell whether it holds for a unit type."""
        return not self.types or unit_type in self.types


class Adjustments(Frozen):
    """Plus and minus points, after the weighting.

    Attributes:
        most_plus: all that is added counts for no more; none: no limit.
        most_minus: all that is taken off counts for no more; none: no limit.
    """

    rules: tuple[AdjustmentRule, ...] = ()
    most_plus: Full | None = Decimal(5)
    most_minus: Full | None = Decimal(5)


class Clip(Frozen):
    """Where a score ends; without ``most`` at the scheme's full mark."""

    least: Figure = Decimal(0)
    most: Figure | None = None


class Rounding(Frozen):
    """Half up, on output, and where scores are compared.

    Attributes:
        compared: decimals at which scores meet bands, gates and each other.
        shown: decimals that are printed.
    """

    compared: Annotated[int, Field(ge=0, le=6), WHOLE] = 6
    shown: Annotated[int, Field(ge=0, le=6), WHOLE] = 4
