"""Open the questionnaire, look at the answers once more, cast the ballot.

Opening and reviewing change nothing. A review needs no database: the form's stamp proves that its code was
admitted. Only casting spends the code.
"""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from survey import casting
from survey.core import clock
from survey.core.errors import Invalid, Problem
from survey.questionnaires.form import Answers
from survey.storage.engine import transaction
from survey.web.answer.opened import OpenForm, admit, digits_of, posted
from survey.web.answer.pages import PageKey, done_page, form_page, render_form
from survey.web.answer.review import render_review
from survey.web.display import display, take_from_form
from survey.web.prepared import PreparedPage
from survey.web.services import services


class Faulty(Exception):
    """Answers with faults: the form comes back with them, each marked."""

    def __init__(self, opened: OpenForm, problems: tuple[Problem, ...]) -> None:
        super().__init__()
        self.opened = opened
        self.problems = problems


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
    made = form_page(PageKey.of(opened.ballot, display()))
    return _send(made.page, made.hole(opened.code, opened.stamp.text))


def review(code: str) -> Response | str:
    """Show the answers once more; or the form again, when a button asks for that."""
    take_from_form()
    if "_switch" in request.form:
        return _switched(code)
    opened = posted(code)
    return _review(opened, _read(opened))


def cast(code: str) -> Response | str:
    """Cast the ballot: the one act that counts and cannot be undone."""
    take_from_form()
    if "_switch" in request.form:
        return _switched(code)
    opened = posted(code)
    answers = _read(opened)
    if request.form.get("_page") != "review" and opened.ballot.form.gaps(answers):
        return _review(opened, answers)
    _cast(opened, answers)
    return _send(done_page(PageKey.of(opened.ballot, display())), b"")


def show_faults(error: Faulty) -> tuple[str, int]:
    """Show the form again with its answers and what is wrong with them."""
    problems = {problem.where: problem.say(_) for problem in error.problems}
    return _filled(error.opened, problems), 400


def _switched(code: str) -> str:
    """Show the page again in another language or size, or the form again from the review; answers stay."""
    order = request.form["_switch"]
    opened = admit(digits_of(code)) if order == "reopen" else posted(code)
    if request.form.get("_page") == "review" and ":" in order:
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
