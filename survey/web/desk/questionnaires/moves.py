"""The buttons of the editor: add, move, copy and remove questions, options, scales and conditions. Pure."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from survey.core.errors import N_
from survey.questionnaires.service import list_library
from survey.web.desk.questionnaires.parts import has_options, has_scale, option_parts, parts_of, written
from survey.web.desk.questionnaires.sketch import Condition, Question, Row, Scale, Sketch, empty_row

NEW_OPTIONS = 2
DONT_KNOW = {"code": "dk", "zh": "不了解", "en": "Don't know", "scored": ""}


def press(sketch: Sketch, order: str, fields: dict[str, str]) -> str | None:
    """Do what a button asks for.

    Args:
        sketch: what it is done to.
        order: the button's value, such as ``up items.3``.
        fields: what was chosen beside the buttons that add.

    Returns:
        Where the reader goes on: the name of a field or button. None when it is no such button.
    """
    verb, _, place = order.partition(" ")
    if verb not in BUTTONS or not place:
        return None
    try:
        return BUTTONS[verb](sketch, place, fields)
    except (LookupError, ValueError):
        return ""  # the place is not there: what the browser sent did not come from a page of ours


def _add(sketch: Sketch, place: str, fields: dict[str, str]) -> str:
    rows = _list_at(sketch, place)
    if place == "items":
        return _add_question(sketch, fields)
    if place == "scales":
        rows.append(_new_scale(sketch, fields.get("new_scale", "")))
        return f"{place}.{len(rows)}.name"
    if place.endswith("show_if"):
        rows.append(Condition())
        return f"{place}.{len(rows)}.asked"
    rows.append(new_option(rows))
    return f"{place}.{len(rows)}.zh"


def _add_question(sketch: Sketch, fields: dict[str, str]) -> str:
    after = fields.get("new_after", "")
    at = min(int(after), len(sketch.questions)) if after.isascii() and after.isdigit() else len(sketch.questions)
    before = sketch.questions[at - 1] if at else None
    sketch.questions.insert(at, new_question(sketch, fields.get("new_kind", ""), before))
    return f"items.{at + 1}.zh"


def new_question(sketch: Sketch, kind: str, before: Question | None = None) -> Question:
    """Return an empty question; who it is asked of, and its scale, are as in the question before it."""
    question = Question(kind, empty_row(parts_of(kind)))
    question.row["id"] = free("q", (one.row["id"] for one in sketch.questions))
    for name in ("per", "sheet"):
        if before:
            question.row[name] = before.row[name]
    if has_scale(kind):
        like = before.row.get("scale") if before else ""
        question.row["scale"] = like or next((scale.name for scale in reversed(sketch.scales)), "")
    if has_options(kind):
        for _ in range(NEW_OPTIONS):
            question.options.append(new_option(question.options))
    return question


def new_option(options: Iterable[Row]) -> Row:
    """Return an empty option."""
    return empty_row(option_parts()) | {"code": free("o", (one["code"] for one in options))}


def _new_scale(sketch: Sketch, like: str) -> Scale:
    """Return a scale like one of the library's, or an empty one."""
    names = [scale.name for scale in sketch.scales]
    known = known_scales().get(like)
    if known:
        name = known.name if known.name not in names else free(f"{known.name}-", names)
        return Scale(name, "", deepcopy(known.options))
    scale = Scale(free("scale", names))
    for _ in range(NEW_OPTIONS):
        scale.options.append(new_option(scale.options))
    scale.options.append(empty_row(option_parts()) | DONT_KNOW)
    return scale


def known_scales() -> dict[str, Scale]:
    """Return the scales of the questionnaires that come with the program, by questionnaire and name."""
    return {
        f"{one.id}.{name}": Scale(
            name, "", [{part.name: written(getattr(step, part.name)) for part in option_parts()} for step in steps]
        )
        for one in list_library()
        for name, steps in one.scales.items()
    }


def free(stem: str, taken: Iterable[str]) -> str:
    """Return the first name of a row of names that nobody has: q1, q2, ..."""
    known = set(taken)
    return next(name for number in range(1, len(known) + 2) if (name := f"{stem}{number}") not in known)


def _move(by: int) -> Callable[[Sketch, str, dict[str, str]], str]:
    def move(sketch: Sketch, place: str, _fields: dict[str, str]) -> str:
        rows, i, above = _row_at(sketch, place)
        to = min(max(i + by, 0), len(rows) - 1)
        rows.insert(to, rows.pop(i))
        # At an end there is no such button any more.
        verb = "down" if to == 0 or (by > 0 and to < len(rows) - 1) else "up"
        return f"{above}.{to + 1}.{verb}"

    return move


def _copy(sketch: Sketch, place: str, _fields: dict[str, str]) -> str:
    rows, i, above = _row_at(sketch, place)
    twin = deepcopy(rows[i])
    rows.insert(i + 1, twin)
    match twin:
        case Question():
            twin.was = ""
            twin.row["id"] = free("q", (one.row["id"] for one in rows))
        case Scale():
            twin.was = ""
            twin.name = free("scale", (one.name for one in rows))
            return f"{above}.{i + 2}.name"
        case dict():
            twin["code"] = free("o", (one["code"] for one in rows))
    return f"{above}.{i + 2}.zh"


def _remove(sketch: Sketch, place: str, _fields: dict[str, str]) -> str:
    rows, i, above = _row_at(sketch, place)
    del rows[i]
    if not rows:
        return f"{above}.add"
    # Never the next button that removes: whoever presses twice would lose more.
    inner = {"options": ".zh", "show_if": ".asked"}.get(above.rpartition(".")[2], "")
    return f"{above}.{min(i + 1, len(rows))}{inner}"


def _look(_sketch: Sketch, place: str, _fields: dict[str, str]) -> str:
    return f"{place}.asked"


def _row_at(sketch: Sketch, place: str) -> tuple[list[Any], int, str]:
    """Return the list in which a row stands, its place there, and the list's name.

    Raises:
        LookupError: when there is none.
    """
    above, _, number = place.rpartition(".")
    rows = _list_at(sketch, above)
    return rows, _index(number, rows), above


def _list_at(sketch: Sketch, place: str) -> list[Any]:
    match place.split("."):
        case ["items"]:
            return sketch.questions
        case ["scales"]:
            return sketch.scales
        case ["items", number, "options"]:
            return sketch.questions[_index(number, sketch.questions)].options
        case ["items", number, "show_if"]:
            return sketch.questions[_index(number, sketch.questions)].show_if
        case ["scales", number, "options"]:
            return sketch.scales[_index(number, sketch.scales)].options
    raise LookupError(place)


def _index(number: str, rows: list[Any]) -> int:
    if not 1 <= int(number) <= len(rows):
        raise LookupError(number)
    return int(number) - 1


BUTTONS: dict[str, Callable[[Sketch, str, dict[str, str]], str]] = {
    "add": _add,
    "up": _move(-1),
    "down": _move(+1),
    "copy": _copy,
    "remove": _remove,
    "look": _look,
}
BUTTON_WORDS = {"up": N_("Up"), "down": N_("Down"), "copy": N_("Copy"), "remove": N_("Remove")}
