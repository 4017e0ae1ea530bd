"""A job in a handler's hands: what it knows, how it tells how far it is, where its chunks and files go.

A chunk that is kept is never made again: a handler asks ``kept`` before it makes one. Between chunks it calls
``step``, which is where a job is cancelled, put back when the worker stops, and let go when it was lost.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Lock
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config import Settings
from survey.core.clock import now
from survey.jobs import taking
from survey.jobs.keeping import folder_of
from survey.jobs.models import JobFile
from survey.jobs.sealing import unseal
from survey.jobs.taking import Mark, Taken
from survey.staff.actor import Actor
from survey.storage.engine import reading, unit_of_work


class Interrupted(Exception):
    """The job goes no further here; a handler lets it pass."""


class Cancelled(Interrupted):
    """Somebody cancelled the job."""


class Stopping(Interrupted):
    """The worker stops; the job waits for the next one."""


class Lost(Interrupted):
    """The job belongs to another worker by now."""


@dataclass(frozen=True)
class Workshop:
    """What all jobs of a worker share.

    Attributes:
        settings: the settings.
        engine: the database.
        code_key: the key under which codes are stored.
        name: of this worker, drawn by chance.
        stopping: set when the worker is to stop.
    """

    settings: Settings
    engine: Engine
    code_key: bytes
    name: str
    stopping: Event


class Work:
    """One job that a worker has taken.

    Attributes:
        id: the job's.
        office: whose it is.
        round_name: the round it is about, or nothing.
        actor: who asked for it.
        payload: what it was given.
        secret: what was typed in for it, or nothing.
        folder: where its files go; only the program reads it.
    """

    def __init__(self, shop: Workshop, taken: Taken) -> None:
        """Open the job's folder and its secret.

        Raises:
            Refused: when the secret cannot be read any more.
        """
        self._shop = shop
        self.id, self.office, self.round_name = taken.id, taken.office, taken.round_name
        self.actor = Actor(taken.maker_id, taken.maker_name)
        self.payload = taken.payload
        self.secret = unseal(taken.sealed, shop.settings.secret_key, taken.id) if taken.sealed else b""
        self.folder = folder_of(shop.settings.files, taken.id)
        self.cancelled, self.lost = Event(), Event()
        self.result: dict[str, Any] = {}
        self._lock = Lock()
        self._mark = Mark(taken.done, taken.total, taken.unit, taken.done, now())
        if taken.cancelling:
            self.cancelled.set()

    @property
    def engine(self) -> Engine:
        """The database."""
        return self._shop.engine

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self._shop.settings

    @property
    def code_key(self) -> bytes:
        """The key under which codes are stored."""
        return self._shop.code_key

    @property
    def mark(self) -> Mark:
        """How far the job is."""
        with self._lock:
            return self._mark

    def begin(self, total: int, unit: str, *, done: int = 0) -> None:
        """Begin a stretch of the work; the rate is told from here.

        Args:
            total: how many units it has.
            unit: English word for them, marked by ``N_``.
            done: how many of them were done by an earlier worker.

        Raises:
            Interrupted: as ``step``.
        """
        with self._lock:
            self._mark = Mark(done, total, unit, done, now())
        self.step(0)

    def step(self, n: int = 1) -> None:
        """Tell that n more units are done. Nothing is written here, so it may be called inside a transaction.

        Raises:
            Cancelled: somebody cancelled the job.
            Stopping: the worker stops.
            Lost: another worker has the job by now.
        """
        with self._lock:
            self._mark = replace(self._mark, done=self._mark.done + n)
        if self.lost.is_set():
            raise Lost
        if self.cancelled.is_set():
            raise Cancelled
        if self._shop.stopping.is_set():
            raise Stopping

    def hold(self, session: Session) -> None:
        """Make sure, inside a transaction that writes, that the job still is this worker's until it ends.

        Raises:
            Lost: when it is not; nothing of the transaction is kept.
        """
        if not taking.hold(session, self.id, self._shop.name):
            raise Lost

    def kept(self, name: str) -> Path | None:
        """Return the file of a chunk that was finished, by this worker or by one before."""
        # Only read: it may be asked inside a transaction of the handler's.
        with reading(self.engine) as connection:
            file = taking.part_file(connection, self.id, name)
        place = self.folder / file if file else None
        return place if place and place.is_file() else None

    def keep(self, name: str, path: Path, session: Session | None = None) -> None:
        """Mark a chunk as finished: its file in the job's folder is whole.

        Args:
            name: of the chunk.
            path: its file; only its owner may read it from here on.
            session: the transaction that goes with the chunk: both are kept, or neither.
        """
        path.chmod(0o600)
        _settle(path)
        if session is not None:
            taking.keep_part(session, self.id, name, path.name)
            return
        with unit_of_work(self.engine) as own:
            self.hold(own)
            taking.keep_part(own, self.id, name, path.name)

    def drop(self, names: Iterable[str]) -> None:
        """Forget chunks that turned out to be no good; they are made again when the job is tried again."""
        with unit_of_work(self.engine) as session:
            self.hold(session)
            taking.drop_parts(session, self.id, names)

    def give(self, path: Path, name: str, mimetype: str, *, once: bool = False) -> None:
        """Add a file to what came of the job; it is moved to its name in the job's folder.

        Args:
            path: the file as it was made.
            name: under which it is downloaded.
            mimetype: its kind.
            once: whether codes stand in it.
        """
        place = self.folder / name
        if path != place:
            shutil.move(path, place)
        place.chmod(0o600)
        _settle(place)
        with unit_of_work(self.engine) as session:
            self.hold(session)
            taking.give_file(
                session,
                JobFile(
                    job_id=self.id,
                    name=name,
                    mimetype=mimetype,
                    size=place.stat().st_size,
                    once=once,
                    taken=0,
                    made_at=now(),
                    removed_at=None,
                ),
            )


def _settle(path: Path) -> None:
    """Put a file, and its name in the folder, on the disk: a chunk must be whole after a failure of power, too."""
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
