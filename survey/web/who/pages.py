"""The page that says who can see what; with ``?round=ID`` also what holds for one opened round."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.rounds.definition import FrozenRound
from survey.rounds.models import Round
from survey.rounds.service import frozen_round, get_round
from survey.storage.base import Base
from survey.storage.engine import reading
from survey.visibility import DRAWERS, Drawer, Reader, Until, never_stored
from survey.web.answer.status import Refusal
from survey.web.display import display, local_time
from survey.web.services import services

REQUEST_LOGS = ("gunicorn.access", "werkzeug")

who = Blueprint("who", __name__)


@dataclass(frozen=True)
class Fact:
    """One line of the page."""

    name: str
    words: str


@dataclass(frozen=True)
class Shelf:
    """What of one table the same people can read for the same time."""

    things: tuple[Fact, ...]
    readers: tuple[Reader, ...]
    until: Until


@who.get("/who-sees-what")
def show() -> str:
    """Show who can see what."""
    name = request.args.get("round")
    return render_template(
        "who/page.html",
        round_id=name,
        round_facts=None if name is None else _round_facts(name),
        server=list(_server_facts()),
        tables=[(drawer.title, drawer.of_voters, list(_shelves(table, drawer))) for table, drawer in DRAWERS.items()],
        never=never_stored(Base.metadata),
    )


def _shelves(table: str, drawer: Drawer) -> Iterator[Shelf]:
    kinds = dict.fromkeys((sight.readers, sight.until) for sight in drawer.columns.values())
    for readers, until in kinds:
        things = tuple(
            Fact(f"{table}.{column}", _(sight.what))
            for column, sight in drawer.columns.items()
            if (sight.readers, sight.until) == (readers, until)
        )
        yield Shelf(things, readers, until)


def _server_facts() -> Iterator[Fact]:
    made = services()
    yield Fact(
        _("Where it is stored"),
        _("In one file on the server (SQLite), and in the log beside it.")
        if made.engine.dialect.name == "sqlite"
        else _("In a database (PostgreSQL), and in its log, which keeps what was written for a while."),
    )
    yield Fact(
        _("On its way"),
        _("Pages and answers travel encrypted (https).")
        if made.settings.base_url.startswith("https:")
        else _("Pages and answers travel unencrypted (http): others on the same network can read them."),
    )
    yield Fact(
        _("Lines about visits"),
        _("This program writes a line for each visit, with the address of the device; ask the office who reads them.")
        if _writes_requests()
        else _(
            "This program writes none. A server in front of it may; the settings that come with the program let it "
            "write the hour, and neither address nor page."
        ),
    )
    yield Fact(
        _("Outside the database"),
        _(
            "The codes stand in the file from which the office prints the slips. Whoever has it could vote with slips "
            "that are not used yet, but sees no ballot."
        ),
    )
    if made.settings.demo_codes:
        yield Fact(
            _("Demonstration"),
            _("This server gives out codes on its front page, for everybody to try. Nothing on it is a real vote."),
        )


def _writes_requests() -> bool:
    """Tell whether a server in this process writes lines about requests."""
    return any(logging.getLogger(name).handlers for name in REQUEST_LOGS)


def _round_facts(name: str) -> list[Fact]:
    """Return what holds for one round.

    Raises:
        Refusal: when there is no such round, or it was never opened: both look the same.
    """
    with reading(services().engine) as connection, Session(connection) as session:
        try:
            row = get_round(session, name)
        except NotFound as error:
            raise Refusal("not_found") from error
        if row.frozen_hash is None:
            raise Refusal("not_found")
        frozen = frozen_round(session, row.id)
        return [*_origin(frozen), *_seal(frozen), *_disclosure(frozen), *_afterwards(frozen, row)]


def _origin(frozen: FrozenRound) -> Iterator[Fact]:
    lang, definition = display().lang, frozen.definition
    yield Fact(_("Round"), f"{definition.id} {definition.title.words(lang)}")
    yield Fact(_("Organiser"), definition.organiser.words(lang))
    yield Fact(_("Hash of the frozen round"), frozen.content_hash)


def _seal(frozen: FrozenRound) -> Iterator[Fact]:
    yield Fact(
        _("Seal"),
        _(
            "Two keys, held by two trustees. Neither opens anything alone; both together, with a copy of the database "
            "from the time of the vote, can tell which ballot came with which slip, until the keys are destroyed."
        )
        if frozen.definition.seal == "trustees"
        else _(
            "One key, held by the office. With it and a copy of the database from the time of the vote, the office "
            "can tell which ballot came with which slip, until the key is destroyed."
        ),
    )
    for key in frozen.keys:
        yield Fact(_("Fingerprint of the key"), key.fingerprint)


def _disclosure(frozen: FrozenRound) -> Iterator[Fact]:
    definition = frozen.definition
    limits = definition.disclosure
    if definition.rules.classes:
        names = (f"{one.code} {one.words(display().lang)}" for one in definition.rules.classes)
        yield Fact(_("Classes of ballots"), ", ".join(names))
        yield Fact(
            _("Figures of one class"),
            _("Shown only where at least %(n)s ballots stand behind them.", n=limits.min_class),
        )
    yield Fact(_("Small figures"), _("Figures of fewer than %(n)s ballots are hidden.", n=limits.min_cell))
    yield Fact(_("Remarks"), _("The office reads them, shuffled, where there are at least %(n)s.", n=limits.min_text))
    same = {
        "low": _("Where all chose the same option, and it is not the best one, it is hidden."),
        "any": _("Where all chose the same option, it is hidden."),
        "show": _("Where all chose the same option, it is shown: then everyone knows what each of them said."),
    }
    yield Fact(_("Unanimity"), same[limits.unanimity])
    yield Fact(
        _("While it is open"),
        _("No page and no command shows an answer. How many have voted is shown in steps of %(n)s.", n=limits.live_step)
        if definition.secret
        else _("No page and no command shows an answer. The office sees how many have voted."),
    )


def _afterwards(frozen: FrozenRound, row: Round) -> Iterator[Fact]:
    definition = frozen.definition
    yield Fact(
        _("Results"),
        _("They may be published, as totals.") if definition.announced else _("They are not published."),
    )
    yield Fact(
        _("Envelopes"),
        _("They were destroyed at %(moment)s (Beijing time).", moment=local_time(row.destroyed_at))
        if row.destroyed_at
        else _(
            "They are kept until %(n)s days after the count, for objections, and may then be destroyed.",
            n=definition.objection_days,
        ),
    )
