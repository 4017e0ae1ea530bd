"""A round's keys, those present, and publishing: what is wrong is refused before anything is sealed or shown."""

import json

import pytest

from survey.core.clock import now
from survey.core.errors import Invalid, NotFound, Refused
from survey.core.keys import PublicKey
from survey.rounds.models import Round
from survey.rounds.service import create_round, get_round, note_present, present_voters, publish_round
from survey.storage.engine import unit_of_work
from tests.factories.ballots import annual_review, open_ballots
from tests.factories.rounds import CLOSES, KEY, make_round, two_trustees, write_round

WRONG_KEYS = {
    "the office's key for trustees": (
        {"keys": ["office.pub", "party.pub"]},
        "office.pub holds a key of the kind office; the seal trustees needs one of the kind trustee",
    ),
    "a trustee's key for the office": (
        {"seal": "office", "key": "party.pub", "keys": None},
        "party.pub holds a key of the kind trustee; the seal office needs one of the kind office",
    ),
    "the same key twice": (
        {"keys": ["party.pub", "party.pub"]},
        "party.pub is the same key again; two different trustees are needed",
    ),
    "the same key under two names": (
        {"keys": ["party.pub", "copy.pub"]},
        "copy.pub is the same key again; two different trustees are needed",
    ),
}
WRONG_FILES = {
    "one key": ({"keys": ["party.pub"]}, "two trustees' keys are needed; 1 are named"),
    "three keys": ({"keys": ["party.pub", "discipline.pub", "copy.pub"]}, "two trustees' keys are needed; 3 are named"),
    "two keys for the office": ({"seal": "office"}, "the seal of the office has one key"),
    "one key for trustees": ({"key": "office.pub", "keys": None}, "two trustees seal this round"),
}


def written(folder, fields):
    """Write a round of two trustees, some of its fields changed."""
    seal = two_trustees(folder)
    (folder / "copy.pub").write_bytes((folder / "party.pub").read_bytes())
    return write_round(folder, **(seal | fields))


@pytest.mark.parametrize(("fields", "told"), [*WRONG_KEYS.values(), *WRONG_FILES.values()])
def test_keys_that_do_not_fit_the_seal(engine, tmp_path, fields, told):
    make_round(engine, tmp_path, id="other")
    with pytest.raises((Refused, Invalid)) as refusal, unit_of_work(engine) as session:
        create_round(session, written(tmp_path, fields))
    assert told in refusal.value.say()
    with unit_of_work(engine) as session, pytest.raises(NotFound):
        get_round(session, "spring")


def test_a_fingerprint_of_another_key_is_refused(engine, tmp_path):
    made = open_ballots(engine, tmp_path, KEY, annual_review(), cadres=2, **two_trustees(tmp_path))
    first, second = (key.document() for key in made.frozen.keys)
    for swapped in (first | {"fingerprint": second["fingerprint"]}, second | {"public": first["public"]}):
        with pytest.raises(Refused):
            PublicKey.from_document(swapped)


@pytest.mark.parametrize("present", [-1, 10])
def test_more_present_than_expected_cannot_be(engine, tmp_path, present):
    open_ballots(engine, tmp_path, KEY, annual_review(), cadres=2)
    with unit_of_work(engine) as session:
        row = get_round(session, "review")
        with pytest.raises(Refused, match=f"{present} present of 9 expected cannot be"):
            note_present(session, row, "hall", "C", present)
        with pytest.raises(NotFound, match="no voters of group hall, class D"):
            note_present(session, row, "hall", "D", 1)
        note_present(session, row, "hall", "C", 9)
        note_present(session, row, "hall", "B", 0)
        assert present_voters(session, row) == {("hall", "A"): None, ("hall", "B"): 0, ("hall", "C"): 9}


def test_those_present_are_not_noted_for_a_draft_or_after_the_count(engine, tmp_path):
    make_round(engine, tmp_path)
    for state in ("draft", "counted"):
        with unit_of_work(engine) as session:
            row = get_round(session, "spring")
            session.expunge(row)
            row.state = state
            with pytest.raises(Refused, match=f"is {state}; this needs it to be"):
                note_present(session, row, "620102", "citizen", 1)


@pytest.mark.parametrize(("announce", "told"), [(None, True), (False, True), (True, False)])
def test_a_ballot_is_published_only_when_that_was_announced(engine, tmp_path, announce, told):
    open_ballots(engine, tmp_path, KEY, annual_review(), cadres=2, announce=announce)
    with unit_of_work(engine) as session:
        row = session.query(Round).one()
        row.state = "counted"
        if told:
            with pytest.raises(Refused, match="opened without announce: true"):
                publish_round(session, row, now())
            assert row.published_at is None
        else:
            publish_round(session, row, CLOSES)
            assert row.published_at == CLOSES
    assert json.loads((tmp_path / "round.yaml").read_text()).get("announce") == announce
