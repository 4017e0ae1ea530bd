"""The editor's page: the fields, what is open, where the reader goes on, and every fault beside its field."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from flask import render_template
from flask_babel import gettext as _

from forms.desk.questionnaires import EditForm
from survey.core.errors import Invalid, Problem, SurveyError, Word
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.lint import warnings
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.selectors import TYPE
from survey.web.desk.questionnaires.moves import BUTTON_WORDS, known_scales
from survey.web.desk.questionnaires.parts import (
    CHOICES,
    FURTHER,
    SELECTORS,
    has_options,
    label_of,
    option_parts,
    own_parts,
)
from survey.web.desk.questionnaires.sketch import Condition, Row, Sketch
from survey.web.display import display

HERE = "here"
"""The id of the field or button where the reader goes on; buttons lead to it by ``#here``."""


@dataclass(frozen=True)
class Found:
    """A fault as the summary names it."""

    field: str
    label: str
    sentence: str


def edit_page(
    sketch: Sketch,
    *,
    focus: str = "",
    opened: Iterable[str] = (),
    asked: Questionnaire | None = None,
    error: SurveyError | None = None,
) -> str:
    """Return the page.

    Args:
        sketch: what stands in its fields.
        focus: the field or button where the reader goes on.
        opened: what is unfolded, besides what holds that field or a fault.
        asked: what it is, when it has no fault.
        error: what is wrong with it.
    """
    found = _found(error, sketch) if error else []
    by_field: dict[str, list[str]] = {}
    for one in found:
        by_field.setdefault(one.field, []).append(one.sentence)
    return render_template(
        "desk/questionnaires/edit.html",
        form=EditForm(formdata=None),
        sketch=sketch,
        focus=focus,
        opened=set(opened).union(*map(_around, [focus, *by_field])),
        faults=by_field,
        found=found,
        asked=asked,
        leanings=_leanings(asked) if asked else (),
        library=known_scales(),
        KINDS=KINDS,
        CHOICES=CHOICES,
        SELECTORS=SELECTORS,
        button_words={verb: _(word) for verb, word in BUTTON_WORDS.items()},
        option_labels={part.name: _(label_of(part.name)) for part in option_parts()},
        HERE=HERE,
        own_parts=own_parts,
        has_options=has_options,
        label_of=label_of,
        words=words,
        faulty={name for field in by_field for name in _around(field)}.__contains__,
        choices_of=lambda part: [(one, _(CHOICES.get(one, one))) for one in part.choices],
        types_of=lambda only: [one.removeprefix(TYPE) for one in only if one.startswith(TYPE)],
        scale_names=[(scale.name, scale.name) for scale in sketch.scales if scale.name],
        earlier=_earlier(sketch),
        answers=_answers(sketch),
    )


def words(row: Row) -> str:
    """Return a text in the reader's language, or else in the other."""
    both = (row["en"], row["zh"]) if display().lang == "en" else (row["zh"], row["en"])
    return both[0].strip() or both[1].strip()


def _around(name: str) -> set[str]:
    """Return everything that is folded around a field."""
    names = name.split(".")
    around = {".".join(names[:n]) for n in range(1, len(names) + 1)}
    if names[0] == "items" and len(names) > 2 and names[2] in FURTHER:  # noqa: PLR2004 - items.3.weight
        around.add(".".join([*names[:2], "more"]))
    return around


def _earlier(sketch: Sketch) -> list[tuple[str, str]]:
    """Return the questions with options, in their order: the number as a text, and the question."""
    return [
        (question.row["id"], f"{number}. {words(question.row)}") if sketch.options(question) else ("", "")
        for number, question in enumerate(sketch.questions, 1)
    ]


def _answers(sketch: Sketch) -> Callable[[Condition], list[tuple[str, str]]]:
    """Return what gives the answers that a condition can name: their codes and words."""
    by_name = {question.row["id"]: question for question in reversed(sketch.questions)}

    def answers(condition: Condition) -> list[tuple[str, str]]:
        asked = by_name.get(condition.asked)
        known = {option["code"]: words(option) for option in sketch.options(asked)} if asked else {}
        gone = {code: _("%(code)s (no longer there)", code=code) for code in condition.codes if code not in known}
        return [*known.items(), *gone.items()]

    return answers


def _found(error: SurveyError, sketch: Sketch) -> list[Found]:
    if not isinstance(error, Invalid):
        return [Found("", "", error.say(_))]
    return [Found(problem.where, _called(problem.where, sketch), _said(problem)) for problem in error.problems]


def _said(problem: Problem) -> str:
    if "field" not in problem.figures:
        return problem.say(_)
    field = Word(label_of(str(problem.figures["field"])))
    return replace(problem, figures=problem.figures | {"field": field}).say(_)


def _called(name: str, sketch: Sketch) -> str:
    """Return what people call a field: question 3, option 2: points."""
    names = name.split(".")
    kind = ""
    said = []
    for above, part in zip(["", *names], names, strict=False):
        if not part.isdigit():
            continue
        if above == "items":
            kind = _kind(sketch, int(part))
            said.append(_("Question %(n)s", n=part))
        elif above == "scales":
            said.append(_("Scale %(n)s", n=part))
        elif above == "options":
            said.append(_("option %(n)s", n=part))
        elif above == "show_if":
            said.append(_("condition %(n)s", n=part))
        else:
            said.append(_("form %(n)s", n=part))
    labels = [part for part in names if not part.isdigit() and part not in ("items", "scales", "asked")]
    if labels[-1:] != ["options"]:
        labels = [part for part in labels if part != "options"]
    said += [_(label_of(part, kind)) for part in labels]
    return str(_(", ")).join(said)


def _kind(sketch: Sketch, number: int) -> str:
    return sketch.questions[number - 1].kind if number <= len(sketch.questions) else ""


def _leanings(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    """Return what staff should know of a questionnaire that leans: the place on the page, and a sentence."""
    places = {f"scales.{name}": f"scales.{n}" for n, name in enumerate(questionnaire.scales, 1)}
    places |= {item.id: f"items.{n}" for n, item in enumerate(questionnaire.items, 1)}
    names = {f"scales.{name}": _("Scale %(n)s", n=name) for name in questionnaire.scales}
    names |= {item.id: _("Question %(n)s", n=n) for n, item in enumerate(questionnaire.items, 1)}
    return [
        (places[problem.where], names[problem.where] + _(": ") + problem.say(_)) for problem in warnings(questionnaire)
    ]
