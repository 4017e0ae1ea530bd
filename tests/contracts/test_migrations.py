"""Migrations go up and down with rows in the tables, and end at what the models say, on both engines."""

from itertools import pairwise

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, MetaData, func, inspect, select, text

from survey.storage import migrate
from survey.storage.engine import make_engine
from survey.tables import Base
from tests.data.migration_rows import ROWS


def revisions():
    scripts = ScriptDirectory(str(migrate.FOLDER)).walk_revisions()
    return [script.revision for script in scripts][::-1]


@pytest.fixture
def empty(empty_database_url):
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


def tables_of(connection):
    """Reflect the tables as they are, not as the models have them."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {name: table for name, table in metadata.tables.items() if name != "alembic_version"}


def fill(engine, rows_of_tables):
    with engine.begin() as connection:
        tables = tables_of(connection)
        for name, rows in rows_of_tables.items():
            connection.execute(tables[name].insert(), rows)


def row_counts(engine):
    with engine.begin() as connection:
        tables = tables_of(connection).values()
        return {table.name: connection.scalar(select(func.count()).select_from(table)) for table in tables}


def test_there_is_one_line_of_revisions_and_HEAD_names_its_end():  # noqa: N802 - the file's name
    scripts = ScriptDirectory(str(migrate.FOLDER))
    assert scripts.get_heads() == [migrate.head()]
    assert len(scripts.get_bases()) == 1
    files = sorted(file.name for file in (migrate.FOLDER / "versions").glob("*.py"))
    assert [name.split("_")[0] for name in files] == revisions()


def test_every_revision_goes_up_and_down_with_rows(empty):
    assert set(ROWS) == set(revisions()), "tests/data/migration_rows.py needs an entry (it may be empty) per revision"
    for before, revision in pairwise(["base", *revisions()]):
        counts_before = row_counts(empty)
        migrate.upgrade(empty, revision)
        fill(empty, ROWS[revision])

        migrate.downgrade(empty, before)
        counts_after = row_counts(empty)
        # Rows of this revision may stay in older tables; no older row is lost, no new table remains.
        assert counts_after.keys() == counts_before.keys()
        assert all(counts_after[table] >= count for table, count in counts_before.items())

        migrate.upgrade(empty, revision)
        fill(empty, {name: rows for name, rows in ROWS[revision].items() if name not in counts_before})
    assert all(row_counts(empty).values()), "a table without a row was migrated without data"
    migrate.downgrade(empty, "base")
    assert row_counts(empty) == {}


def test_the_migrated_tables_are_the_models(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrated_checks_are_the_models(engine):
    # Alembic does not compare these.
    inspector = inspect(engine)
    for table in Base.metadata.sorted_tables:
        migrated = {check["name"] for check in inspector.get_check_constraints(table.name)}
        assert migrated == {check.name for check in table.constraints if isinstance(check, CheckConstraint)}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_migrated_urn_keeps_no_order_of_arrival(engine):
    wanted = {table.name for table in Base.metadata.sorted_tables if table.kwargs.get("sqlite_with_rowid") is False}
    assert "envelope" in wanted
    with engine.connect() as connection:
        statement = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%WITHOUT ROWID%'")
        assert set(connection.scalars(statement)) == wanted


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_postgresql_copies_nothing_of_codes_and_ballots_into_its_statistics(engine):
    statement = "SELECT attname FROM pg_attribute WHERE attrelid = '{}'::regclass AND attstattarget = 0 ORDER BY 1"
    with engine.connect() as connection:
        assert list(connection.scalars(text(statement.format("envelope")))) == ["sealed", "urn_key"]
        assert list(connection.scalars(text(statement.format("code")))) == ["cast_key", "digest"]
