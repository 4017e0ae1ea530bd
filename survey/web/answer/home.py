"""The front page, where a code is typed; and the privacy page."""

from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from forms.code_entry import CodeEntryForm
from survey.codes.generator import digest, grouped, normalise
from survey.core.errors import Invalid
from survey.ratings.service import is_case
from survey.rounds.definition import RoundDefinition
from survey.rounds.service import list_rounds
from survey.storage.engine import reading
from survey.web.display import display
from survey.web.services import services

CODES_SHOWN = 6


def add_pages(pages: Blueprint) -> None:
    """Add the pages to the public blueprint."""
    pages.add_url_rule("/", "home", home, methods=["GET"])
    pages.add_url_rule("/", "enter", enter, methods=["POST"])
    pages.add_url_rule("/privacy", "privacy", privacy)


def home() -> str:
    """Show the front page."""
    return _front(CodeEntryForm())


def enter() -> AnyResponse:
    """Lead from a typed code to where it is used; whether it is valid is told there."""
    form = CodeEntryForm()
    try:
        code = normalise(form.code.data or "")
    except Invalid as error:
        form.code.errors = [problem.say(_) for problem in error.problems]
        return Response(_front(form), 400)
    return redirect(url_for(_page_of(code), code=code, **display().arguments), 303)


def _page_of(code: str) -> str:
    """Return the page where a code is used: that of a handled case's rating, or that of a questionnaire."""
    with reading(services().engine) as connection, Session(connection) as session:
        return "rate.show" if is_case(session, digest(code, services().code_key)) else "answer.show"


def privacy() -> str:
    """Say what is collected and what is promised."""
    return render_template("answer/privacy.html")


def _front(form: CodeEntryForm) -> str:
    return render_template(
        "answer/home.html",
        form=form,
        published=_published(),
        demo_codes=[(code, grouped(code)) for code in _demo_codes(services().settings.demo_codes)],
    )


def _published() -> list[RoundDefinition]:
    with reading(services().engine) as connection, Session(connection) as session:
        return [
            RoundDefinition.model_validate(row.definition)
            for row in list_rounds(session)
            if row.published_at is not None
        ]


def _demo_codes(file: Path | None) -> list[str]:
    """Return some codes of a demo; the newest lines, for the first are tried by everybody."""
    if file is None or not file.exists():
        return []
    return file.read_text().split()[-CODES_SHOWN:]
