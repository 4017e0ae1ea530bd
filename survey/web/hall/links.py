"""From a link to its round, as both pages of the room need it."""

from flask import Response, make_response, render_template
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.ids import derive_key
from survey.rounds.definition import RoundDefinition
from survey.rounds.links import PURPOSE, BadLink, Hall, read_token
from survey.rounds.models import Round, State
from survey.rounds.service import get_round
from survey.web.answer.status import Refusal
from survey.web.services import services

GONE = 410


class HallClosed(Exception):
    """The round of the link is closed: there is nothing to show or to do any more."""

    def __init__(self, definition: RoundDefinition) -> None:
        super().__init__()
        self.definition = definition


def linked_round(session: Session, hall: Hall, token: str) -> tuple[Round, RoundDefinition]:
    """Return the round of a link.

    Raises:
        Refusal: when the link is not one of ours.
        HallClosed: when the round is closed.
    """
    key = derive_key(services().settings.secret_key, PURPOSE)
    try:
        row = get_round(session, read_token(hall, token, key))
    except (BadLink, NotFound) as error:
        raise Refusal("not_found") from error
    definition = RoundDefinition.model_validate(row.definition)
    if row.state in (State.CLOSED, State.COUNTED):
        raise HallClosed(definition)
    return row, definition


def closed_page(closed: HallClosed) -> Response:
    """Say kindly that it is over."""
    return make_response(
        render_template("hall/closed.html", definition=closed.definition, rehearsal=closed.definition.rehearsal), GONE
    )
