"""The projector's page (大屏): how to take part, and how far the vote is; never a result, never a name.

It needs no script: the browser fetches it again by a header, which a link on the page switches off.
"""

from datetime import datetime, timedelta

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session

from survey.codes.entry import SIGNS, STEPS, entry_matrix, short_address
from survey.codes.service import list_batches
from survey.core import clock
from survey.rounds.definition import RoundDefinition
from survey.rounds.lifecycle import Door, door
from survey.rounds.links import Hall
from survey.rounds.service import list_voter_groups
from survey.storage.engine import reading
from survey.web.display import local_time
from survey.web.hall.figures import room_figures, room_state
from survey.web.hall.links import linked_round
from survey.web.qr import Drawing
from survey.web.services import services

REFRESH_SECONDS = 15
LONGEST_COUNTDOWN = timedelta(hours=3)


def add_pages(pages: Blueprint) -> None:
    """Add the page to the room's blueprint."""
    pages.add_url_rule("/hall/<token>", "projector", projector, methods=["GET"])


def projector(token: str) -> Response:
    """Show the way in and the figures in steps; ``?left=1`` adds the minutes left, ``?still=1`` stops the renewal."""
    base_url = services().settings.base_url
    now = clock.now()
    with reading(services().engine) as connection, Session(connection) as session:
        row, definition = linked_round(session, Hall.PROJECTOR, token)
        groups = list_voter_groups(session, row)
        html = render_template(
            "hall/projector.html",
            token=token,
            definition=definition,
            figures=room_figures(session, row, definition, groups),
            state=room_state(row, definition, list_batches(session, row), now),
            steps=list(zip(SIGNS, STEPS, strict=True)),
            address=short_address(base_url),
            host=services().settings.host,
            qr=Drawing.of(entry_matrix(base_url).tolist()),
            closes=local_time(definition.closes_at),
            left=_minutes_left(definition, now) if "left" in request.args else None,
            still="still" in request.args,
            kept={name: "1" for name in ("left", "still") if name in request.args},
        )
    response = make_response(html)
    if "still" not in request.args:
        response.headers["Refresh"] = str(REFRESH_SECONDS)
    return response


def _minutes_left(definition: RoundDefinition, now: datetime) -> int | None:
    """Return the whole minutes until closing, rounded up; none outside the time or when it is long."""
    left = definition.closes_at - now
    if door(definition, now) is not Door.OPEN or left > LONGEST_COUNTDOWN:
        return None
    return -(-left // timedelta(minutes=1))
