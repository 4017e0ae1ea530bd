"""A questionnaire written in the browser: checked and looked at as often as one likes, then added as a new version."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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


@questionnaires.get("/new")
def new() -> str:
    """Show the page to write on: a small example, or a version that is to be followed by the next."""
    return _page(WriteForm(formdata=None, written=_first_text(request.args.get("from", ""))))


@questionnaires.post("/new")
def write() -> Response | str | tuple[str, int]:
    """Check what was written; show it as on a phone; or add it."""
    form = WriteForm()
    try:
        questionnaire = _read(form.written.data or "")
        wanted = request.form.get("do")
        if wanted == "phone":
            return phone_page(questionnaire, display(), ballot=is_for_ballots(questionnaire))
        if wanted != "add":
            return _page(form, asked=questionnaire, leanings=leanings(questionnaire), taken=_taken(questionnaire))
        with work() as session:
            is_new = add(session, questionnaire)
    except SurveyError as error:
        return _page(form, problems=faults(error)), 400
    return added(questionnaire, is_new=is_new)


def _first_text(reference: str) -> str:
    if not reference:
        return BLANK
    with looking() as session:
        before = get_questionnaire(session, reference)
        number = next_version(session, before.id)
    return write_out(before.model_copy(update={"version": number}))


def _read(text: str) -> Questionnaire:
    """Read what was written as a file is read, so that faults have lines.

    Raises:
        Invalid: with every fault's line and field.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / FILE
        file.write_text(text.replace("\r\n", "\n"), encoding="utf-8", errors="replace")
        return read_questionnaire(file)


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


def _page(form: WriteForm, **values: Any) -> str:  # noqa: ANN401 - what the page shows
    return render_template("desk/questionnaires/write.html", form=form, **values)
