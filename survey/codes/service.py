"""Verbs on codes: issue a batch, open and shut its door, void it; which codes of a list may still be printed."""

import random
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, not_, select, update
from sqlalchemy.orm import Session

from survey.codes.generator import digest, draw_codes
from survey.codes.models import Batch, BatchDoor, Code, CodeState
from survey.core.errors import N_, NotFound, Refused
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import WORDS, Round, State, VoterGroupRow
from survey.storage.bulk import insert_rows

ISSUED = N_("Issued the batch %(batch)s of %(codes)s codes for the round %(round)s")
LET_IN = N_("Let the codes of %(n)s batches of the round %(round)s in (%(batches)s)")
LET_IN_NO_MORE = N_("Let no more codes of %(n)s batches of the round %(round)s in (%(batches)s)")
VOIDED_ALONE = N_(
    "Voided the batch %(batch)s of the round %(round)s at the terminal, without a second person. Reason: %(reason)s"
)
"""For the log."""


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

    In a meeting their batches wait until the host opens them; elsewhere they are open.

    Args:
        session: the unit of work.
        row: a round that is ready or open.
        groups: the voter groups to issue for.
        key: the server's key for code digests.
        spare: codes of a spare batch for each group; 0 issues what is planned and not issued yet.
        on_batch: told the number of codes after each batch.

    Raises:
        Refused: when the round takes no codes any more, nothing is left to issue, or how much is left would tell
            how many voted.
    """
    if row.state not in (State.READY, State.OPEN):
        raise Refused(
            N_("Codes are issued while a round is ready or open; %(name)s is %(state)s"),
            name=row.name,
            state=WORDS[row.state],
        )
    # Two people issuing at once would both find nothing issued yet: the second one waits here.
    session.refresh(row, with_for_update=True)
    if not spare:
        _expect_nothing_told(session, row)
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
    expect_voidable(row)
    batch = get_batch(session, row, name)
    voided = session.execute(
        update(Code)
        .where(Code.round_id == row.id, Code.batch_id == batch.id, Code.state == CodeState.ISSUED)
        .values(state=CodeState.VOID)
        .returning(Code.digest)
    ).all()
    batch.void = True
    session.flush()
    return len(voided)


def expect_voidable(row: Round) -> None:
    """Do nothing while codes of a round may be voided.

    Raises:
        Refused: when it has closed; its response account is final.
    """
    if row.state in (State.CLOSED, State.COUNTED):
        raise Refused(
            N_("%(name)s is %(state)s and its codes are accounted for; none is voided any more"),
            name=row.name,
            state=WORDS[row.state],
        )


def open_batch(session: Session, row: Round, name: str | None) -> list[str]:
    """Let the codes of a batch in, or with None those of every batch of the round that is not void.

    Returns:
        The names of the batches that were not open before.

    Raises:
        NotFound: when the round has no batch of that name.
        Refused: when the round is not open, or the batch is void.
    """
    changed = [batch for batch in _doors(session, row, name) if batch.door != BatchDoor.OPEN]
    for batch in changed:
        batch.door, batch.shut_at = BatchDoor.OPEN, None
    session.flush()
    return [batch.name for batch in changed]


def shut_batch(session: Session, row: Round, name: str | None, now: datetime) -> list[str]:
    """Let no more codes of a batch in, or with None of every open one; forms opened before may be cast in the grace.

    A batch that is shut already keeps its moment, so that its grace grows no longer.

    Returns:
        The names of the batches that were open before.

    Raises:
        NotFound: when the round has no batch of that name.
        Refused: when the round is not open, or the batch is void or was never opened.
    """
    found = _doors(session, row, name)
    if name is not None and found[0].door == BatchDoor.WAITING:
        raise Refused(N_("The batch %(batch)s was not opened yet; there is nothing to close"), batch=name)
    changed = [batch for batch in found if batch.door == BatchDoor.OPEN]
    for batch in changed:
        batch.door, batch.shut_at = BatchDoor.SHUT, now
    session.flush()
    return [batch.name for batch in changed]


def unusable_codes(session: Session, row: Round, codes: Iterable[str], key: bytes) -> int:
    """Count the codes of a list that are not issued codes of the round: foreign, spent or void.

    While a secret round is open spent and void ones pass: which they are would tell who has voted.
    """
    digests = [digest(code, key) for code in codes]
    of_it = Code.round_id == row.id
    if row.state != State.OPEN or not RoundDefinition.model_validate(row.definition).secret:
        of_it &= Code.state == CodeState.ISSUED
    usable = 0
    for start in range(0, len(digests), 500):
        part = digests[start : start + 500]
        usable += session.scalar(select(func.count()).where(of_it, Code.digest.in_(part))) or 0
    return len(digests) - usable


def class_of_each(session: Session, row: Round, codes: Iterable[str], key: bytes) -> dict[str, list[str]]:
    """Return the codes of a round by the class of their ballots, in the order given."""
    classes = dict(
        session.execute(
            select(Code.digest, VoterGroupRow.ballot_class)
            .join(Batch, Batch.id == Code.batch_id)
            .join(VoterGroupRow, VoterGroupRow.id == Batch.voter_group_id)
            .where(Code.round_id == row.id)
        ).all()
    )
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(classes[digest(code, key)], []).append(code)
    return dict(sorted(found.items()))


def get_batch(session: Session, row: Round, name: str) -> Batch:
    """Return the batch of a name.

    Raises:
        NotFound: when the round has none.
    """
    batch = session.scalar(select(Batch).where(Batch.round_id == row.id, Batch.name == name))
    if batch is None:
        raise NotFound(N_("The round %(round)s has no batch %(batch)s"), round=row.name, batch=name)
    return batch


def expect_none_issued(session: Session, row: Round) -> None:
    """Do nothing while a round has no codes: what stands on printed slips must stay true.

    Raises:
        Refused: when codes were issued for it, void ones included.
    """
    issued = session.scalar(select(func.sum(Batch.size)).where(Batch.round_id == row.id)) or 0
    if issued:
        raise Refused(
            N_("%(n)s codes of %(name)s are issued: what they were issued for never changes; make a new round"),
            n=issued,
            name=row.name,
        )


def left_to_issue(session: Session, row: Round, groups: Sequence[VoterGroupRow]) -> dict[int, int]:
    """Return how many planned codes of each voter group are not issued yet, by the group's number."""
    done = _issued(session, row)
    return {group.id: max(0, group.planned - done.get(group.id, 0)) for group in groups}


def list_batches(session: Session, row: Round) -> list[Batch]:
    """Return the batches of a round in the order they were issued."""
    return list(session.scalars(select(Batch).where(Batch.round_id == row.id).order_by(Batch.id)))


def _doors(session: Session, row: Round, name: str | None) -> list[Batch]:
    """Return the batches whose doors are to move."""
    # Whoever closes the round at this moment is waited for, and seen.
    session.refresh(row, with_for_update=True)
    if row.state != State.OPEN:
        raise Refused(
            N_("Batches are opened and closed while the round is open; %(name)s is %(state)s"),
            name=row.name,
            state=WORDS[row.state],
        )
    if name is None:
        return [batch for batch in list_batches(session, row) if not batch.void]
    batch = get_batch(session, row, name)
    if batch.void:
        raise Refused(N_("The batch %(batch)s is void; none of its codes is let in any more"), batch=name)
    return [batch]


def _expect_nothing_told(session: Session, row: Round) -> None:
    """Do nothing when the codes left to issue tell nobody how many of a batch were used.

    Raises:
        Refused: in a secret round under way of which a batch was voided: what is issued in its place would be
            exactly as much as was not used.
    """
    if row.state != State.OPEN or not RoundDefinition.model_validate(row.definition).secret:
        return
    if any(batch.void and not batch.spare for batch in list_batches(session, row)):
        raise Refused(
            N_(
                "A batch of the secret round %(name)s is void: issuing the rest would tell how many of it were used. "
                "Issue a spare batch of a round number instead (--spare N)"
            ),
            name=row.name,
        )


def _issued(session: Session, row: Round) -> dict[int, int]:
    """Count by voter group what fills the plan: the codes of main batches that were not voided as a whole.

    A single void slip still fills its place: another one is drawn from a spare batch, where nobody knows its code.
    """
    counted = session.execute(
        select(Batch.voter_group_id, func.count())
        .select_from(Code)
        .join(Batch, Batch.id == Code.batch_id)
        .where(
            Code.round_id == row.id,
            Batch.spare.is_(False),
            not_(and_(Batch.void, Code.state == CodeState.VOID)),
        )
        .group_by(Batch.voter_group_id)
    )
    return {row[0]: row[1] for row in counted}


def _new_batch(session: Session, row: Round, group: VoterGroupRow, n: int, *, spare: bool) -> Batch:
    number = session.scalar(select(func.count()).where(Batch.voter_group_id == group.id)) or 0
    meeting = RoundDefinition.model_validate(row.definition).meeting
    batch = Batch(
        round_id=row.id,
        voter_group_id=group.id,
        size=n,
        spare=spare,
        name=f"{group.group}-{group.ballot_class}-{number + 1}",
        door=BatchDoor.WAITING if meeting else BatchDoor.OPEN,
    )
    session.add(batch)
    session.flush()
    return batch
