"""Run the numbered migrations, without a configuration file."""

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


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables up to a revision."""
    with engine.begin() as connection:
        command.upgrade(config_for(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the tables down to a revision."""
    with engine.begin() as connection:
        command.downgrade(config_for(connection), revision)


def head() -> str:
    """Return the newest revision there is, from the file HEAD beside the migrations."""
    return (FOLDER / "HEAD").read_text().strip()


def current(connection: Connection) -> str | None:
    """Return the revision a database is at, none when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()
