"""The worker's process: a few threads that take jobs, as long as nobody stops it.

One worker at a time serves a queue file. It holds a file beside it while it lives, and writes its name there; the
next one so knows that the one before is dead, and takes up its jobs at once.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from sqlalchemy import Engine

from config import Settings
from survey.core.clock import now
from survey.core.errors import N_, Refused
from survey.jobs import taking
from survey.jobs.queue import lock_file, open_queue
from survey.staff.delivering import deliver
from survey.storage.engine import unit_of_work
from survey.turnout.history import note_open_rounds
from survey.worker.running import run_waiting, sweep_files
from survey.worker.work import Workshop

PATIENCE = 25
"""Seconds that chunks under way have when the worker is stopped; then they are dropped, and made again."""

LONGEST_SLEEP = 1.0
"""Seconds between two looks into the queue file when nothing happens."""


@dataclass(frozen=True)
class Place:
    """A worker's place at a queue: its own name, and that of the one before, which is dead."""

    name: str
    dead: str


def work_until_stopped(settings: Settings, engine: Engine, code_key: bytes, *, threads: int) -> None:
    """Do jobs until SIGTERM or SIGINT; those under way go back into the queue between two chunks.

    Raises:
        Refused: when another worker serves the queue.
    """
    with _place(settings) as place:
        queue = open_queue(
            settings,
            look=lambda: run_waiting(shop),
            sweep=lambda: _every_ten_minutes(shop),
            tell=lambda: _tell(shop),
        )
        consumer = queue.huey.create_consumer(
            workers=threads, max_delay=LONGEST_SLEEP, shutdown_timeout=PATIENCE, graceful_signal="TERM"
        )
        # Jobs see by the consumer's own flag that the worker is to stop.
        shop = Workshop(settings, engine, code_key, place.name, consumer.stop_flag)
        _take_up(shop, place)
        queue.look()
        consumer.run()
        for _worker, thread in consumer.worker_threads:
            thread.join(PATIENCE)


def work_off(settings: Settings, engine: Engine, code_key: bytes) -> None:
    """Do the jobs that wait, and return.

    Raises:
        Refused: when another worker serves the queue.
    """
    with _place(settings) as place:
        shop = Workshop(settings, engine, code_key, place.name, Event())
        _take_up(shop, place)
        run_waiting(shop)
        sweep_files(shop)
        _tell(shop)


def _every_ten_minutes(shop: Workshop) -> None:
    """Remove old files, and write down how far the rounds under way have come."""
    sweep_files(shop)
    with unit_of_work(shop.engine) as session:
        note_open_rounds(session, now())


def _tell(shop: Workshop) -> None:
    """Send what waits for those who are told of events."""
    deliver(shop.engine, shop.settings, now())


def _take_up(shop: Workshop, place: Place) -> None:
    with unit_of_work(shop.engine) as session:
        taking.give_back_lost(session, now(), dead=place.dead)
    sweep_files(shop)


@contextmanager
def _place(settings: Settings) -> Iterator[Place]:
    settings.queue.parent.mkdir(parents=True, exist_ok=True)
    settings.files.mkdir(mode=0o700, parents=True, exist_ok=True)
    file: Path = lock_file(settings)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(N_("Another worker serves the queue %(file)s"), file=settings.queue) from None
        place = Place(secrets.token_hex(8), held.read().strip())
        held.seek(0)
        held.truncate()
        held.write(place.name)
        held.flush()
        yield place
