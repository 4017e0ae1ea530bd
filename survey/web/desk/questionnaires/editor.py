"""A questionnaire edited field by field: nothing is stored until it is added, and every page carries all of it."""

from http import HTTPStatus

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey.core.errors import N_, SurveyError
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.service import get_questionnaire, list_questionnaires, next_version
from survey.questionnaires.written import write_out
from survey.web.desk.questionnaires.checking import questionnaire_of
from survey.web.desk.questionnaires.moves import free, known_scales, new_question, press
from survey.web.desk.questionnaires.preview import is_for_ballots, phone_page
from survey.web.desk.questionnaires.room import add, added, questionnaires
from survey.web.desk.questionnaires.shown import edit_page
from survey.web.desk.questionnaires.sketch import Sketch, blank, posted, sketch_of
from survey.web.desk.questionnaires.text import read_text, text_page
from survey.web.desk.shell import looking, say, work
from survey.web.display import display

MOST_FIELDS = 20_000
"""A hundred questions with twenty options each and what belongs to them; more is for files."""

FIRST_SCALE = "public-satisfaction.satisfaction5"


@questionnaires.get("/new")
def new() -> str:
    """Show the fields of a new questionnaire, or of the version that is to follow another."""
    reference = request.args.get("from", "")
    if not reference:
        return edit_page(_first(), opened={"items.1"})
    with looking() as session:
        return _fields_of(get_questionnaire(session, reference), follows=True)


@questionnaires.post("/new")
def edit() -> Response | str | tuple[str, int]:
    """Do what the button pressed asks for; whatever was typed comes back."""
    if sum(len(values) for values in request.form.listvalues()) > MOST_FIELDS:
        return _too_large()
    wanted = request.form.get("do", "check")
    if wanted == "fields":
        return _from_text()
    sketch = posted(request.form)
    place = press(sketch, wanted, request.form)
    if place is not None:
        return edit_page(_numbered(sketch), focus=place)
    if wanted != "add":
        _numbered(sketch)
    try:
        return _done(questionnaire_of(sketch), sketch, wanted)
    except SurveyError as error:
        return edit_page(_numbered(sketch), error=error), HTTPStatus.BAD_REQUEST


def _done(questionnaire: Questionnaire, sketch: Sketch, wanted: str) -> Response | str:
    if wanted == "phone":
        return phone_page(questionnaire, display(), ballot=is_for_ballots(questionnaire))
    if wanted == "text":
        return text_page(write_out(questionnaire))
    if wanted != "add":
        return edit_page(sketch, asked=questionnaire)
    with work() as session:
        is_new = add(session, questionnaire)
    return added(questionnaire, is_new=is_new)


def _first() -> Sketch:
    """Return what a new questionnaire begins with: a usual scale, and one question for it."""
    sketch = blank()
    sketch.scales.append(known_scales()[FIRST_SCALE])
    sketch.questions.append(new_question(sketch, "scale"))
    with looking() as session:
        sketch.head["id"] = free("survey-", (row.id for row in list_questionnaires(session)))
    return _numbered(sketch)


def _numbered(sketch: Sketch) -> Sketch:
    """Give it the number that is free."""
    with looking() as session:
        sketch.head["version"] = str(next_version(session, sketch.head["id"]))
    return sketch


def _from_text() -> str | tuple[str, int]:
    written = request.form.get("written", "")
    try:
        return _fields_of(read_text(written))
    except SurveyError as error:
        return text_page(written, error=error), HTTPStatus.BAD_REQUEST


def _fields_of(questionnaire: Questionnaire, *, follows: bool = False) -> str:
    sketch = _numbered(sketch_of(questionnaire))
    if follows or sketch.head["version"] != "1":
        sketch.head["follows"] = "1"
    if sketch.size > MOST_FIELDS:
        say(N_("This questionnaire has too many fields for one page (%(n)s); it can be edited as text"), n=sketch.size)
        return text_page(write_out(questionnaire.model_copy(update={"version": int(sketch.head["version"])})))
    return edit_page(sketch)


def _too_large() -> tuple[str, int]:
    sentence = _(
        "This page can take %(most)s fields; more were sent, and none of them was read. Nothing was stored. "
        "Go back, take something away, or upload the questionnaire as a file.",
        most=f"{MOST_FIELDS:,}",
    )
    page = render_template("desk/error.html", sentence=sentence, problems=(), status=413)
    return page, HTTPStatus.REQUEST_ENTITY_TOO_LARGE
