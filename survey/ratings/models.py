"""Tables of rating plans, handled cases, their ratings, and what followed a bad one."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base, UtcDateTime
from survey.storage.versions import FrozenVersion

DIGEST_BYTES = 32
LONGEST_TEXT = 500
FIRST, SECOND = 1, 2  # rounds: the rating, the re-rating


class PlanVersion(FrozenVersion, Base):
    """One frozen version of a rating plan, whole, with the hash of its content."""

    __tablename__ = "rating_plan"
    __table_args__ = (CheckConstraint("version >= 1", name="version_counts_from_one"),)


class ServiceCase(Base):
    """One handled case (办件) that can be rated once.

    ``state`` is the last step after a bad rating, and empty without one; ``due_at`` is when its next
    task is too late. Both follow from the events and are kept for lists.
    """

    __tablename__ = "service_case"
    __table_args__ = (
        UniqueConstraint("office", "case_ref"),
        UniqueConstraint("code_digest"),
        Index(None, "state", "due_at"),
        Index(None, "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(String(40))
    plan_version: Mapped[int]
    office: Mapped[str] = mapped_column(String(40))
    case_ref: Mapped[str] = mapped_column(String(80))
    item: Mapped[str] = mapped_column(String(100))
    unit: Mapped[str] = mapped_column(String(100))
    service_window: Mapped[str] = mapped_column(String(100))
    handler: Mapped[str] = mapped_column(String(100))
    channel: Mapped[str] = mapped_column(String(40))
    reachable: Mapped[bool]
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary(DIGEST_BYTES))
    state: Mapped[str] = mapped_column(String(10), default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ServiceRating(Base):
    """What a person said of a case: round 1 is the rating, round 2 the re-rating (追评)."""

    __tablename__ = "service_rating"
    __table_args__ = (CheckConstraint("round IN (1, 2)", name="round_known"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[str] = mapped_column(String(40))
    bad: Mapped[bool]
    tags: Mapped[list[str]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    rated_on: Mapped[date]
    form_key: Mapped[bytes] = mapped_column(LargeBinary(DIGEST_BYTES))


class RatingEvent(Base):
    """One step after a bad rating; ``member_id`` is empty for the person who rated and for commands."""

    __tablename__ = "rating_event"
    __table_args__ = (CheckConstraint("number >= 1", name="number_positive"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    member_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    figures: Mapped[dict[str, object]] = mapped_column(JSON)
