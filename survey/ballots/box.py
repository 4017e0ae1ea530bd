"""The urn's only verbs: drop in, count how many there are, take out in the order of the bytes, empty for good."""

import secrets
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, func, insert, select

from survey.ballots.models import KEY_BYTES, Envelope


def drop(connection: Connection, *, round_id: int, voter_group_id: int, sealed: Sequence[bytes]) -> None:
    """Put a ballot's envelopes in, one for each of its sheets, inside the caller's transaction."""
    for sheet, envelope in enumerate(sealed, 1):
        connection.execute(
            insert(Envelope),
            {
                "round_id": round_id,
                "urn_key": secrets.token_bytes(KEY_BYTES),
                "voter_group_id": voter_group_id,
                "sheet": sheet,
                "sealed": envelope,
            },
        )


def count_envelopes(connection: Connection, round_id: int) -> dict[tuple[int, int], int]:
    """Return how many envelopes there are by voter group id and sheet."""
    rows = connection.execute(
        select(Envelope.voter_group_id, Envelope.sheet, func.count())
        .where(Envelope.round_id == round_id)
        .group_by(Envelope.voter_group_id, Envelope.sheet)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def take_out(connection: Connection, round_id: int, chunk: int) -> Iterator[list[tuple[int, int, bytes]]]:
    """Yield (voter group id, sheet, sealed bytes) in the order of the bytes, which says nothing of the voters."""
    # On the statement: set on the connection, the option would stay there for whatever it runs next.
    rows = connection.execute(
        select(Envelope.voter_group_id, Envelope.sheet, Envelope.sealed)
        .where(Envelope.round_id == round_id)
        .order_by(Envelope.sealed, Envelope.voter_group_id, Envelope.sheet)
        .execution_options(yield_per=chunk)
    )
    for part in rows.partitions():
        yield [(group, sheet, sealed) for group, sheet, sealed in part]


def empty(connection: Connection, round_id: int) -> int:
    """Delete a round's envelopes inside the caller's transaction; return how many there were."""
    return connection.execute(delete(Envelope).where(Envelope.round_id == round_id)).rowcount
