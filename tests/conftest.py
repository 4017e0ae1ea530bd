"""What every test may ask for: an empty, migrated database of its own, on each engine."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine

from survey.storage import migrate
from survey.storage.engine import make_engine
from tests import postgres

# Made-up cases must not fail because a machine is busy, and are the same for everybody.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("house")

_numbers = itertools.count(1)


def migrate_to_head(url: str) -> None:
    engine = make_engine(url)
    migrate.upgrade(engine)
    # A copy needs the file whole, its write-ahead log folded in, and a template nobody connected.
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one file that every test copies."""
    file = tmp_path_factory.mktemp("migrated") / "minsheng.db"
    migrate_to_head(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: postgres.Server) -> str:
    """Migrate one database that every test copies, and return its name."""
    migrate_to_head(postgres_server.create("migrated"))
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def empty_database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a database without any table."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'minsheng.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = f"test_{next(_numbers)}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a migrated database without any row of ours."""
    if engine_name == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "minsheng.db")
        yield f"sqlite:///{tmp_path / 'minsheng.db'}"
        return
    template: str = request.getfixturevalue("migrated_postgres")
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = f"test_{next(_numbers)}"
    yield server.create(name, template=template)
    server.drop(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()
