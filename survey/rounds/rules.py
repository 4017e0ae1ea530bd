"""The rules of a round, as data: limits on a ballot, classes, quorum, and what its votes propose. Pure."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema, model_validator

from survey.core.errors import N_
from survey.core.model import WHOLE, Frozen
from survey.core.validation import Like, Rule
from survey.questionnaires.selectors import Selector
from survey.questionnaires.words import Name, Weight, Words

LARGEST_PART = 1_000_000


def _fraction(value: object) -> object:
    if isinstance(value, Fraction):
        return value
    try:
        found = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        found = None
    if found is None or isinstance(value, bool) or not 0 <= found <= 1 or found.denominator > LARGEST_PART:
        raise Rule(N_("%(value)s is no share; write for example 2/3 or 0.2"), value=value)
    return found


Portion = Annotated[
    Fraction,
    BeforeValidator(_fraction),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "description": "a share from 0 to 1, such as 2/3 or 0.2"}),
]
CLASS_PATTERN = "[A-Za-z][A-Za-z0-9_-]{0,19}"
Operator = Literal[">", ">="]
ClassCode = Annotated[
    str,
    Like(
        CLASS_PATTERN,
        N_("%(value)s is no class; allowed: letters, digits, - and _, a letter first, at most 20 characters"),
    ),
]


def reaches(value: Fraction, operator: Operator, threshold: Fraction) -> bool:
    """Tell whether a share reaches a threshold; ``>`` excludes the threshold itself (超过), ``>=`` has it (以上)."""
    return value > threshold if operator == ">" else value >= threshold


class BallotClass(Words):
    """One class of ballots (票种) and what it weighs.

    Attributes:
        weight: its share in a subject's total, against the other classes.
        weights: another weight for some subjects, by selector; a type goes before a rank, a rank before a kind.
        minimum: under so many valid ballots about a subject its result is "insufficient".
    """

    code: ClassCode
    weight: Weight = Decimal(1)
    weights: dict[Selector, Weight] = Field(default_factory=dict)
    minimum: Annotated[int, Field(ge=1), WHOLE] = 3


class Quorum(Frozen):
    """How many of those expected must be present (实到 / 应到)."""

    operator: Operator = ">="
    share: Portion


class Limit(Frozen):
    """How often something may be given on one ballot (优秀名额).

    Attributes:
        item: an item asked per subject.
        options: the option codes it counts; for numbers ``at_least`` or ``below`` instead.
        most: no more than so many.
        share: no more than this share of the subjects asked about, rounded down but at least one.
        least: no fewer than so many.
        breach: "block" refuses the ballot before it is cast; "void" lets it in and sets it aside at the count.
    """

    item: Name
    options: tuple[Name, ...] = ()
    at_least: Decimal | None = None
    below: Decimal | None = None
    most: Annotated[int, Field(ge=0), WHOLE] | None = None
    share: Portion | None = None
    least: Annotated[int, Field(ge=1), WHOLE] | None = None
    breach: Literal["block", "void"] = "block"

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Limit":
        if bool(self.options) == (self.at_least is not None or self.below is not None):
            raise Rule(N_("a limit counts either options or numbers (at_least, below)"), "options")
        if sum(one is not None for one in (self.most, self.share, self.least)) != 1:
            raise Rule(N_("a limit has exactly one of most, share and least"), "most")
        return self

    def allowed(self, subjects: int) -> int | None:
        """Return the most that a ballot about so many subjects may give; none without an upper limit."""
        if self.share is not None:
            return max(1, subjects * self.share.numerator // self.share.denominator)
        return self.most


# Told apart by hand, so that a fault is named once; the tag of the words is left out of its place.
Said = Annotated[
    Annotated[str, Field(min_length=1), Tag("text")] | Annotated[Words, Tag("")],
    Discriminator(lambda said: "text" if isinstance(said, str) else ""),
]


def in_words(said: Said, language: str) -> str:
    """Return a text in a language; one that was written in a single language stays as it is."""
    return said if isinstance(said, str) else said.words(language)


class Step(Frozen):
    """One line of a step table: when the votes for some options reach a share, this is the result."""

    options: Annotated[tuple[Name, ...], Field(min_length=1)]
    operator: Operator = ">="
    share: Portion
    result: Said


class StepTable(Frozen):
    """What shares of votes mean (得票率分档); the first step that holds decides.

    A rule "fewer than a third low votes" is written the other way round: a step for low votes from a third, before
    the result that needs fewer.

    Attributes:
        item: the item whose votes are looked at.
        base: shares of the valid ballots, or of all who were expected.
        otherwise: the result when no step holds.
    """

    item: Name
    base: Literal["valid", "expected"] = "valid"
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    otherwise: Said


class Level(Frozen):
    """A level (好, 较好, ...) and the positive mean from which it is proposed."""

    name: Words
    at_least: Decimal


class Signal(Frozen):
    """What a share of 存在 among 存在 and 不存在, taken at the worst statement, leads to.

    Attributes:
        effect: "notice" only asks for verification; "lower" takes one level; "lowest" takes the last.
    """

    share: Portion
    effect: Literal["notice", "lower", "lowest"]
    note: Words


class TestLevels(Frozen):
    """From the answers of a positive/negative test to a proposed level; a person confirms it.

    Attributes:
        levels: from the best down; the last needs no threshold met.
        signals: from the mildest to the gravest.
        minimum: under so many answering voters nothing is proposed.
    """

    levels: Annotated[tuple[Level, ...], Field(min_length=2)]
    signals: tuple[Signal, ...] = ()
    minimum: Annotated[int, Field(ge=1), WHOLE] = 10

    @model_validator(mode="after")
    def _in_order(self) -> "TestLevels":
        means = [level.at_least for level in self.levels]
        if means != sorted(set(means), reverse=True):
            raise Rule(
                N_("the levels must stand from the best down; each needs a lower mean than the one before"), "levels"
            )
        shares = [signal.share for signal in self.signals]
        if shares != sorted(set(shares)):
            raise Rule(
                N_("the signals must stand from the mildest up; each needs a larger share than the one before"),
                "signals",
            )
        return self


class Rules(Frozen):
    """What a result needs to be one, and what a ballot may say.

    Attributes:
        minimum: under so many scored answers an index is "insufficient".
        classes: ballot classes with their names and weights; none: all ballots weigh the same.
        grade_by: what gives a subject's score: its items, or the separate overall grade.
        quorum: how many must be present for the ballots to count at all.
        limits: how often an option may be given on one ballot.
        all_equal: whether a ballot that says the same of everybody is only noted, or void.
        trim_above: with more valid ballots of a class than this, the highest and the lowest are dropped; at least
            three must remain, or what is dropped would tell what one of them said.
        levels: proposals from shares of votes.
        test_levels: the proposal of a positive/negative test.
    """

    minimum: Annotated[int, Field(ge=1), WHOLE] = 30
    classes: tuple[BallotClass, ...] = ()
    grade_by: Literal["items", "overall"] = "items"
    quorum: Quorum | None = None
    limits: tuple[Limit, ...] = ()
    all_equal: Literal["note", "void"] = "note"
    trim_above: Annotated[int, Field(ge=4), WHOLE] | None = None
    levels: StepTable | None = None
    test_levels: TestLevels | None = None

    @model_validator(mode="after")
    def _classes_differ(self) -> "Rules":
        codes = [one.code for one in self.classes]
        for i, code in enumerate(codes):
            if code in codes[:i]:
                raise Rule(N_("the class %(code)s stands here twice"), "classes", i, "code", code=code)
        return self

    def ballot_class(self, code: str) -> BallotClass | None:
        """Return a class's rule; none when the round names no classes."""
        return next((one for one in self.classes if one.code == code), None)


class Disclosure(Frozen):
    """What may be shown.

    Attributes:
        min_cell: counts below it are hidden.
        min_text: remarks about a subject are given out only from so many.
        min_class: the figures of one class about one subject are shown only from so many ballots.
        live_step: while a secret round is open, its figures move in steps of so many.
        unanimity: "low" hides votes that all fell on one option below the best; "any" on whichever; "show" none.
    """

    min_cell: Annotated[int, Field(ge=3), WHOLE] = 5
    min_text: Annotated[int, Field(ge=5), WHOLE] = 10
    min_class: Annotated[int, Field(ge=3), WHOLE] = 5
    live_step: Annotated[int, Field(ge=2), WHOLE] = 5
    unanimity: Literal["low", "any", "show"] = "low"
