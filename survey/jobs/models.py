"""Tables of jobs, of their finished chunks and of their files. No column could hold a code or a key in clear."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base, UtcDateTime


class JobState(StrEnum):
    """Where a job stands; from running it may return to queued, when its worker stopped."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Job(Base):
    """One long piece of work.

    ``title``, ``unit`` and ``error`` are English sentences with figures; ``secret`` is encrypted and leaves with
    the worker that takes the job; ``begun_done`` is what was done already when the present worker began, so that
    the rate is its own; ``beat_at`` is when that worker last showed that it lives; ``seen`` tells whether its maker
    knows how it ended.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state_known"),
        CheckConstraint("done >= 0 AND total >= 0", name="progress_counts"),
        CheckConstraint("(state = 'running') = (worker <> '')", name="running_has_a_worker"),
        CheckConstraint("secret IS NULL OR state = 'queued'", name="secret_only_waits"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    office: Mapped[str] = mapped_column(String(40))
    round_name: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(200))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    needs_secret: Mapped[bool] = mapped_column(default=False)
    maker_id: Mapped[int | None]
    maker_name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(9), default=JobState.QUEUED)
    cancelling: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str] = mapped_column(String(16), default="", server_default=text("''"))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    unit: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    begun_done: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="", server_default=text("''"))
    error_figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen: Mapped[bool] = mapped_column(default=False, server_default=false())


class JobPart(Base):
    """A chunk that is finished: its file in the job's folder is whole and on the disk."""

    __tablename__ = "job_part"

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    file: Mapped[str] = mapped_column(String(150))


class JobFile(Base):
    """A file that came of a job; ``once`` marks one with codes, ``taken`` counts how often it was downloaded."""

    __tablename__ = "job_file"
    __table_args__ = (CheckConstraint("size >= 0 AND taken >= 0", name="figures_count"),)

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(150), primary_key=True)
    mimetype: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    once: Mapped[bool] = mapped_column(default=False)
    taken: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
