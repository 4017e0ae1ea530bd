"""What stands in the fields of the editor, taken from the models: a new kind of question brings its own."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from survey.core.errors import N_
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.words import Item, Option

ON = "on"
LISTS = ("options", "only", "show_if")
FURTHER = ("id", "weight", "only", "overall", "show_if")
"""Fields of every question that few people need; they stand folded away."""

LABELS = {
    "id": N_("Short name"),
    "version": N_("Version"),
    "title": N_("Title"),
    "intro": N_("Introduction"),
    "sheets": N_("Titles of the forms"),
    "name": N_("Short name"),
    "code": N_("Option code"),
    "zh": N_("Chinese"),
    "en": N_("English"),
    "points": N_("Points"),
    "satisfied": N_("Satisfied"),
    "scored": N_("Scored"),
    "counted": N_("In the base"),
    "kind": N_("Kind"),
    "scale": N_("Scale"),
    "options": N_("Options"),
    "at_least": N_("At least so many options"),
    "at_most": N_("At most so many options"),
    "polarity": N_("The statement says something"),
    "minimum": N_("Least number"),
    "maximum": N_("Greatest number"),
    "places": N_("Digits after the point"),
    "min_length": N_("Least number of characters"),
    "max_length": N_("Greatest number of characters"),
    "weight": N_("Weight"),
    "per": N_("Asked"),
    "only": N_("Only about"),
    "sheet": N_("Stands on form"),
    "overall": N_("It is the separate overall grade (总体评价)"),
    "required": N_("It must be answered"),
    "show_if": N_("Shown only if"),
}
OWN_LABELS = {("number", "scored"): N_("The number itself is the points (direct score)")}
CHOICES = {
    "ballot": N_("once"),
    "subject": N_("once for each subject"),
    "positive": N_("good"),
    "negative": N_("bad (a fault when it exists)"),
}
SELECTORS = {
    "unit": N_("units"),
    "cadre": N_("cadres"),
    "head": N_("heads (正职)"),
    "deputy": N_("deputies (副职)"),
}


@dataclass(frozen=True)
class Part:
    """One field that is a single text or a tick.

    Attributes:
        name: as files name it.
        choices: what can be chosen; empty for what is typed.
        is_flag: it is ticked or not.
        usual: what it holds when nobody said anything.
    """

    name: str
    choices: tuple[str, ...]
    is_flag: bool
    usual: str


@cache
def parts_of(kind: str) -> tuple[Part, ...]:
    """Return the fields of a kind of question; of an unknown kind, those that every question has."""
    return _parts(KINDS.get(kind, Item))


@cache
def own_parts(kind: str) -> tuple[Part, ...]:
    """Return the fields that only questions of this kind have."""
    return tuple(part for part in parts_of(kind) if part.name not in Item.model_fields)


@cache
def option_parts() -> tuple[Part, ...]:
    """Return the fields of an option."""
    return _parts(Option)


def has_options(kind: str) -> bool:
    """Tell whether questions of a kind have a list of options of their own."""
    return kind in KINDS and any(field.alias == "options" for field in KINDS[kind].model_fields.values())


def has_scale(kind: str) -> bool:
    """Tell whether questions of a kind use a scale of the questionnaire."""
    return any(part.name == "scale" for part in own_parts(kind))


def label_of(name: str, kind: str = "") -> str:
    """Return what people call a field, to be translated."""
    return OWN_LABELS.get((kind, name)) or LABELS.get(name, name)


def written(value: Any) -> str:  # noqa: ANN401 - whatever a document holds
    """Return a value as it stands in a field."""
    if isinstance(value, bool):
        return ON if value else ""
    return "" if value is None else str(value)


def _parts(model: type[BaseModel]) -> tuple[Part, ...]:
    found = []
    for name, field in model.model_fields.items():
        if (field.alias or name) in (*LISTS, "kind"):
            continue
        kind = field.annotation
        choices = get_args(kind) if get_origin(kind) is Literal else ()
        usual = "" if field.default is PydanticUndefined else written(field.default)
        found.append(Part(field.alias or name, choices, is_flag=kind is bool, usual=usual))
    return tuple(found)
