"""The log of what staff did, in sentences."""

import threading
import time

from flask import Blueprint, current_app, render_template, request
from sqlalchemy.orm import Session

from survey.staff.audit import BEGINNING, broken_links, last_link, list_entries
from survey.staff.models import ROOT, AuditEntry
from survey.staff.roles import Power
from survey.web.desk.remembered import remembered
from survey.web.desk.shell import looking, me
from survey.web.guard import MOST_ROWS

PAGE = 100

EVERY = 600
"""Seconds after which the whole chain is looked at anew: of ten thousand entries that takes a second or more."""

audit = Blueprint("audit", __name__, url_prefix="/audit")


class Chain:
    """Where the chain does not hold: all of it is looked at now and then, in between only what was added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._again_at = 0.0
        self._seen = BEGINNING
        self._broken: list[int] = []

    def broken(self, session: Session) -> list[int]:
        """Return the numbers of the entries where it does not hold."""
        with self._lock:
            anew = time.monotonic() >= self._again_at
            known = [] if anew else self._broken
            known = list(dict.fromkeys([*known, *broken_links(session, BEGINNING if anew else self._seen)]))
            self._broken, self._seen = known, last_link(session)
            if anew:
                self._again_at = time.monotonic() + EVERY
            return known


def _chain() -> Chain:
    chain: Chain = current_app.extensions.setdefault("minsheng.chain", Chain())
    return chain


@audit.get("")
def show() -> str:
    """Show the newest entries of the member's offices, whether the chain holds, and a link to older ones."""
    before = request.args.get("before", type=int)
    before = before if before is not None and 0 < before <= MOST_ROWS else None
    rights = me().rights
    offices = None if rights.may(Power.AUDIT, ROOT) else rights.offices(Power.AUDIT)
    with looking() as database:
        entries = list_entries(database, offices, before=before, most=PAGE)
        broken = _chain().broken(database)
    said = [(entry, _said(entry)) for entry in entries]
    older = entries[-1].number if len(entries) == PAGE else None
    return render_template("desk/audit.html", said=said, broken=broken, older=older)


def _said(entry: AuditEntry) -> str:
    try:
        return remembered(entry.sentence, entry.figures)
    except (AttributeError, KeyError, TypeError, ValueError):
        # Somebody changed it past the program: the chain names it, and all others must stay readable.
        return entry.sentence
