"""Codes are issued as planned, kept as digests only, voided without touching a ballot."""

from itertools import pairwise

import pytest
from sqlalchemy import select, text, update

from survey.codes.generator import digest, draw_codes
from survey.codes.models import Batch, Code, CodeState
from survey.codes.service import list_batches, unusable_codes, void_batch
from survey.core.errors import NotFound, Refused
from survey.rounds.service import check_round, get_round
from survey.storage.engine import unit_of_work
from tests.factories.rounds import DURING, KEY, make_round

PLANNED = {"620102": 5, "620103": 4, "offices": 3}


@pytest.fixture
def ready(engine, tmp_path):
    made = make_round(engine, tmp_path)
    with unit_of_work(engine) as session:
        check_round(session, get_round(session, made.name), DURING)
    return made


def groups_of(issued):
    return {group: sum(one.group == group for one in issued) for group in PLANNED}


def states_of(made, batch):
    with unit_of_work(made.engine) as session:
        found = select(Code.state).join(Batch, Batch.id == Code.batch_id).where(Batch.name == batch)
        return sorted(session.scalars(found))


def void(made, batch):
    with unit_of_work(made.engine) as session:
        return void_batch(session, get_round(session, made.name), batch)


def spend(made, codes):
    """Mark codes as the door does."""
    with unit_of_work(made.engine) as session:
        spent = update(Code).where(Code.digest.in_([digest(code, KEY) for code in codes]))
        session.execute(spent.values(state=CodeState.SPENT, cast_key=bytes(32)))


def stored_digests(made):
    with unit_of_work(made.engine) as session:
        return list(session.scalars(select(Code.digest)))


# --- issuing ---


def test_exactly_what_is_planned_is_issued(ready):
    issued = ready.issue()

    assert groups_of(issued) == PLANNED
    assert {one.batch for one in issued} == {"620102-citizen-1", "620103-citizen-1", "offices-A-1"}
    assert len({one.code for one in issued}) == 12
    assert sorted(stored_digests(ready)) == sorted(digest(one.code, KEY) for one in issued)


def test_a_second_issue_is_refused(ready):
    ready.issue()

    with pytest.raises(Refused, match="All planned codes of spring are issued; more come as a spare batch"):
        ready.issue()
    assert len(stored_digests(ready)) == 12


def test_a_draft_gets_no_codes(engine, tmp_path):
    with pytest.raises(Refused, match="Codes are issued while a round is ready or open; spring is draft"):
        make_round(engine, tmp_path).issue()


def test_a_spare_batch_comes_on_top_as_often_as_needed(ready):
    ready.issue()

    assert groups_of(ready.issue(spare=2)) == {"620102": 2, "620103": 2, "offices": 2}
    assert {one.batch for one in ready.issue(spare=1)} == {"620102-citizen-3", "620103-citizen-3", "offices-A-3"}
    with unit_of_work(ready.engine) as session:
        batches = list_batches(session, get_round(session, ready.name))
        assert [(batch.name, batch.size, batch.spare) for batch in batches if batch.name.startswith("offices")] == [
            ("offices-A-1", 3, False),
            ("offices-A-2", 2, True),
            ("offices-A-3", 1, True),
        ]


def test_spare_codes_do_not_use_up_the_plan(ready):
    ready.issue(spare=7)

    assert groups_of(ready.issue()) == PLANNED


def test_codes_are_issued_while_the_round_is_open(ready):
    ready.open()

    assert groups_of(ready.issue()) == PLANNED


def test_the_callers_transaction_decides(ready):
    with pytest.raises(ZeroDivisionError):
        issue_and_fail(ready)

    assert stored_digests(ready) == []
    assert groups_of(ready.issue()) == PLANNED


def issue_and_fail(made):
    from survey.codes.service import issue_codes
    from survey.rounds.service import list_voter_groups

    with unit_of_work(made.engine) as session:
        row = get_round(session, made.name)
        issue_codes(session, row, list_voter_groups(session, row), KEY)
        raise ZeroDivisionError


# --- what is stored ---


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_no_file_of_the_database_holds_a_code(ready, tmp_path):
    issued = ready.issue()

    stored = b"".join(file.read_bytes() for file in tmp_path.glob("minsheng.db*"))
    assert digest(issued[0].code, KEY) in stored, "this test looks at the wrong files"
    for one in issued:
        assert one.code.encode() not in stored
        assert one.code[:-1].encode() not in stored
        assert int(one.code[:-1]).to_bytes(8, "big") not in stored
        assert int(one.code[:-1]).to_bytes(8, "little") not in stored


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_no_column_of_the_database_holds_a_code(ready):
    issued = ready.issue()
    with ready.engine.connect() as connection:
        tables = list(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        stored = "\n".join(
            row for table in tables for row in connection.scalars(text(f"SELECT t::text FROM {table} AS t"))
        )

    assert digest(issued[0].code, KEY).hex() in stored, "this test looks at the wrong tables"
    assert not [one.code for one in issued if one.code[:-1] in stored]


def test_codes_lie_in_the_order_of_their_digests(ready):
    ready.issue()
    place = "ctid" if ready.engine.dialect.name == "postgresql" else "round_id"
    with ready.engine.connect() as connection:
        digests = [bytes(found) for found in connection.scalars(text(f"SELECT digest FROM code ORDER BY {place}"))]

    assert digests == sorted(digests)


def test_the_order_of_printing_is_nobodys(engine, tmp_path):
    # Given a round with codes enough for an order to show
    voters = "group,class,planned,subjects\na,A,300,type:county\nb,A,300,type:county\n"
    made = make_round(engine, tmp_path, voters=voters)
    with unit_of_work(engine) as session:
        check_round(session, get_round(session, made.name), DURING)
    # When they are issued
    issued = made.issue()
    # Then the groups are mixed (300 changes are expected), and neither codes nor digests rise or fall
    assert 200 < sum(one.group != following.group for one, following in pairwise(issued)) < 400
    for key in (lambda one: one.code, lambda one: digest(one.code, KEY)):
        assert 240 < sum(key(one) < key(following) for one, following in pairwise(issued)) < 360


def test_one_code_serves_one_round(ready):
    issued = ready.issue()

    with unit_of_work(ready.engine) as session:
        row = get_round(session, ready.name)
        codes = [one.code for one in issued]
        assert unusable_codes(session, row, codes, KEY) == 0
        assert unusable_codes(session, row, codes, b"another server's key") == 12
        assert unusable_codes(session, row, [*codes, *draw_codes(600)], KEY) == 600


# --- voiding ---


def test_voiding_leaves_what_is_spent(ready):
    codes = [one.code for one in ready.issue() if one.group == "620102"]
    spend(ready, codes[:2])

    assert void(ready, "620102-citizen-1") == 3
    assert states_of(ready, "620102-citizen-1") == ["spent", "spent", "void", "void", "void"]
    assert states_of(ready, "620103-citizen-1") == ["issued"] * 4
    with unit_of_work(ready.engine) as session:
        assert unusable_codes(session, get_round(session, ready.name), codes, KEY) == 5


def test_voiding_again_voids_nothing_more(ready):
    ready.issue()
    void(ready, "offices-A-1")

    assert void(ready, "offices-A-1") == 0


def test_what_was_voided_is_issued_again(ready):
    codes = [one.code for one in ready.issue() if one.group == "620102"]
    spend(ready, codes[:2])
    void(ready, "620102-citizen-1")

    again = ready.issue()

    assert groups_of(again) == {"620102": 3, "620103": 0, "offices": 0}
    assert not {one.code for one in again} & set(codes)
    assert {one.batch for one in again} == {"620102-citizen-2"}
    with pytest.raises(Refused, match="All planned codes"):
        ready.issue()


def test_a_voided_spare_batch_is_not_issued_again(ready):
    ready.issue()
    ready.issue(spare=2)
    void(ready, "offices-A-2")

    with pytest.raises(Refused, match="All planned codes"):
        ready.issue()


def test_an_unknown_batch_is_not_found(ready):
    with pytest.raises(NotFound, match="The round spring has no batch offices-A-9"):
        void(ready, "offices-A-9")


def test_after_the_close_no_code_changes_its_disposition(ready):
    ready.issue()
    ready.open()
    ready.close()

    with pytest.raises(Refused, match="spring is closed and its codes are accounted for; none is voided any more"):
        void(ready, "offices-A-1")
    assert states_of(ready, "offices-A-1") == ["issued"] * 3
