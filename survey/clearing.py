"""Clear a rehearsal: codes, batches, envelopes, voter groups, the twin itself, and whatever else names it.

It stands beside the door, since it is the only other place that may touch codes and ballots; it reads neither.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Inspector, Integer, MetaData, String, Table, func, inspect, select, text
from sqlalchemy.orm import Session

from survey.ballots.box import empty
from survey.ballots.models import Envelope
from survey.core.errors import N_, NotFound, Refused
from survey.jobs.models import Job
from survey.rounds.models import Round
from survey.rounds.service import rehearsal_of

BY_NUMBER = "round_id"
BY_NAME = "round_name"
"""What columns are called that name a round; one that refers to a round's number may be called otherwise."""

FOREIGN = ("taken_count",)
"""What other offices sent is known by the same names, but was never made here."""


CLEARED = N_("Cleared the rehearsal of the round %(round)s: nothing is left in any of %(tables)s tables")
"""For the log."""

KEPT = N_(
    "Rows are deleted, not the space they stood in: backups made meanwhile, and on PostgreSQL the files until the "
    "next vacuum, may hold pieces. No code is in them, and no envelope of a rehearsal can be opened by anybody."
)
"""What is not promised."""


@dataclass(frozen=True)
class Swept:
    """One table that could hold something of a rehearsal.

    Attributes:
        deleted: rows that were there.
        left: rows that are there now, counted after deleting.
    """

    table: str
    deleted: int
    left: int


@dataclass(frozen=True)
class Cleared:
    """The proof that nothing is left.

    Attributes:
        tables: every table that could hold something of the rehearsal.
        jobs: the ids of its jobs, whose folders are to be removed once this is kept.
    """

    tables: tuple[Swept, ...]
    jobs: tuple[str, ...]


def clear_rehearsal(session: Session, row: Round) -> Cleared:
    """Delete the rehearsal of a round, whole.

    The tables are those that the database has, not those that the program remembers.

    Args:
        session: the unit of work.
        row: the round that was rehearsed.

    Raises:
        NotFound: when there is no rehearsal.
        Refused: when something was left after all; then nothing is deleted.
    """
    if session.get_bind().dialect.name == "postgresql":
        # A ballot of it may be under way: wait for that, and let the next one find no code.
        session.execute(text("LOCK TABLE code IN SHARE ROW EXCLUSIVE MODE"))
    twin = rehearsal_of(session, row)
    if twin is None:
        raise NotFound(N_("There is no rehearsal of %(name)s"), name=row.name)
    number, name = twin.id, twin.name
    jobs = tuple(session.scalars(select(Job.id).where(Job.round_name == name)))
    session.expunge(twin)
    places = list(_places(session, number, name))
    deleted = [_delete(session, number, table, of_it) for table, of_it in places]
    swept = tuple(
        Swept(table.name, gone, session.scalar(select(func.count()).select_from(table).where(of_it)) or 0)
        for gone, (table, of_it) in zip(deleted, places, strict=True)
    )
    if any(one.left for one in swept):
        raise Refused(N_("Something of %(name)s was left in the tables; nothing was deleted"), name=name)
    session.expire_all()
    return Cleared(swept, jobs)


def _delete(session: Session, number: int, table: Table, of_it: ColumnElement[bool]) -> int:
    if table.name == Envelope.__tablename__:
        return empty(session.connection(), number)
    return session.connection().execute(table.delete().where(of_it)).rowcount


def _places(session: Session, number: int, name: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield each table with what finds a round's rows in it; those that point to others come before these."""
    found = inspect(session.connection())
    metadata = MetaData()
    for table_name, _keys in reversed(found.get_sorted_table_and_fkc_names()):
        if table_name is None or table_name in FOREIGN:
            continue
        columns = {column["name"] for column in found.get_columns(table_name)}
        by_number = _by_number(found, table_name) or ({BY_NUMBER} & columns)
        if table_name == Round.__tablename__:
            by_number = {"id"}
        for column in sorted(by_number):
            table = Table(table_name, metadata, Column(column, Integer), extend_existing=True)
            yield table, table.c[column] == number
        if not by_number and BY_NAME in columns:
            table = Table(table_name, metadata, Column(BY_NAME, String))
            yield table, table.c[BY_NAME] == name


def _by_number(found: Inspector, table: str) -> set[str]:
    """Return the columns of a table that refer to a round."""
    return {
        column
        for key in found.get_foreign_keys(table)
        if key["referred_table"] == Round.__tablename__
        for column in key["constrained_columns"]
    }
