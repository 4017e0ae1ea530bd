"""A round as people write it, and what opening freezes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from survey.core.errors import N_, Refused
from survey.core.ids import content_hash
from survey.core.keys import PublicKey
from survey.core.model import WHOLE, Frozen
from survey.core.validation import Like, Rule
from survey.core.yamlfile import load_model
from survey.questionnaires.form import Form
from survey.questionnaires.schema import Questionnaire, Words
from survey.questionnaires.words import Name, unsaid
from survey.rounds.rules import Disclosure, Rules
from survey.rounds.weighting import CENSUS, Weighting
from survey.subjects.roster import Subject

TRUSTEES = 2

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
        kind: an opinion survey, a rating of services, a democratic ballot (民主测评), or a positive/negative test.
        seal: to the office's key, or to two trustees' keys of which neither opens anything alone.
        key: the office's public key file; nothing opens without the private half.
        keys: the two trustees' public key files.
        grace_minutes: how long after closing a form that was opened before may still be cast.
        review: whether people see their answers once more before they cast.
        meeting: whether the host opens and closes the batches of codes, in the room.
        layout: one dimension after the other, or one subject after the other; by itself, whichever reads better.
        order: how the subjects are ordered on the ballot, in words (按姓氏笔画为序).
        announce: whether results may be published; unless said, those of opinion surveys and ratings only.
        objection_days: how long after the count the envelopes are kept.
        weighting: how answers are weighted to the population; of opinion surveys and ratings only.
        rehearsal: whether it is the rehearsal of another round (试填), which never counts; no file may say so.
    """

    id: Name
    title: Words
    organiser: Words
    contact: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    questionnaire: Reference
    kind: Literal["opinion", "rating", "ballot", "posneg"] = "opinion"
    subjects: FileName | None = None
    voters: FileName
    seal: Literal["office", "trustees"] = "office"
    key: FileName | None = None
    keys: tuple[FileName, ...] = ()
    opens_at: Moment
    closes_at: Moment
    grace_minutes: Annotated[int, Field(ge=0, le=60), WHOLE] = 10
    review: bool = True
    channel: Literal["codes"] = "codes"
    meeting: bool = False
    layout: Literal["auto", "by_dimension", "by_person"] = "auto"
    order: Words | None = None
    announce: bool | None = None
    objection_days: Annotated[int, Field(ge=0, le=366), WHOLE] = 15
    rules: Rules = Rules()
    disclosure: Disclosure = Disclosure()
    rollup: tuple[Rollup, ...] = ()
    weighting: Annotated[Weighting | None, unsaid(default=None)] = None
    rehearsal: Annotated[SkipJsonSchema[bool], unsaid(default=False)] = False

    @model_validator(mode="after")
    def _order(self) -> "RoundDefinition":
        if self.closes_at <= self.opens_at:
            raise Rule(
                N_("the round closes at %(closes)s, which is not after it opens (%(opens)s)"),
                "closes_at",
                closes=self.closes_at,
                opens=self.opens_at,
            )
        return self

    @model_validator(mode="after")
    def _seal_has_its_keys(self) -> "RoundDefinition":
        if self.seal == "office" and self.keys:
            raise Rule(N_("the seal of the office has one key; name it under key, or write seal: trustees"), "keys")
        if self.seal == "trustees" and self.key:
            raise Rule(N_("two trustees seal this round; name their two files under keys"), "key")
        if self.keys and len(self.keys) != TRUSTEES:
            raise Rule(N_("two trustees' keys are needed; %(n)s are named"), "keys", n=len(self.keys))
        return self

    @model_validator(mode="after")
    def _a_census_is_not_weighted(self) -> "RoundDefinition":
        if self.weighting is not None and self.kind in ("ballot", "posneg"):
            raise Rule(CENSUS, "weighting")
        return self

    @property
    def key_files(self) -> tuple[str, ...]:
        """The public key files it names, innermost seal first."""
        return self.keys or ((self.key,) if self.key else ())

    @property
    def secret(self) -> bool:
        """Whether it is a secret ballot: its figures move in steps while it is open."""
        return self.kind in ("ballot", "posneg") or self.seal == "trustees"

    @property
    def announced(self) -> bool:
        """Whether its results may be published."""
        return self.kind in ("opinion", "rating") if self.announce is None else self.announce

    @property
    def grace(self) -> timedelta:
        """The printed grace."""
        return timedelta(minutes=self.grace_minutes)


@dataclass(frozen=True)
class VoterGroup:
    """Voters of one group and class: how many ballots are planned, and which subjects they rate.

    Attributes:
        classes: the class a ballot counts as for some subjects, where that is not its own.
    """

    group: str
    ballot_class: str
    planned: int
    subjects: tuple[str, ...]
    classes: Mapping[str, str] = field(default_factory=dict)

    def class_of(self, subject: str) -> str:
        """Return the class these voters' ballots count as for a subject; for none of them, their own."""
        return self.classes.get(subject, self.ballot_class)

    def document(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "group": self.group,
            "class": self.ballot_class,
            "planned": self.planned,
            "subjects": list(self.subjects),
            "classes": dict(self.classes),
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "VoterGroup":
        """Build it again from its plain data."""
        return cls(
            document["group"],
            document["class"],
            document["planned"],
            tuple(document["subjects"]),
            document.get("classes", {}),
        )


@dataclass(frozen=True)
class FrozenRound:
    """All that opening froze; nothing of a round that is open is ever read from anywhere else.

    Attributes:
        thawed: the document it was read from, when it was.
    """

    definition: RoundDefinition
    questionnaire: Questionnaire
    subjects: tuple[Subject, ...]
    voters: tuple[VoterGroup, ...]
    keys: tuple[PublicKey, ...]
    thawed: dict[str, Any] | None = field(default=None, compare=False, repr=False)

    def document(self) -> dict[str, Any]:
        """Return it as plain data: what was frozen, though a later version of the program knows more fields."""
        return self.thawed or {
            "definition": self.definition.model_dump(mode="json"),
            "questionnaire": self.questionnaire.document(),
            "subjects": [subject.model_dump(mode="json") for subject in self.subjects],
            "voters": [voter.document() for voter in self.voters],
            "keys": [key.document() for key in self.keys],
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "FrozenRound":
        """Build it again from its plain data."""
        # What 0.1 froze had one key, the office's.
        keys = document["keys"] if "keys" in document else [{"kind": "office", **document["key"]}]
        return cls(
            RoundDefinition.model_validate(document["definition"]),
            Questionnaire.model_validate(document["questionnaire"]),
            tuple(Subject.model_validate(subject) for subject in document["subjects"]),
            tuple(VoterGroup.from_document(voter) for voter in document["voters"]),
            tuple(PublicKey.from_document(key) for key in keys),
            document,
        )

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the canonical document: 64 hex digits."""
        return content_hash(self.document())

    @cached_property
    def ballot_size(self) -> int:
        """Bytes of the largest ballot; every envelope of the round is padded to it."""
        return max(sheet.size for voter in self.voters for sheet in self.form(voter.subjects).sheets)

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
        Refused: when it says that it is a rehearsal.
    """
    definition = load_model(file, RoundDefinition)
    if definition.rehearsal:
        raise Refused(N_("A rehearsal has no file of its own: make it from its round (`flask rounds rehearse`)"))
    return definition
