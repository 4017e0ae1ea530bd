"""A round as people write it, and what opening freezes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, model_validator

from survey.core.errors import N_
from survey.core.ids import content_hash
from survey.core.model import WHOLE, Frozen
from survey.core.validation import Like, Rule
from survey.core.yamlfile import load_model
from survey.questionnaires.form import Form
from survey.questionnaires.schema import Questionnaire, Words
from survey.questionnaires.words import Name
from survey.subjects.roster import Subject

Reference = Annotated[
    str,
    Like(
        "[a-z][a-z0-9_-]{0,39}@[1-9][0-9]{0,3}",
        N_("%(value)s names no version; write for example public-satisfaction@1"),
    ),
]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=300)]


def _written_out(value: object) -> object:
    # A bare number would be taken for seconds since 1970.
    if (isinstance(value, str) and value[4:5] == "-") or isinstance(value, datetime):
        return value
    raise Rule(N_("%(value)s is not a moment; write for example 2026-03-01T09:00:00+08:00"), value=value)


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]


class Rules(Frozen):
    """What a result needs to be one.

    Attributes:
        minimum: under so many scored answers an index is "insufficient".
    """

    minimum: Annotated[int, Field(ge=1), WHOLE] = 30


class Disclosure(Frozen):
    """What may be shown.

    Attributes:
        min_cell: counts below it are hidden.
        min_text: remarks about a subject are given out only from so many.
    """

    min_cell: Annotated[int, Field(ge=3), WHOLE] = 5
    min_text: Annotated[int, Field(ge=5), WHOLE] = 10


class Rollup(Frozen):
    """Which units get their index from the units below them, and how these weigh.

    Attributes:
        types: the unit types it holds for.
        weight: by the parts' population, or by the ballots planned for them.
        own: whether the unit's own voters are one more part.
    """

    types: Annotated[tuple[str, ...], Field(min_length=1)]
    weight: Literal["population", "planned"]
    own: bool = False


class RoundDefinition(Frozen):
    """A round's file.

    Attributes:
        grace_minutes: how long after closing a form that was opened before may still be cast.
        review: whether people see their answers once more before they cast.
        key: the public key file; nothing opens without the private half.
    """

    id: Name
    title: Words
    organiser: Words
    contact: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    questionnaire: Reference
    kind: Literal["opinion", "rating"] = "opinion"
    subjects: FileName | None = None
    voters: FileName
    seal: Literal["office"] = "office"
    key: FileName | None = None
    opens_at: Moment
    closes_at: Moment
    grace_minutes: Annotated[int, Field(ge=0, le=60), WHOLE] = 10
    review: bool = True
    channel: Literal["codes"] = "codes"
    rules: Rules = Rules()
    disclosure: Disclosure = Disclosure()
    rollup: tuple[Rollup, ...] = ()

    @model_validator(mode="after")
    def _order(self) -> "RoundDefinition":
        if self.closes_at <= self.opens_at:
            raise Rule(
                N_("the round closes at %(closes)s, which is not after it opens (%(opens)s)"),
                "closes_at",
                closes=self.closes_at.isoformat(),
                opens=self.opens_at.isoformat(),
            )
        return self

    @property
    def grace(self) -> timedelta:
        """The printed grace."""
        return timedelta(minutes=self.grace_minutes)


@dataclass(frozen=True)
class VoterGroup:
    """Voters of one group and class: how many ballots are planned, and which subjects they rate."""

    group: str
    ballot_class: str
    planned: int
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class FrozenRound:
    """All that opening froze; nothing of a round that is open is ever read from anywhere else."""

    definition: RoundDefinition
    questionnaire: Questionnaire
    subjects: tuple[Subject, ...]
    voters: tuple[VoterGroup, ...]
    public_key: bytes
    key_fingerprint: str

    def document(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "definition": self.definition.model_dump(mode="json"),
            "questionnaire": self.questionnaire.document(),
            "subjects": [subject.model_dump(mode="json") for subject in self.subjects],
            "voters": [
                {"group": v.group, "class": v.ballot_class, "planned": v.planned, "subjects": list(v.subjects)}
                for v in self.voters
            ],
            "key": {"public": self.public_key.hex(), "fingerprint": self.key_fingerprint},
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "FrozenRound":
        """Build it again from its plain data."""
        return cls(
            RoundDefinition.model_validate(document["definition"]),
            Questionnaire.model_validate(document["questionnaire"]),
            tuple(Subject.model_validate(subject) for subject in document["subjects"]),
            tuple(VoterGroup(v["group"], v["class"], v["planned"], tuple(v["subjects"])) for v in document["voters"]),
            bytes.fromhex(document["key"]["public"]),
            document["key"]["fingerprint"],
        )

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the canonical document: 64 hex digits."""
        return content_hash(self.document())

    @cached_property
    def ballot_size(self) -> int:
        """Bytes of the largest ballot; every envelope of the round is padded to it."""
        return max(self.form(voter.subjects).size for voter in self.voters)

    def form(self, codes: Sequence[str]) -> Form:
        """Return the questionnaire compiled for the subjects of some codes."""
        by_code = {subject.code: subject for subject in self.subjects}
        return Form(self.questionnaire, [by_code[code] for code in codes])

    def voter_group(self, group: str, ballot_class: str) -> VoterGroup:
        """Return the voters of a group and class; StopIteration when there are none."""
        return next(v for v in self.voters if (v.group, v.ballot_class) == (group, ballot_class))


def read_definition(file: Path) -> RoundDefinition:
    """Read and validate a round file.

    Raises:
        Invalid: with every fault's line, field, reason and what is allowed.
    """
    return load_model(file, RoundDefinition)
