"""The host's page (主持人): open and close the batches, write down who came.

There is no log-in here: whoever has the link is the host of this round, and of no other. A staff desk with
accounts replaces it. Nothing here shows a result, and ballots are told for the whole room in steps only.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from survey.codes.models import Batch, BatchDoor
from survey.codes.service import list_batches, open_batch, shut_batch
from survey.core import clock
from survey.core.errors import N_, SurveyError
from survey.rounds.definition import RoundDefinition
from survey.rounds.links import Hall
from survey.rounds.models import Round, State, VoterGroupRow
from survey.rounds.service import list_voter_groups, note_present
from survey.storage.engine import reading, unit_of_work
from survey.web.display import display, local_time
from survey.web.hall.figures import room_figures, room_state
from survey.web.hall.links import linked_round
from survey.web.services import services

ALL = "*"
"""Every batch of the round; no batch has this name."""
LONGEST_NUMBER = 8

DOORS = {
    BatchDoor.WAITING: N_("waiting"),
    BatchDoor.OPEN: N_("open"),
    BatchDoor.SHUT: N_("closed"),
}


@dataclass(frozen=True)
class _Box:
    """One voter group and class, which draws its codes from one box."""

    group: VoterGroupRow
    name: str
    batches: tuple[Batch, ...]


def add_pages(pages: Blueprint) -> None:
    """Add the page to the room's blueprint."""
    pages.add_url_rule("/host/<token>", "host", host, methods=["GET"])
    pages.add_url_rule("/host/<token>", "act", act, methods=["POST"])


def host(token: str) -> str:
    """Show every batch with its state and its button."""
    return _page(token)


def act(token: str) -> AnyResponse:
    """Do what one button of the page says, and show the page again; asking twice changes nothing more."""
    try:
        with unit_of_work(services().engine) as session:
            row, _definition = linked_round(session, Hall.HOST, token)
            _do(session, row)
    except SurveyError as refused:
        return Response(_page(token, refused.say(_)), 409)
    return redirect(url_for("hall.host", token=token, **display().arguments), 303)


def _do(session: Session, row: Round) -> None:
    form = request.form
    if "open" in form:
        open_batch(session, row, _batch(form["open"]))
    elif "shut" in form:
        shut_batch(session, row, _batch(form["shut"]), clock.now())
    elif "present" in form:
        note_present(session, row, form.get("group", ""), form.get("class", ""), _number(form["present"]))


def _batch(name: str) -> str | None:
    return None if name == ALL else name


def _number(text: str) -> int:
    text = text.strip()
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise SurveyError(N_("Write a whole number, for example 118"))
    return int(text)


def _page(token: str, refused: str = "") -> str:
    now = clock.now()
    with reading(services().engine) as connection, Session(connection) as session:
        row, definition = linked_round(session, Hall.HOST, token)
        groups = list_voter_groups(session, row)
        batches = list_batches(session, row)
        return render_template(
            "hall/host.html",
            token=token,
            refused=refused,
            definition=definition,
            rehearsal=definition.rehearsal,
            takes_orders=row.state == State.OPEN,
            boxes=_boxes(definition, groups, batches),
            doors=DOORS,
            all=ALL,
            several=len(batches) > 1,
            some_closed=any(batch.door != BatchDoor.OPEN for batch in batches if not batch.void),
            some_open=any(batch.door == BatchDoor.OPEN for batch in batches if not batch.void),
            closed_at={batch.id: local_time(batch.shut_at) for batch in batches if batch.shut_at},
            cast_until={batch.id: local_time(batch.shut_at + definition.grace) for batch in batches if batch.shut_at},
            figures=room_figures(session, row, definition, groups),
            state=room_state(row, definition, batches, now),
        )


def _boxes(definition: RoundDefinition, groups: list[VoterGroupRow], batches: list[Batch]) -> list[_Box]:
    lang = display().lang
    boxes = []
    for group in groups:
        named = definition.rules.ballot_class(group.ballot_class)
        name = named.words(lang) if named else ""
        boxes.append(_Box(group, name, tuple(batch for batch in batches if batch.voter_group_id == group.id)))
    return boxes
