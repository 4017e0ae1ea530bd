"""A questionnaire while it is edited: whatever was typed, right or wrong, in the fields of one page. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from survey.questionnaires.kinds import KINDS
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.selectors import TYPE
from survey.web.desk.questionnaires.parts import (
    ON,
    Part,
    has_options,
    has_scale,
    option_parts,
    parts_of,
    written,
)

Row = dict[str, str]
Tree = dict[str, "Tree | list[str]"]

WORDS = ("zh", "en")
HEAD = ("id", "version", "follows")
SHEETS = 2
DEEPEST = 6
_KEPT = "\n\t"


@dataclass
class Condition:
    """That a question is shown only after some answers to an earlier one."""

    asked: str = ""
    codes: list[str] = field(default_factory=list)


@dataclass
class Scale:
    """A named list of options.

    Attributes:
        was: the name under which questions know it, until the page is made anew.
    """

    name: str = ""
    was: str = ""
    options: list[Row] = field(default_factory=list)


@dataclass
class Question:
    """One question; ``row`` holds every field that is one text or a tick."""

    kind: str
    row: Row
    was: str = ""
    options: list[Row] = field(default_factory=list)
    only: list[str] = field(default_factory=list)
    show_if: list[Condition] = field(default_factory=list)


@dataclass
class Sketch:
    """The whole questionnaire."""

    head: Row
    title: Row
    intro: Row
    sheets: list[Row]
    scales: list[Scale] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    @property
    def size(self) -> int:
        """About how many fields a page of it has."""
        lists = [scale.options for scale in self.scales] + [question.options for question in self.questions]
        rows = [row for options in lists for row in options] + [question.row for question in self.questions]
        return sum(map(len, rows))

    def scale(self, name: str) -> Sequence[Row]:
        """Return the options of the scale of a name; none when there is no such scale."""
        return next((scale.options for scale in self.scales if scale.name == name), ())

    def options(self, question: Question) -> Sequence[Row]:
        """Return what can be chosen at a question."""
        if has_options(question.kind):
            return question.options
        if has_scale(question.kind):
            return self.scale(question.row["scale"])
        kind: Any = KINDS.get(question.kind)
        fixed = kind.model_construct().options if kind else ()  # the same for every question of the kind
        return [{"code": option.code, "zh": option.zh, "en": option.en} for option in fixed]


def empty_row(parts: Sequence[Part]) -> Row:
    """Return fields as they are when nobody has typed yet."""
    return {part.name: part.usual for part in parts}


def no_words() -> Row:
    """Return an empty text in both languages."""
    return dict.fromkeys(WORDS, "")


def blank() -> Sketch:
    """Return a questionnaire of which nothing is written."""
    return Sketch(dict.fromkeys(HEAD, ""), no_words(), no_words(), [no_words() for _ in range(SHEETS)])


def sketch_of(questionnaire: Questionnaire) -> Sketch:
    """Return a questionnaire as its fields."""
    document = questionnaire.document()
    sketch = blank()
    sketch.head |= {"id": questionnaire.id, "version": str(questionnaire.version)}
    sketch.title |= document["title"]
    sketch.intro |= document["intro"] or {}
    for row, title in zip(sketch.sheets, document.get("sheets", ()), strict=False):
        row.update(title)
    sketch.scales = [
        Scale(name, name, [_filled(option_parts(), option) for option in options])
        for name, options in document["scales"].items()
    ]
    sketch.questions = [_question_of(item) for item in document["items"]]
    return sketch


def _question_of(item: dict[str, Any]) -> Question:
    return Question(
        item["kind"],
        _filled(parts_of(item["kind"]), item),
        item["id"],
        [_filled(option_parts(), option) for option in item.get("options", ())],
        list(item.get("only", ())),
        [Condition(asked, list(codes)) for asked, codes in (item["show_if"] or {}).items()],
    )


def _filled(parts: Sequence[Part], values: dict[str, Any]) -> Row:
    return {part.name: written(values[part.name]) if part.name in values else part.usual for part in parts}


def posted(fields: MultiDict[str, str]) -> Sketch:
    """Return what a page sent; names that no page has are ignored."""
    tree = _tree(fields)
    sheets = _rows(tree, "sheets")[:SHEETS]
    sketch = Sketch(
        {name: plain(_text(tree, name)) for name in HEAD},
        _words(_below(tree, "title")),
        _words(_below(tree, "intro")),
        [_words(sheets[i]) if i < len(sheets) else no_words() for i in range(SHEETS)],
        [Scale(plain(_text(one, "name")), _text(one, "was"), _options(one)) for one in _rows(tree, "scales")],
        [_question(one) for one in _rows(tree, "items")],
    )
    _follow_names(sketch)
    return sketch


def _question(tree: Tree) -> Question:
    kind = _text(tree, "kind")
    return Question(
        kind,
        _row(parts_of(kind), tree),
        _text(tree, "was"),
        _options(tree) if has_options(kind) else [],
        in_order(_texts(tree, "only") + _types(tree), before=_texts(tree, "only_before")),
        [
            Condition(_text(one, "asked"), in_order(_texts(one, "codes"), before=_texts(one, "before")))
            for one in _rows(tree, "show_if")
        ],
    )


def _types(tree: Tree) -> list[str]:
    return [TYPE + line.strip() for line in _text(tree, "types").split("\n") if line.strip()]


def in_order(chosen: Sequence[str], before: Sequence[str]) -> list[str]:
    """Return what was ticked; what had been ticked before keeps its order, as the fingerprint is of an order, too."""
    return [one for one in before if one in chosen] + [one for one in chosen if one not in before]


def _options(tree: Tree) -> list[Row]:
    return [_row(option_parts(), one) for one in _rows(tree, "options")]


def _row(parts: Sequence[Part], tree: Tree) -> Row:
    return {part.name: _value(part, tree) for part in parts}


def _value(part: Part, tree: Tree) -> str:
    text = _text(tree, part.name)
    if part.is_flag:
        return ON if text else ""
    if part.name not in tree:
        return part.usual  # the page did not ask
    return text if part.name in WORDS else plain(text)


def plain(text: str) -> str:
    """Return a name or number as it is meant: full-width signs, as Chinese keyboards give them, become usual ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _words(tree: Tree) -> Row:
    return {name: _text(tree, name) for name in WORDS}


def _tree(fields: MultiDict[str, str]) -> Tree:
    """Sort fields named ``items.3.zh`` into what is inside what."""
    tree: Tree = {}
    for name, values in fields.lists():
        *above, last = name.split(".", DEEPEST)
        place: Tree | list[str] | None = tree
        for part in above:
            place = place.setdefault(part, {}) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.setdefault(last, [_clean(value) for value in values])
    return tree


def _clean(text: str) -> str:
    """Return a text with one kind of line end, and without signs that no file may hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in text if sign in _KEPT or unicodedata.category(sign) not in ("Cc", "Cs"))


def _rows(tree: Tree, name: str) -> list[Tree]:
    numbered = _below(tree, name)
    numbers = sorted(int(key) for key in numbered if re.fullmatch("[1-9][0-9]{0,2}", key))
    return [_below(numbered, str(number)) for number in numbers]


def _below(tree: Tree, name: str) -> Tree:
    found = tree.get(name)
    return found if isinstance(found, dict) else {}


def _texts(tree: Tree, name: str) -> list[str]:
    found = tree.get(name)
    return found if isinstance(found, list) else []


def _text(tree: Tree, name: str) -> str:
    found = _texts(tree, name)
    return found[-1] if found else ""


def _follow_names(sketch: Sketch) -> None:
    """Let conditions and questions follow a question or a scale that was given another name."""
    questions = dict(_renamed([(one.was, one.row["id"]) for one in sketch.questions]))
    scales = dict(_renamed([(one.was, one.name) for one in sketch.scales]))
    for question in sketch.questions:
        if "scale" in question.row:
            question.row["scale"] = scales.get(question.row["scale"], question.row["scale"])
        for condition in question.show_if:
            condition.asked = questions.get(condition.asked, condition.asked)


def _renamed(names: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    present = {name for _, name in names}
    return ((was, name) for was, name in names if was and name and was not in present)
