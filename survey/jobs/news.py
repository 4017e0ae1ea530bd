"""What a member is to be told of jobs: how those they asked for ended, and whether a worker is missing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import Session

from survey.jobs.models import Job, JobState
from survey.jobs.rules import is_worker_missing

ACTIVE = (JobState.QUEUED, JobState.RUNNING)
TOLD = (JobState.DONE, JobState.FAILED)
"""Who cancels a job knows it."""


@dataclass(frozen=True)
class News:
    """What the next page says.

    Attributes:
        ended: the member's own jobs that are done or failed, and that they have not seen since, the latest first.
        under_way: how many of their own wait or run.
        waiting: how many of their offices wait for a worker that is not there.
        waits_since: since when the first of these waits.
    """

    ended: tuple[Job, ...]
    under_way: int
    waiting: int
    waits_since: datetime | None


def get_news(session: Session, member_id: int, offices: Collection[str] | None, now: datetime) -> News:
    """Return what a member is to be told.

    Args:
        session: the database.
        member_id: whose jobs.
        offices: those whose jobs the member may see; none for all.
        now: the moment.
    """
    may_see = true() if offices is None else Job.office.in_(offices)
    own = list(
        session.scalars(
            select(Job)
            .where(Job.maker_id == member_id, may_see)
            .where(or_(Job.state.in_(ACTIVE), and_(Job.state.in_(TOLD), Job.seen.is_(False))))
            .order_by(Job.ended_at.desc(), Job.id)
        )
    )
    waiting, since = session.execute(
        select(func.count(), func.min(Job.made_at)).where(Job.state == JobState.QUEUED, may_see)
    ).one()
    missing = bool(waiting) and is_worker_missing(since, session.scalar(select(func.max(Job.beat_at))), now)
    ended = tuple(job for job in own if job.state in TOLD)
    return News(ended, len(own) - len(ended), waiting if missing else 0, since if missing else None)


def is_news(job: Job, member_id: int) -> bool:
    """Tell whether a job has ended, and a member who asked for it does not know it yet."""
    return job.maker_id == member_id and job.state in TOLD and not job.seen


def see(session: Session, job: Job, member_id: int) -> None:
    """Note that who asked for a job knows how it ended; of anybody else nothing is noted."""
    if is_news(job, member_id):
        job.seen = True
        session.flush()
