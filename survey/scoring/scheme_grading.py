"""How a score becomes a grade, as data: bands, levels, vetoes, gates and quotas. Pure."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from survey.core.errors import N_
from survey.core.model import WHOLE, Frozen
from survey.core.numbers import half_up
from survey.core.validation import Rule
from survey.questionnaires.words import Name, Words
from survey.rounds.rules import Portion
from survey.scoring.scheme_parts import Figure, ImportSource, RoundSource, Text

Comparison = Literal["<", "<=", ">", ">=", "==", "!="]


class Band(Words):
    """One grade (等次), and the score from which it is given.

    Attributes:
        at_least: none: any score that reached no band before.
    """

    id: Name
    at_least: Figure | None = None


class Quota(Frozen):
    """How many of a ranking group may have a grade, or must.

    Attributes:
        side: "top": no more than so many may have it, the best first, and places that nobody earned stay empty;
            "bottom": the last so many have it, or a lower one.
        share: of all who are assessed in the group.
        groups: the ranking groups it holds for; empty for all.
    """

    grade: Name
    side: Literal["top", "bottom"] = "top"
    share: Portion | None = None
    count: Annotated[int, Field(ge=0, le=1_000_000), WHOLE] | None = None
    rounding: Literal["half_up", "floor"] = "half_up"
    groups: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _share_or_count(self) -> "Quota":
        if (self.share is None) == (self.count is None):
            raise Rule(N_("a quota has either a share or a count"), "share")
        return self

    def holds_for(self, group: str) -> bool:
        """Tell whether it holds for a ranking group."""
        return not self.groups or group in self.groups


class Grading(Frozen):
    """One set of grades, from the best down, and how many may have them."""

    id: Name
    bands: Annotated[tuple[Band, ...], Field(min_length=2)]
    quotas: tuple[Quota, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Grading":
        for i, name in enumerate(self.grades):
            if name in self.grades[:i]:
                raise Rule(N_("the name %(name)s stands here twice"), "bands", i, "id", name=name)
        marks = [band.at_least for band in self.bands if band.at_least is not None]
        if marks != sorted(set(marks), reverse=True):
            raise Rule(
                N_("the bands must stand from the best down; each needs a lower score than the one before"), "bands"
            )
        return self

    @model_validator(mode="after")
    def _quotas_fit(self) -> "Grading":
        for i, quota in enumerate(self.quotas):
            if quota.grade not in self.grades:
                raise Rule(
                    N_("there is no grade %(name)s; allowed: %(allowed)s"),
                    "quotas",
                    i,
                    "grade",
                    name=quota.grade,
                    allowed=", ".join(self.grades),
                )
            edge = self.grades[-1] if quota.side == "top" else self.grades[0]
            if quota.grade == edge:
                raise Rule(
                    N_("a quota on this side says nothing about the grade %(name)s"),
                    "quotas",
                    i,
                    "grade",
                    name=quota.grade,
                )
        for group in dict.fromkeys(("", *(group for quota in self.quotas for group in quota.groups))):
            self._fit_together(group)
        return self

    def _fit_together(self, group: str) -> None:
        held: set[tuple[str, str]] = set()
        shares = Fraction(0)
        for i, quota in enumerate(self.quotas):
            if quota.holds_for(group):
                if (quota.grade, quota.side) in held:
                    raise Rule(
                        N_("the grade %(name)s has two quotas in one ranking group"),
                        *("quotas", i, "grade"),
                        name=quota.grade,
                    )
                held.add((quota.grade, quota.side))
                shares += quota.share or 0
                if shares > 1:
                    raise Rule(
                        N_("the quotas of one ranking group share out %(percent)s %%, more than all"),
                        *("quotas", i, "share"),
                        percent=half_up(shares * 100, 2),
                    )

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades' names, from the best down."""
        return tuple(band.id for band in self.bands)


class LevelKind(Words):
    """A level that gates look at (政治素质: 好, 较好, 一般, 较差), from the best down, and where it comes from."""

    id: Name
    source: Annotated[RoundSource | ImportSource, Field(discriminator="kind")]
    values: Annotated[tuple[Text, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _a_test(self) -> "LevelKind":
        if isinstance(self.source, RoundSource) and self.source.figure != "test_level":
            raise Rule(N_("of a round, a level takes the figure test_level"), "source", "figure")
        return self


class Veto(Words):
    """Something that alone decides (一票否决), once the department in charge has confirmed it."""

    id: Name


# --- what a gate looks at --------------------------------------------------------------------------------------


class OnScore(Frozen):
    """The score, before any gate."""

    kind: Literal["score"] = "score"
    operator: Comparison
    value: Figure


class OnComponent(Frozen):
    """The figure of a component."""

    kind: Literal["component"] = "component"
    component: Name
    operator: Comparison
    value: Figure


class OnLevel(Frozen):
    """A level that is one of these."""

    kind: Literal["level"] = "level"
    level: Name
    among: Annotated[tuple[Text, ...], Field(min_length=1)]


class OnVeto(Frozen):
    """A confirmed veto; without names, any."""

    kind: Literal["veto"] = "veto"
    among: tuple[Name, ...] = ()


class OnParent(Frozen):
    """The grade of the unit above (a group rated 一般 bars its head)."""

    kind: Literal["parent"] = "parent"
    grades: Annotated[tuple[Name, ...], Field(min_length=1)]


class OnHistory(Frozen):
    """The same few grades for several years running.

    Attributes:
        this_year: whether the year that is graded is the last of them; such a gate can only flag.
    """

    kind: Literal["history"] = "history"
    grades: Annotated[tuple[Name, ...], Field(min_length=1)]
    years: Annotated[int, Field(ge=1, le=10), WHOLE] = 2
    this_year: bool = True


Condition = Annotated[OnScore | OnComponent | OnLevel | OnVeto | OnParent | OnHistory, Field(discriminator="kind")]


class Gate(Words):
    """A condition, and what it does to the grade; the words are the reason that is printed.

    Attributes:
        when: the condition that makes it hold.
        effect: "block_top" takes the best grade away, "lower" goes down, "cap" allows none better than a grade,
            "flag" asks for a decision and changes nothing.
        by: how many grades down.
        grade: the best that a cap allows.
        types: the unit types it holds for; empty for all.
    """

    id: Name
    when: Condition
    effect: Literal["block_top", "lower", "cap", "flag"]
    by: Annotated[int, Field(ge=1, le=9), WHOLE] | None = None
    grade: Name | None = None
    types: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _effect(self) -> "Gate":
        if (self.effect == "lower") != (self.by is not None):
            raise Rule(N_("the effect lower, and no other, says by how many grades"), "by")
        if (self.effect == "cap") != (self.grade is not None):
            raise Rule(N_("the effect cap, and no other, names a grade"), "grade")
        if isinstance(self.when, OnHistory) and self.when.this_year and self.effect != "flag":
            raise Rule(N_("a gate that waits for this year's grade can only flag"), "effect")
        return self

    def holds_for(self, unit_type: str) -> bool:
        """Tell whether it holds for a unit type."""
        return not self.types or unit_type in self.types
