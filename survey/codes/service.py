"""Verbs on codes: issue a batch, void one, check which codes of a list may still be printed."""

import random
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey.codes.generator import digest, draw_codes
from survey.codes.models import Batch, Code, CodeState
from survey.core.errors import N_, NotFound, Refused
from survey.rounds.models import Round, State, VoterGroupRow
from survey.storage.bulk import insert_rows


@dataclass(frozen=True)
class IssuedCode:
    """A code in clear, which exists only here, between issuing and printing."""

    batch: str
    group: str
    ballot_class: str
    code: str


def issue_codes(
    session: Session,
    row: Round,
    groups: Sequence[VoterGroupRow],
    key: bytes,
    *,
    spare: int = 0,
    on_batch: Callable[[int], None] = lambda _n: None,
) -> list[IssuedCode]:
    """Issue every voter group's planned codes, or a spare batch for each, and return them shuffled.

    Args:
        session: the unit of work.
        row: a round that is ready or open.
        groups: the voter groups to issue for.
        key: the server's key for code digests.
        spare: codes of a spare batch for each group; 0 issues what is planned and not issued yet.
        on_batch: told the number of codes after each batch.

    Raises:
        Refused: when the round takes no codes any more, or nothing is left to issue.
    """
    if row.state not in (State.READY, State.OPEN):
        raise Refused(
            N_("Codes are issued while a round is ready or open; %(name)s is %(state)s"), name=row.name, state=row.state
        )
    # Two people issuing at once would both find nothing issued yet: the second one waits here.
    session.refresh(row, with_for_update=True)
    done = {} if spare else _issued(session, row)
    wanted = [(group, spare or group.planned - done.get(group.id, 0)) for group in groups]
    if not any(n > 0 for _, n in wanted):
        raise Refused(
            N_("All planned codes of %(name)s are issued; more come as a spare batch (--spare N)"), name=row.name
        )
    issued: list[IssuedCode] = []
    rows: list[tuple[int, bytes, int, str]] = []
    for group, n in wanted:
        if n > 0:
            batch = _new_batch(session, row, group, n, spare=spare > 0)
            codes = draw_codes(n)
            # A mapped attribute costs more to read than a digest to make.
            names, ids = (batch.name, group.group, group.ballot_class), (row.id, batch.id)
            rows += [(ids[0], digest(code, key), ids[1], CodeState.ISSUED.value) for code in codes]
            issued += [IssuedCode(*names, code) for code in codes]
            on_batch(n)
    # Sorted by digest: neither the order of drawing nor of printing is stored.
    rows.sort()
    insert_rows(
        session.connection(),
        Code.__tablename__,
        ("round_id", "digest", "batch_id", "state"),
        ("int4", "bytea", "int4", "varchar"),
        rows,
    )
    random.Random(secrets.token_bytes(32)).shuffle(issued)  # noqa: S311 - seeded by the system's random source
    return issued


def void_batch(session: Session, row: Round, name: str) -> int:
    """Void the codes of a batch that are not spent.

    Returns:
        How many codes were voided.

    Raises:
        NotFound: when the round has no batch of that name.
        Refused: when the round has closed; its response account is final.
    """
    if row.state in (State.CLOSED, State.COUNTED):
        raise Refused(
            N_("%(name)s is %(state)s and its codes are accounted for; none is voided any more"),
            name=row.name,
            state=row.state,
        )
    batch = session.scalar(select(Batch).where(Batch.round_id == row.id, Batch.name == name))
    if batch is None:
        raise NotFound(N_("The round %(round)s has no batch %(batch)s"), round=row.name, batch=name)
    voided = session.execute(
        update(Code)
        .where(Code.round_id == row.id, Code.batch_id == batch.id, Code.state == CodeState.ISSUED)
        .values(state=CodeState.VOID)
        .returning(Code.digest)
    ).all()
    batch.void = True
    session.flush()
    return len(voided)


def unusable_codes(session: Session, row: Round, codes: Iterable[str], key: bytes) -> int:
    """Count the codes of a list that are not issued codes of the round: foreign, spent or void."""
    digests = [digest(code, key) for code in codes]
    usable = 0
    for start in range(0, len(digests), 500):
        part = digests[start : start + 500]
        usable += (
            session.scalar(
                select(func.count()).where(
                    Code.round_id == row.id, Code.digest.in_(part), Code.state == CodeState.ISSUED
                )
            )
            or 0
        )
    return len(digests) - usable


def list_batches(session: Session, row: Round) -> list[Batch]:
    """Return the batches of a round in the order they were issued."""
    return list(session.scalars(select(Batch).where(Batch.round_id == row.id).order_by(Batch.id)))


def _issued(session: Session, row: Round) -> dict[int, int]:
    """Count by voter group what fills the plan: the codes of main batches that were not voided."""
    counted = session.execute(
        select(Batch.voter_group_id, func.count())
        .select_from(Code)
        .join(Batch, Batch.id == Code.batch_id)
        .where(Code.round_id == row.id, Batch.spare.is_(False), Code.state != CodeState.VOID)
        .group_by(Batch.voter_group_id)
    )
    return {row[0]: row[1] for row in counted}


def _new_batch(session: Session, row: Round, group: VoterGroupRow, n: int, *, spare: bool) -> Batch:
    number = session.scalar(select(func.count()).where(Batch.voter_group_id == group.id)) or 0
    batch = Batch(
        round_id=row.id,
        voter_group_id=group.id,
        size=n,
        spare=spare,
        name=f"{group.group}-{group.ballot_class}-{number + 1}",
    )
    session.add(batch)
    session.flush()
    return batch
