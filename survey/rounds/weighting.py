"""What a round knows of the people behind its answers (加权): margins with their targets, and when a figure may stand.

Weights belong to voter groups and classes, never to a person: the office hands each class its own batch of codes.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from survey.core.errors import N_
from survey.core.model import WHOLE, Frozen
from survey.core.numbers import half_up
from survey.core.validation import Rule
from survey.questionnaires.words import Name, Words
from survey.rounds.rules import ClassCode, Portion

SHOWN_PLACES = 6

Code = Annotated[str, StringConstraints(min_length=1, max_length=100)]
People = Annotated[int, Field(ge=1, le=10_000_000_000), WHOLE]

CENSUS = N_("voters of a ballot are a census of a roster; do not rake ballots")


class Category(Words):
    """One class of a margin, such as the town, with its part of the population.

    Attributes:
        classes: the voter classes that belong to it; or, where voter groups tell it, ``groups``.
        share: its part of the population; or, where numbers of people are known, ``population``.
        shares: another share for some subjects, by their codes; numbers of people in ``populations``.
        merge_into: the category it is weighted together with when too few of it answered.
    """

    id: Name
    classes: tuple[ClassCode, ...] = ()
    groups: tuple[Code, ...] = ()
    share: Portion | None = None
    population: People | None = None
    shares: dict[Code, Portion] = Field(default_factory=dict)
    populations: dict[Code, People] = Field(default_factory=dict)
    merge_into: Name | None = None

    @model_validator(mode="after")
    def _says_each_once(self) -> "Category":
        if bool(self.classes) == bool(self.groups):
            raise Rule(N_("a category names either its voter classes or its voter groups"), "classes")
        if (self.share is None) == (self.population is None):
            raise Rule(N_("a category has either a share or a population"), "share")
        if self.populations if self.population is None else self.shares:
            raise Rule(N_("shares go with a share, and populations with a population"), "shares")
        for field, share in (("share", self.share), *((f"shares.{code}", one) for code, one in self.shares.items())):
            if share == 0:
                raise Rule(N_("a category needs a share above 0; leave out what nobody belongs to"), *field.split("."))
        return self

    @property
    def voters(self) -> tuple[str, ...]:
        """The voter classes, or the voter groups, that belong to it."""
        return self.classes or self.groups

    @property
    def own(self) -> tuple[str, ...]:
        """The codes of the subjects for which it has a target of its own."""
        return tuple(self.shares or self.populations)

    def target(self, subject: str = "") -> Fraction:
        """Return its share, or its number of people, for a subject."""
        if self.population is not None:
            return Fraction(self.populations.get(subject, self.population))
        assert self.share is not None
        return self.shares.get(subject, self.share)


class Margin(Words):
    """What is known about the population in one respect, such as town and country; every voter is in one category."""

    id: Name
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _categories_agree(self) -> "Margin":
        ids = [one.id for one in self.categories]
        seen: dict[str, str] = {}
        first = self.categories[0]
        for i, one in enumerate(self.categories):
            place = ("categories", i)
            if one.id in ids[:i]:
                raise Rule(N_("the name %(name)s stands here twice"), *place, "id", name=one.id)
            if bool(one.classes) != bool(first.classes):
                raise Rule(N_("all categories of a margin name voter classes, or all name voter groups"), *place)
            if (one.population is None) != (first.population is None):
                raise Rule(N_("all categories of a margin have a share, or all a population"), *place)
            if set(one.own) != set(first.own):
                raise Rule(N_("all categories of a margin name the same subjects in shares or populations"), *place)
            if one.merge_into is not None and (one.merge_into not in ids or one.merge_into == one.id):
                message = N_("there is no other category %(name)s to merge with; allowed: %(allowed)s")
                allowed = ", ".join(name for name in ids if name != one.id) or "-"
                raise Rule(message, *place, "merge_into", name=one.merge_into, allowed=allowed)
            field = "classes" if one.classes else "groups"
            for voters in one.voters:
                if voters in seen:
                    message = N_("%(voters)s stands in the category %(other)s already; everybody is in one of a margin")
                    raise Rule(message, *place, field, voters=voters, other=seen[voters])
                seen[voters] = one.id
        return self

    @model_validator(mode="after")
    def _shares_sum(self) -> "Margin":
        if self.categories[0].share is None:
            return self
        for subject in ("", *self.categories[0].own):
            total = sum((one.target(subject) for one in self.categories), Fraction(0))
            if total != 1:
                message = N_("the shares of margin %(margin)s sum to %(sum)s instead of 1 (%(subject)s)")
                shown = f"{half_up(total, SHOWN_PLACES).normalize():f}"
                raise Rule(message, "categories", margin=self.id, sum=shown, subject=subject or "share")
        return self

    def category(self, group: str, ballot_class: str) -> Category | None:
        """Return the category of some voters; none when they are in none."""
        return next(
            (one for one in self.categories if (ballot_class if one.classes else group) in one.voters),
            None,
        )

    def targets(self, subject: str) -> Mapping[str, Fraction]:
        """Return every category's share, or number of people, for a subject."""
        return {one.id: one.target(subject) for one in self.categories}


class WeightLimits(Frozen):
    """How weights are found, and when a weighted figure may stand.

    Attributes:
        least: the smallest weight, in means; smaller ones are lifted.
        most: the largest weight, in means; larger ones are cut.
        deff: the largest design effect; with a larger one there is no figure.
        answers: answers that every category of every margin needs.
        merge_below: categories with fewer ballots are merged with the one they name; 1 merges only the empty.
        off: how far trimming may leave a category's share from its target.
        rounds: of raking, at most.
        tolerance: a margin is met when no share is farther off.
    """

    least: Portion = Fraction(1, 3)
    most: Annotated[Decimal, Field(ge=1, le=1000, max_digits=8, decimal_places=4)] = Decimal(3)
    deff: Annotated[Decimal, Field(ge=1, le=1000, max_digits=8, decimal_places=4)] = Decimal("2.5")
    answers: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] = 10
    merge_below: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] = 1
    off: Portion = Fraction(1, 100)
    rounds: Annotated[int, Field(ge=1, le=10_000), WHOLE] = 50
    tolerance: Annotated[Decimal, Field(gt=0, le=Decimal("0.01"), decimal_places=12)] = Decimal("0.000001")

    @model_validator(mode="after")
    def _a_weight_remains(self) -> "WeightLimits":
        if self.least == 0:
            raise Rule(N_("the smallest weight must be above 0"), "least")
        return self


class Weighting(Frozen):
    """How the answers about each subject are weighted to its population.

    Attributes:
        method: one margin met exactly (post-stratification, 事后分层), or several in turn (raking, 迭代比例加权).
        error: whether the standard error gives credit for what the margins explain, or takes the weights as fixed,
            which is wider.
    """

    method: Literal["post-stratification", "raking"]
    margins: Annotated[tuple[Margin, ...], Field(min_length=1)]
    limits: WeightLimits = WeightLimits()
    error: Literal["calibrated", "plain"] = "calibrated"

    @model_validator(mode="after")
    def _method_fits(self) -> "Weighting":
        if self.method == "post-stratification" and len(self.margins) > 1:
            raise Rule(N_("post-stratification has one margin; with several write method: raking"), "margins")
        if self.method == "raking" and len(self.margins) == 1:
            raise Rule(N_("raking has several margins; with one write method: post-stratification"), "margins")
        ids = [one.id for one in self.margins]
        for i, name in enumerate(ids):
            if name in ids[:i]:
                raise Rule(N_("the name %(name)s stands here twice"), "margins", i, "id", name=name)
        return self
