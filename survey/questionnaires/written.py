"""A questionnaire written out as its file again: what reading it gives has the same content hash."""

import io
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from survey.core.model import Frozen
from survey.questionnaires.schema import Questionnaire

LONGEST_LINE = 100


def write_out(questionnaire: Questionnaire) -> str:
    """Return the file of a questionnaire; what is as usual is left out."""
    document = CommentedMap(id=questionnaire.id, version=questionnaire.version)
    document["title"] = _fields(questionnaire.title)
    if questionnaire.intro is not None:
        document["intro"] = _fields(questionnaire.intro)
    if questionnaire.sheets:
        document["sheets"] = CommentedSeq(_fields(title) for title in questionnaire.sheets)
    if questionnaire.scales:
        document["scales"] = CommentedMap(
            {
                name: CommentedSeq(_fields(option) for option in options)
                for name, options in questionnaire.scales.items()
            }
        )
    document["items"] = CommentedSeq(_fields(item, "id", "kind") for item in questionnaire.items)
    stream = io.StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue()


def _fields(part: Frozen, *first: str) -> CommentedMap:
    """Return what a part says beyond the usual; on one line where there is room."""
    said = {name: getattr(part, name) for name in first}
    said |= part.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    words = {name: said.pop(name) for name in ("zh", "en") if name in said}
    options = said.pop("options", ())
    fields = CommentedMap((said | words).items())
    if options:
        fields["options"] = CommentedSeq(_option(option) for option in options)
    elif len(str(said | words)) <= LONGEST_LINE:
        fields.fa.set_flow_style()
    return _plain_fields(fields)


def _option(option: dict[str, Any]) -> CommentedMap:
    words = {name: option.pop(name) for name in ("zh", "en")}
    fields = CommentedMap({"code": option.pop("code"), **words, **option}.items())
    fields.fa.set_flow_style()
    return _plain_fields(fields)


def _plain_fields(fields: CommentedMap) -> CommentedMap:
    for key, inner in fields.items():
        fields[key] = _plain(inner)
    return fields


def _plain(value: Any) -> Any:  # noqa: ANN401 - anything that stands in a file
    if isinstance(value, CommentedMap):
        return _plain_fields(value)
    if isinstance(value, dict):
        return CommentedMap((key, _plain(inner)) for key, inner in value.items())
    if isinstance(value, tuple | list) and not isinstance(value, CommentedSeq):
        found = CommentedSeq(_plain(inner) for inner in value)
        if not any(isinstance(inner, CommentedMap) for inner in found):
            found.fa.set_flow_style()
        return found
    return value


class _Representer(RoundTripRepresenter):
    """Writes numbers as they were written, and every text in quotes that would be read as something else."""

    def exact(self, value: Decimal) -> ScalarNode:
        text = f"{value:f}"
        return self.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Representer.add_representer(Decimal, _Representer.exact)


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Representer = _Representer
    yaml.width = 4096
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
