"""A questionnaire written as text in the browser: checked and looked at as often as one likes, then added."""

from pathlib import Path
from tempfile import TemporaryDirectory

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.desk.questionnaires import WriteForm
from survey.core.errors import SurveyError
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.questionnaires.service import get_questionnaire, next_version
from survey.questionnaires.written import write_out
from survey.web.desk.faults import faults
from survey.web.desk.questionnaires.preview import is_for_ballots, phone_page
from survey.web.desk.questionnaires.room import add, added, leanings, questionnaires
from survey.web.desk.shell import looking, work
from survey.web.display import display

FILE = "questionnaire.yaml"
BLANK = """id: my-survey
version: 1
title: {zh: 满意度调查, en: Satisfaction survey}
scales:
  satisfaction5:
    - {code: vs, zh: 非常满意, en: Very satisfied, points: 100, satisfied: true}
    - {code: s, zh: 满意, en: Satisfied, points: 80, satisfied: true}
    - {code: f, zh: 基本满意, en: Fairly satisfied, points: 60}
    - {code: d, zh: 不满意, en: Dissatisfied, points: 40}
    - {code: vd, zh: 非常不满意, en: Very dissatisfied, points: 20}
    - {code: dk, zh: 不了解, en: Don't know, scored: false}
items:
  - {id: overall, kind: scale, scale: satisfaction5, zh: 您对我们的工作总体上是否满意？, en: Are you satisfied overall?}
  - {id: why, kind: text, max_length: 300, zh: 您还有什么意见或建议？, en: What else would you like to tell us?}
"""


@questionnaires.get("/new/text")
def text() -> str:
    """Show the page to write on: a small example, or a version that is to be followed by the next."""
    return text_page(_first_text(request.args.get("from", "")))


@questionnaires.post("/new/text")
def write() -> Response | str | tuple[str, int]:
    """Check what was written; show it as on a phone; or add it."""
    written = request.form.get("written", "")
    try:
        questionnaire = read_text(written)
        wanted = request.form.get("do")
        if wanted == "phone":
            return phone_page(questionnaire, display(), ballot=is_for_ballots(questionnaire))
        if wanted != "add":
            return text_page(written, asked=questionnaire)
        with work() as session:
            is_new = add(session, questionnaire)
    except SurveyError as error:
        return text_page(written, error=error), 400
    return added(questionnaire, is_new=is_new)


def text_page(written: str, *, asked: Questionnaire | None = None, error: SurveyError | None = None) -> str:
    """Return the page to write on.

    Args:
        written: what stands on it.
        asked: what that is, when it has no fault.
        error: what is wrong with it.
    """
    return render_template(
        "desk/questionnaires/write.html",
        form=WriteForm(formdata=None, written=written),
        asked=asked,
        leanings=leanings(asked) if asked else (),
        taken=_taken(asked) if asked else "",
        problems=faults(error) if error else (),
    )


def read_text(text: str) -> Questionnaire:
    """Read what was written as a file is read, so that faults have lines.

    Raises:
        Invalid: with every fault's line and field.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / FILE
        file.write_text(text.replace("\r\n", "\n"), encoding="utf-8", errors="replace")
        return read_questionnaire(file)


def _first_text(reference: str) -> str:
    if not reference:
        return BLANK
    with looking() as session:
        before = get_questionnaire(session, reference)
        number = next_version(session, before.id)
    return write_out(before.model_copy(update={"version": number}))


def _taken(questionnaire: Questionnaire) -> str:
    """Say which number is free when the version cannot be added under its own; empty when it can."""
    with looking() as session:
        try:
            known = get_questionnaire(session, questionnaire.reference)
        except SurveyError:
            return ""
        if known.content_hash == questionnaire.content_hash:
            return ""
        number = next_version(session, questionnaire.id)
    said: str = _(
        "%(reference)s is frozen with another content; write version: %(number)s to add this",
        reference=questionnaire.reference,
        number=number,
    )
    return said
