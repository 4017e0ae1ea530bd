"""Migrated databases as they would run in earnest: both engines with every commit on the disk."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from survey.storage.engine import make_engine
from survey.storage.migrate import upgrade
from tests import postgres


@dataclass(frozen=True)
class Database:
    """One engine's database.

    Attributes:
        name: how it is called in the tables.
        url: its address.
        folder: for the files of its rounds.
        postmaster: process number of its server; none for SQLite.
    """

    name: str
    url: str
    folder: Path
    postmaster: int | None = None


@contextmanager
def databases() -> Iterator[list[Database]]:
    """Give a fresh SQLite file and a fresh PostgreSQL, both durable."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="minsheng-bench-")))
        # Tests switch durability off; here it is what is measured.
        stack.enter_context(mock.patch.dict(postgres.SETTINGS, {"fsync": "on", "full_page_writes": "on"}))
        server = stack.enter_context(postgres.running())
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        found = [
            Database("SQLite", f"sqlite:///{folder / 'sqlite' / 'minsheng.db'}", folder / "sqlite"),
            Database("PostgreSQL", server.create("bench"), folder / "postgresql", postmaster),
        ]
        for database in found:
            database.folder.mkdir()
            engine = make_engine(database.url)
            upgrade(engine)
            engine.dispose()
        yield found
