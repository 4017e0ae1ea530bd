"""A rating plan as people write it: levels, their tags, time limits, what becomes of a bad rating."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from survey.core.errors import N_, NotFound
from survey.core.ids import content_hash
from survey.core.model import WHOLE, Frozen
from survey.core.validation import Rule
from survey.core.words import Name, Words
from survey.core.yamlfile import load_model

MOST_TAGS = 20
Days = Annotated[int, Field(ge=0, le=366), WHOLE]
Outcome = Literal["misjudged", "malicious", "no_ground"]
Milestone = Literal["received", "assigned", "contacted", "judged", "settled"]


def _written_out(value: object) -> object:
    # A bare number would be taken for seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and value[4:5] == "-"):
        return value
    raise Rule(N_("%(value)s is not a day; write for example 2026-10-01"), value=value)


Day = Annotated[date, BeforeValidator(_written_out)]


class Tag(Words):
    """One of the remarks that can be ticked with a level (评价标签)."""

    code: Name


class Level(Words):
    """One level of a rating.

    Attributes:
        points: what it is worth in the index.
        bad: it is a bad rating (差评), which opens the loop.
        tags: what can be ticked with it.
    """

    code: Name
    points: Annotated[Decimal, Field(ge=0, le=1000, max_digits=8, decimal_places=4)]
    bad: bool
    tags: Annotated[tuple[Tag, ...], Field(max_length=MOST_TAGS)] = ()


class Span(Frozen):
    """A number of days after a day; the first one is the day after.

    Attributes:
        within: how many.
        unit: every day, or working days only.
    """

    within: Days
    unit: Literal["days", "working_days"] = "days"


class Limit(Span):
    """By when a step is to be taken.

    Attributes:
        since: the step that starts the time.
    """

    since: Milestone = "received"


class Limits(Frozen):
    """The time limit of each step; a step without one is never overdue.

    Attributes:
        assigned: somebody is to deal with it.
        contacted: the person was called or visited (回访), or that was tried.
        judged: the rating was found valid or not.
        settled: corrected (整改), or explained.
        replied: the person was told.
        decided: an appeal against the rating was decided.
    """

    assigned: Limit | None = None
    contacted: Limit | None = None
    judged: Limit | None = None
    settled: Limit | None = None
    replied: Limit | None = None
    decided: Span | None = None


class Answer(Words):
    """One answer of the re-rating."""

    code: Name
    satisfied: bool


class Rerating(Frozen):
    """The one re-rating (追评).

    Attributes:
        within: how long it is open after the reply.
        after: how the bad rating must have been settled.
        answers: what can be answered.
    """

    within: Span
    after: Annotated[tuple[Literal["corrected", "explained"], ...], Field(min_length=1)] = ("corrected",)
    answers: Annotated[tuple[Answer, ...], Field(min_length=2, max_length=5)]


class Calendar(Frozen):
    """Which days are working days, besides Monday to Friday.

    Attributes:
        holidays: days from Monday to Friday on which nobody works.
        worked: Saturdays and Sundays that are worked instead (调休上班).
    """

    holidays: tuple[Day, ...] = ()
    worked: tuple[Day, ...] = ()


class RatingPlan(Frozen):
    """How the services of an office are rated: one version, complete in itself.

    Attributes:
        id: its name, the same in all versions.
        version: counts up; a version that was added never changes, its tags neither.
        levels: best first.
        rated: how long after its end a case can be rated; for ever when left out.
        limits: by when which step is to be taken after a bad rating.
        rerating: the re-rating; none when left out.
        excluded: outcomes that leave a bad rating out of the indicators; it is kept all the same.
        calendar: the working days.
    """

    id: Name
    version: Annotated[int, Field(ge=1, le=9999), WHOLE]
    title: Words
    organiser: Words
    contact: Annotated[str, Field(min_length=1, max_length=200)]
    levels: Annotated[tuple[Level, ...], Field(min_length=2, max_length=10)]
    rated: Span | None = None
    limits: Limits = Limits()
    rerating: Rerating | None = None
    excluded: tuple[Outcome, ...] = ("misjudged", "malicious", "no_ground")
    calendar: Calendar = Calendar()

    @model_validator(mode="after")
    def _check(self) -> "RatingPlan":
        _once([level.code for level in self.levels], "levels")
        _once([tag.code for level in self.levels for tag in level.tags], "levels")
        if self.rerating:
            _once([answer.code for answer in self.rerating.answers], "rerating", "answers")
            if len({answer.satisfied for answer in self.rerating.answers}) == 1:
                message = N_("a re-rating needs an answer that says satisfied and one that does not")
                raise Rule(message, "rerating", "answers")
        if len({level.bad for level in self.levels}) == 1:
            raise Rule(N_("a plan needs a bad level and one that is not"), "levels")
        return self

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the canonical document: 64 hex digits."""
        return content_hash(self.document())

    @property
    def reference(self) -> str:
        """``id@version``."""
        return f"{self.id}@{self.version}"

    def document(self) -> dict[str, Any]:
        """Return the whole plan as plain data, from which it can be built again."""
        return self.model_dump(mode="json")

    def level(self, code: str) -> Level | None:
        """Return the level of a code, none when there is no such level."""
        return next((level for level in self.levels if level.code == code), None)

    def answer(self, code: str) -> Answer | None:
        """Return the answer of the re-rating with a code, none when there is no such answer."""
        answers = self.rerating.answers if self.rerating else ()
        return next((answer for answer in answers if answer.code == code), None)

    def tag(self, code: str) -> Tag | None:
        """Return the tag of a code, none when there is no such tag."""
        return next((tag for level in self.levels for tag in level.tags if tag.code == code), None)


def _once(codes: list[str], *place: str | int) -> None:
    for code in codes:
        if codes.count(code) > 1:
            raise Rule(N_("the code %(code)s stands here twice"), *place, code=code)


def read_plan(file: Path) -> RatingPlan:
    """Read and validate a plan file.

    Raises:
        Invalid: with every fault's line, field, reason and what is allowed.
    """
    return load_model(file, RatingPlan)


def shipped_plan(name: str) -> Path:
    """Return the file of a plan that comes with the program.

    Raises:
        NotFound: when there is none of that name.
    """
    file = Path(str(files("survey.ratings"))) / "plans" / f"{name}.yaml"
    if not file.is_file():
        raise NotFound(N_("No rating plan %(name)s comes with the program"), name=name)
    return file
