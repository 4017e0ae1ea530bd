"""Every error below /api/v1 is application/problem+json (RFC 9457): what happened, in words and for machines.

Nothing of what was sent is repeated but names of fields and the values that a fault names; never a header.
"""

import json
import logging
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from survey.core.errors import N_, AlreadyDone, Invalid, NotFound, Problem, Refused, SurveyError, TooLarge
from survey.web.answer.status import PAGES, Refusal
from survey.web.api.language import choose_language, language

TYPE = "application/problem+json"
BELOW = "/api/v1/"
RETRY_AFTER_SECONDS = "10"
MOST_FAULTS = 100
LONGEST_SENTENCE = 1000

TITLES = {
    400: N_("This request cannot be understood"),
    401: N_("A token is needed"),
    403: N_("This token may not do that"),
    404: N_("There is no such thing"),
    405: N_("This cannot be asked for in this way"),
    409: N_("A rule forbids it at present"),
    413: N_("Too much was sent"),
    415: N_("Only JSON is taken"),
    422: N_("The input has faults; nothing was taken"),
    429: N_("Too many requests"),
    500: N_("Something went wrong"),
    503: N_("Busy at the moment"),
}
DETAILS = {
    400: N_("Compare the request with /api/v1/openapi.json."),
    404: N_("The address names nothing that this token reaches."),
    405: N_("Compare the method with /api/v1/openapi.json."),
    413: N_("Send less at once."),
    415: N_("Send the body as application/json, in UTF-8, not compressed."),
    500: N_("The fault is on our side. Try again; if it happens again, tell whoever runs the server."),
    503: N_("Wait a little and try again."),
}
STATUS = {NotFound: 404, Refused: 409, AlreadyDone: 409, TooLarge: 413, Invalid: 422}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where: a JSON pointer into the body, or a parameter's name."""

    where: str
    detail: str

    def document(self) -> dict[str, str]:
        """Return it as the problem's list holds it."""
        place = "pointer" if not self.where or self.where.startswith("/") else "parameter"
        return {place: self.where, "detail": self.detail}


@dataclass
class ApiError(Exception):
    """An error that the interface itself finds.

    Attributes:
        status: the HTTP status.
        detail: an English sentence with places for the figures.
        faults: what is wrong with the input, one by one, in the reader's language.
    """

    status: int
    detail: str
    figures: Mapping[str, object] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def register(room: Blueprint) -> None:
    """Give every error of a room its document; errors outside any room come through ``http_problem``."""
    room.register_error_handler(ApiError, _api_error)
    room.register_error_handler(SurveyError, _survey_error)
    room.register_error_handler(Refusal, _refusal)
    room.register_error_handler(HTTPException, http_problem)
    room.register_error_handler(RecursionError, lambda _: problem(400))
    for away in (OperationalError, InterfaceError, PoolTimeout):
        room.register_error_handler(away, _busy)
    room.register_error_handler(Exception, _failed)


def is_below(path: str) -> bool:
    """Tell whether an address is one of the interface, known or not."""
    return path.startswith(BELOW) or path == BELOW.rstrip("/")


def problem(
    status: int, detail: str = "", *, faults: Iterable[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem as a response.

    Args:
        status: the HTTP status.
        detail: a sentence in the reader's language; without one, that of the status.
        faults: what is wrong, one by one.
        headers: further headers.
    """
    choose_language()
    known = HTTPStatus(status) if status in TITLES else HTTPStatus.BAD_REQUEST
    detail = detail or (gettext(DETAILS[known]) if known in DETAILS else gettext(TITLES[known]))
    body: dict[str, Any] = {
        "type": f"urn:minsheng:problem:{known.phrase.lower().replace(' ', '-')}",
        "title": gettext(TITLES[known]),
        "status": status,
        "detail": detail[:LONGEST_SENTENCE],
    }
    listed = [one.document() for one in faults]
    if listed:
        body["errors"] = listed[:MOST_FAULTS]
    response = Response(json.dumps(body, ensure_ascii=False) + "\n", status, mimetype=TYPE)
    response.headers["Content-Language"] = language()
    response.headers.extend(headers or {})
    return response


def field_faults(messages: object, where: str = "") -> Iterator[Fault]:
    """Give marshmallow's messages one by one, with the pointer to each field."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            part = "" if name == "_schema" else f"/{str(name)[:80].replace('~', '~0').replace('/', '~1')}"
            yield from field_faults(inner, where + part)
    elif isinstance(messages, list):
        for inner in messages:
            yield from field_faults(inner, where)
    else:
        yield Fault(where, gettext(str(messages)))


def invalid_fields(messages: object, *, parameters: bool = False) -> ApiError:
    """Return the error of an input that the document does not allow, from marshmallow's messages."""
    faults = tuple(field_faults(messages))
    if parameters:
        faults = tuple(Fault(one.where.lstrip("/"), one.detail) for one in faults)
    return ApiError(422, N_("The input has faults; nothing was taken"), faults=faults)


def http_problem(error: HTTPException) -> Response:
    """Return what Flask or werkzeug refused as a problem."""
    status = error.code or 400
    headers = {}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return problem(status, headers=headers)


def _api_error(error: ApiError) -> Response:
    return problem(error.status, gettext(error.detail) % error.figures, faults=error.faults, headers=error.headers)


def _survey_error(error: SurveyError) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)
    if isinstance(error, Invalid):
        faults = [Fault(_pointer(one), one.say(gettext)) for one in error.problems]
        return problem(status, gettext(error.message), faults=faults)
    return problem(status, error.say(gettext))


def _pointer(one: Problem) -> str:
    return one.where if not one.where or one.where.startswith("/") else f"/{one.where}"


def _refusal(refusal: Refusal) -> Response:
    """Say what a public page says, in the words of a problem."""
    page = PAGES[refusal.name]
    status = 404 if refusal.name == "not_published" else page.status
    return problem(status, gettext(page.happened) % refusal.figures)


def _busy(error: Exception) -> Response:
    _record(error)
    return problem(503, headers={"Retry-After": RETRY_AFTER_SECONDS})


def _failed(error: Exception) -> Response:
    _record(error)
    return problem(500)


def _record(error: Exception) -> None:
    """Log where it happened, without the path, a header, the message or any value."""
    place = "".join(traceback.format_tb(error.__traceback__))
    rule = request.url_rule.rule if request.url_rule else "(no operation)"
    log.error("%s on %s %s\n%s", type(error).__name__, request.method, rule, place)
