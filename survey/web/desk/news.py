"""What every page of the desk says of jobs: those that ended, how many are under way, whether a worker is missing."""

from dataclasses import dataclass
from datetime import datetime

from survey.core import clock
from survey.jobs.news import get_news
from survey.staff.roles import Power
from survey.web.desk.jobs import Shown, shown_job
from survey.web.desk.shell import looking, me

MOST = 3
"""Jobs that are named; of more, only how many."""


@dataclass(frozen=True)
class ShownNews:
    """The same as a page shows it.

    Attributes:
        ended: the latest jobs that ended.
        more: how many ended besides.
        count: how many of the member's jobs are under way, or ended and not seen: the number in the head.
        waiting: how many jobs wait for a worker that is not there.
        waits_since: since when.
    """

    ended: tuple[Shown, ...]
    more: int
    count: int
    waiting: int
    waits_since: datetime | None


def job_news() -> ShownNews:
    """Return what the present page says; read when the page is made, so that it knows what the page itself has done."""
    member = me()
    with looking() as database:
        news = get_news(database, member.id, member.rights.offices(Power.SEE), clock.now())
        return ShownNews(
            tuple(shown_job(job) for job in news.ended[:MOST]),
            max(0, len(news.ended) - MOST),
            len(news.ended) + news.under_way,
            news.waiting,
            news.waits_since,
        )
