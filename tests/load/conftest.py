"""What the load tests share: an open round, a server in front of it, and how the two sides of the urn are counted."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from survey.ballots.models import Envelope
from survey.cli.demo.server import Server, serving
from survey.codes.models import Code, CodeState
from tests.load.staging import Stage, set_stage

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker of pytest run all load tests: each keeps both cores busy by itself."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("load"))


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Callable[[int], Stage]:
    """Open a round with so many codes."""
    return lambda codes: set_stage(database_url, tmp_path, codes)


@pytest.fixture
def server_log(tmp_path: Path) -> Path:
    return tmp_path / "server.log"


@pytest.fixture
def serve(server_log: Path) -> Iterator[Callable[[Stage], Server]]:
    """Start a server that ends with the test."""
    with ExitStack() as stack:
        yield lambda stage: stack.enter_context(serving(stage.env, server_log))


def spent_digests(engine: Engine) -> set[bytes]:
    with engine.connect() as connection:
        return set(connection.scalars(select(Code.digest).where(Code.state == CodeState.SPENT)))


def envelope_count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Envelope))
