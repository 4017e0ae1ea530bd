"""SQLite settings: nothing acknowledged is lost, nothing deleted stays readable, writers queue."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_SECONDS = 30
# isolation_level None hands BEGIN to the listener below: the driver's own deferred BEGIN fails under writers.
CONNECT: dict[str, Any] = {"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)


@contextmanager
def queue(engine: Engine) -> Iterator[None]:
    """Wait for one's turn to write.

    SQLite itself lets waiting writers sleep and try again, up to 100 ms at a time; the system wakes them in
    turn. A writer who does not queue is still kept out by the database.
    """
    with Path(f"{engine.url.database}-queue").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(engine: Engine) -> None:
    """Attach the settings to every connection, and the right BEGIN to every transaction."""

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            # A deferred BEGIN that later writes is refused at once when another writer was quicker.
            connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")
