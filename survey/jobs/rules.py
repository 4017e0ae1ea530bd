"""The arithmetic of progress, and how long things are kept. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

KEPT = timedelta(hours=24)
"""How long the files of a job that is over are kept."""

LISTED = timedelta(days=7)
"""How long a job that is over stands in the list; the log keeps who asked for it."""

BEAT = timedelta(seconds=1)
"""How often a worker writes how far it is, and sees whether it is to stop."""

AT_LEAST = timedelta(seconds=10)
"""How often it shows that it lives while nothing moves."""

SILENCE = timedelta(seconds=90)
"""A running job without a sign for so long has lost its worker: more than any database keeps a writer waiting."""

PATIENCE = timedelta(minutes=2)
"""A job that waits longer while no worker shows that it lives waits for one that is not there."""

EARLIEST = timedelta(seconds=3)
"""Before, a rate would be chance."""


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        done: units done.
        total: units in all; 0 when not known yet.
        per_second: units a second since the present worker began; none when it is too early to tell.
        left: time left at that rate; none when not known.
    """

    done: int
    total: int
    per_second: Fraction | None
    left: timedelta | None

    @property
    def percent(self) -> int:
        """Whole percent done, rounded down, so that 100 is said only at the end."""
        return 100 * self.done // self.total if self.total else 0


def progress(done: int, total: int, *, begun_done: int, begun_at: datetime | None, at: datetime | None) -> Progress:
    """Return rate and time left.

    Args:
        done: units done at the moment ``at``.
        total: units in all, 0 when not known.
        begun_done: units done before the present worker began; they took none of its time.
        begun_at: when it began.
        at: the moment of the figure.
    """
    done = min(done, total) if total else done
    if begun_at is None or at is None or at - begun_at < EARLIEST or done <= begun_done:
        return Progress(done, total, None, None)
    rate = Fraction(done - begun_done) / (Fraction((at - begun_at) // timedelta(microseconds=1)) / 1_000_000)
    if not total:
        return Progress(done, total, rate, None)
    # Rounded up: a job with work left never has nothing left.
    seconds = -(-(total - done) // rate)
    return Progress(done, total, rate, timedelta(seconds=seconds))


def lost(beat_at: datetime | None, now: datetime) -> bool:
    """Tell whether a running job's worker has been silent for too long."""
    return beat_at is None or now - beat_at > SILENCE


def is_worker_missing(waits_since: datetime | None, last_beat_at: datetime | None, now: datetime) -> bool:
    """Tell whether a job waits, and no worker has shown for some time that it lives.

    Args:
        waits_since: when the job was asked for that waits longest; none when none waits.
        last_beat_at: when any worker last showed that it lives, at any job.
        now: the moment.
    """
    if waits_since is None or now - waits_since <= PATIENCE:
        return False
    return last_beat_at is None or now - last_beat_at > PATIENCE


def expires_at(ended_at: datetime) -> datetime:
    """Return when the files of a job that is over are removed."""
    return ended_at + KEPT
