"""From the editor's fields to a questionnaire: its model alone judges, and each fault comes back to its field. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from survey.core.errors import N_, Invalid, Problem
from survey.core.validation import Path_, validate
from survey.questionnaires.schema import Questionnaire
from survey.web.desk.questionnaires.parts import ON, Part, has_options, option_parts, parts_of
from survey.web.desk.questionnaires.sketch import WORDS, Condition, Question, Row, Sketch

_NUMBERED = re.compile(r":([0-9]+)( .*)?")


def questionnaire_of(sketch: Sketch) -> Questionnaire:
    """Return the questionnaire that the fields describe.

    Raises:
        Invalid: with every fault, ``where`` being the name of its field.
    """
    writer = _Writer()
    document = writer.document(sketch)
    try:
        questionnaire = validate(document, Questionnaire, "", writer.numbers)
    except Invalid as error:
        found = [replace(problem, where=writer.field_at(problem.where)) for problem in error.problems]
        raise Invalid([*writer.twice, *found]) from None
    if writer.twice:
        raise Invalid(writer.twice)
    return questionnaire


@dataclass
class _Writer:
    """Writes the document, and remembers which field each of its values came from.

    Attributes:
        fields: the field of every place in the document.
        twice: names that stand twice where a document can hold each only once.
    """

    fields: dict[Path_, str] = field(default_factory=dict)
    twice: list[Problem] = field(default_factory=list)

    @property
    def numbers(self) -> dict[Path_, int]:
        """Number the places. A file's faults name lines; here a fault names the number of its place instead."""
        return {place: number for number, place in enumerate(self.fields, 1)}

    def field_at(self, where: str) -> str:
        """Return the field of a fault; empty when it is about the whole."""
        found = _NUMBERED.fullmatch(where)
        return list(self.fields.values())[int(found[1]) - 1] if found else ""

    def document(self, sketch: Sketch) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for name in ("id", "version"):
            self.fields[(name,)] = name
            document[name] = sketch.head[name]
        document["title"] = self._words(("title",), "title", sketch.title)
        if any(sketch.intro.values()):
            document["intro"] = self._words(("intro",), "intro", sketch.intro)
        if any(text for row in sketch.sheets for text in row.values()):
            self.fields[("sheets",)] = "sheets.1.zh"
            document["sheets"] = [
                self._words(("sheets", i), f"sheets.{i + 1}", row) for i, row in enumerate(sketch.sheets)
            ]
        document["scales"] = dict(self._scales(sketch))
        self.fields[("items",)] = "items"
        document["items"] = [self._item(i, question) for i, question in enumerate(sketch.questions)]
        return document

    def _words(self, place: Path_, name: str, row: Row) -> Row:
        self.fields[place] = f"{name}.zh"
        self.fields |= {(*place, language): f"{name}.{language}" for language in WORDS}
        return row

    def _scales(self, sketch: Sketch) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        for number, scale in enumerate(sketch.scales, 1):
            place: Path_ = ("scales", scale.name)
            if place in self.fields:
                self._is_twice(f"scales.{number}.name", scale.name)
                continue
            self.fields[place] = f"scales.{number}.name"
            yield scale.name, self._options(place, f"scales.{number}.options", scale.options)

    def _is_twice(self, where: str, name: str) -> None:
        self.twice.append(Problem(where, N_("%(value)s stands here twice"), {"value": name}))

    def _options(self, place: Path_, name: str, options: Sequence[Row]) -> list[dict[str, Any]]:
        return [self._row((*place, i), f"{name}.{i + 1}", option_parts(), option) for i, option in enumerate(options)]

    def _row(self, place: Path_, name: str, parts: Sequence[Part], row: Row) -> dict[str, Any]:
        """Write what was ticked and typed; an empty field is left out, but a text is then said to be empty."""
        self.fields |= {(*place, part.name): f"{name}.{part.name}" for part in parts}
        return {
            part.name: row[part.name] == ON if part.is_flag else row[part.name]
            for part in parts
            if part.is_flag or row[part.name] or part.name in WORDS
        }

    def _item(self, i: int, question: Question) -> dict[str, Any]:
        place: Path_ = ("items", i)
        name = f"items.{i + 1}"
        self.fields[place] = name
        document = self._row(place, name, parts_of(question.kind), question.row) | {"kind": question.kind}
        for inner in ("kind", "options", "only", "show_if"):
            self.fields[(*place, inner)] = f"{name}.{inner}"
        if has_options(question.kind):
            document["options"] = self._options((*place, "options"), f"{name}.options", question.options)
        if question.only:
            document["only"] = question.only
        conditions = dict(self._conditions((*place, "show_if"), f"{name}.show_if", question.show_if))
        return document | ({"show_if": conditions} if conditions else {})

    def _conditions(self, place: Path_, name: str, conditions: Sequence[Condition]) -> Iterator[tuple[str, list[str]]]:
        for number, condition in enumerate(conditions, 1):
            if not condition.asked and not condition.codes:
                continue
            if (*place, condition.asked) in self.fields:
                self._is_twice(f"{name}.{number}.asked", condition.asked)
                continue
            self.fields[(*place, condition.asked)] = f"{name}.{number}.asked"
            yield condition.asked, condition.codes
