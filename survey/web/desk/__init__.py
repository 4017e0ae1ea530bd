"""The staff desk (工作台): every step of a round in a browser, by people with roles.

Every request passes ``_enter``: who is it, is the post our own, may this member do this here.
"""

from http import HTTPStatus

from flask import Blueprint, Flask, abort, current_app, g, render_template, request, session, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from survey.core import clock
from survey.core.errors import N_, AlreadyDone, Invalid, NotFound, Problem, SurveyError, TooLarge
from survey.core.textfile import LARGEST_TABLE
from survey.staff.models import ROOT
from survey.staff.offices import get_tree
from survey.staff.roles import NAMES, Power
from survey.staff.service import Rights, grants_of
from survey.staff.sessions import find_session, is_to_be_noted, note_seen
from survey.web.desk import (
    api,
    audit,
    counting,
    entrance,
    jobs,
    people,
    printing,
    refusals,
    rehearsal,
    sessions,
    subjects,
)
from survey.web.desk.news import job_news
from survey.web.desk.permissions import OPEN, OWN, ROUTES
from survey.web.desk.questionnaires import questionnaires
from survey.web.desk.ratings import ratings
from survey.web.desk.remembered import remembered
from survey.web.desk.results import results
from survey.web.desk.rounds import rounds
from survey.web.desk.running import running
from survey.web.desk.schemes import schemes
from survey.web.desk.scopes import SCOPES
from survey.web.desk.shell import Me, here, looking, work
from survey.web.desk.watching import watching
from survey.web.display import chosen_from
from survey.web.guard import has_zero_byte
from survey.web.headers import CONTENT_SECURITY_POLICY
from survey.web.services import services

MOST_BYTES = 12 * 1024 * 1024
MOST_BYTES_OF = dict.fromkeys(("desk.subjects.upload", "desk.rounds.upload_voters"), LARGEST_TABLE + 1024 * 1024)
"""Tables of 200,000 rows; the worker reads them."""
MOST_BYTES_OF_STRANGERS = 64 * 1024
MOST_FIELDS = 2000

ROOMS: tuple[Blueprint, ...] = (
    entrance.entrance,
    rounds,
    questionnaires,
    subjects.subjects,
    ratings,
    people.people,
    api.api,
    audit.audit,
    results,
    schemes,
    watching,
    rehearsal.rehearsal,
    running,
    counting.counting,
    printing.printing,
    jobs.jobs,
)

HEAD = (
    ("desk.rounds.index", N_("Rounds")),
    ("desk.questionnaires.index", N_("Questionnaires")),
    ("desk.subjects.index", N_("Roster")),
    ("desk.schemes.index", N_("Schemes and scores")),
    ("desk.ratings.index", N_("Service ratings")),
    ("desk.jobs.index", N_("Jobs")),
    ("desk.people.show", N_("Staff")),
    ("desk.api.index", N_("Programs")),
    ("desk.audit.show", N_("Log")),
)
"""The rooms in the head of every page: where they begin, and their names."""

csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Put the desk below /desk."""
    made = services(app)
    sessions.register(app, made.desk_key, made.settings.base_url)
    # Only the desk is checked: public forms carry a stamp of their own and no cookie.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    csrf.init_app(app)
    app.jinja_env.globals["remembered"] = remembered
    desk = Blueprint("desk", __name__, url_prefix="/desk")
    for room in ROOMS:
        desk.register_blueprint(room)
    desk.add_url_rule("/", "home", _home, methods=["GET"])
    desk.before_request(_enter)
    desk.after_request(_close_door)
    desk.context_processor(_known_everywhere)
    desk.register_error_handler(SurveyError, _sentence_page)
    desk.register_error_handler(CSRFError, _forged)
    for status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
        desk.register_error_handler(status, _status_page)
    app.register_blueprint(desk)


def _home() -> Response:
    """Lead to the first room that is open to this member."""
    rooms = _rooms()
    return redirect(url_for(rooms[0][0] if rooms else "desk.entrance.account"), HTTPStatus.SEE_OTHER)


def _enter() -> Response | tuple[str, int] | None:
    """Let a request in, or not: who, whether forged, whether permitted."""
    request.max_content_length = MOST_BYTES_OF.get(request.endpoint or "", MOST_BYTES)
    request.max_form_memory_size = MOST_BYTES
    request.max_form_parts = MOST_FIELDS
    token = session.get(entrance.TOKEN, "")
    g.me = None
    noted = False
    with looking() as database:
        if token and (member := find_session(database, token, clock.now())):
            g.me = Me.of(member, Rights(get_tree(database), grants_of(database, member)))
            noted = is_to_be_noted(database, token, clock.now())
        _choose_language()
        if g.me is None and request.endpoint not in OPEN:
            page = here() if request.method == "GET" else None
            return entrance.session_over(page) if token else redirect(url_for("desk.entrance.login", next=page))
        if g.me is None:
            request.max_content_length = MOST_BYTES_OF_STRANGERS
        csrf.protect()
        if has_zero_byte():
            raise Invalid([Problem("", N_("a text has a zero byte; write it anew"))])
        if request.endpoint not in OPEN | OWN:
            _check_permission(database)
    if noted:
        with work() as database:
            note_seen(database, token, clock.now())
    return None


def _choose_language() -> None:
    asked = request.args.get("lang")
    if g.me is None and asked:
        session["lang"] = asked
    g.display = chosen_from({"lang": g.me.language if g.me else session.get("lang", "zh")})


def _check_permission(database: Session) -> None:
    need = ROUTES.get(request.endpoint or "")
    if need is None:
        # The start page shows what the member may see, and nothing else.
        if request.endpoint == "desk.home":
            return
        abort(HTTPStatus.FORBIDDEN)
    office = _office(database)
    g.office = office
    if office is not None and not g.me.rights.sees(office):
        g.refused = office
        abort(HTTPStatus.NOT_FOUND)
    if need.root:
        office = ""
    if not g.me.may(need.power, office):
        abort(HTTPStatus.FORBIDDEN)


def _office(database: Session) -> str | None:
    """Return the office of what the address names; none when it names nothing that belongs to one."""
    for name, value in (request.view_args or {}).items():
        if name in SCOPES:
            office = SCOPES[name](database, str(value))
            if office is None:
                abort(HTTPStatus.NOT_FOUND)
            return office
    return None


def _close_door(response: Response) -> Response:
    # With no-referrer a browser sends no Referer, and Flask-WTF would take every form of ours for a forged one.
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", f"{CONTENT_SECURITY_POLICY}; connect-src 'self'")
    return response


def _known_everywhere() -> dict[str, object]:
    return {
        "me": g.get("me"),
        "Power": Power,
        "desk_rooms": _rooms,
        "my_roles": _my_roles,
        "job_news": job_news,
        "now": clock.now,
        "public": services().settings.base_url,
    }


def _rooms() -> list[tuple[str, str]]:
    """Return the rooms that stand in the head of every page, as far as the member may enter them."""
    return [
        (endpoint, gettext(label))
        for endpoint, label in HEAD
        if endpoint in current_app.view_functions
        and g.me.may(ROUTES[endpoint].power, ROOT if ROUTES[endpoint].root else None)
    ]


def _my_roles() -> str:
    names = dict.fromkeys(gettext(NAMES[grant.role]) for grant in g.me.rights.grants)
    return str(gettext(", ")).join(names)


def _sentence_page(error: SurveyError) -> tuple[str, int]:
    status = HTTPStatus.CONFLICT
    if isinstance(error, NotFound):
        status = HTTPStatus.NOT_FOUND
    elif isinstance(error, TooLarge):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    elif isinstance(error, Invalid):
        status = HTTPStatus.BAD_REQUEST
    problems = error.problems if isinstance(error, Invalid) else ()
    sentence = gettext(error.message) if problems else error.say(gettext)
    said = [f"{problem.where}: {problem.say(gettext)}".removeprefix(": ") for problem in problems]
    page = render_template(
        "desk/error.html", sentence=sentence, problems=said, done=isinstance(error, AlreadyDone), status=int(status)
    )
    return page, status


def _forged(_error: CSRFError) -> tuple[str, int]:
    sentence = gettext("This form is too old or was not ours. Nothing was done; open the page again.")
    return render_template("desk/error.html", sentence=sentence, problems=(), status=400), HTTPStatus.BAD_REQUEST


def _status_page(error: Exception) -> tuple[str, int]:
    status = int(getattr(error, "code", HTTPStatus.NOT_FOUND))
    refusals.write_down(status)
    sentences = {
        HTTPStatus.FORBIDDEN: gettext("Your role does not permit this. Nothing was done."),
        HTTPStatus.NOT_FOUND: gettext("There is no such page, or it is not of your office."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext(
            "This file is too large; the most is %(most)s MB. Nothing was taken.",
            most=(request.max_content_length or 0) // 1_000_000,
        ),
    }
    page = render_template("desk/error.html", sentence=sentences[HTTPStatus(status)], problems=(), status=status)
    return page, status
