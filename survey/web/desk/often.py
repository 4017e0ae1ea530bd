"""How often something happened lately, in this process: enough to stop guessing and to keep a log short."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from flask import current_app

MOST_COUNTED = 10_000


@dataclass
class Often:
    """Counts by key.

    Each process counts for itself and forgets at a restart; it is no accounting.

    Attributes:
        seconds: how long something counts.
    """

    seconds: float
    _times: OrderedDict[Hashable, deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, key: Hashable) -> int:
        """Count it once more; return how often it happened lately, this time included."""
        with self._lock:
            times = self._recent(key)
            times.append(time.monotonic())
            self._times[key] = times
            if len(self._times) > MOST_COUNTED:
                self._times.popitem(last=False)
            return len(times)

    def seen(self, key: Hashable) -> int:
        """Return how often it happened lately."""
        with self._lock:
            times = self._recent(key)
            if times:
                self._times[key] = times
            return len(times)

    def _recent(self, key: Hashable) -> deque[float]:
        times = self._times.pop(key, deque())
        while times and times[0] <= time.monotonic() - self.seconds:
            times.popleft()
        return times


def often(what: str, seconds: float) -> Often:
    """Return the present application's counts of something."""
    counts: Often = current_app.extensions.setdefault(f"minsheng.often.{what}", Often(seconds))
    return counts
