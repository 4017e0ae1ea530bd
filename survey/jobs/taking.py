"""What a worker does with the table of jobs: take one, show that it lives, put it back, end it.

A worker writes only while the job is its own: one that was silent for too long has lost it to another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.orm import Session

from survey.core.errors import N_
from survey.jobs.models import Job, JobFile, JobPart, JobState
from survey.jobs.rules import SILENCE


@dataclass(frozen=True)
class Taken:
    """A job in a worker's hands, with its secret, which the database no longer has."""

    id: str
    kind: str
    office: str
    round_name: str
    maker_id: int | None
    maker_name: str
    payload: dict[str, Any]
    sealed: bytes | None
    done: int
    total: int
    unit: str
    cancelling: bool


def take_next(session: Session, worker: str, kinds: Iterable[str], at: datetime) -> Taken | None:
    """Take the job that has waited longest; none when nothing waits.

    Args:
        session: a unit of work of its own.
        worker: who takes it.
        kinds: what this worker can do.
        at: the moment.
    """
    waiting = (
        select(Job)
        .where(Job.state == JobState.QUEUED, Job.kind.in_(list(kinds)))
        .order_by(Job.made_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = session.scalar(waiting)
    if job is None:
        return None
    taken = Taken(
        job.id,
        job.kind,
        job.office,
        job.round_name,
        job.maker_id,
        job.maker_name,
        dict(job.payload),
        job.secret,
        job.done,
        job.total,
        job.unit,
        job.cancelling,
    )
    job.state, job.worker, job.secret = JobState.RUNNING, worker, None
    job.begun_at = job.beat_at = at
    job.begun_done = job.done
    session.flush()
    return taken


def give_back_lost(session: Session, at: datetime, *, alive: str = "", dead: str = "") -> int:
    """Put jobs back into the queue whose worker is dead, or was silent for too long; return how many.

    A job whose secret went with its worker fails instead: nobody has the secret any more.

    Args:
        session: a unit of work of its own.
        at: the moment.
        alive: the worker that asks; a long transaction may keep it from showing that it lives.
        dead: a worker known to be dead.
    """
    gone = or_(Job.beat_at.is_(None), Job.beat_at < at - SILENCE)
    if dead:
        gone = or_(gone, Job.worker == dead)
    running = select(Job).where(Job.state == JobState.RUNNING, Job.worker != alive, gone)
    count = 0
    # Who holds its row at this moment lives.
    for job in session.scalars(running.with_for_update(skip_locked=True)):
        job.worker = ""
        if job.needs_secret:
            job.state, job.ended_at = JobState.FAILED, at
            job.error = SECRET_GONE
            job.error_figures = {}
        else:
            job.state = JobState.QUEUED
        count += 1
    session.flush()
    return count


SECRET_GONE = N_("The worker stopped in the middle, and what was typed in for this job is not kept; start it anew")


@dataclass(frozen=True)
class Mark:
    """How far a job is, and since when the present stretch of it runs."""

    done: int
    total: int
    unit: str
    begun_done: int
    begun_at: datetime


def wanted(source: Connection, job_id: str, worker: str) -> bool | None:
    """Tell whether a job is to be cancelled; none when it is no longer this worker's."""
    found = source.execute(
        select(Job.cancelling).where(Job.id == job_id, Job.worker == worker, Job.state == JobState.RUNNING)
    ).first()
    return None if found is None else bool(found[0])


def beat(session: Session, job_id: str, worker: str, mark: Mark, at: datetime) -> None:
    """Write how far a job is, if it still is this worker's."""
    session.execute(
        _own(job_id, worker).values(
            done=mark.done,
            total=mark.total,
            unit=mark.unit,
            begun_done=mark.begun_done,
            begun_at=mark.begun_at,
            beat_at=at,
        )
    )


def hold(session: Session, job_id: str, worker: str) -> bool:
    """Keep a job from being lost until the transaction ends; tell whether it still is this worker's."""
    own = select(Job.id).where(Job.id == job_id, Job.worker == worker, Job.state == JobState.RUNNING)
    # The weakest lock: progress is written and cancelling asked for meanwhile, but nobody takes the job away.
    return session.scalar(own.with_for_update(read=True, key_share=True)) is not None


def end(
    session: Session,
    job_id: str,
    worker: str,
    state: JobState,
    at: datetime,
    *,
    error: str = "",
    figures: dict[str, Any] | None = None,
) -> bool:
    """End a job, or put it back into the queue; tell whether it still was this worker's."""
    values: dict[str, Any] = {"state": state, "worker": "", "error": error, "error_figures": figures or {}}
    if state != JobState.QUEUED:
        values |= {"ended_at": at, "beat_at": at}
    row = session.execute(_own(job_id, worker).values(**values).returning(Job.id)).first()
    return row is not None


def close_parts(session: Session, job_id: str, state: JobState, at: datetime) -> list[str]:
    """Forget the chunks of a job that is over, unless it may be tried again.

    Returns:
        The names of the files that are kept: those that came of it, none of a job that was cancelled.
    """
    files = list(session.scalars(select(JobFile).where(JobFile.job_id == job_id, JobFile.removed_at.is_(None))))
    if state in (JobState.DONE, JobState.CANCELLED):
        session.execute(delete(JobPart).where(JobPart.job_id == job_id))
    if state != JobState.CANCELLED:
        return [file.name for file in files]
    for file in files:
        file.removed_at = at
    session.flush()
    return []


def set_result(session: Session, job_id: str, result: dict[str, Any]) -> None:
    """Keep the figures of what came of a job."""
    session.execute(update(Job).where(Job.id == job_id).values(result=result))


def part_file(source: Connection, job_id: str, name: str) -> str | None:
    """Return the file of a finished chunk."""
    return source.scalar(select(JobPart.file).where(JobPart.job_id == job_id, JobPart.name == name))


def keep_part(session: Session, job_id: str, name: str, file: str) -> None:
    """Write down that a chunk is finished."""
    session.merge(JobPart(job_id=job_id, name=name, file=file))
    session.flush()


def drop_parts(session: Session, job_id: str, names: Iterable[str]) -> None:
    """Forget chunks, so that they are made again."""
    session.execute(delete(JobPart).where(JobPart.job_id == job_id, JobPart.name.in_(list(names))))


def give_file(session: Session, file: JobFile) -> None:
    """Write down a file that came of a job; one of the same name is replaced."""
    session.merge(file)
    session.flush()


def _own(job_id: str, worker: str) -> Any:  # noqa: ANN401 - SQLAlchemy's statement
    return update(Job).where(Job.id == job_id, Job.worker == worker, Job.state == JobState.RUNNING)
