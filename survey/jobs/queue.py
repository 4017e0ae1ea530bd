"""The queue file: it wakes the worker, and says nothing else. What is to be done stands in the table of jobs.

A message that is lost or comes twice does no harm: the worker looks into the table by itself every minute, too.
"""

import logging
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from huey import SqliteHuey, crontab
from huey.serializer import SignedSerializer

from config import Settings
from survey.core.ids import derive_key

PURPOSE = "queue messages"
PATIENCE = 5
"""Seconds that somebody who only wakes the worker waits for the file."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Queue:
    """The opened queue file, and the message that makes the worker look into the table."""

    huey: Any
    look: Callable[[], Any]


def _nothing() -> None:
    """Stand for what only the worker does."""


def _here(call: Callable[[], None]) -> Callable[[], None]:
    """Give a call this module's name, by which messages go: it is the same in the server and in the worker."""

    def run() -> None:
        call()

    return run


def open_queue(
    settings: Settings,
    *,
    look: Callable[[], None] = _nothing,
    sweep: Callable[[], None] = _nothing,
    tell: Callable[[], None] = _nothing,
) -> Queue:
    """Open the queue file; it is made when missing, its owner's alone.

    Args:
        settings: where it is, and the secret under which messages are signed: what is read there is unpickled.
        look: what a message makes the worker do, and every minute.
        sweep: what the worker does every ten minutes.
        tell: what the worker does every minute for those who are told of events.
    """
    settings.queue.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(settings.queue, os.O_RDWR | os.O_CREAT, 0o600))
    huey = SqliteHuey(
        "jobs",
        filename=str(settings.queue),
        results=False,
        timeout=PATIENCE,
        serializer=SignedSerializer(secret=derive_key(settings.secret_key, PURPOSE)),
    )
    message = huey.task(name="look")(_here(look))
    huey.periodic_task(crontab(), name="look_again")(_here(look))
    huey.periodic_task(crontab(minute="*/10"), name="sweep")(_here(sweep))
    huey.periodic_task(crontab(), name="tell")(_here(tell))
    return Queue(huey, message)


def wake(settings: Settings) -> None:
    """Tell the worker that a job waits; call it after the transaction that added the job."""
    try:
        _opened(settings, os.getpid()).look()
    except (OSError, sqlite3.Error) as error:
        # The job stands in its table, and is found there within a minute.
        _log.warning("the queue file takes no message: %s", type(error).__name__)


@cache
def _opened(settings: Settings, process: int) -> Queue:
    del process  # a connection does not outlive a fork
    return open_queue(settings)


def lock_file(settings: Settings) -> Path:
    """Return the file that the worker of a queue holds while it lives, and that names it."""
    return settings.queue.with_name(f"{settings.queue.name}.worker")
