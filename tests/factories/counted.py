"""Counted rounds without a database: real questionnaires, real ballots, counted by the real tally."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from survey.counting import service
from survey.counting.opening import Opened
from survey.counting.tally import tally_ballots
from survey.questionnaires.schema import Questionnaire
from survey.rounds.definition import FrozenRound, RoundDefinition, VoterGroup
from survey.scoring.sources import CountedRound
from survey.subjects.roster import Subject
from survey.turnout.rules import Disposition

FIVE = [
    {"code": "vs", "zh": "非常满意", "en": "Very satisfied", "points": 100, "satisfied": True},
    {"code": "s", "zh": "满意", "en": "Satisfied", "points": 80, "satisfied": True},
    {"code": "f", "zh": "基本满意", "en": "Fairly satisfied", "points": 60, "satisfied": True},
    {"code": "d", "zh": "不满意", "en": "Dissatisfied", "points": 30},
    {"code": "vd", "zh": "非常不满意", "en": "Very dissatisfied", "points": 0},
    {"code": "dk", "zh": "不了解", "en": "Don't know", "scored": False, "counted": False},
]
LEVELS = {
    "levels": [
        {"name": {"zh": z, "en": z}, "at_least": at} for z, at in (("好", 90), ("较好", 80), ("一般", 70), ("较差", 0))
    ],
    "signals": [
        {"share": share, "effect": effect, "note": {"zh": effect, "en": effect}}
        for share, effect in (("1/10", "notice"), ("1/5", "lower"), ("1/3", "lowest"))
    ],
}

Ballot = Mapping[str, object]


def scale(*points: int | None) -> list[dict[str, Any]]:
    """Return options a, b, c ... with points; none: 不了解, which is not scored."""
    return [
        {"code": code, "zh": code, "en": code} | ({"scored": False} if worth is None else {"points": worth})
        for code, worth in zip("abcdef", points, strict=False)
    ]


def item(item_id: str = "safety", kind: str = "scale", **fields: Any) -> dict[str, Any]:
    named = {"scale": "only"} if kind == "scale" else {}
    return {"id": item_id, "kind": kind, "per": "subject", "zh": item_id, "en": item_id} | named | fields


def asked(*items: Mapping[str, Any], options: Sequence[Mapping[str, Any]] = FIVE, **fields: Any) -> Questionnaire:
    return Questionnaire.model_validate(
        {
            "id": "asked",
            "version": 1,
            "title": {"zh": "问卷", "en": "Asked"},
            "scales": {"only": list(options)},
            "items": list(items) or [item()],
        }
        | fields
    )


def subject(code: str, **fields: Any) -> Subject:
    return Subject.model_validate({"code": code, "name": code, "unit_type": "county", "group": "counties"} | fields)


def voters(group: str, subjects: Sequence[str], ballot_class: str = "citizen", planned: int = 100) -> VoterGroup:
    return VoterGroup(group, ballot_class, planned, tuple(subjects), {})


def frozen_round(
    name: str,
    subjects: Sequence[Subject],
    groups: Sequence[VoterGroup],
    questions: Questionnaire | None = None,
    kind: str = "opinion",
    **rules: Any,
) -> FrozenRound:
    definition = {
        "id": name,
        "title": {"zh": name, "en": name},
        "organiser": {"zh": "考核办", "en": "Office"},
        "contact": "12380",
        "questionnaire": "asked@1",
        "kind": kind,
        "voters": "voters.csv",
        "rules": {"minimum": 1} | rules,
        "opens_at": datetime(2026, 12, 1, tzinfo=UTC),
        "closes_at": datetime(2026, 12, 2, tzinfo=UTC),
    }
    questions = questions or asked()
    return FrozenRound(RoundDefinition.model_validate(definition), questions, tuple(subjects), tuple(groups), ())


def counted(
    frozen: FrozenRound,
    cast: Mapping[tuple[str, str], Sequence[Ballot]],
    present: Mapping[tuple[str, str], int | None] | None = None,
) -> CountedRound:
    """Count ballots given by group and class, each as answers by question name.

    Args:
        frozen: the round.
        cast: the ballots.
        present: how many came; where it is given, the round has a turnout too, of as many codes as voters planned.
    """
    opened = Opened(root="ab" * 32)
    ids = {(voter.group, voter.ballot_class): i for i, voter in enumerate(frozen.voters)}
    size = frozen.ballot_size
    for place, id_ in ids.items():
        ballots = cast.get(place, ())
        for number, form in enumerate(frozen.form(frozen.voter_group(*place).subjects).sheets, 1):
            data = b"".join(_encoded(form, answers, size) for answers in ballots)
            table = np.frombuffer(data, np.uint8).reshape(len(ballots), size)
            opened.tallies[id_, number] = tally_ballots(form, table, frozen.definition.rules)
    count = service._count(frozen, ids, opened, ())
    turnout = [_turnout(voter, len(cast.get((voter.group, voter.ballot_class), ()))) for voter in frozen.voters]
    return CountedRound(frozen, count, tuple(turnout) if present is not None else (), dict(present or {}))


def _turnout(voter: VoterGroup, spent: int) -> Disposition:
    return Disposition(voter.group, voter.ballot_class, voter.planned, 0, spent, 0, voter.planned - spent)


def _encoded(form: Any, answers: Ballot, size: int) -> bytes:
    numbers = {}
    for question in form.questions:
        value = answers.get(question.name)
        if isinstance(value, str):
            value = [option.code for option in question.item.options].index(value) + 1
        if value is not None:
            numbers[question.name] = value
    return form.encode(numbers).ljust(size, b"\0")


def alike(name: str, **n: int) -> list[dict[str, str]]:
    """Return ballots with one answer each: ``alike("safety:A", vs=3, d=1)``."""
    return [{name: option} for option, times in n.items() for _ in range(times)]


def columns(votes: Mapping[str, Sequence[int]], options: str = "abcdef") -> list[dict[str, str]]:
    """Return ballots whose answers to each question add up to these votes, option by option."""
    filled = {
        name: [option for option, times in zip(options, n, strict=False) for _ in range(times)]
        for name, n in votes.items()
    }
    return [dict(zip(filled, row, strict=True)) for row in zip(*filled.values(), strict=True)]
