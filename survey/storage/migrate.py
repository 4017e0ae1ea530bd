"""Run the numbered migrations, without a configuration file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).resolve().parent.parent.parent / "migrations"


def config_for(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """Open the migration's one transaction.

    SQLite changes a table by writing it anew and dropping the old one, which foreign keys would forbid; they are
    off meanwhile, and checked as a whole before the transaction ends.
    """
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _plain(connection, "PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    message = "a migration left rows that name rows which are gone"
                    raise RuntimeError(message)
        finally:
            if sqlite:
                _plain(connection, "PRAGMA foreign_keys=ON")


def _plain(connection: Connection, pragma: str) -> None:
    # Not through SQLAlchemy, which would begin a transaction; inside one the pragma does nothing.
    cursor = connection.connection.cursor()
    cursor.execute(pragma)
    cursor.close()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables up to a revision."""
    with _migrating(engine) as connection:
        command.upgrade(config_for(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the tables down to a revision."""
    with _migrating(engine) as connection:
        command.downgrade(config_for(connection), revision)


def head() -> str:
    """Return the newest revision there is, from the file HEAD beside the migrations."""
    return (FOLDER / "HEAD").read_text().strip()


def current(connection: Connection) -> str | None:
    """Return the revision a database is at, none when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()
