"""Databases for elections, made and removed, each with the attacker's collector on it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import postgres
from tests.secrecy.collect_postgres import PostgresCollector
from tests.secrecy.collect_sqlite import SqliteCollector
from tests.secrecy.evidence import Collector

_numbers = count(1)


@dataclass(frozen=True)
class Place:
    """Where an election is held.

    Attributes:
        folder: for the round's files and the server's log; what is seized lies below it.
    """

    folder: Path
    collector: Collector


@contextmanager
def on_sqlite(migrated: Path | None = None) -> Iterator[Place]:
    """Give a database of its own: a copy of a migrated one, or an empty one."""
    with TemporaryDirectory(prefix="minsheng-secrecy-") as name:
        folder = Path(name)
        (folder / "seized").mkdir()
        if migrated:
            shutil.copy(migrated, folder / "minsheng.db")
        yield Place(folder, SqliteCollector(folder / "minsheng.db", folder / "seized"))


@contextmanager
def on_postgres(server: postgres.Server, migrated: str = "template1") -> Iterator[Place]:
    """Give a database of its own on a running server."""
    database = f"secrecy_{next(_numbers)}"
    with TemporaryDirectory(prefix="minsheng-secrecy-") as name:
        folder = Path(name)
        (folder / "seized").mkdir()
        server.create(database, template=migrated)
        try:
            yield Place(folder, PostgresCollector(server, database, folder / "seized"))
        finally:
            server.drop(database)
