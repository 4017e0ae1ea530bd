"""Count sheets of real counts: every identity holds, also with envelopes that do not open and void ballots."""

import pytest
from sqlalchemy import select, update

from survey.ballots.models import Envelope
from survey.casting import close
from survey.core import clock
from survey.core.keys import read_private_key
from survey.counting.service import count_round
from survey.counting.tally import LIMIT_BROKEN
from survey.rounds.service import get_round, note_present, present_voters
from survey.scoring.rules.sheet import CountSheet
from survey.scoring.sheets import count_sheets
from survey.storage.engine import transaction, unit_of_work
from survey.turnout.queries import get_turnout
from tests.factories.ballots import annual_review, open_ballots, two_sheets
from tests.factories.casting import admitted, cast_with
from tests.factories.rounds import KEY, PASSPHRASE

VOTERS = "group,class,planned,subjects\nhall,A,4,type:cadres\nhall,B,6,type:cadres\n"
ONE_GOOD = {"item": "overall", "options": ["ex"], "most": 1, "breach": "void"}
FEW_FAULTS = {"item": "neg1", "options": ["yes"], "most": 1, "breach": "void"}


def cast(engine, code, fields):
    now = clock.now()
    cast_with(engine, admitted(engine, code, now), fields, opened_at=now, now=now)


def spoil(engine, sheet):
    """Turn a bit of one envelope of a sheet."""
    with transaction(engine) as connection:
        key, sealed = connection.execute(
            select(Envelope.urn_key, Envelope.sealed).where(Envelope.sheet == sheet).limit(1)
        ).one()
        spoilt = bytes([sealed[0] ^ 1]) + sealed[1:]
        connection.execute(update(Envelope).where(Envelope.urn_key == key).values(sealed=spoilt))


def sheets_of(engine, folder, made, **present):
    with unit_of_work(engine) as session:
        row = get_round(session, "review")
        for ballot_class, n in present.items():
            note_present(session, row, "hall", ballot_class, n)
        close(session, row, clock.now())
        count = count_round(session, row, [read_private_key(folder / "office.key", PASSPHRASE)]).count
        return count_sheets(made.frozen, count, get_turnout(session, row), present_voters(session, row))


@pytest.fixture
def single(engine, tmp_path):
    """Give a round of one sheet: five ballots, one of them over its limit."""
    rules = {"limits": [ONE_GOOD], "quorum": {"operator": ">", "share": "1/2"}}
    asked = annual_review(reasons=False)
    made = open_ballots(engine, tmp_path, KEY, asked, cadres=2, voters=VOTERS, rules=rules)
    for ballot_class, grades in (("A", "12"), ("B", "12"), ("B", "23"), ("B", "11"), ("B", "2")):
        fields = {f"overall:P00{i}": grade for i, grade in enumerate(grades, 1)}
        cast(engine, made.code(ballot_class), fields)
    return made


@pytest.fixture
def double(engine, tmp_path):
    """Give a test of two sheets: four ballots, one of them void on the second sheet."""
    rules = {"limits": [FEW_FAULTS]}
    made = open_ballots(engine, tmp_path, KEY, two_sheets(), cadres=2, kind="posneg", voters=VOTERS, rules=rules)
    for ballot_class, faults in (("A", 1), ("B", 0), ("B", 1), ("B", 2)):
        fields = {f"pos1:P00{i}": "1" for i in (1, 2)} | {f"neg1:P00{i}": "1" for i in range(1, faults + 1)}
        cast(engine, made.code(ballot_class), fields)
    return made


def test_one_sheet_adds_up_class_by_class(single, engine, tmp_path):
    found = sheets_of(engine, tmp_path, single, A=2, B=4)

    void = {LIMIT_BROKEN: 1}
    assert found.classes == {"A": CountSheet(4, 2, 4, 1, 1, {}), "B": CountSheet(6, 4, 6, 4, 3, void)}
    assert found.whole == CountSheet(10, 6, 10, 5, 4, void)
    assert found.second is None
    assert found.verdict.stands


def test_those_present_are_needed_where_there_is_a_quorum(single, engine, tmp_path):
    found = sheets_of(engine, tmp_path, single, A=2)
    assert found.whole.present is None
    assert found.verdict.repeat


def test_exactly_half_is_not_more_than_half(single, engine, tmp_path):
    assert sheets_of(engine, tmp_path, single, A=1, B=4).verdict.repeat


def test_an_unreadable_envelope_stands_in_the_whole(single, engine, tmp_path):
    spoil(engine, 1)
    found = sheets_of(engine, tmp_path, single, A=2, B=4)
    assert found.whole.unreadable == 1
    assert found.whole.valid + found.whole.all_void == found.whole.returned == 5
    assert found.verdict.stands
    assert all(sheet.unreadable == 0 for sheet in found.classes.values())


def test_two_sheets_add_up_each_by_itself(double, engine, tmp_path):
    found = sheets_of(engine, tmp_path, double)
    assert found.whole == CountSheet(10, None, 10, 4, 4, {})
    assert found.second == CountSheet(10, None, 10, 4, 3, {LIMIT_BROKEN: 1})
    assert found.verdict.stands


@pytest.mark.parametrize("spoilt", [(1,), (2,), (1, 2)])
def test_an_unreadable_envelope_is_missed_on_its_own_sheet(double, engine, tmp_path, spoilt):
    for sheet in spoilt:
        spoil(engine, sheet)
    found = sheets_of(engine, tmp_path, double)
    assert [found.whole.unreadable, found.second.unreadable] == [1 in spoilt, 2 in spoilt]
    assert found.verdict.stands


def test_a_ballot_lost_on_the_second_sheet_is_found(double, engine, tmp_path):
    # Given a copy in the place of another ballot's second sheet
    with transaction(engine) as connection:
        (_, sealed), (key, _) = connection.execute(
            select(Envelope.urn_key, Envelope.sealed).where(Envelope.sheet == 2, Envelope.voter_group_id == 2).limit(2)
        ).all()
        connection.execute(update(Envelope).where(Envelope.urn_key == key).values(sealed=sealed))
    found = sheets_of(engine, tmp_path, double)
    assert found.verdict.faults
    assert not found.verdict.stands
