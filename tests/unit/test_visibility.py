"""No column is without a statement on who can see it, and what is promised never to be stored has no place."""

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from survey.storage.base import UtcDateTime
from survey.tables import Base
from survey.visibility import DRAWERS, NEVER, blank_spots, never_stored

WHO, WHEN, ORDER, DEVICE, LINK = NEVER

PLANTED = [
    ("code", "name", (String(40),), WHO),
    ("envelope", "remark", (Text,), WHO),
    ("batch", "owner", (Integer,), WHO),
    ("envelope", "cast_at", (UtcDateTime,), WHEN),
    ("code", "day", (DateTime,), WHEN),
    ("envelope", "seconds", (Float,), ORDER),
    ("envelope", "number", (BigInteger,), ORDER),
    ("code", "ip", (LargeBinary,), DEVICE),
    ("voter_group", "user_agent", (LargeBinary,), DEVICE),
    ("round", "cookie_key", (LargeBinary,), DEVICE),
    ("envelope", "digest", (LargeBinary,), LINK),
    ("code", "urn_key", (LargeBinary,), LINK),
    (
        "code",
        "batch_id_too",
        (
            LargeBinary,
            ForeignKey("batch.id"),
        ),
        LINK,
    ),
]


def copy_with(planted=None, *, into=""):
    """Return the tables' metadata again, with one more column or table."""
    metadata = MetaData()
    for table in Base.metadata.sorted_tables:
        copied = table.to_metadata(metadata)
        if planted is not None and table.name == into:
            copied.append_column(planted)
    return metadata


def test_every_column_has_its_statement_and_every_statement_its_column():
    assert blank_spots(Base.metadata) == (set(), set())


def test_a_new_column_and_one_that_went_are_noticed():
    assert blank_spots(copy_with(Column("mood", Integer), into="code")) == ({"code.mood"}, set())
    metadata = copy_with()
    metadata.remove(metadata.tables["count"])
    missing, outlived = blank_spots(metadata)
    assert missing == set()
    assert outlived == {f"count.{name}" for name in DRAWERS["count"].columns}


def test_the_promises_are_kept():
    assert len(NEVER) == 5
    assert never_stored(Base.metadata) == dict.fromkeys(NEVER, ())
    assert {name for name, drawer in DRAWERS.items() if drawer.of_voters} == {"code", "envelope"}


@pytest.mark.parametrize(("table", "name", "made", "promise"), PLANTED)
def test_a_column_that_would_break_a_promise_is_named(table, name, made, promise):
    assert f"{table}.{name}" in never_stored(copy_with(Column(name, *made), into=table))[promise]


def test_a_table_that_nobody_spoke_of_is_taken_for_one_of_voters():
    metadata = copy_with()
    Table("visit", metadata, Column("id", Integer, primary_key=True), Column("at", DateTime), Column("who", String(9)))
    found = never_stored(metadata)
    assert found[WHO] == ("visit.who",)
    assert found[WHEN] == ("visit.at",)
    assert found[ORDER] == ("visit.id", "visit.rowid")
    assert {"visit.id", "visit.at", "visit.who"} == blank_spots(metadata)[0]


def test_a_column_that_slips_and_ballots_share_is_a_link():
    metadata = copy_with(Column("mark", LargeBinary), into="code")
    metadata.tables["envelope"].append_column(Column("mark", LargeBinary))
    assert never_stored(metadata)[LINK] == ("code.mark", "envelope.mark")
