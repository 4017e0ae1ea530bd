"""Verbs on jobs: add, cancel, try again, remove files; what a worker does with them stands in ``taking``."""

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.jobs.models import OVER, Job, JobFile, JobState
from survey.jobs.rules import KEPT, LISTED, Progress, progress
from survey.jobs.sealing import seal
from survey.staff.actor import Actor


def add_job(  # noqa: PLR0913 - what stands in a job's row
    session: Session,
    kind: str,
    *,
    office: str,
    title: str,
    figures: dict[str, Any],
    payload: dict[str, Any],
    actor: Actor,
    round_name: str = "",
    secret: bytes = b"",
    secret_key: str = "",
) -> Job:
    """Add a job to the queue; after the transaction the edge calls ``survey.jobs.queue.wake``.

    Args:
        session: the unit of work.
        kind: which handler does it.
        office: whose it is.
        title: English sentence, marked by ``N_``, with places for the figures.
        figures: its figures; never a code.
        payload: what the handler needs, as JSON; never a code, never a key.
        actor: who wants it.
        round_name: the round it is about.
        secret: what only the worker may read; it is encrypted, and wiped when a worker takes the job.
        secret_key: the server's secret, where ``secret`` is given.
    """
    job = Job(
        id=secrets.token_hex(8),
        kind=kind,
        office=office,
        round_name=round_name,
        title=title,
        figures=figures,
        payload=payload,
        needs_secret=bool(secret),
        maker_id=actor.id,
        maker_name=actor.name,
        state=JobState.QUEUED,
        made_at=now(),
    )
    if secret:
        job.secret = seal(secret, secret_key, job.id)
    session.add(job)
    session.flush()
    return job


def get_job(session: Session, job_id: str) -> Job:
    """Return a job.

    Raises:
        NotFound: when there is none of that id.
    """
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound(N_("There is no such job; jobs that are over are listed for %(days)s days"), days=LISTED.days)
    return job


def list_jobs(
    session: Session, offices: Collection[str] | None, *, round_name: str | None = None, most: int = 200
) -> list[Job]:
    """Return jobs, the newest first.

    Args:
        session: the database.
        offices: whose; none for all.
        round_name: of this round only.
        most: how many at most.
    """
    found = select(Job).order_by(Job.made_at.desc(), Job.id).limit(most)
    if offices is not None:
        found = found.where(Job.office.in_(offices))
    if round_name is not None:
        found = found.where(Job.round_name == round_name)
    return list(session.scalars(found))


def under_way(session: Session, kind: str, round_name: str) -> Job | None:
    """Return a job of a kind that waits or runs for a round."""
    active = (JobState.QUEUED, JobState.RUNNING)
    return session.scalar(
        select(Job).where(Job.kind == kind, Job.round_name == round_name, Job.state.in_(active)).limit(1)
    )


def ask_cancel(session: Session, job: Job) -> None:
    """Cancel a job: at once while it waits, else when its present chunk is finished.

    Raises:
        AlreadyDone: when it is over.
    """
    waiting = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.state == JobState.QUEUED, Job.begun_at.is_(None))
        .values(state=JobState.CANCELLED, cancelling=True, secret=None, ended_at=now())
        .returning(Job.id)
    ).first()
    # One that was begun has chunks, and its handler puts away what they left in the database.
    begun = (
        waiting
        or session.execute(
            update(Job)
            .where(Job.id == job.id, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
            .values(cancelling=True)
            .returning(Job.id)
        ).first()
    )
    if not begun:
        raise AlreadyDone(N_("The job is over; there is nothing to cancel"))
    session.refresh(job)


def try_again(session: Session, job: Job) -> None:
    """Put a job that failed back into the queue; the chunks it has finished are not made again.

    Raises:
        Refused: when it did not fail, its chunks are gone, or it needs a secret that is not kept.
    """
    if job.needs_secret:
        raise Refused(N_("What was typed in for this job is not kept; start it anew from its page"))
    again = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.state == JobState.FAILED, Job.ended_at > now() - KEPT)
        .values(state=JobState.QUEUED, error="", error_figures={}, ended_at=None, cancelling=False, seen=False)
        .returning(Job.id)
    ).first()
    if not again:
        raise Refused(
            N_("Only a job that failed less than %(hours)s hours ago can be tried again"),
            hours=KEPT // timedelta(hours=1),
        )
    session.refresh(job)


def list_files(session: Session, job: Job) -> list[JobFile]:
    """Return the files that came of a job, also those removed since."""
    return list(session.scalars(select(JobFile).where(JobFile.job_id == job.id).order_by(JobFile.name)))


def get_file(session: Session, job: Job, name: str) -> JobFile:
    """Return a file that can still be downloaded.

    Raises:
        NotFound: when there is none, or it was removed.
    """
    file = session.get(JobFile, (job.id, name))
    if file is None or file.removed_at is not None:
        raise NotFound(N_("The file is removed; files are kept for %(hours)s hours"), hours=KEPT // timedelta(hours=1))
    return file


def note_taken(session: Session, file: JobFile) -> None:
    """Count one more download."""
    session.execute(
        update(JobFile).where(JobFile.job_id == file.job_id, JobFile.name == file.name).values(taken=JobFile.taken + 1)
    )


def progress_of(job: Job) -> Progress:
    """Return how far a job is, how fast, and how long it will take."""
    at = job.ended_at if job.state in OVER else job.beat_at
    return progress(job.done, job.total, begun_done=job.begun_done, begun_at=job.begun_at, at=at)
