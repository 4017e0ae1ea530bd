"""Read the YAML files people write: a safe subset of YAML 1.2, and errors that name line and field."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from survey.core.errors import N_, Invalid, Problem
from survey.core.textfile import read_text
from survey.core.validation import Model, Path_, validate

LARGEST_FILE = 1_000_000
DEEPEST = 20
LONGEST_NUMBER = 40

_TAGS = re.compile(r"tag:yaml\.org,2002:(str|int|float|bool|null|timestamp|seq|map|merge|value)")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def load_model(file: Path, model: type[Model]) -> Model:
    """Read one YAML file into a model.

    Raises:
        Invalid: with every fault as ``file:line field``.
    """
    value, lines = load(file)
    return validate(value, model, file.name, lines)


def load(file: Path) -> tuple[Any, dict[Path_, int]]:
    """Return a YAML file's plain data, and the line of every field.

    Raises:
        Invalid: when the file is missing, empty, too large, in no known encoding, not YAML, or beyond the subset.
    """
    text = read_text(file, LARGEST_FILE)
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text)
        lines: dict[Path_, int] = {}
        if node is not None:
            return _plain(node, (), lines, set()), lines
    except _Unwanted as error:
        raise Invalid([Problem(f"{file.name}:{error.line}", error.args[0], {"value": error.value})]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Invalid(
            [
                Problem(
                    f"{file.name}:{line}",
                    N_("the character %(value)s is not allowed; delete it"),
                    {"value": f"U+{error.character:04X}"},
                )
            ]
        ) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Invalid([_broken(f"{file.name}:{line}", str(error.problem))]) from None
    except (YAMLError, RecursionError):
        raise Invalid([Problem(file.name, N_("the file is not valid YAML, or nested too deeply"))]) from None
    raise Invalid([Problem(file.name, N_("the file is empty"))])


def _broken(where: str, reason: str) -> Problem:
    if r"'\t'" in reason:
        return Problem(where, N_("a tab stands here; indent with spaces"))
    return Problem(where, N_("this is not valid YAML: %(reason)s"), {"reason": reason})


class _Unwanted(Exception):
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
    if not _TAGS.fullmatch(str(node.tag)):
        raise _Unwanted(node, N_("the tag %(value)s is not allowed; leave it out"), node.tag)
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
        key = _printable(key_node)
        if key in result:
            raise _Unwanted(key_node, N_("the field %(value)s stands here twice"), key)
        result[key] = _plain(value_node, (*path, key), lines, seen)
        lines[(*path, key)] = key_node.start_mark.line + 1
    return result


def _scalar(node: ScalarNode) -> str | int | bool | Decimal | None:
    tag, text = str(node.tag), _printable(node)
    if tag.endswith(":null"):
        return None
    if tag.endswith(":bool"):
        return text.lower() == "true"
    if len(text) > LONGEST_NUMBER:
        return text
    if tag.endswith(":int") and re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if tag.endswith(":float") and re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?", text):
        return Decimal(text)
    return text


def _printable(node: ScalarNode) -> str:
    text = str(node.value)
    found = _UNPRINTABLE.search(text)
    if found:
        raise _Unwanted(node, N_("the character %(value)s is not allowed; delete it"), f"U+{ord(found[0]):04X}")
    return text
