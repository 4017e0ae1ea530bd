"""The document of the interface (OpenAPI 3.1), made from the operations; and the operation that gives it out."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask, current_app
from flask_smorest import Api

from survey.core.software import software
from survey.web.api.operation import Operation, Room, operation
from survey.web.api.problems import TITLES, TYPE
from survey.web.api.schemas import ProblemSchema

OPENAPI = "3.1.0"
DESCRIPTION = (
    "Rounds, response, components in and results out, codes for the rating of services, webhooks. "
    "A token belongs to an office and reaches it and all below it; what lies elsewhere does not exist for it. "
    "Figures with decimals are strings, so that no digit is lost. Moments are in UTC. "
    "Nobody reads an answer here, and before the count nobody reads a mean or a share."
)
HEADERS = {
    401: {"WWW-Authenticate": "How to identify."},
    403: {"WWW-Authenticate": "Which scope is missing, where one is."},
    429: {"Retry-After": "Seconds to wait."},
    503: {"Retry-After": "Seconds to wait."},
}

about = Room("about", "The interface itself")


@operation(about, Operation("GET", "/openapi.json", None, {"type": "object"}))
def describe(query: dict[str, Any]) -> Any:  # noqa: ANN401 - a document
    """Describe the whole interface."""
    del query
    found: OneApi = current_app.extensions["minsheng.api"]
    return current_app.json.response(found.spec.to_dict())


class OneApi(Api):
    """The extension without what it would do to the rest of the application: its error pages and addresses."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors to ``problems``."""

    def _register_doc_blueprint(self) -> None:
        """Leave the document to ``describe``, which is an operation like all others."""

    def _register_responses(self) -> None:
        for status in TITLES:
            headers = {name: _header(words) for name, words in HEADERS.get(status, {}).items()}
            known = HTTPStatus(status)
            response = {
                "description": TITLES[status],
                "content": {TYPE: {"schema": ProblemSchema}},
                **({"headers": headers} if headers else {}),
            }
            self.spec.components.response(known.name, response, lazy=True)


def register(app: Flask, rooms: Iterable[Room]) -> None:
    """Add the rooms to the application and to the document."""
    api = OneApi(
        app,
        spec_kwargs={
            "title": "民声 Minsheng",
            "version": software(),
            "openapi_version": OPENAPI,
            "info": {"description": DESCRIPTION},
        },
    )
    token = {"type": "http", "scheme": "bearer", "description": "A token that staff made: mst_..."}
    api.spec.components.security_scheme("token", token)
    app.extensions["minsheng.api"] = api
    for room in rooms:
        api.register_blueprint(room)
    # The tags are the rooms' short names.
    api.spec._tags = [{"name": room.tag, "description": room.description} for room in rooms]  # noqa: SLF001
    app.cli.commands.pop("openapi", None)


def _header(words: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}}
