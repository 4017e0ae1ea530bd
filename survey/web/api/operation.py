"""One decorator makes an operation: its address, what it needs, takes and gives, and all of that in the document."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema

from survey.staff.tokens import Scope
from survey.web.api import problems
from survey.web.api.access import OPERATIONS, Needed, admit
from survey.web.api.asking import JSON_TYPE, KEY_HEADER, LONGEST_KEY, USUAL_BYTES, StrictParser
from survey.web.api.language import language
from survey.web.api.problems import TYPE
from survey.web.api.schemas import Asked

View = Callable[..., Any]

KEY_PARAMETER = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "Names the request: sent again with the same key within a day, it is done once.",
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
}
ALWAYS = (422, 500, 503)
OF_TOKENS = (401, 403, 429)
OF_BODIES = (400, 413, 415)
PATHS = {
    "round_id": "The round's id.",
    "scheme_id": "The scheme's id, without a version.",
    "case_ref": "The case in the office's own system.",
    "webhook_id": "The webhook's id.",
}


class Room(Blueprint):
    """A part of the interface; everybody is looked at before anything is read."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api_{name}", __name__, url_prefix="/api/v1", description=description)
        self.tag = name
        self.before_request(admit)
        problems.register(self)
        self.after_request(_name_language)


@dataclass(frozen=True)
class Operation:
    """What one operation needs, takes and gives.

    Attributes:
        method: GET, POST, PUT or DELETE.
        rule: the address below /api/v1.
        scope: what the token must have; none for everybody.
        answer: what it gives; none for nothing (204).
        statuses: of success, with what they mean.
        query: the parameters in the address.
        body: what it takes.
        example: of the body.
        largest: bytes of the body.
        refuses: further statuses of errors.
        once: whether it honours Idempotency-Key.
    """

    method: str
    rule: str
    scope: Scope | None
    answer: type[Schema] | dict[str, Any] | None = None
    statuses: dict[int, str] = field(default_factory=lambda: {200: "What was asked for."})
    query: type[Schema] = Asked
    body: type[Schema] | None = None
    example: dict[str, Any] | None = None
    largest: int = USUAL_BYTES
    refuses: tuple[int, ...] = ()
    once: bool = False

    @property
    def errors(self) -> tuple[int, ...]:
        """Every status with which it may end badly."""
        found = {*ALWAYS, 400, *self.refuses}
        found |= {404} if "<" in self.rule else set()
        found |= set(OF_TOKENS) if self.scope is not None else set()
        found |= set(OF_BODIES) if self.body is not None else set()
        return tuple(sorted(found))


def operation(room: Room, what: Operation) -> Callable[[View], View]:
    """Make a view an operation of a room; its docstring becomes its description.

    The view gets the query's values, then the body's when it takes one, then the address's by name.
    """

    def decorate(view: View) -> View:
        made = view
        first, *others = what.statuses.items()
        for status, meaning in others:
            made = room.alt_response(status, schema=what.answer, description=meaning, success=True)(made)
        made = room.response(first[0], what.answer, description=first[1])(made)
        if what.body is not None:
            made = room.arguments(what.body, location="json", error_status_code=422, example=what.example)(made)
        made = room.arguments(what.query, location="query", error_status_code=422)(made)
        made = room.doc(**_documented(what, view))(made)
        name = view.__name__
        OPERATIONS[f"{room.name}.{name}"] = Needed(what.scope, what.largest)
        room.add_url_rule(
            what.rule,
            name,
            made,
            methods=[what.method],
            tags=[room.tag],
            parameters=_parameters(what),
        )
        return view

    return decorate


def _documented(what: Operation, view: View) -> dict[str, Any]:
    summary = (view.__doc__ or "").strip().partition("\n")[0]
    errors = {status: HTTPStatus(status).name for status in what.errors}
    said: dict[str, Any] = {"operationId": view.__name__, "summary": summary.rstrip("."), "responses": errors}
    if what.scope is None:
        return {**said, "security": []}
    return {**said, "security": [{"token": []}], "description": f"{summary} Scope: `{what.scope}`."}


def _parameters(what: Operation) -> list[dict[str, Any]]:
    names = [part[1:-1].rpartition(":")[2] for part in what.rule.split("/") if part.startswith("<")]
    text = {"type": "string", "minLength": 1}
    found = [{"name": one, "in": "path", "required": True, "description": PATHS[one], "schema": text} for one in names]
    return [*found, KEY_PARAMETER] if what.once else found


def _name_language(response: Response) -> Response:
    if response.mimetype in (JSON_TYPE, TYPE):
        response.headers.setdefault("Content-Language", language())
        response.headers["Vary"] = "Accept-Language"
    return response
