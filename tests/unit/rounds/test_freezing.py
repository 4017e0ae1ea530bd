"""Opening freezes everything; what is changed afterwards changes nothing, and a changed freeze is refused."""

import itertools
import json

import pytest
from sqlalchemy import text

from survey.core.errors import Refused
from survey.rounds.definition import FrozenRound
from survey.rounds.service import frozen_round, get_round
from survey.storage.engine import unit_of_work
from tests.factories.rounds import DURING, make_round

# A process keeps what it has thawed by its hash; each test here freezes another content.
_names = itertools.count(1)


@pytest.fixture
def made(engine, tmp_path):
    return make_round(engine, tmp_path, id=f"frozen-{next(_names)}")


def thaw(made):
    with unit_of_work(made.engine) as session:
        return frozen_round(session, get_round(session, made.name).id)


def change(engine, *statements):
    with engine.begin() as connection:
        for statement, values in statements:
            connection.execute(text(statement), values)


def test_a_round_that_was_not_opened_has_nothing_frozen(made):
    with pytest.raises(Refused, match="The round is not open yet; nothing of it is frozen"):
        thaw(made)


def test_what_was_frozen_comes_back(made):
    frozen = made.open()

    assert thaw(made) == frozen
    assert thaw(made).content_hash == frozen.content_hash
    assert [subject.code for subject in frozen.subjects] == ["6201", "620102", "620103"]
    assert [(v.group, v.planned, v.subjects) for v in frozen.voters] == [
        ("620102", 5, ("620102",)),
        ("620103", 4, ("620103",)),
        ("offices", 3, ("620102", "620103")),
    ]
    assert frozen.ballot_size == frozen.form(("620102", "620103")).size
    with unit_of_work(made.engine) as session:
        assert get_round(session, made.name).opened_at == DURING


def test_subjects_nobody_rates_stay_out_but_not_the_units_above(engine, tmp_path):
    made = make_round(
        engine,
        tmp_path,
        id=f"frozen-{next(_names)}",
        voters="group,class,planned,subjects\n620103,citizen,1,own\n",
    )

    assert [subject.code for subject in made.open().subjects] == ["6201", "620103"]


def test_units_that_are_each_others_parent_do_not_hang(engine, tmp_path):
    header = "code,name,kind,unit_type,group,parent,rank\n"
    made = make_round(
        engine,
        tmp_path,
        id=f"frozen-{next(_names)}",
        subjects=f"{header}a,甲,unit,t,,b,\nb,乙,unit,t,,a,\nc,丙,unit,t,,c,\n",
        voters="group,class,planned,subjects\nv,A,1,a c\n",
    )

    assert [subject.code for subject in made.open().subjects] == ["a", "b", "c"]


def test_rows_that_change_after_opening_change_nothing(made):
    # Given an open round
    frozen = made.open()
    # When roster, definition, voters, questionnaire and key are all changed behind it
    other = {"document": "{}"}
    change(
        made.engine,
        ("UPDATE subject SET name = 'x', unit_type = 'y', population = 1", {}),
        ("UPDATE voter_group SET planned = 999, subjects = '6201'", {}),
        ("UPDATE round SET definition = :document, public_keys = '[]'", other),
        ("UPDATE questionnaire_version SET document = :document", other),
    )
    # Then the round is what it was
    assert thaw(made) == frozen
    assert thaw(made).document() == frozen.document()


TAMPERING = {
    "a plan": ('"planned":5', '"planned":6'),
    "a name": ("城关区", "城关"),
    "the key": ('"fingerprint":"', '"fingerprint":"0'),
    "a closing time": ('"closes_at":"2026', '"closes_at":"2027'),
    "an unknown kind": ('"kind":"opinion"', '"kind":"poll"'),
    "a float": ('"planned":5', '"planned":5.0'),
    "all of it": (None, "{}"),
}


@pytest.mark.parametrize(("old", "new"), TAMPERING.values(), ids=TAMPERING)
def test_a_frozen_round_that_was_changed_is_refused(made, old, new):
    # Given an open round whose frozen content somebody edits in the database
    document = json.dumps(made.open().document(), ensure_ascii=False, separators=(",", ":"))
    tampered = document.replace(old, new, 1) if old else new
    assert tampered != document
    change(made.engine, ("UPDATE round SET frozen = :document", {"document": tampered}))
    # When a process reads it, Then it refuses
    with pytest.raises(Refused, match="The frozen content of the round was changed: it no longer gives its hash"):
        thaw(made)


def test_the_hash_of_a_round_follows_its_content_and_survives_the_database(made):
    frozen = made.open()
    stored = json.loads(json.dumps(frozen.document()))

    assert FrozenRound.from_document(stored) == frozen
    assert FrozenRound.from_document(stored).content_hash == frozen.content_hash
    stored["voters"][0]["planned"] += 1
    assert FrozenRound.from_document(stored).content_hash != frozen.content_hash
