"""Make what was deleted from a table unreadable in the database's files, and search them for what is left.

SQLite overwrites deleted bytes with zeros (``secure_delete``), but the old pages stay in its log until that is
emptied. PostgreSQL leaves deleted rows, copies of their values in its statistics, and its log.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from os import walk
from pathlib import Path

from sqlalchemy import Connection, Engine, LargeBinary, Table, text
from sqlalchemy.exc import DBAPIError

from survey.core.errors import N_, Problem
from survey.storage.traces import Needles, Searched

SQLITE_FILES = {"": False, "-journal": True, "-wal": True, "-shm": True}
SQLITE_PATIENCE = 60_000  # ms that it waits for those who read
POSTGRES_LOG = "pg_wal"


@dataclass(frozen=True)
class Search:
    """What a search of the database's files found.

    Attributes:
        why_not: why nothing was searched.
    """

    files: tuple[Searched, ...] = ()
    why_not: Problem | None = None

    def traces(self, *, log: bool) -> int:
        """Return how many traces there are in the log, or in all other files."""
        return sum(one.traces for one in self.files if one.log is log)


def shred(engine: Engine, table: Table) -> tuple[Problem, ...]:
    """Overwrite what was deleted from a table, as far as the database can.

    Call it after the transaction that deletes. While it runs on PostgreSQL the table is locked.

    Returns:
        What the database refused to do; calling again is harmless.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Its settings are changed below: it must not go back among the others.
        connection.detach()
        if engine.dialect.name == "sqlite":
            return tuple(_shred_sqlite(connection))
        return tuple(_shred_postgres(connection, table))


def _shred_sqlite(connection: Connection) -> Iterator[Problem]:
    # The zeros reach their pages before the file is made shorter: what is cut off holds nothing any more.
    connection.exec_driver_sql(f"PRAGMA busy_timeout={SQLITE_PATIENCE}")
    for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
        try:
            answer = connection.exec_driver_sql(statement)
            busy = answer.returns_rows and answer.one()[0]
        except DBAPIError as error:
            yield _refused(statement, error)
            continue
        if busy:
            yield Problem("", N_("Somebody was reading all the time, so the write-ahead log could not be emptied"))


def _shred_postgres(connection: Connection, table: Table) -> Iterator[Problem]:
    quoted = connection.dialect.identifier_preparer.format_table(table)
    secret = [column for column in table.columns if isinstance(column.type, LargeBinary)]
    # A column's statistics, which hold some of its values, go when its type is set, though to the same.
    forget = ", ".join(f"ALTER COLUMN {column.name} TYPE bytea" for column in secret)
    for statement in (
        "SET statement_timeout TO 0",
        f"ALTER TABLE {quoted} {forget}",
        f"VACUUM (FULL) {quoted}",
        "VACUUM (FULL) pg_statistic",
        "CHECKPOINT",
    ):
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError as error:
            yield _refused(statement, error)


def _refused(statement: str, error: DBAPIError) -> Problem:
    reason = type(error.orig).__name__
    return Problem("", N_("The database refused %(statement)s: %(reason)s"), {"statement": statement, "reason": reason})


def search(engine: Engine, needles: Needles, folder: Path | None = None) -> Search:
    """Search every file of the database for pieces of what was deleted.

    Closes the engine's connections: on SQLite, reading the file would take their locks away.

    Args:
        engine: the database.
        needles: what must be gone.
        folder: PostgreSQL's data directory, where the server does not tell it.
    """
    if engine.dialect.name == "sqlite":
        engine.dispose()
        files = {Path(f"{engine.url.database}{suffix}"): log for suffix, log in SQLITE_FILES.items()}
        return Search(tuple(needles.search(file, log=log) for file, log in files.items() if file.exists()))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            folder = folder or Path(connection.scalar(text("SHOW data_directory")) or "")
            own, wanted = connection.execute(
                text(
                    "SELECT oid::text, system_identifier FROM pg_database, pg_control_system() "
                    "WHERE datname = current_database()"
                )
            ).one()
        except DBAPIError:
            return Search(why_not=Problem("", N_("The database's role may not ask where the files of the server lie")))
    try:
        if _identifier(folder) != wanted:
            return Search(
                why_not=Problem("", N_("%(folder)s is not the data directory of this server"), {"folder": folder})
            )
        return Search(tuple(_search_postgres(folder, own, needles)))
    except OSError as error:
        return Search(
            why_not=Problem(
                "",
                N_("The files of the server cannot be read from here: %(file)s (%(reason)s)"),
                {"file": error.filename, "reason": error.strerror},
            )
        )


def _identifier(folder: Path) -> int:
    with (folder / "global" / "pg_control").open("rb") as control:
        number: int = struct.unpack("=Q", control.read(8))[0]
    return number


def _search_postgres(folder: Path, own: str, needles: Needles) -> Iterator[Searched]:
    """Search all but the tables of other databases; tablespaces and a log elsewhere are links in the folder."""
    for place, folders, names in walk(folder, onerror=_complain, followlinks=True):
        inside = Path(place).relative_to(folder).parts
        if inside == ("base",):
            folders[:] = [name for name in folders if name == own or not name.isdigit()]
        for name in names:
            file = Path(place, name)
            try:
                yield needles.search(file, log=POSTGRES_LOG in inside)
            except FileNotFoundError:
                continue  # the server has just removed it


def _complain(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
