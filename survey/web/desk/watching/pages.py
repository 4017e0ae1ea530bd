"""The watch page, its files, and the target."""

import tempfile
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from forms.desk.watching import TargetForm
from survey.core.clock import COUNTRY
from survey.core.errors import N_, NotFound
from survey.reports.exports import write_report
from survey.rounds.models import Round, State
from survey.rounds.service import get_round
from survey.staff.roles import Power
from survey.turnout.service import set_target
from survey.web.desk.shell import back, looking, me, note, say, work
from survey.web.desk.watching.choice import Choice
from survey.web.desk.watching.screen import Screen, make_screen
from survey.web.display import display

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
REFRESH_SECONDS = 60

watching = Blueprint("watching", __name__, url_prefix="/rounds/<round_id>/watch")


@watching.get("")
def show(round_id: str) -> str:
    """Show the response; ``?unit= ?class= ?batch=`` a part of it, ``?sort=`` in an order, ``?compare=`` a round."""
    return _page(round_id, TargetForm())


@watching.get("/figures.<suffix>")
def download(round_id: str, suffix: str) -> Response:
    """Send exactly what the page of the same address shows; a CSV file holds its first table."""
    if suffix not in TYPES:
        abort(HTTPStatus.NOT_FOUND)
    with looking() as session:
        screen = _screen(session, get_round(session, round_id), Choice.read(request.args))
    with tempfile.TemporaryDirectory() as folder:
        content = write_report(screen.tables, Path(folder) / f"figures.{suffix}")[0].read_bytes()
    response = Response(content, mimetype=TYPES[suffix])
    name = f"{round_id}-{screen.at.astimezone(COUNTRY):%Y%m%d-%H%M}.{suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@watching.post("/target")
def target(round_id: str) -> AnyResponse | tuple[str, int]:
    """Set the response rate that the round is to reach, or take it away."""
    form = TargetForm()
    if not form.validate_on_submit():
        return _page(round_id, form), HTTPStatus.BAD_REQUEST
    with work() as session:
        row = get_round(session, round_id)
        before = set_target(session, row, form.target.data)
        note(
            session,
            row.office,
            N_("Changed the target for the response rate of %(round)s from %(before)s to %(after)s"),
            round=row.name,
            before=_percent(before),
            after=_percent(form.target.data),
        )
    say(N_("The target is saved"))
    return back("desk.watching.show", round_id=round_id)


def _percent(target: int | None) -> str:
    return "–" if target is None else f"{target}%"


def _page(round_id: str, form: TargetForm) -> str:
    choice = Choice.read(request.args)
    with looking() as session:
        row = get_round(session, round_id)
        screen = _screen(session, row, choice)
        if not form.is_submitted():
            form.target.data = row.target
        return render_template(
            "desk/watching/show.html",
            round=row,
            screen=screen,
            choice=screen.choice,
            form=form,
            comparable=_comparable(session, row),
            seconds=REFRESH_SECONDS,
            downloads=TYPES,
        )


def _screen(session: Session, row: Round, choice: Choice) -> Screen:
    compared = next((one for one in _comparable(session, row) if one.name == choice.compare), None)
    if choice.compare and compared is None:
        raise NotFound(N_("There is no counted round %(name)s to compare with"), name=choice.compare)
    return make_screen(session, row, choice, compared, display().lang, gettext)


def _comparable(session: Session, row: Round) -> list[Round]:
    """Return the counted rounds that the member may see, the latest first."""
    counted = session.scalars(
        select(Round).where(Round.state == State.COUNTED, Round.id != row.id).order_by(Round.id.desc())
    )
    return [one for one in counted if me().may(Power.SEE, one.office)]
