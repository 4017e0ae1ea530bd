"""round.yaml: dates that exist, in order, with a zone; every fault by line and field."""

from datetime import UTC, datetime, timedelta

import pytest

from survey.core.errors import Invalid
from survey.rounds.definition import read_definition
from survey.rounds.lifecycle import Door, door
from tests.factories.rounds import CLOSES, OPENS, write_round
from tests.factories.sentences import lines

NO_MOMENT = "is not a moment; write for example 2026-03-01T09:00:00+08:00"
NOT_AFTER = "the round closes at %s, which is not after it opens (%s)"
SECOND = timedelta(seconds=1)

FAULTS = {
    "30 February": ({"opens_at": "2026-02-30T09:00:00+08:00"}, f"opens_at: '2026-02-30T09:00:00+08:00' {NO_MOMENT}"),
    "31 April": ({"closes_at": "2026-04-31T09:00+08:00"}, f"closes_at: '2026-04-31T09:00+08:00' {NO_MOMENT}"),
    "25 o'clock": ({"opens_at": "2026-03-01T25:00+08:00"}, f"opens_at: '2026-03-01T25:00+08:00' {NO_MOMENT}"),
    "no zone": (
        {"opens_at": "2026-03-01T09:00:00"},
        "opens_at: '2026-03-01T09:00:00' has no time zone; write for example 2026-03-01T09:00:00+08:00",
    ),
    "a day": (
        {"opens_at": "2026-03-01"},
        "opens_at: '2026-03-01' has no time zone; write for example 2026-03-01T09:00:00+08:00",
    ),
    "a day as a number": ({"opens_at": 20260301}, f"opens_at: 20260301 {NO_MOMENT}"),
    "a day as a number in quotes": ({"opens_at": "20260301"}, f"opens_at: 20260301 {NO_MOMENT}"),
    "seconds since 1970": ({"closes_at": 1780000000.5}, f"closes_at: 1780000000.5 {NO_MOMENT}"),
    "a Chinese date": ({"opens_at": "2026年3月1日"}, f"opens_at: 2026年3月1日 {NO_MOMENT}"),
    "closing before opening": (
        {"opens_at": "2026-03-02T09:00:00+08:00", "closes_at": "2026-03-01T09:00:00+08:00"},
        f"closes_at: {NOT_AFTER % ('1 Mar 2026, 09:00', '2 Mar 2026, 09:00')}",
    ),
    "closing when it opens, in another zone": (
        {"opens_at": "2026-03-01T09:00:00+08:00", "closes_at": "2026-03-01T01:00:00Z"},
        f"closes_at: {NOT_AFTER % ('1 Mar 2026, 09:00', '1 Mar 2026, 09:00')}",
    ),
    "a long grace": ({"grace_minutes": 61}, "grace_minutes: 61 is too large; the most is 60"),
    "true for a grace": ({"grace_minutes": True}, "grace_minutes: true is not a whole number"),
    "another kind": ({"kind": "poll"}, "kind: 'poll' is not allowed; allowed: opinion, rating, ballot, posneg"),
    "no version": (
        {"questionnaire": "per-subject"},
        "questionnaire: 'per-subject' names no version; write for example public-satisfaction@1",
    ),
    "version 0": (
        {"questionnaire": "per-subject@0"},
        "questionnaire: 'per-subject@0' names no version; write for example public-satisfaction@1",
    ),
    "a bad id": (
        {"id": "Spring 2026"},
        "id: 'Spring 2026' is no name; allowed: small letters, digits, - and _, a letter first, at most 40 characters",
    ),
    "no contact": ({"contact": None}, "contact: this field is missing"),
    "an open door to single answers": (
        {"disclosure": {"min_cell": 1}},
        "disclosure.min_cell: 1 is too small; the least is 3",
    ),
    "an unknown rule": (
        {"rules": {"favour": 1}},
        (
            "rules.favour: there is no such field here; allowed: minimum, classes, grade_by, quorum, limits, "
            "all_equal, trim_above, levels, test_levels"
        ),
    ),
    "a quorum that is no share": (
        {"rules": {"quorum": {"share": "most"}}},
        "rules.quorum.share: most is no share; write for example 2/3 or 0.2",
    ),
    "two trustees without their seal": (
        {"keys": ["a.pub", "b.pub"], "key": None},
        "keys: the seal of the office has one key; name it under key, or write seal: trustees",
    ),
    "one trustee": (
        {"seal": "trustees", "keys": ["a.pub"], "key": None},
        "keys: two trustees' keys are needed; 1 are named",
    ),
    "trustees and an office": (
        {"seal": "trustees"},
        "key: two trustees seal this round; name their two files under keys",
    ),
    "a rollup of nothing": (
        {"rollup": [{"types": [], "weight": "planned"}]},
        "rollup.1.types: too few entries; the least is 1",
    ),
    "a rollup by favour": (
        {"rollup": [{"types": ["city"], "weight": "favour"}]},
        "rollup.1.weight: 'favour' is not allowed; allowed: population, planned",
    ),
}


@pytest.mark.parametrize(("fields", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named(tmp_path, fields, told):
    file = write_round(tmp_path, **fields)
    with pytest.raises(Invalid) as refused:
        read_definition(file)

    (line,) = lines(refused.value)
    place, _, rest = line.partition(" ")
    assert rest == told
    number = int(place.removeprefix("round.yaml:"))
    field = told.partition(":")[0].split(".")[-1]
    assert number == 1 or f'"{field}"' in file.read_text().splitlines()[number - 1]


def test_a_right_file_is_read_to_the_second(tmp_path):
    definition = read_definition(write_round(tmp_path))

    assert (definition.opens_at, definition.closes_at) == (OPENS, CLOSES)
    assert definition.grace == timedelta(minutes=10)
    assert definition.disclosure.min_cell == 5


DOORS = [
    (OPENS - SECOND, Door.NOT_YET),
    (OPENS, Door.OPEN),
    (CLOSES - SECOND, Door.OPEN),
    (CLOSES, Door.GRACE),
    (CLOSES + timedelta(minutes=10) - SECOND, Door.GRACE),
    (CLOSES + timedelta(minutes=10), Door.CLOSED),
    (CLOSES + timedelta(minutes=10) + SECOND, Door.CLOSED),
    (datetime.max.replace(tzinfo=UTC), Door.CLOSED),
]


@pytest.mark.parametrize(("moment", "where"), DOORS, ids=str)
def test_the_door(tmp_path, moment, where):
    definition = read_definition(write_round(tmp_path))

    assert door(definition, moment) is where


def test_without_grace_the_door_closes_at_once(tmp_path):
    definition = read_definition(write_round(tmp_path, grace_minutes=0))

    assert door(definition, CLOSES - SECOND) is Door.OPEN
    assert door(definition, CLOSES) is Door.CLOSED
