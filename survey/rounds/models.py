"""Tables of rounds and their voter groups."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.core.errors import N_, Word
from survey.core.keys import KeyKind
from survey.storage.base import Base, UtcDateTime


class State(StrEnum):
    """Where a round stands; it only ever moves down this list."""

    DRAFT = "draft"
    READY = "ready"
    OPEN = "open"
    CLOSED = "closed"
    COUNTED = "counted"


WORDS: Mapping[str, Word] = {
    State.DRAFT: Word(N_("draft")),
    State.READY: Word(N_("ready")),
    State.OPEN: Word(N_("open")),
    State.CLOSED: Word(N_("closed")),
    State.COUNTED: Word(N_("counted")),
}
"""What a state is called within a sentence."""

SEALS: Mapping[str, Word] = {"office": Word(N_("office")), "trustees": Word(N_("trustees"))}
KEYS: Mapping[str, Word] = {KeyKind.OFFICE: Word(N_("office")), KeyKind.TRUSTEE: Word(N_("trustee"))}
"""The same of whose keys seal a round, and of a key's kind."""


class Round(Base):
    """One round; ``frozen`` is written when it opens and never again; ``office`` is the code of whose it is."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'ready', 'open', 'closed', 'counted')", name="state_known"),
        CheckConstraint("state IN ('draft', 'ready') OR frozen_hash IS NOT NULL", name="frozen_from_opening"),
        CheckConstraint("destroyed_at IS NULL OR state = 'counted'", name="destroyed_only_counted"),
        CheckConstraint("published_at IS NULL OR state = 'counted'", name="published_only_counted"),
        CheckConstraint("target IS NULL OR target BETWEEN 1 AND 100", name="target_percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    office: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    state: Mapped[str] = mapped_column(String(10), default=State.DRAFT)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    public_keys: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    frozen_hash: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    target: Mapped[int | None]


class VoterGroupRow(Base):
    """The voters of one group and class, as written in the voters file.

    ``present`` is how many of them came (实到), where somebody counted.
    """

    __tablename__ = "voter_group"
    __table_args__ = (
        UniqueConstraint("round_id", "voter_group", "ballot_class"),
        CheckConstraint("planned >= 1", name="planned_positive"),
        CheckConstraint("present IS NULL OR present >= 0", name="present_counts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    group: Mapped[str] = mapped_column("voter_group", String(40))
    ballot_class: Mapped[str] = mapped_column(String(20))
    planned: Mapped[int]
    present: Mapped[int | None]
    subjects: Mapped[str]
