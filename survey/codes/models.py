"""Tables of batches and codes. No column could hold a name, an address or a time."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base, UtcDateTime

DIGEST_BYTES = 32


class CodeState(StrEnum):
    """The disposition of a code; ``expired`` is an issued one of a round that has closed."""

    ISSUED = "issued"
    SPENT = "spent"
    VOID = "void"


class BatchDoor(StrEnum):
    """Whether the codes of a batch are let in; in a meeting the host opens and shuts it."""

    WAITING = "waiting"
    OPEN = "open"
    SHUT = "shut"


class Batch(Base):
    """Codes issued together for one voter group; spare ones replace lost slips."""

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("round_id", "name"),
        CheckConstraint("size >= 1", name="size_positive"),
        CheckConstraint("door IN ('waiting', 'open', 'shut')", name="door_known"),
        CheckConstraint("(door = 'shut') = (shut_at IS NOT NULL)", name="shut_has_a_moment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    voter_group_id: Mapped[int] = mapped_column(ForeignKey("voter_group.id"))
    name: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    spare: Mapped[bool]
    void: Mapped[bool] = mapped_column(default=False)
    door: Mapped[str] = mapped_column(String(7), default=BatchDoor.OPEN, server_default=text("'open'"))
    shut_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Code(Base):
    """A one-time credential: its keyed digest, its batch, its disposition.

    ``cast_key`` is the digest of the form that spent it, so that the same form sent twice gets the same
    answer. Nothing of a ballot stands here.
    """

    __tablename__ = "code"
    __table_args__ = (
        CheckConstraint("state IN ('issued', 'spent', 'void')", name="state_known"),
        CheckConstraint("(state = 'spent') = (cast_key IS NOT NULL)", name="spent_has_cast_key"),
        {"sqlite_with_rowid": False},
    )

    # No foreign keys and no further index: they would double the time to store a million codes.
    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(DIGEST_BYTES), primary_key=True)
    batch_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(6), default=CodeState.ISSUED)
    cast_key: Mapped[bytes | None] = mapped_column(LargeBinary(DIGEST_BYTES))
