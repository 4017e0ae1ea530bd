"""Counts the wrong codes that are tried here, in memory, and adds them to the database at most once a minute.

Only a request with a wrong code ever writes: no voter waits for it, and no flood of guesses becomes one of writes.
What a process has not written when it ends is lost; the figure is for an alarm, not for an account.
"""

import logging
from datetime import datetime, timedelta
from threading import Lock

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from survey.core import clock
from survey.storage.engine import transaction
from survey.turnout.attempts import note_wrong_codes
from survey.web.services import services

OFTEN = timedelta(minutes=1)
_NAME = "minsheng.wrong_codes"

_log = logging.getLogger(__name__)


class WrongCodes:
    """The figure of this process that is not written yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tried = 0
        self._written_at: datetime | None = None

    def note(self, engine: Engine, now: datetime) -> None:
        """Count one more; write when the last time was long enough ago."""
        with self._lock:
            self._tried += 1
            if self._written_at is not None and now - self._written_at < OFTEN:
                return
            tried, self._tried, self._written_at = self._tried, 0, now
        try:
            with transaction(engine) as connection:
                note_wrong_codes(connection, tried, now)
        except SQLAlchemyError as error:
            # The page comes all the same; the figure waits for the next minute.
            with self._lock:
                self._tried += tried
            _log.warning("the figure of wrong codes is not written: %s", type(error).__name__)


def register(app: Flask) -> None:
    """Begin to count."""
    app.extensions[_NAME] = WrongCodes()


def note_wrong_code() -> None:
    """Count a wrong code that was tried just now."""
    counting: WrongCodes = current_app.extensions[_NAME]
    counting.note(services().engine, clock.now())
