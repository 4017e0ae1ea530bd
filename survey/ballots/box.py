"""The urn's only verbs: drop an envelope in, count how many there are, take them out in the order of their bytes."""

import secrets
from collections.abc import Iterator

from sqlalchemy import Connection, func, insert, select

from survey.ballots.models import KEY_BYTES, Envelope


def drop(connection: Connection, *, round_id: int, voter_group_id: int, sealed: bytes) -> None:
    """Put an envelope in, inside the caller's transaction."""
    connection.execute(
        insert(Envelope),
        {
            "round_id": round_id,
            "urn_key": secrets.token_bytes(KEY_BYTES),
            "voter_group_id": voter_group_id,
            "sealed": sealed,
        },
    )


def count_envelopes(connection: Connection, round_id: int) -> dict[int, int]:
    """Return how many envelopes there are by voter group id."""
    rows = connection.execute(
        select(Envelope.voter_group_id, func.count())
        .where(Envelope.round_id == round_id)
        .group_by(Envelope.voter_group_id)
    )
    return {row[0]: row[1] for row in rows}


def take_out(connection: Connection, round_id: int, chunk: int) -> Iterator[list[tuple[int, bytes]]]:
    """Yield (voter group id, sealed bytes) in the order of the bytes, which says nothing of the voters."""
    # On the statement: set on the connection, the option would stay there for whatever it runs next.
    rows = connection.execute(
        select(Envelope.voter_group_id, Envelope.sealed)
        .where(Envelope.round_id == round_id)
        .order_by(Envelope.sealed, Envelope.voter_group_id)
        .execution_options(yield_per=chunk)
    )
    for part in rows.partitions():
        yield [(group, sealed) for group, sealed in part]
