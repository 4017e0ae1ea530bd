"""What blocks a round from opening, each with its remedy; and whether it takes ballots now. Pure."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from survey.core.errors import N_
from survey.rounds.definition import TRUSTEES, Rollup, RoundDefinition, VoterGroup
from survey.subjects.roster import Subject


@dataclass(frozen=True)
class Blocker:
    """One thing that keeps a round from opening, and what to do about it.

    Attributes:
        about: what of the round it lies in: "rules", "voters", "subjects", "keys", "times" or "rehearsal".
    """

    message: str
    remedy: str
    figures: dict[str, object] = field(default_factory=dict)
    about: str = "rules"


class Door(Enum):
    """Whether a ballot may be opened or cast at a moment."""

    NOT_YET = "not yet"
    OPEN = "open"
    GRACE = "grace"
    CLOSED = "closed"


def door(definition: RoundDefinition, now: datetime) -> Door:
    """Tell where a moment stands between a round's times; in the grace only forms opened before may be cast."""
    if now < definition.opens_at:
        return Door.NOT_YET
    if now < definition.closes_at:
        return Door.OPEN
    if now < definition.closes_at + definition.grace:
        return Door.GRACE
    return Door.CLOSED


LONGEST_NAME = 40
_REHEARSAL = "-test"


def rehearsal_name(name: str) -> str:
    """Return what the rehearsal of a round is called: ``spring-test``; of a long name, its beginning and a digest."""
    if len(name) + len(_REHEARSAL) <= LONGEST_NAME:
        return name + _REHEARSAL
    mark = "-" + hashlib.sha256(name.encode()).hexdigest()[:6] + _REHEARSAL
    return name[: LONGEST_NAME - len(mark)] + mark


def rehearsed(name: str) -> Blocker:
    """Return what blocks opening while the rehearsal of a round is there."""
    return Blocker(
        N_("Its rehearsal %(rehearsal)s is still there"),
        N_("clear it on the rehearsal's page, or with `flask rounds clear-rehearsal %(name)s`"),
        {"rehearsal": rehearsal_name(name), "name": name},
        about="rehearsal",
    )


def blockers(
    definition: RoundDefinition,
    *,
    keys: int,
    voters: Sequence[VoterGroup],
    roster: Sequence[Subject],
    now: datetime,
) -> tuple[Blocker, ...]:
    """List everything that blocks opening, with the remedy."""
    found = list(_key_blockers(definition, keys))
    if definition.closes_at <= now:
        found.append(
            Blocker(
                N_("The closing time %(closes)s has passed"),
                N_("write a later closes_at"),
                {"closes": definition.closes_at},
                about="times",
            )
        )
    if not voters:
        found.append(Blocker(N_("There are no voters"), N_("add lines to the voters file"), about="voters"))
    for rollup in definition.rollup:
        found.extend(_rollup_blockers(rollup, voters, roster))
    return tuple(found)


def _key_blockers(definition: RoundDefinition, keys: int) -> Iterator[Blocker]:
    if definition.seal == "trustees" and not keys:
        yield Blocker(
            N_("There are no trustees' keys to seal the ballots with"),
            N_("make two with `flask keys trustee`, apart from each other, and name their .pub files under keys"),
            about="keys",
        )
    elif definition.seal == "trustees" and keys < TRUSTEES:
        yield Blocker(
            N_("There is only one trustee's key; the seal needs two"),
            N_("add the public key file of the other trustee"),
            about="keys",
        )
    elif not keys:
        yield Blocker(
            N_("There is no key to seal the ballots with"),
            N_("make one with `flask keys office` and name its .pub file under key"),
            about="keys",
        )


def _rollup_blockers(rollup: Rollup, voters: Sequence[VoterGroup], roster: Sequence[Subject]) -> list[Blocker]:
    types = {subject.unit_type for subject in roster}
    found = [
        Blocker(
            N_("The rollup names the unit type %(name)s, which no subject has"),
            N_("correct the name or the roster"),
            {"name": name},
            about="subjects",
        )
        for name in rollup.types
        if name not in types
    ]
    if rollup.weight == "population":
        rated = {code for voter in voters for code in voter.subjects}
        wholes = {subject.code for subject in roster if subject.unit_type in rollup.types}
        found += [
            Blocker(
                N_("%(name)s (%(code)s) is weighted by population, which the roster does not give"),
                N_("fill in the population, or weight the rollup by planned"),
                {"name": part.name, "code": part.code},
                about="subjects",
            )
            for part in roster
            if part.code in rated
            and part.population is None
            and (part.parent in wholes or (rollup.own and part.code in wholes))
        ]
    return found
