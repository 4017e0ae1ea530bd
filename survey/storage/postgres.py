"""PostgreSQL settings: durable commits, and no value of a statement in the server's log."""

from typing import Any

import psycopg
from sqlalchemy import Engine, event

CONNECT: dict[str, Any] = {"connect_timeout": 5}

_SETTINGS = (
    "SET timezone TO 'UTC'",
    "SET synchronous_commit TO on",
    "SET statement_timeout TO '60s'",
    "SET lock_timeout TO '20s'",
)
# Only a superuser may set these for a session; elsewhere they belong into the server's own settings.
_QUIET = (
    "SET log_min_error_statement TO panic",
    "SET log_error_verbosity TO terse",
    "SET log_parameter_max_length_on_error TO 0",
)


def prepare(engine: Engine) -> None:
    """Attach the settings to every connection."""

    @event.listens_for(engine, "connect")
    def set_session(connection: psycopg.Connection[Any], _record: object) -> None:
        autocommit = connection.autocommit
        connection.autocommit = True
        with connection.cursor() as cursor:
            for setting in _SETTINGS:
                cursor.execute(setting)
            superuser = connection.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone()
            if superuser and superuser[0]:
                for setting in _QUIET:
                    cursor.execute(setting)
        connection.autocommit = autocommit
