"""What the storage promises (design 4): no column could tell whose ballot it is, nothing is lost or left readable."""

import pytest
from sqlalchemy import Boolean, LargeBinary, SmallInteger, String, inspect, text
from sqlalchemy.exc import IntegrityError

from survey.storage.engine import reading, transaction

SECRET_VALUE = b"a digest that no log may show :-)"
ONLY_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
ONLY_POSTGRES = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


def columns(engine, table):
    return {column["name"]: column for column in inspect(engine).get_columns(table)}


def test_a_code_and_an_envelope_have_only_the_round_in_common(engine):
    assert columns(engine, "code").keys() & columns(engine, "envelope").keys() == {"round_id"}


def test_no_key_joins_codes_and_envelopes_to_anything(engine):
    for table in ("code", "envelope"):
        assert inspect(engine).get_foreign_keys(table) == []
        # One index, its primary key: no other order of the rows is ever stored.
        assert inspect(engine).get_indexes(table) == []
    assert inspect(engine).get_pk_constraint("code")["constrained_columns"] == ["round_id", "digest"]
    assert inspect(engine).get_pk_constraint("envelope")["constrained_columns"] == ["round_id", "urn_key"]


def test_no_column_holds_a_time_a_sequence_or_a_name(engine):
    assert set(columns(engine, "code")) == {"round_id", "digest", "batch_id", "state", "cast_key"}
    assert set(columns(engine, "envelope")) == {"round_id", "urn_key", "voter_group_id", "sheet", "sealed"}
    # A batch knows when its host shut it; that is no voter's time.
    of_batch = {"id", "round_id", "voter_group_id", "name", "size", "spare", "void", "door", "shut_at"}
    assert set(columns(engine, "batch")) == of_batch
    for table in ("code", "envelope"):
        for column in columns(engine, table).values():
            assert not column.get("autoincrement") or column["autoincrement"] == "auto"
            assert column["default"] == ("1" if column["name"] == "sheet" else None)
            assert not isinstance(column["type"], SmallInteger | Boolean)
            if isinstance(column["type"], String):
                assert column["name"] == "state"
            elif not isinstance(column["type"], LargeBinary):
                assert column["name"] in ("round_id", "batch_id", "voter_group_id", "sheet")


@ONLY_POSTGRES
def test_no_sequence_counts_codes_or_envelopes(engine):
    with engine.connect() as connection:
        sequences = set(connection.scalars(text("SELECT sequencename FROM pg_sequences")))
    assert not {name for name in sequences if name.startswith(("code", "envelope"))}


@ONLY_SQLITE
@pytest.mark.parametrize("table", ["code", "envelope"])
def test_sqlite_keeps_no_row_number(engine, table):
    with engine.connect() as connection:
        made = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table})
    assert made.rstrip().endswith("WITHOUT ROWID")


@ONLY_SQLITE
@pytest.mark.parametrize("open_", [transaction, reading])
def test_every_sqlite_connection_is_durable_and_forgets_what_is_deleted(engine, open_):
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "busy_timeout": 30_000}
    # Two at once, so that the second is no connection of the pool's that was set by chance.
    with open_(engine), reading(engine) as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


@ONLY_POSTGRES
def test_every_postgres_connection_is_durable(engine):
    with reading(engine) as connection:
        settings = {name: connection.scalar(text(f"SHOW {name}")) for name in ("synchronous_commit", "TimeZone")}
        quiet = connection.scalar(text("SHOW log_min_error_statement"))
    assert settings == {"synchronous_commit": "on", "TimeZone": "UTC"}
    assert quiet == "panic"


def insert_codes(engine, *states):
    insert = text("INSERT INTO code (round_id, digest, batch_id, state) VALUES (1, :digest, 1, :state)")
    with transaction(engine) as connection:
        for state in states:
            connection.execute(insert, {"digest": SECRET_VALUE, "state": state})


def test_an_error_names_no_value(engine):
    with pytest.raises(IntegrityError) as refused:
        insert_codes(engine, "issued", "issued")

    assert engine.hide_parameters
    assert SECRET_VALUE.decode() not in str(refused.value)
    assert repr(SECRET_VALUE) not in str(refused.value)


def test_a_code_is_spent_with_its_form_or_not_at_all(engine):
    for state in ("spent", "lost"):
        with pytest.raises(IntegrityError):
            insert_codes(engine, state)


def test_what_fails_in_a_transaction_leaves_nothing(engine):
    with pytest.raises(IntegrityError):
        insert_codes(engine, "issued", "lost")

    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM code")) == 0
