"""Tables of scoring: schemes, what staff filed, runs."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base, UtcDateTime
from survey.storage.versions import FrozenVersion


class SchemeVersion(FrozenVersion, Base):
    """A scheme's version, frozen when it was added."""

    __tablename__ = "scheme"


class EvidenceRow(Base):
    """What was last filed about one subject at one place of a scheme; runs keep what they were made of."""

    __tablename__ = "evidence"

    scheme: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    part: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(300))
    confirmed_by: Mapped[str] = mapped_column(String(100))
    confirmed_on: Mapped[date | None] = mapped_column(Date)


class ScoreRun(Base):
    """A run, whole, as the canonical bytes that were hashed, compressed; never changed.

    Attributes:
        what_if: what was tried instead of the scheme or the evidence; such a run is never published.
    """

    __tablename__ = "score_run"
    __table_args__ = (
        CheckConstraint("what_if = '' OR published_at IS NULL", name="what_if_never_published"),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    scheme: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    what_if: Mapped[str] = mapped_column(String(400), default="")
    software: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
