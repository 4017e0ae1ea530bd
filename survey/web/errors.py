"""Every error becomes a page for people; the log gets what a developer needs and nothing of a voter."""

import logging
import traceback
from functools import partial

from flask import Flask, Response, g, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from survey.casting import BatchShut, BatchWaits, CodeUsed, NotYetOpen, RoundClosed, UnknownCode
from survey.web.answer.status import Refusal, status_page
from survey.web.api.problems import http_problem, is_below
from survey.web.display import local_time
from survey.web.wrong_codes import note_wrong_code

BY_STATUS = {
    400: "bad_request",
    403: "foreign",
    404: "not_found",
    405: "method",
    413: "too_large",
    415: "wrong_type",
}

AT_THE_DOOR = {
    CodeUsed: "used",
    NotYetOpen: "not_yet",
    RoundClosed: "closed",
    BatchWaits: "waits",
    BatchShut: "shut",
}

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Give every error its page."""
    app.register_error_handler(Refusal, lambda error: _page(error.name, **error.figures))
    app.register_error_handler(UnknownCode, _unknown_page)
    for refusal, name in AT_THE_DOOR.items():
        app.register_error_handler(refusal, partial(_door_page, name))
    app.register_error_handler(HTTPException, _http_page)
    app.register_error_handler(RecursionError, lambda _: _page("bad_request"))
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(away, _busy_page)
    app.register_error_handler(Exception, _failed_page)


def _page(name: str, contact: str = "", *, rehearsal: bool = False, **figures: object) -> Response:
    rehearsed = rehearsal or g.get("rehearsal", False)
    return status_page(name, contact or g.get("contact", ""), rehearsal=rehearsed, **figures)


def _unknown_page(_error: UnknownCode) -> Response:
    note_wrong_code()
    return _page("unknown")


def _door_page(name: str, error: CodeUsed | NotYetOpen | RoundClosed | BatchWaits | BatchShut) -> Response:
    figures = {"opens_at": local_time(error.opens_at)} if isinstance(error, NotYetOpen) else {}
    return _page(name, error.contact, rehearsal=error.rehearsal, **figures)


def _http_page(error: HTTPException) -> Response:
    if is_below(request.path):
        return http_problem(error)
    if isinstance(error, SecurityError):
        # Under a host name that is not ours no page of ours has an address.
        return Response("This host name is not served here.\n", 400, mimetype="text/plain")
    page = _page(BY_STATUS.get(error.code or 0, "bad_request"))
    page.status_code = error.code or page.status_code
    return page


def _busy_page(error: Exception) -> Response:
    _record(error)
    return _page("busy")


def _failed_page(error: Exception) -> Response:
    _record(error)
    return _page("failed")


def _record(error: Exception) -> None:
    """Log where it happened, without the path, the message or any value: those may hold a code or an answer."""
    place = "".join(traceback.format_tb(error.__traceback__))
    rule = request.url_rule.rule if request.url_rule else "(no page)"
    log.error("%s on %s %s\n%s", type(error).__name__, request.method, rule, place)
