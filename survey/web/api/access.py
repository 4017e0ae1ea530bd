"""Who may ask for what: the token, its scope, its office, its pace. An operation without an entry is open to nobody."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from survey.core import clock
from survey.core.errors import N_, NotFound
from survey.core.ids import derive_key
from survey.staff.actor import Actor
from survey.staff.offices import expect_office, get_tree
from survey.staff.tokens import PURPOSE_OF_KEY, Scope, find_token, note_used
from survey.storage.engine import snapshot, unit_of_work
from survey.web.api.asking import USUAL_BYTES
from survey.web.api.language import choose_language
from survey.web.api.problems import ApiError
from survey.web.services import services

SCHEME = "Bearer"
A_MINUTE = 60
PER_MINUTE = 600
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Needed:
    """What an operation needs; without a scope it is open to everybody."""

    scope: Scope | None
    largest: int = USUAL_BYTES


OPERATIONS: dict[str, Needed] = {}
"""By endpoint; filled by ``operation``."""


@dataclass(frozen=True)
class Asker:
    """The token of the present request."""

    id: str
    name: str
    office: str
    scopes: frozenset[str]

    @property
    def actor(self) -> Actor:
        """The program as the log names it."""
        return Actor(None, f"API: {self.name}")


@dataclass
class Pace:
    """How often each token asked in the present minute, in this process.

    A count of its own in each process is enough to stop a program that runs wild; it is no accounting.
    """

    per_minute: int = PER_MINUTE
    _counts: OrderedDict[str, tuple[int, int]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, token_id: str, seconds: float) -> int:
        """Count one request at a moment; return how many seconds too early it comes, 0 when in time."""
        minute = int(seconds // A_MINUTE)
        with self._lock:
            counted, n = self._counts.pop(token_id, (minute, 0))
            n = n + 1 if counted == minute else 1
            self._counts[token_id] = (minute, n)
            if len(self._counts) > MOST_COUNTED:
                self._counts.popitem(last=False)
        return 0 if n <= self.per_minute else A_MINUTE - int(seconds % A_MINUTE)


def register(app: Flask) -> None:
    """Begin to count."""
    app.extensions["minsheng.api.pace"] = Pace()


def admit() -> None:
    """Let the present request of an operation in, or say why not; nothing of its body was read yet.

    Raises:
        ApiError: 401 without a token that holds, 403 without the scope, 429 when it asks too often.
    """
    choose_language()
    needed = OPERATIONS.get(request.endpoint or "")
    if needed is None:
        raise ApiError(403, N_("This operation is open to nobody."))
    request.max_content_length = needed.largest
    if needed.scope is None:
        return
    found = _asker()
    if needed.scope not in found.scopes:
        challenge = f'{SCHEME} realm="minsheng", error="insufficient_scope", scope="{needed.scope}"'
        message = N_("The token lacks the scope %(scope)s.")
        raise ApiError(403, message, {"scope": str(needed.scope)}, headers={"WWW-Authenticate": challenge})
    pace: Pace = current_app.extensions["minsheng.api.pace"]
    wait = pace.wait(found.id, time.monotonic())
    if wait:
        message = N_("At most %(most)s requests a minute; wait %(seconds)s seconds.")
        figures = {"most": pace.per_minute, "seconds": wait}
        raise ApiError(429, message, figures, headers={"Retry-After": str(wait)})
    g.asker = found


def asker() -> Asker:
    """Return whose request this is."""
    found: Asker = g.asker
    return found


def token_key() -> bytes:
    """Return the key that signs tokens."""
    return derive_key(services().settings.secret_key, PURPOSE_OF_KEY)


@contextmanager
def work() -> Iterator[Session]:
    """Open the request's one transaction."""
    with unit_of_work(services().engine) as session:
        yield session


@contextmanager
def looking() -> Iterator[Session]:
    """Open one state of everything, for reading."""
    with snapshot(services().engine) as session:
        yield session


def offices(session: Session) -> frozenset[str] | None:
    """Return the offices that the token reaches; none when it reaches all."""
    return get_tree(session).below(asker().office) if asker().office else None


def reaches(session: Session, office: str) -> bool:
    """Tell whether the token holds for an office."""
    return get_tree(session).covers(asker().office, office)


def own_office(session: Session, office: str | None) -> str:
    """Return the office that a request names, or else the token's own.

    Raises:
        NotFound: when the token does not reach it: nobody learns what else there is.
    """
    wanted = asker().office if office is None else office
    if not reaches(session, wanted):
        raise NotFound(N_("There is no office %(code)s"), code=wanted)
    expect_office(session, wanted)
    return wanted


def _asker() -> Asker:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    now = clock.now()
    with looking() as session:
        row = find_token(session, token_key(), text.strip(), now) if scheme.lower() == SCHEME.lower() else None
        if row is None:
            message = N_("Send a token that holds: Authorization: Bearer mst_...")
            raise ApiError(401, message, headers={"WWW-Authenticate": f'{SCHEME} realm="minsheng"'})
        found = Asker(row.id, row.name, row.office, frozenset(row.scopes))
        used_on = row.used_on
    today = now.astimezone(clock.COUNTRY).date()
    if used_on != today:
        with work() as session:
            note_used(session, found.id, today)
    return found


Body = Mapping[str, Any]
