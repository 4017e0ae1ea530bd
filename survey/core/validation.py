"""Turn plain data into models, and a model's complaints into sentences: the place, what is wrong, what is allowed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from survey.core.errors import N_, Invalid, Problem

Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_NOT_ALLOWED = N_("%(value)s is not allowed; allowed: %(allowed)s")
_NO_NUMBER = N_("%(value)s is not a number")
_NOT_WHOLE = N_("%(value)s is not a whole number")
_NO_FIELDS = N_("a list of named fields is needed here")
_NO_LIST = N_("a list is needed here")
_NO_MOMENT = N_("%(value)s is not a moment; write for example 2026-03-01T09:00:00+08:00")
_EMPTY = N_("this field is empty; write a value, or leave the field out")
_SENTENCES = {
    "missing": N_("this field is missing"),
    "extra_forbidden": N_("there is no such field here; allowed: %(allowed)s"),
    "literal_error": _NOT_ALLOWED,
    "union_tag_invalid": _NOT_ALLOWED,
    "union_tag_not_found": N_("this field is missing; allowed: %(allowed)s"),
    "string_type": N_("%(value)s is not a text; put it in quotes"),
    "string_too_short": N_("this text is empty or too short"),
    "string_too_long": N_("this text is longer than %(allowed)s characters"),
    "decimal_parsing": _NO_NUMBER,
    "decimal_type": _NO_NUMBER,
    "decimal_max_digits": N_("%(value)s has more than %(allowed)s digits"),
    "decimal_max_places": N_("%(value)s has more than %(allowed)s digits after the point"),
    "decimal_whole_digits": N_("%(value)s has more than %(allowed)s digits before the point"),
    "finite_number": N_("%(value)s is not a finite number"),
    "int_parsing": _NOT_WHOLE,
    "int_parsing_size": _NOT_WHOLE,
    "int_type": _NOT_WHOLE,
    "int_from_float": _NOT_WHOLE,
    "bool_type": N_("%(value)s is neither true nor false"),
    "bool_parsing": N_("%(value)s is neither true nor false"),
    "greater_than_equal": N_("%(value)s is too small; the least is %(allowed)s"),
    "less_than_equal": N_("%(value)s is too large; the most is %(allowed)s"),
    "too_short": N_("too few entries; the least is %(allowed)s"),
    "too_long": N_("too many entries; the most is %(allowed)s"),
    "dict_type": _NO_FIELDS,
    "model_type": _NO_FIELDS,
    "model_attributes_type": _NO_FIELDS,
    "list_type": _NO_LIST,
    "tuple_type": _NO_LIST,
    "datetime_from_date_parsing": _NO_MOMENT,
    "datetime_parsing": _NO_MOMENT,
    "datetime_object_invalid": _NO_MOMENT,
    "datetime_type": _NO_MOMENT,
    "timezone_aware": N_("%(value)s has no time zone; write for example 2026-03-01T09:00:00+08:00"),
}
_ALLOWED = ("expected", "ge", "le", "min_length", "max_length", "max_digits", "decimal_places", "whole_digits")
_LONGEST_VALUE = 60


class Rule(ValueError):
    """A fault found by a model's own check: a sentence with figures, and the field it is about."""

    def __init__(self, message: str, *field: str | int, **figures: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.figures = figures


class Rules(ValueError):
    """Several faults found by one check, so that all of them are told at once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        super().__init__("; ".join(rule.message for rule in self.rules))


@dataclass(frozen=True)
class Like:
    """Mark a text that must match a pattern; people are told in words what the pattern allows."""

    pattern: str
    sentence: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _check(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise Rule(self.sentence, value=_written(text))
        return text


def validate(value: object, model: type[Model], source: str, lines: Mapping[Path_, int] | None = None) -> Model:
    """Make a model of plain data.

    Args:
        value: what was read.
        model: what it should be.
        source: the file's name, and the line when there are no ``lines``.
        lines: the line of every field.

    Raises:
        Invalid: with every fault.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        details = error.errors()
        raise Invalid(
            problem
            for detail in details
            if not _follows(detail, details)
            for problem in _problems(detail, model, source, lines or {})
        ) from None
    except RecursionError:
        raise Invalid([Problem(source, N_("the file is nested too deeply"))]) from None


def _follows(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Tell whether a list only seems too short, because an entry of it is wrong."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(place)] == place for other in details if other is not detail
    )


def _problems(
    detail: ErrorDetails, model: type[BaseModel], source: str, lines: Mapping[Path_, int]
) -> Iterator[Problem]:
    rule = detail.get("ctx", {}).get("error")
    if not isinstance(rule, Rule | Rules):
        yield _problem(detail, model, source, lines)
        return
    path, _, _ = _walk(model, detail["loc"])
    for one in (rule,) if isinstance(rule, Rule) else rule.rules:
        yield Problem(_where(source, path + one.field, lines), one.message, dict(one.figures))


def _problem(detail: ErrorDetails, model: type[BaseModel], source: str, lines: Mapping[Path_, int]) -> Problem:
    context = detail.get("ctx", {})
    path, around, here = _walk(model, detail["loc"])
    sentence = _SENTENCES.get(detail["type"], detail["msg"].replace("%", "%%"))
    value = detail["input"]
    allowed = next((context[name] for name in _ALLOWED if name in context), "")
    if detail["type"] == "extra_forbidden":
        allowed = ", ".join(str(name) for kind in around for name in _fields(kind))
    elif detail["type"] == "literal_error":
        allowed = ", ".join(filter(None, re.findall("'([^']*)'", str(allowed))))
    elif detail["type"].startswith("union_tag"):
        path, value = (*path, "kind"), context.get("tag")
        allowed = ", ".join(_tag(kind) for kind in here if _fields(kind))
    elif value is None:
        sentence = _EMPTY
    return Problem(_where(source, path, lines), sentence, {"value": _written(value), "allowed": allowed})


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _walk(model: type[BaseModel], location: Path_) -> tuple[Path_, list[Any], list[Any]]:
    """Follow a place that pydantic names through the types of a model.

    Returns:
        The place without what pydantic adds to it and no file has (the chosen kind of an item, the mark
        of a key), and the types that may stand around it and at it.
    """
    path: Path_ = ()
    around: list[Any] = []
    here: list[Any] = [model]
    for part in location:
        if part == "[key]":
            break
        chosen = [kind for kind in here if _fields(kind) and _tag(kind) == part]
        if len(here) > 1 and chosen:
            here = chosen
            continue
        around, here = here, [inner for kind in here for inner in _inside(kind, part)]
        path += (part,)
    return path, around, here


def _inside(kind: Any, part: str | int) -> list[Any]:  # noqa: ANN401 - a type, or what typing makes of one
    fields = _fields(kind)
    if fields:
        return _alternatives(fields[part]) if part in fields else []
    parts = get_args(kind)
    return _alternatives(parts[-1] if get_origin(kind) is dict else parts[0]) if parts else []


def _alternatives(kind: Any) -> list[Any]:  # noqa: ANN401
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [one for part in get_args(kind) for one in _alternatives(part)]
    return [kind]


def _fields(kind: Any) -> dict[str | int, Any]:  # noqa: ANN401
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _tag(kind: Any) -> str:  # noqa: ANN401
    field = kind.model_fields.get("kind")
    return str(field.default) if field else ""


def _where(source: str, path: Path_, lines: Mapping[Path_, int]) -> str:
    known = path
    while known and known not in lines:
        known = known[:-1]
    line = lines.get(known)
    field = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
    place = f"{source}:{line}" if line else source
    return f"{place} {field}".strip()
