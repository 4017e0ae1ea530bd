"""Posts of a secret ballot: from sheet to sheet, to the review page and back, and into the urn."""

from collections.abc import Callable, Iterable

from flask import request
from werkzeug.datastructures import MultiDict

from survey.core.errors import Invalid, Problem
from survey.questionnaires.form import Answers, Form, Question
from survey.web.answer.ballot_pages import LATE, PAGE, render_sheet, sheets_of
from survey.web.answer.ballot_review import Checked, Names, check, render_ballot_review, unscored
from survey.web.answer.opened import Faulty, OpenForm
from survey.web.answer.pages import PageKey
from survey.web.display import display

Given = MultiDict[str, str]
Page = tuple[str, int]
REVIEW = "review"
CHOICES = ("scale", "single", "statement")


def answer_review(opened: OpenForm) -> Page:
    """Answer a post that casts nothing: another sheet, the review page, or what one of its buttons asks for."""
    order, _, what = request.form.get("_switch", "").partition(":")
    if order in ("lang", "size"):
        return _same_page(opened)
    if order in ORDERS:
        return ORDERS[order](opened, what)
    number = _sheet_number()
    if number is not None and number + 1 < len(opened.ballot.form.sheets):
        _read(opened, opened.ballot.form.sheets[number])
        return _sheet(opened, number + 1)
    return _review(opened, request.form)


def answer_cast(opened: OpenForm) -> tuple[Answers | None, Page]:
    """Look at a ballot that is to be cast.

    Returns:
        The answers, when they may be cast as they are; else nothing, and the page to show instead.
    """
    if "_switch" in request.form:
        return None, answer_review(opened)
    if "_gaps" in request.form:
        return None, _go_on(opened, "")
    answers = _read(opened, opened.ballot.form)
    checked = check(_key(opened), answers, _late(opened.ballot.form, answers))
    seen = request.form.get("_page") == REVIEW
    if checked.blocked or (not seen and (checked.gaps or checked.warned)):
        return None, _show(opened, checked)
    return answers, ("", 200)


def show_faulty(error: Faulty) -> Page:
    """Show the first sheet with a fault again, its answers kept."""
    sheets = error.opened.ballot.form.sheets
    where = set(error.problems)
    number = next((i for i, sheet in enumerate(sheets) if where & {q.name for q in sheet.questions}), 0)
    page = _render(error.opened, number, request.form, error.problems)
    return page, 400


def _same_page(opened: OpenForm) -> Page:
    number = _sheet_number()
    if number is None:
        return _review(opened, request.form)
    return _sheet(opened, number)


def _sheet_number() -> int | None:
    """Return which sheet was posted; none for the review page, or for what is no page of ours."""
    said = request.form.get("_page", PAGE.format(0))
    return next((number for number in range(2) if said == PAGE.format(number)), None)


def _to_sheet(opened: OpenForm, what: str) -> Page:
    return _sheet(opened, int(what) if what in ("0", "1") else 0)


def _edit(opened: OpenForm, what: str) -> Page:
    """Show the sheet that has a question; the person's row offers the way back."""
    for number, sheet in enumerate(opened.ballot.form.sheets):
        for question in sheet.questions:
            if question.name == what:
                back = question.subject.code if question.subject else ""
                return _render(opened, number, request.form, back_from=back), 200
    return _sheet(opened, 0)


def _clear(opened: OpenForm, what: str) -> Page:
    """Take back the answers about a person on one sheet."""
    cleared: set[str] = set()
    for sheet in opened.ballot.form.sheets:
        about = next((q.subject for q in sheet.questions if q.name == what), None)
        cleared |= {q.name for q in sheet.questions if about is not None and q.subject == about}
    return _review(opened, _without(cleared))


def _go_on(opened: OpenForm, _what: str) -> Page:
    """Do what was chosen for the gaps."""
    chosen = request.form.get("_gaps")
    if chosen == "back":
        return _first_gap(opened)
    if chosen != "late":
        return _review(opened, request.form, unsure=True)
    answers = dict(_read(opened, opened.ballot.form))
    late = set(_late(opened.ballot.form, answers))
    for question in opened.ballot.form.gaps(answers):
        number = unscored(question.item)
        if number is not None:
            answers[question.name] = number
            late.add(question.name)
    return _show(opened, check(_key(opened), answers, frozenset(late)))


def _undo(opened: OpenForm, _what: str) -> Page:
    """Take back what was filled in for all."""
    answers = _read(opened, opened.ballot.form)
    late = _late(opened.ballot.form, answers)
    kept = {name: answer for name, answer in answers.items() if name not in late}
    return _show(opened, check(_key(opened), kept, frozenset()))


def _first_gap(opened: OpenForm) -> Page:
    answers = _read(opened, opened.ballot.form)
    gaps = opened.ballot.form.gaps(answers)
    return _edit(opened, gaps[0].name if gaps else "")


ORDERS: dict[str, Callable[[OpenForm, str], Page]] = {
    "edit": _edit,
    "reopen": _edit,
    "sheet": _to_sheet,
    "clear": _clear,
    "gaps": _go_on,
    "undo": _undo,
    "check": lambda opened, _what: _review(opened, request.form),
}


def _review(opened: OpenForm, fields: Given, *, unsure: bool = False) -> Page:
    answers = _read(opened, opened.ballot.form, fields)
    return _show(opened, check(_key(opened), answers, _late(opened.ballot.form, answers)), unsure=unsure)


def _show(opened: OpenForm, checked: Checked, *, unsure: bool = False) -> Page:
    page = render_ballot_review(_key(opened), opened.code, opened.stamp.text, checked, unsure=unsure)
    return page, 400 if checked.blocked or unsure else 200


def _read(opened: OpenForm, form: Form, fields: Given | None = None) -> Answers:
    """Return the answers of a form, or of one sheet of it.

    Raises:
        Faulty: for what is no answer, for a text that is required, and when nothing at all was answered.
    """
    try:
        answers = form.read(request.form if fields is None else fields)
    except Invalid as error:
        raise Faulty(opened, error.problems) from error
    if form is opened.ballot.form:
        missing = form.missing(answers)
        if missing and not answers:
            raise Faulty(opened, missing[:1])
        _refuse(opened, form, missing)
    return answers


def _refuse(opened: OpenForm, form: Form, missing: Iterable[Problem]) -> None:
    """Send back what has no row of its own on the review page: a text that is required."""
    by_name = {question.name: question for question in form.questions}
    faults = tuple(problem for problem in missing if not _is_gap(by_name[problem.where]))
    if faults:
        raise Faulty(opened, faults)


def _is_gap(question: Question) -> bool:
    return question.item.kind != "text"


def _late(form: Form, answers: Answers) -> Names:
    """Return the questions that were filled in for all, and still say so."""
    mask = request.form.get(LATE, "")
    return frozenset(
        question.name
        for question, sign in zip(form.questions, mask, strict=False)
        if sign == "1" and answers.get(question.name) == unscored(question.item) is not None
    )


def _without(names: set[str]) -> Given:
    return MultiDict((name, value) for name, value in request.form.items(multi=True) if name not in names)


def _sheet(opened: OpenForm, number: int) -> Page:
    return _render(opened, number, request.form), 200


def _render(
    opened: OpenForm, number: int, given: Given, problems: dict[str, str] | None = None, *, back_from: str = ""
) -> str:
    number = min(number, len(sheets_of(_key(opened))) - 1)
    return render_sheet(_key(opened), number, opened.code, opened.stamp.text, given, problems, back_from)


def _key(opened: OpenForm) -> PageKey:
    return PageKey.of(opened.ballot, display())
