"""A database that version 0.1 wrote: an open round and a counted one go on, and nothing of them has another hash.

``tests/data/version-0.1.json`` holds its rows, written by that version's own verbs.
"""

import json
import zlib
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, select

from survey.core.keys import read_private_key
from survey.counting.models import CountRow
from survey.counting.service import count_round, get_count, keep_count
from survey.questionnaires.models import QuestionnaireVersion
from survey.questionnaires.service import add_questionnaire, get_questionnaire
from survey.reports.rounds import round_tables
from survey.rounds.models import Round
from survey.rounds.service import check_round, frozen_round, get_round, present_voters
from survey.storage import migrate
from survey.storage.engine import make_engine, unit_of_work
from survey.turnout.queries import get_turnout
from tests.factories.casting import cast_code
from tests.factories.questionnaires import fixture
from tests.factories.rounds import CLOSES, PASSPHRASE, MadeRound

KEPT = json.loads((Path(__file__).parents[1] / "data" / "version-0.1.json").read_text())
ORDER = ("questionnaire_version", "subject", "round", "voter_group", "batch", "code", "envelope", "count")


def read(value):
    if isinstance(value, dict) and value.keys() == {"hex"}:
        return bytes.fromhex(value["hex"])
    if isinstance(value, dict) and value.keys() == {"moment"}:
        return datetime.fromisoformat(value["moment"])
    return value


def kept(table):
    return [{column: read(cell) for column, cell in row.items()} for row in KEPT["tables"][table]]


def rows(engine: Engine):
    """Read every row as it is, in an order of its own."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            name: sorted(str(sorted(row._mapping.items())) for row in connection.execute(select(metadata.tables[name])))
            for name in ORDER
        }


@pytest.fixture
def before(empty_database_url):
    """Give a database of version 0.1."""
    engine = make_engine(empty_database_url)
    migrate.upgrade(engine, "0001")
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.begin() as connection:
        for name in ORDER:
            connection.execute(metadata.tables[name].insert(), kept(name))
    yield engine
    engine.dispose()


@pytest.fixture
def old(before):
    migrate.upgrade(before)
    return before


def test_up_and_down_again_gives_the_same_rows(before):
    first = rows(before)
    migrate.upgrade(before)
    assert rows(before) != first
    migrate.downgrade(before, "0001")
    assert rows(before) == first


def test_the_same_questionnaire_is_not_another_content(old):
    with unit_of_work(old) as session:
        assert not add_questionnaire(session, fixture("per-subject"))
        (row,) = session.scalars(select(QuestionnaireVersion)).all()
        found = get_questionnaire(session, "per-subject@1")
        assert found == fixture("per-subject")
        assert found.content_hash == row.content_hash
        assert found.document() == row.document


def test_an_open_round_thaws_casts_counts_and_reports(old, tmp_path):
    (tmp_path / "office.key").write_text(KEPT["office.key"])
    made = MadeRound("spring", tmp_path, old)
    with unit_of_work(old) as session:
        row = get_round(session, "spring")
        frozen = frozen_round(session, row.id)
        assert frozen.content_hash == row.frozen_hash
        assert [key.document() for key in frozen.keys] == row.public_keys

    cast_code(old, KEPT["left"]["spring"], {"first": "1", "work:620102": "1", "work:620103": "2"})
    made.close()
    key = read_private_key(tmp_path / "office.key", PASSPHRASE)
    with unit_of_work(old) as session:
        row = get_round(session, "spring")
        signed = count_round(session, row, [key])
        keep_count(session, row, signed, CLOSES)
    count = signed.count
    assert sum(count.ballots.values()) == 8
    assert (count.unreadable, count.duplicates, signed.signatures) == ((), (), ())
    with unit_of_work(old) as session:
        row = get_round(session, "spring")
        frozen = frozen_round(session, row.id)
        tables = round_tables(frozen, get_count(session, row), get_turnout(session, row), {}, str)
    assert [row["code"] for row in tables[0].records()] == ["620102", "620103"]


def test_an_old_count_is_read_and_has_the_hash_that_was_printed(old):
    with unit_of_work(old) as session:
        row = get_round(session, "winter")
        count = get_count(session, row)
        stored = session.scalar(select(CountRow))
        assert count.content_hash == stored.content_hash
        assert count.to_bytes() == zlib.decompress(stored.document)
        assert (count.ends, stored.signatures) == ((), [])
        assert {one.sheet for one in count.sheets} == {1}
        tables = round_tables(
            frozen_round(session, row.id), count, get_turnout(session, row), present_voters(session, row), str
        )
    method = {row["note"]: row["value"] for row in tables[-1].records()}
    assert method["Hash of the count"] == stored.content_hash
    with unit_of_work(old) as session:
        assert method["Hash of the questionnaire"] == session.scalar(select(QuestionnaireVersion.content_hash))


def test_a_draft_of_the_old_version_can_be_checked(before):
    # Given the rounds as they were before they opened
    with before.begin() as connection:
        connection.exec_driver_sql("DELETE FROM count")
        connection.exec_driver_sql(
            "UPDATE round SET state = 'draft', frozen = NULL, frozen_hash = NULL, counted_at = NULL, closed_at = NULL"
        )
    migrate.upgrade(before)
    with unit_of_work(before) as session:
        for row in session.scalars(select(Round)).all():
            assert check_round(session, row, CLOSES.replace(year=2025)) == ()
