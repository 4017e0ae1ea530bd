"""Make the engine of a database URL, and open transactions on it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.orm import Session

from survey.storage import postgres, sqlite


def make_engine(url: str) -> Engine:
    """Return an engine that loses no acknowledged ballot and puts no value into an error message.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql+psycopg://...``.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, hide_parameters=True, connect_args=sqlite.CONNECT, pool_size=8)
        sqlite.prepare(engine)
        return engine
    engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, pool_size=8, connect_args=postgres.CONNECT)
    postgres.prepare(engine)
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Open a writing transaction: all of it is kept, or nothing."""
    queue = sqlite.queue(engine) if engine.dialect.name == "sqlite" else nullcontext()
    with queue, engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection for reading, each statement by itself: no transaction's round trips, no writer's lock."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """Open a session that reads one state of everything, however long it takes, and keeps no writer waiting."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    else:
        connection = connection.execution_options(reading=True)
    with connection, Session(connection) as session:
        yield session


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """Open a session for one use case; the edge opens it, services never commit."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session
