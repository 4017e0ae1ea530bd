"""Open the questionnaire, look at the answers once more, cast the ballot.

Opening and reviewing change nothing. A review needs no database: the form's stamp proves that its code was
admitted. Only casting spends the code.
"""

from flask import Blueprint, Response, request

from survey import casting
from survey.core import clock
from survey.core.errors import Invalid
from survey.questionnaires.form import Answers
from survey.storage.engine import transaction
from survey.web.answer.ballot_pages import ballot_form_page
from survey.web.answer.balloting import answer_cast, answer_review, show_faulty
from survey.web.answer.opened import Faulty, OpenForm, admit, digits_of, guard_answers, posted
from survey.web.answer.pages import PageKey, done_page, form_page, is_ballot, render_form
from survey.web.answer.review import render_review
from survey.web.display import display, take_from_form
from survey.web.prepared import PreparedPage
from survey.web.services import services


def add_pages(pages: Blueprint) -> None:
    """Add the pages to the public blueprint."""
    pages.add_url_rule("/t/<code>", "show", show, methods=["GET"])
    # Printed addresses are in upper case, which makes the smallest QR code.
    pages.add_url_rule("/T/<code>", "show_printed", show, methods=["GET"])
    pages.add_url_rule("/t/<code>/review", "review", review, methods=["POST"])
    pages.add_url_rule("/t/<code>", "cast", cast, methods=["POST"])
    pages.register_error_handler(Faulty, show_faults)


def show(code: str) -> Response:
    """Show the questionnaire of a code; nothing changes, however often it is opened."""
    opened = admit(digits_of(code))
    key = PageKey.of(opened.ballot, display())
    made = ballot_form_page(key) if is_ballot(opened.ballot) else form_page(key)
    return _send(made.page, made.hole(opened.code, opened.stamp.text))


def review(code: str) -> str | tuple[str, int]:
    """Show the answers once more; or the form again, when a button asks for that."""
    opened = _opened(code)
    guard_answers(opened)
    if is_ballot(opened.ballot):
        return answer_review(opened)
    if "_switch" in request.form:
        return _switched(opened)
    return _review(opened, _read(opened))


def cast(code: str) -> Response | str | tuple[str, int]:
    """Cast the ballot: the one act that counts and cannot be undone."""
    opened = _opened(code)
    try:
        answers, page = _to_cast(opened)
    except Faulty:
        guard_answers(opened)
        raise
    if answers is None:
        guard_answers(opened)
        return page
    _cast(opened, answers)
    return _send(done_page(PageKey.of(opened.ballot, display())), b"")


def show_faults(error: Faulty) -> tuple[str, int]:
    """Show the form again with its answers and what is wrong with them."""
    if is_ballot(error.opened.ballot):
        return show_faulty(error)
    return _filled(error.opened, error.problems), 400


def _opened(code: str) -> OpenForm:
    take_from_form()
    return admit(digits_of(code)) if request.form.get("_switch") == "reopen" else posted(code)


def _to_cast(opened: OpenForm) -> tuple[Answers | None, str | tuple[str, int]]:
    """Return the answers that may be cast, or the page to show instead."""
    if is_ballot(opened.ballot):
        return answer_cast(opened)
    if "_switch" in request.form:
        return None, _switched(opened)
    answers = _read(opened)
    if request.form.get("_page") != "review" and opened.ballot.form.gaps(answers):
        return None, _review(opened, answers)
    return answers, ""


def _switched(opened: OpenForm) -> str:
    """Show the page again in another language or size, or the form again from the review; answers stay."""
    if request.form.get("_page") == "review" and ":" in request.form["_switch"]:
        return _review(opened, _read(opened))
    return _filled(opened)


def _read(opened: OpenForm) -> Answers:
    form = opened.ballot.form
    try:
        answers = form.read(request.form)
    except Invalid as error:
        raise Faulty(opened, error.problems) from error
    missing = form.missing(answers)
    if missing:
        raise Faulty(opened, missing)
    return answers


def _cast(opened: OpenForm, answers: Answers) -> None:
    sealed = casting.seal_ballot(opened.ballot, answers)
    with transaction(services().engine) as connection:
        casting.cast(
            connection,
            opened.ballot,
            sealed,
            code_digest=opened.stamp.code_digest,
            cast_key=opened.stamp.cast_key,
            opened_at=opened.stamp.opened_at,
            now=clock.now(),
        )


def _filled(opened: OpenForm, problems: dict[str, str] | None = None) -> str:
    key = PageKey.of(opened.ballot, display())
    return render_form(key, opened.code, opened.stamp.text, request.form, problems)


def _review(opened: OpenForm, answers: Answers) -> str:
    return render_review(PageKey.of(opened.ballot, display()), opened.code, opened.stamp.text, answers)


def _send(page: PreparedPage, hole: bytes) -> Response:
    packed = request.accept_encodings["gzip"] > 0
    response = Response(page.gzipped(hole) if packed else page.plain(hole), mimetype="text/html")
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
