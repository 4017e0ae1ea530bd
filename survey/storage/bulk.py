"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], types: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows inside the connection's transaction.

    Args:
        connection: an open transaction.
        table: a table's name, from the models, never from input.
        columns: the columns' names, in the rows' order.
        types: PostgreSQL's type of each column, for binary COPY.
        rows: the values; sorted by the primary key they go in fastest.
    """
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608 - names of ours
