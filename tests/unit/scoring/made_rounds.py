"""Rounds for the tests of scoring and reports: real questionnaires, real ballots, counted by the real tally."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from survey.core.keys import KeyKind, PrivateKey
from survey.counting.figures import Count, Text
from survey.counting.tally import piles_of, sheet_count, spreads_of, tally_ballots
from survey.questionnaires.schema import Questionnaire
from survey.rounds.definition import FrozenRound, RoundDefinition, VoterGroup
from survey.subjects.roster import Subject

SATISFACTION = [
    {"code": "vs", "zh": "非常满意", "en": "Very satisfied", "points": 100, "satisfied": True},
    {"code": "s", "zh": "满意", "en": "Satisfied", "points": 80, "satisfied": True},
    {"code": "f", "zh": "基本满意", "en": "Fairly satisfied", "points": 60, "satisfied": True},
    {"code": "d", "zh": "不满意", "en": "Dissatisfied", "points": 30},
    {"code": "vd", "zh": "非常不满意", "en": "Very dissatisfied", "points": 0},
    {"code": "dk", "zh": "不了解", "en": "Don't know", "scored": False, "counted": False},
]


def scale_item(item_id, **fields):
    return {
        "id": item_id,
        "kind": "scale",
        "scale": "five",
        "per": "subject",
        "zh": f"您对{item_id}是否满意？",
        "en": f"Are you satisfied with {item_id}?",
    } | fields


def questionnaire(*items):
    return Questionnaire.model_validate(
        {
            "id": "satisfaction",
            "version": 3,
            "title": {"zh": "满意度调查", "en": "Satisfaction survey"},
            "scales": {"five": SATISFACTION},
            "items": list(items) or [scale_item("safety")],
        }
    )


def subject(code, **fields):
    return Subject.model_validate(
        {"code": code, "name": f"{code}县", "unit_type": "county", "group": "county"} | fields
    )


def frozen_round(subjects: Sequence[Subject], asked=None, voters=None, minimum=1, **definition) -> FrozenRound:
    """Each subject is rated by a group of its own name, unless ``voters`` says otherwise."""
    document = {
        "id": "autumn",
        "title": {"zh": "秋季调查", "en": "Autumn survey"},
        "organiser": {"zh": "考核办", "en": "Assessment office"},
        "contact": "12340",
        "questionnaire": "satisfaction@3",
        "voters": "voters.csv",
        "rules": {"minimum": minimum},
        "opens_at": datetime(2026, 9, 1, tzinfo=UTC),
        "closes_at": datetime(2026, 9, 30, tzinfo=UTC),
    } | definition
    groups = voters or [VoterGroup(s.code, "citizen", 100, (s.code,)) for s in subjects]
    return FrozenRound(
        RoundDefinition.model_validate(document),
        asked or questionnaire(),
        tuple(subjects),
        tuple(groups),
        (PrivateKey(KeyKind.OFFICE, bytes(32)).public,),
    )


def count_ballots(
    frozen: FrozenRound, cast: Mapping[str, Sequence[Mapping[str, object]]], texts: Sequence[Text] = ()
) -> Count:
    """Count ballots given by group as option codes by question name."""
    sheets, piles, spreads = [], [], []
    for voter in frozen.voters:
        form = frozen.form(voter.subjects)
        numbers = {
            question.name: {option.code: i for i, option in enumerate(question.item.options, 1)}
            for question in form.questions
        }
        rows = [
            form.encode({name: _answer(numbers[name], value) for name, value in answers.items()})
            for answers in cast.get(voter.group, ())
        ]
        data = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), form.size)
        tally = tally_ballots(form, data, frozen.definition.rules)
        sheets.append(sheet_count(voter.group, voter.ballot_class, 1, tally))
        piles += piles_of(voter.group, voter.ballot_class, form, tally)
        spreads += spreads_of(voter.group, voter.ballot_class, tally)
    return Count(
        frozen.definition.id,
        frozen.content_hash,
        tuple(sheets),
        tuple(piles),
        tuple(spreads),
        (),
        tuple(texts),
        (),
        (),
        "ab" * 32,
    )


def _answer(numbers, value):
    if isinstance(value, str):
        return numbers.get(value, value)
    if isinstance(value, Decimal):
        return value
    return tuple(sorted(numbers[code] for code in value))


def same_answers(name: str, **n: int) -> list[dict[str, str]]:
    """Ballots with one answer each: ``same_answers("safety:A", vs=3, d=1)``."""
    return [{name: option} for option, times in n.items() for _ in range(times)]
