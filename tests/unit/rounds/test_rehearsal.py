"""A round is rehearsed on a twin that is open at once, that nobody can read, and of which nothing stays."""

from datetime import timedelta

import pytest
from sqlalchemy import MetaData, Table, inspect, select, text

from survey.casting import CodeUsed, UnknownCode, close
from survey.clearing import clear_rehearsal
from survey.codes.service import issue_codes
from survey.core.errors import AlreadyDone, NotFound, Refused
from survey.core.keys import KeyKind, read_private_key
from survey.counting.service import count_round
from survey.rounds.definition import RoundDefinition, read_definition
from survey.rounds.lifecycle import LONGEST_NAME, rehearsal_name
from survey.rounds.models import State
from survey.rounds.rehearsal import MOST_CODES, make_rehearsal
from survey.rounds.service import (
    check_round,
    frozen_round,
    get_round,
    list_rounds,
    list_voter_groups,
    open_round,
    rehearsal_of,
)
from survey.storage.base import Base
from survey.storage.engine import reading, unit_of_work
from tests.factories.casting import admitted, cast_code
from tests.factories.rounds import CLOSES, DURING, KEY, OPENS, PASSPHRASE, make_round, two_trustees, write_round

ANSWERS = {"work:620102": "1", "work:620103": "2"}


def rehearse(made, now=DURING, codes=3):
    """Make the rehearsal and return its codes in clear."""
    with unit_of_work(made.engine) as session:
        twin = make_rehearsal(session, get_round(session, made.name), now, codes=codes)
        return [one.code for one in issue_codes(session, twin, list_voter_groups(session, twin), KEY)]


def clear(made):
    with unit_of_work(made.engine) as session:
        return clear_rehearsal(session, get_round(session, made.name)).tables


def rows_of_all_tables(engine):
    """Count the rows of every table there is."""
    with reading(engine) as connection:
        names = inspect(connection).get_table_names()
        tables = [Table(name, MetaData(), autoload_with=connection) for name in names]
        return {table.name: len(connection.execute(select(table)).all()) for table in tables}


# --- making ---


@pytest.mark.parametrize("now", [OPENS - timedelta(days=40), DURING, CLOSES + timedelta(days=9)])
def test_the_twin_is_open_at_once_whatever_the_rounds_own_time(engine, tmp_path, now):
    made = make_round(engine, tmp_path)
    codes = rehearse(made, now, codes=2)

    with unit_of_work(engine) as session:
        row = get_round(session, "spring")
        twin = rehearsal_of(session, row)
        definition = RoundDefinition.model_validate(twin.definition)
        assert (twin.name, twin.state, row.state) == ("spring-test", State.OPEN, State.DRAFT)
        assert definition.rehearsal
        assert not definition.announced
        assert definition.opens_at <= now < definition.closes_at
        assert [(g.group, g.ballot_class, g.planned, g.subjects) for g in list_voter_groups(session, twin)] == [
            ("620102", "citizen", 2, "own"),
            ("620103", "citizen", 2, "own"),
            ("offices", "A", 2, "type:county"),
        ]
    assert len(codes) == 6
    assert admitted(engine, codes[0], now).ballot.frozen.definition.rehearsal


def test_its_key_is_made_for_it_alone_and_the_rounds_own_key_does_not_open_it(engine, tmp_path):
    made = make_round(engine, tmp_path)
    rehearse(made)

    with unit_of_work(engine) as session:
        row = get_round(session, "spring")
        twin = rehearsal_of(session, row)
        (key,) = frozen_round(session, twin.id).keys
        assert key.kind is KeyKind.OFFICE
        assert key.document() not in row.public_keys
        twin.state = State.CLOSED  # what no verb would do
        with pytest.raises(Refused, match="This key does not fit"):
            count_round(session, twin, [read_private_key(tmp_path / "office.key", PASSPHRASE)])
        session.rollback()


def test_under_two_trustees_the_rehearsal_has_two_lost_keys_of_their_kind(engine, tmp_path):
    made = make_round(engine, tmp_path, **two_trustees(tmp_path))
    code = rehearse(made)[0]

    with unit_of_work(engine) as session:
        twin = rehearsal_of(session, get_round(session, "spring"))
        assert [key.kind for key in frozen_round(session, twin.id).keys] == [KeyKind.TRUSTEE, KeyKind.TRUSTEE]
    cast_code(engine, code, ANSWERS)
    with pytest.raises(CodeUsed) as told:
        admitted(engine, code)
    assert told.value.rehearsal


def test_it_needs_no_key_of_the_round_but_questions_and_voters_that_fit(engine, tmp_path):
    rehearse(make_round(engine, tmp_path, key=None))

    other = make_round(engine, tmp_path, id="autumn", kind="posneg")
    with pytest.raises(Refused, match="needs two sheets"):
        rehearse(other)
    with unit_of_work(engine) as session:
        assert rehearsal_of(session, get_round(session, "autumn")) is None


def test_there_is_one_rehearsal_at_a_time_and_none_of_a_rehearsal_and_none_after_opening(engine, tmp_path):
    made = make_round(engine, tmp_path)
    rehearse(made)
    with pytest.raises(AlreadyDone, match="There is a round spring-test already; clear it first"):
        rehearse(made)
    with unit_of_work(engine) as session, pytest.raises(Refused, match="is a rehearsal itself"):
        make_rehearsal(session, get_round(session, "spring-test"), DURING)
    clear(made)
    made.open()
    with pytest.raises(Refused, match="spring is open; it is rehearsed before it opens"):
        rehearse(made)


@pytest.mark.parametrize("codes", [0, MOST_CODES + 1])
def test_it_has_a_few_codes(engine, tmp_path, codes):
    with pytest.raises(Refused, match="1 to 20 codes"):
        rehearse(make_round(engine, tmp_path), codes=codes)


def test_a_real_round_of_the_twins_name_is_never_taken_for_it(engine, tmp_path):
    real = make_round(engine, tmp_path, id="spring-test")
    made = make_round(engine, tmp_path)

    with pytest.raises(AlreadyDone, match="There is a round spring-test already"):
        rehearse(made)
    with pytest.raises(NotFound, match="There is no rehearsal of spring"):
        clear(made)
    made.open()
    real.open()


def test_a_long_name_is_shortened_and_stays_the_rounds_own():
    assert rehearsal_name("a" * 35) == "a" * 35 + "-test"
    names = {rehearsal_name("a" * 36), rehearsal_name("a" * 37), rehearsal_name("a" * 40)}
    assert len(names) == 3
    assert {len(name) for name in names} == {LONGEST_NAME}


def test_no_file_makes_a_rehearsal(tmp_path):
    with pytest.raises(Refused, match="A rehearsal has no file of its own"):
        read_definition(write_round(tmp_path, rehearsal=True))


def test_a_round_that_is_no_rehearsal_does_not_say_so_in_what_is_hashed(engine, tmp_path):
    frozen = make_round(engine, tmp_path).open()
    assert "rehearsal" not in frozen.document()["definition"]


# --- what it never does ---


def test_it_bars_the_opening_but_not_the_printing(engine, tmp_path):
    made = make_round(engine, tmp_path)
    rehearse(made)

    with unit_of_work(engine) as session:
        row = get_round(session, "spring")
        (blocker,) = check_round(session, row, DURING)
        assert blocker.message % blocker.figures == "Its rehearsal spring-test is still there"
        assert "flask rounds clear-rehearsal spring" in blocker.remedy % blocker.figures
        assert row.state == State.READY
        with pytest.raises(Refused, match="Its rehearsal spring-test is still there"):
            open_round(session, row, DURING)
    made.issue()
    clear(made)
    made.open()


def test_it_is_never_closed_and_in_no_list_of_rounds(engine, tmp_path):
    rehearse(make_round(engine, tmp_path))

    with unit_of_work(engine) as session:
        twin = get_round(session, "spring-test")
        with pytest.raises(Refused, match="is a rehearsal: it is never closed or counted, but cleared"):
            close(session, twin, CLOSES)
        assert [row.name for row in list_rounds(session)] == ["spring"]
        assert [row.name for row in list_rounds(session, rehearsals=True)] == ["spring", "spring-test"]


# --- clearing ---


def test_of_a_cleared_rehearsal_no_row_is_left_in_any_table(engine, tmp_path):
    made = make_round(engine, tmp_path)
    with unit_of_work(engine) as session:
        check_round(session, get_round(session, "spring"), DURING)
    kept = made.issue()
    before = rows_of_all_tables(engine)
    for code in rehearse(made):
        cast_code(engine, code, ANSWERS)
    assert rows_of_all_tables(engine)["envelope"] == 9

    swept = {one.table: (one.deleted, one.left) for one in clear(made)}

    assert swept["envelope"] == (9, 0)
    assert swept["code"] == (9, 0)
    assert swept["batch"] == (3, 0)
    assert swept["voter_group"] == (3, 0)
    assert swept["round"] == (1, 0)
    assert swept["count"] == (0, 0)
    assert rows_of_all_tables(engine) == before
    made.open()
    cast_code(engine, kept[0].code, ANSWERS)


def test_the_proof_names_every_table_with_a_column_that_could_name_a_round(engine, tmp_path):
    made = make_round(engine, tmp_path)
    rehearse(made)
    named = {one.table for one in clear(made)}
    could = {
        table.name for table in Base.metadata.sorted_tables if {"round_id", "round_name"} & set(table.columns.keys())
    }
    assert could - {"taken_count"} <= named


def test_a_table_that_nobody_told_it_of_is_cleared_and_counted_too(engine, tmp_path):
    made = make_round(engine, tmp_path)
    rehearse(made)
    with unit_of_work(engine) as session:
        number = get_round(session, "spring-test").id
        session.execute(text("CREATE TABLE later (round_id INTEGER REFERENCES round (id), words VARCHAR(9))"))
        session.execute(text("INSERT INTO later VALUES (:id, 'a'), (:id, 'b')"), {"id": number})

    assert ("later", 2, 0) in [(one.table, one.deleted, one.left) for one in clear(made)]


def test_codes_and_forms_of_a_cleared_rehearsal_are_unknown_and_a_new_one_is_another(engine, tmp_path):
    made = make_round(engine, tmp_path)
    old = rehearse(made)[0]
    held = admitted(engine, old)
    clear(made)
    with pytest.raises(UnknownCode):
        admitted(engine, old)

    rehearse(made)

    with pytest.raises(UnknownCode):
        admitted(engine, old)
    with unit_of_work(engine) as session:
        twin = rehearsal_of(session, get_round(session, "spring"))
        assert frozen_round(session, twin.id).content_hash != held.ballot.frozen.content_hash


def test_what_was_never_rehearsed_cannot_be_cleared(engine, tmp_path):
    with pytest.raises(NotFound, match="There is no rehearsal of spring"):
        clear(make_round(engine, tmp_path))
