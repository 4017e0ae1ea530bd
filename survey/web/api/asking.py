"""How a request is read: strictly. JSON in UTF-8 and nothing else; no text that no database holds."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Request, request
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from survey.core.errors import N_
from survey.web.api.problems import ApiError, invalid_fields

JSON_TYPE = "application/json"
USUAL_BYTES = 1024 * 1024
LONGEST_KEY = 100
KEY_HEADER = "Idempotency-Key"

NOT_JSON = N_("The body is not JSON in UTF-8, or names a field twice.")
NO_TEXT = N_("The body has a text with a zero byte or half a character (a lone surrogate).")


class StrictParser(FlaskParser):
    """Reads bodies and query strings; what is not foreseen is refused by name."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - webargs has it as a plain attribute
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "json": RAISE,
    }

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401 - any JSON value
        """Return the body's value."""
        del schema
        if req.mimetype != JSON_TYPE or req.headers.get("Content-Encoding", "identity") != "identity":
            raise ApiError(415, N_("Send the body as application/json, in UTF-8, not compressed."))
        if req.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise ApiError(415, N_("Send the body as application/json, in UTF-8, not compressed."))
        return parse(req.get_data(cache=True))

    def load_querystring(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401 - webargs' own mapping
        """Return the query's values; each name once, and no zero byte."""
        for name, values in req.args.lists():
            if len(values) > 1 or "\0" in name or "\0" in values[0]:
                raise ApiError(400, N_("A parameter stands in the address twice, or holds a zero byte."))
        return super().load_querystring(req, schema)

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_: Any) -> Any:  # noqa: ANN401 - as webargs has it
        """Refuse an input that does not fit its schema."""
        del req, schema
        ((location, messages),) = error.messages_dict.items()
        raise invalid_fields(messages, parameters=location == "query") from error


def parse(data: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a JSON text.

    Raises:
        ApiError: when it is none, is nested too deeply, or holds what no text holds.
    """
    try:
        found = json.loads(data.decode(), object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise ApiError(400, NOT_JSON) from None
    if any(not _is_text(one) for one in _texts(found)):
        raise ApiError(400, NO_TEXT)
    return found


def idempotency_key() -> str:
    """Return the request's Idempotency-Key; an empty one is none.

    Raises:
        ApiError: when it is too long or holds anything but printable ASCII.
    """
    key = request.headers.get(KEY_HEADER, "")
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ApiError(400, N_("An Idempotency-Key has at most %(most)s printable ASCII characters."), {"most": 100})
    return key


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _constant(_: str) -> Any:  # noqa: ANN401 - never returns
    raise ValueError  # NaN and Infinity are no JSON


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
