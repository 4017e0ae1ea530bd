"""The response as everybody watching sees it: read once a minute, so that nobody sees who has just come out.

Page and file of one minute show the same figures. Each process keeps its own minute; of a secret round the figures
move in steps besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import Lock

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.codes.models import Batch
from survey.core import clock
from survey.rounds.models import Round
from survey.turnout.queries import get_reading
from survey.turnout.watching.rules import USUAL
from survey.turnout.watching.rules.masking import Mask, mask
from survey.turnout.watching.rules.sums import Key, Reading, Sums, roll_up

MOST_KEPT = 16
_NAME = "minsheng.watching"


@dataclass(frozen=True)
class Snapshot:
    """The response at one moment."""

    at: datetime
    reading: Reading

    @cached_property
    def sums(self) -> Sums:
        """Every sum that may be asked for."""
        return roll_up(self.reading)

    @cached_property
    def hidden(self) -> Mapping[Key, Mask]:
        """Those that must not be shown."""
        return mask(self.sums, USUAL.least_issued)


class Snapshots:
    """The last snapshots of rounds, of the present minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[int, tuple[object, Snapshot]] = {}

    def get(self, session: Session, row: Round) -> Snapshot:
        """Return the present minute's snapshot of a round; what the office itself changes shows at once."""
        now = clock.now()
        key = (row.state, now.replace(second=0, microsecond=0), _doors(session, row))
        if found := self._find(row.id, key):
            return found
        read = Snapshot(now, get_reading(session, row))
        with self._lock:
            # Another thread may have been first; what it showed counts.
            if found := self._find(row.id, key):
                return found
            self._kept.pop(row.id, None)
            self._kept[row.id] = (key, read)
            for old in list(self._kept)[:-MOST_KEPT]:
                del self._kept[old]
        return read

    def _find(self, row_id: int, key: object) -> Snapshot | None:
        kept = self._kept.get(row_id)
        return kept[1] if kept and kept[0] == key else None


def snapshots(app: Flask | None = None) -> Snapshots:
    """Return the snapshots of an application."""
    kept: Snapshots = (app or current_app).extensions.setdefault(_NAME, Snapshots())
    return kept


def _doors(session: Session, row: Round) -> tuple[tuple[object, ...], ...]:
    counted = session.execute(
        select(Batch.door, Batch.void, func.count(), func.sum(Batch.size))
        .where(Batch.round_id == row.id)
        .group_by(Batch.door, Batch.void)
    )
    return tuple(sorted(tuple(line) for line in counted))
