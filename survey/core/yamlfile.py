"""Read the YAML files people write: a safe subset of YAML 1.2, and errors that name line and field."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from survey.core.errors import N_, Invalid, Problem
from survey.core.textfile import read_text

LARGEST_FILE = 1_000_000
DEEPEST = 20

Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_SENTENCES = {
    "missing": N_("this field is missing"),
    "extra_forbidden": N_("there is no such field here; check its spelling"),
    "literal_error": N_("%(value)s is not allowed; allowed: %(allowed)s"),
    "union_tag_invalid": N_("%(value)s is not allowed; allowed: %(allowed)s"),
    "union_tag_not_found": N_("the field kind is missing; allowed: scale, single, multiple, statement, number, text"),
    "string_type": N_("%(value)s is not a text; put it in quotes"),
    "string_pattern_mismatch": N_("%(value)s has characters that are not allowed here"),
    "string_too_short": N_("this text is empty or too short"),
    "string_too_long": N_("this text is longer than %(allowed)s characters"),
    "decimal_parsing": N_("%(value)s is not a number"),
    "decimal_type": N_("%(value)s is not a number"),
    "finite_number": N_("%(value)s is not a finite number"),
    "int_parsing": N_("%(value)s is not a whole number"),
    "int_type": N_("%(value)s is not a whole number"),
    "int_from_float": N_("%(value)s is not a whole number"),
    "bool_type": N_("%(value)s is neither true nor false"),
    "bool_parsing": N_("%(value)s is neither true nor false"),
    "greater_than": N_("%(value)s is too small; it must be above %(allowed)s"),
    "greater_than_equal": N_("%(value)s is too small; the least is %(allowed)s"),
    "less_than": N_("%(value)s is too large; it must be below %(allowed)s"),
    "less_than_equal": N_("%(value)s is too large; the most is %(allowed)s"),
    "too_short": N_("at least %(allowed)s entries are needed"),
    "too_long": N_("at most %(allowed)s entries are allowed"),
    "dict_type": N_("a list of named fields is needed here"),
    "model_type": N_("a list of named fields is needed here"),
    "list_type": N_("a list is needed here"),
    "tuple_type": N_("a list is needed here"),
    "datetime_from_date_parsing": N_("%(value)s is not a moment; write for example 2026-03-01T09:00:00+08:00"),
    "datetime_parsing": N_("%(value)s is not a moment; write for example 2026-03-01T09:00:00+08:00"),
    "datetime_type": N_("%(value)s is not a moment; write for example 2026-03-01T09:00:00+08:00"),
    "timezone_aware": N_("%(value)s has no time zone; write for example 2026-03-01T09:00:00+08:00"),
}
_ALLOWED = ("expected", "expected_tags", "gt", "ge", "lt", "le", "min_length", "max_length")


class Rule(ValueError):
    """A fault found by a model's own check: a sentence with figures, and the field it is about."""

    def __init__(self, message: str, *field: str | int, **figures: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.figures = figures


def load_model(file: Path, model: type[Model]) -> Model:
    """Read one YAML file into a model.

    Raises:
        Invalid: with every fault as ``file, line N, field``.
    """
    value, lines = load(file)
    return validate(value, model, file.name, lines)


def validate(value: object, model: type[Model], source: str, lines: Mapping[Path_, int] | None = None) -> Model:
    """Turn plain data into a model, and the model's complaints into sentences."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Invalid(_problem(detail, source, lines or {}) for detail in error.errors()) from None
    except RecursionError:
        raise Invalid([Problem(source, N_("the file is nested too deeply"))]) from None


def load(file: Path) -> tuple[Any, dict[Path_, int]]:
    """Return a YAML file's plain data, and the line of every field.

    Raises:
        Invalid: when the file is missing, too large, not UTF-8, not YAML, or uses what the subset leaves out.
    """
    text = read_text(file, LARGEST_FILE)
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text)
        lines: dict[Path_, int] = {}
        return (None if node is None else _plain(node, (), lines, set())), lines
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Invalid(
            [Problem(f"{file.name}:{line}", N_("this is not valid YAML: %(reason)s"), {"reason": error.problem})]
        ) from None
    except _Unwanted as error:
        raise Invalid([Problem(f"{file.name}:{error.line}", error.args[0], {"value": error.value})]) from None
    except (YAMLError, RecursionError):
        raise Invalid([Problem(file.name, N_("the file is not valid YAML, or nested too deeply"))]) from None


class _Unwanted(Exception):  # noqa: N818 - never leaves this file
    def __init__(self, node: Node, message: str, value: object = "") -> None:
        super().__init__(message)
        self.line = node.start_mark.line + 1
        self.value = value


def _plain(node: Node, path: Path_, lines: dict[Path_, int], seen: set[int]) -> Any:  # noqa: ANN401
    lines[path] = node.start_mark.line + 1
    if len(path) > DEEPEST:
        raise _Unwanted(node, N_("the file is nested too deeply"))
    if id(node) in seen or node.anchor:
        raise _Unwanted(node, N_("anchors and references (& and *) are not allowed"))
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_plain(part, (*path, i), lines, seen) for i, part in enumerate(node.value)]
    if isinstance(node, MappingNode):
        return _mapping(node, path, lines, seen)
    raise _Unwanted(node, N_("this kind of value is not allowed"))


def _mapping(node: MappingNode, path: Path_, lines: dict[Path_, int], seen: set[int]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            raise _Unwanted(key_node, N_("a field's name must be a word"))
        key = str(key_node.value)
        if key in result:
            raise _Unwanted(key_node, N_("the field %(value)s stands here twice"), key)
        result[key] = _plain(value_node, (*path, key), lines, seen)
        lines[(*path, key)] = key_node.start_mark.line + 1
    return result


def _scalar(node: ScalarNode) -> str | int | bool | Decimal | None:
    tag, text = str(node.tag), str(node.value)
    if tag.endswith(":null"):
        return None
    if tag.endswith(":bool"):
        return text.lower() == "true"
    if tag.endswith(":int") and re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if tag.endswith(":float") and re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?", text):
        return Decimal(text)
    return text


def _problem(detail: ErrorDetails, source: str, lines: Mapping[Path_, int]) -> Problem:
    context = detail.get("ctx", {})
    path = _clean(detail["loc"], lines)
    rule = context.get("error")
    if isinstance(rule, Rule):
        path += rule.field
        return Problem(_where(source, path, lines), rule.message, dict(rule.figures))
    sentence = _SENTENCES.get(detail["type"], detail["msg"].replace("%", "%%"))
    allowed = next((context[name] for name in _ALLOWED if name in context), "")
    value = repr(detail["input"]) if isinstance(detail["input"], str) else str(detail["input"])
    return Problem(_where(source, path, lines), sentence, {"value": value[:60], "allowed": allowed})


def _clean(location: tuple[int | str, ...], lines: Mapping[Path_, int]) -> Path_:
    """Drop what pydantic adds to a path (the chosen kind of a union), which no file has."""
    path: Path_ = ()
    for i, part in enumerate(location):
        longer = (*path, part)
        if lines and longer not in lines and i < len(location) - 1:
            continue
        path = longer
    return path


def _where(source: str, path: Path_, lines: Mapping[Path_, int]) -> str:
    known = path
    while known and known not in lines:
        known = known[:-1]
    line = lines.get(known)
    field = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
    place = f"{source}:{line}" if line else source
    return f"{place} {field}".rstrip()
