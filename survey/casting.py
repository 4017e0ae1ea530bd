"""THE ONE DOOR: the only module that ever holds a code and a ballot together.

Casting spends the code and drops the sealed envelope in one transaction: either both or none. What links
the two rows afterwards (a transaction id, a log, a backup) links a code to bytes that the server cannot open.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, and_, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Session

from survey.ballots.box import count_envelopes, drop
from survey.ballots.envelope import binding, seal
from survey.codes.generator import digest
from survey.codes.models import Batch, BatchDoor, Code, CodeState
from survey.codes.slips import forget_slips
from survey.core.errors import N_, AlreadyDone, NotFound, Refused, SurveyError
from survey.questionnaires.form import Answers, Form
from survey.rounds.definition import FrozenRound, RoundDefinition
from survey.rounds.lifecycle import Door, door
from survey.rounds.models import Round, State, VoterGroupRow
from survey.rounds.service import close_round, frozen_round
from survey.storage.base import UtcDateTime


class UnknownCode(NotFound):
    """No such code, or a void one, or one of a round that is not open: nobody may learn which."""

    def __init__(self) -> None:
        super().__init__(N_("This code is not valid. Please compare it with the slip, or ask whoever gave it to you."))


class _OfRound(SurveyError):
    """Something that is told to whoever holds a slip of a round: whom to ask, and whether it is a rehearsal."""

    def __init__(self, message: str, definition: RoundDefinition) -> None:
        super().__init__(message)
        self.contact = definition.contact
        self.rehearsal = definition.rehearsal


class CodeUsed(_OfRound, AlreadyDone):
    """The code was spent by another form."""

    def __init__(self, definition: RoundDefinition) -> None:
        super().__init__(N_("This code has been used."), definition)


class NotYetOpen(_OfRound, Refused):
    """The round's time has not come."""

    def __init__(self, definition: RoundDefinition) -> None:
        super().__init__(N_("This survey has not started yet."), definition)
        self.opens_at = definition.opens_at


class RoundClosed(_OfRound, Refused):
    """The round takes no ballots any more."""

    def __init__(self, definition: RoundDefinition) -> None:
        super().__init__(N_("This survey has ended. No ballot was cast."), definition)


class BatchWaits(_OfRound, Refused):
    """The host has not opened the batch of codes yet."""

    def __init__(self, definition: RoundDefinition) -> None:
        super().__init__(N_("The host has not opened the vote for this code yet."), definition)


class BatchShut(_OfRound, Refused):
    """The host has closed the batch of codes."""

    def __init__(self, definition: RoundDefinition) -> None:
        super().__init__(N_("The host has closed the vote for this code. No ballot was cast."), definition)


class Unbalanced(Refused):
    """The urn does not hold one envelope of each sheet for each spent code."""


@dataclass(frozen=True)
class Ballot:
    """What the holders of one group's codes fill in."""

    round_id: int
    group_id: int
    frozen: FrozenRound
    group: str
    ballot_class: str

    @cached_property
    def form(self) -> Form:
        """The questionnaire compiled for the subjects this group rates."""
        return self.frozen.form(self.frozen.voter_group(self.group, self.ballot_class).subjects)

    @cached_property
    def infos(self) -> tuple[bytes, ...]:
        """What its envelopes are bound to, sheet by sheet."""
        name = (self.frozen.content_hash, self.group, self.ballot_class)
        return tuple(binding(*name, sheet) for sheet in range(len(self.form.sheets)))


@dataclass(frozen=True)
class Admission:
    """A code that may be answered with now."""

    round_id: int
    group_id: int
    digest: bytes
    ballot: Ballot


_ballots: dict[tuple[int, str], Ballot] = {}

_FOUND = (
    select(Round.id, Round.state, Round.frozen_hash, Batch.voter_group_id, Batch.door, Code.state.label("code_state"))
    .join(Code, Code.round_id == Round.id)
    .join(Batch, Batch.id == Code.batch_id)
    .where(Code.digest == bindparam("digest"))
)
# The key of codes begins with the round: naming the few rounds there are makes each a seek in the index,
# where the digest alone would read every code. PostgreSQL sees that only in an array.
_OPENED = select(Round.id).where(Round.frozen_hash.is_not(None))
_FIND = {
    "sqlite": _FOUND.where(Code.round_id.in_(_OPENED)),
    "postgresql": _FOUND.where(Code.round_id == func.any(func.array(_OPENED.scalar_subquery()))),
}
# A form that was opened before the host shut its batch may still be cast in the grace.
_LET_IN = select(Batch.id).where(
    Batch.id == Code.batch_id,
    or_(
        Batch.door == BatchDoor.OPEN,
        and_(
            Batch.door == BatchDoor.SHUT,
            Batch.shut_at > bindparam("form_opened", type_=UtcDateTime()),
            Batch.shut_at > bindparam("grace_began", type_=UtcDateTime()),
        ),
    ),
)
_SPEND = (
    update(Code)
    .where(
        Code.round_id == bindparam("in_round"),
        Code.digest == bindparam("of_code"),
        Code.state == CodeState.ISSUED,
        select(Round.id).where(Round.id == bindparam("in_round"), Round.state == State.OPEN).exists(),
        _LET_IN.exists(),
    )
    .values(state=CodeState.SPENT, cast_key=bindparam("by_form"))
    .returning(Code.batch_id)
)
_WHY_NOT = (
    select(Code.state, Code.cast_key, Round.state.label("round_state"), Batch.door)
    .join(Round, Round.id == Code.round_id)
    .join(Batch, Batch.id == Code.batch_id)
    .where(Code.round_id == bindparam("in_round"), Code.digest == bindparam("of_code"))
)


def admit(connection: Connection, code: str, *, key: bytes, now: datetime) -> Admission:
    """Let the holder of a code see the questionnaire. Changes nothing.

    Args:
        connection: a reading transaction.
        code: 20 digits, normalised.
        key: the server's key for code digests.
        now: the moment, UTC.

    Raises:
        UnknownCode, NotYetOpen, RoundClosed, BatchWaits, BatchShut, CodeUsed: each with what to tell.
    """
    found = digest(code, key)
    row = connection.execute(_FIND[connection.dialect.name], {"digest": found}).one_or_none()
    if row is None or row.code_state == CodeState.VOID:
        raise UnknownCode
    ballot = ballot_form(connection, row.id, row.voter_group_id, row.frozen_hash)
    if row.code_state == CodeState.SPENT:
        raise CodeUsed(ballot.frozen.definition)
    _expect_open(ballot.frozen, row.state, now, opened_at=None)
    _expect_let_in(ballot.frozen, row.door)
    return Admission(row.id, row.voter_group_id, found, ballot)


def known_ballot(group_id: int, frozen_hash: str) -> Ballot | None:
    """Return a ballot this process has served before, without asking the database."""
    return _ballots.get((group_id, frozen_hash))


def ballot_form(connection: Connection, round_id: int, group_id: int, frozen_hash: str) -> Ballot:
    """Return what the holders of a group's codes fill in; kept in memory, since it is frozen."""
    known = known_ballot(group_id, frozen_hash)
    if known is None:
        group, ballot_class = connection.execute(
            select(VoterGroupRow.group, VoterGroupRow.ballot_class).where(
                VoterGroupRow.id == group_id, VoterGroupRow.round_id == round_id
            )
        ).one()
        known = Ballot(round_id, group_id, frozen_round(connection, round_id), group, ballot_class)
        _ballots[group_id, frozen_hash] = known
    return known


def seal_ballot(ballot: Ballot, answers: Answers) -> tuple[bytes, ...]:
    """Return the envelopes of somebody's answers, one for each sheet; nothing in them joins one to the other.

    Done before casting, so that nobody waits for it at the urn.
    """
    frozen = ballot.frozen
    return tuple(
        seal(sheet.encode(answers), frozen.ballot_size, frozen.keys, info)
        for sheet, info in zip(ballot.form.sheets, ballot.infos, strict=True)
    )


def cast(
    connection: Connection,
    ballot: Ballot,
    sealed: tuple[bytes, ...],
    *,
    code_digest: bytes,
    cast_key: bytes,
    opened_at: datetime,
    now: datetime,
) -> None:
    """Spend the code and drop the sealed ballot, both or none. The same form again is accepted again.

    Args:
        connection: a writing transaction.
        ballot: the frozen ballot the answers were read with.
        sealed: the envelopes, from ``seal_ballot``.
        code_digest: the digest of the code, from the form's stamp.
        cast_key: the digest of the form's stamp: the idempotency key.
        opened_at: when the server gave out the form.
        now: the moment, UTC.

    Raises:
        CodeUsed: when another form spent the code.
        UnknownCode, NotYetOpen, RoundClosed, BatchWaits, BatchShut: nothing was cast.
    """
    place = {"in_round": ballot.round_id, "of_code": code_digest}
    spending = {"by_form": cast_key, "form_opened": opened_at, "grace_began": now - ballot.frozen.definition.grace}
    spendable = may_cast(ballot.frozen, now, opened_at)
    if spendable and connection.execute(_SPEND, place | spending).one_or_none():
        drop(connection, round_id=ballot.round_id, voter_group_id=ballot.group_id, sealed=sealed)
        return
    row = connection.execute(_WHY_NOT, place).one_or_none()
    if row is None or row.state == CodeState.VOID:
        raise UnknownCode
    if row.state == CodeState.SPENT:
        if row.cast_key is not None and hmac.compare_digest(row.cast_key, cast_key):
            return
        raise CodeUsed(ballot.frozen.definition)
    _expect_open(ballot.frozen, row.round_state, now, opened_at)
    _expect_let_in(ballot.frozen, row.door)


def may_cast(frozen: FrozenRound, now: datetime, opened_at: datetime) -> bool:
    """Tell whether a form may be cast now: while open, or in the grace if it was opened before closing."""
    where = door(frozen.definition, now)
    return where is Door.OPEN or (where is Door.GRACE and opened_at < frozen.definition.closes_at)


def _expect_open(frozen: FrozenRound, state: str, now: datetime, opened_at: datetime | None) -> None:
    definition = frozen.definition
    if state != State.OPEN:
        raise RoundClosed(definition)
    if door(definition, now) is Door.NOT_YET:
        raise NotYetOpen(definition)
    if not may_cast(frozen, now, opened_at or now):
        raise RoundClosed(definition)


def _expect_let_in(frozen: FrozenRound, batch_door: str) -> None:
    if batch_door == BatchDoor.WAITING:
        raise BatchWaits(frozen.definition)
    if batch_door == BatchDoor.SHUT:
        raise BatchShut(frozen.definition)


def close(session: Session, row: Round, now: datetime) -> None:
    """Close a round once the last ballot under way is in.

    On PostgreSQL a ballot that is being cast holds a lock on the table of codes; this waits for it, and
    whatever comes after sees the round closed. On SQLite writers queue anyway.

    Raises:
        Refused: when the round is not open.
    """
    # Whoever proposes to void a slip at this moment is waited for; after closing nothing tells which slips were meant.
    session.refresh(row, with_for_update=True)
    forget_slips(session, row)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE code IN SHARE MODE"))
    close_round(session, row, now)


def reconcile(connection: Connection, round_id: int) -> int:
    """Check that the urn holds one envelope of each sheet for each spent code, group by group.

    Returns:
        How many envelopes there are.

    Raises:
        AlreadyDone: when the envelopes are destroyed.
        Unbalanced: naming the first group where the two differ.
    """
    destroyed_at = connection.scalar(select(Round.destroyed_at).where(Round.id == round_id))
    if destroyed_at is not None:
        raise AlreadyDone(
            N_("The envelopes were destroyed at %(moment)s; nothing is left to count or to reconcile"),
            moment=destroyed_at,
        )
    counted = connection.execute(
        select(Batch.voter_group_id, func.count())
        .select_from(Code)
        .join(Batch, Batch.id == Code.batch_id)
        .where(Code.round_id == round_id, Code.state == CodeState.SPENT)
        .group_by(Batch.voter_group_id)
    )
    spent = {row[0]: row[1] for row in counted}
    sheets = range(1, 1 + max(1, len(frozen_round(connection, round_id).questionnaire.sheets)))
    envelopes = count_envelopes(connection, round_id)
    wanted = {(group_id, sheet): n for group_id, n in spent.items() for sheet in sheets}
    for group_id, sheet in sorted(wanted.keys() | envelopes.keys()):
        needed, found = wanted.get((group_id, sheet), 0), envelopes.get((group_id, sheet), 0)
        if needed != found:
            raise Unbalanced(
                N_(
                    "The urn does not reconcile: group %(group)s has %(spent)s spent codes but %(envelopes)s "
                    "envelopes. Nothing is counted until this is explained."
                ),
                group=_group_name(connection, group_id),
                spent=needed,
                envelopes=found,
            )
    return sum(envelopes.values())


def _group_name(connection: Connection, group_id: int) -> str:
    row = connection.execute(
        select(VoterGroupRow.group, VoterGroupRow.ballot_class).where(VoterGroupRow.id == group_id)
    ).one_or_none()
    return " ".join(row) if row else str(group_id)
