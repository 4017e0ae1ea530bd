"""Which questionnaires there are; one of them; a file taken in, or one that comes with the program."""

from typing import Any

from flask import render_template
from werkzeug.wrappers import Response

from forms.desk.questionnaires import QuestionnaireFileForm, TakeForm
from survey.core.errors import SurveyError
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.questionnaires.service import library_file, list_library, list_questionnaires, next_version
from survey.questionnaires.written import write_out
from survey.web.desk.faults import faults, status_of
from survey.web.desk.questionnaires.room import (
    add,
    added,
    leanings,
    questionnaires,
    rounds_by_reference,
    version_of,
)
from survey.web.desk.shell import looking, work
from survey.web.desk.upload import download, received


@questionnaires.get("")
def index() -> str:
    """List every version, and those that come with the program."""
    return _index()


@questionnaires.post("")
def upload() -> Response | tuple[str, int]:
    """Take a questionnaire's file, whole or not at all."""
    form = QuestionnaireFileForm()
    try:
        with received() as file:
            return _taken(read_questionnaire(file))
    except SurveyError as error:
        return _index(form=form, problems=faults(error, form)), status_of(error)


@questionnaires.post("/take")
def take() -> Response:
    """Take one that comes with the program."""
    return _taken(read_questionnaire(library_file(TakeForm().name.data or "")))


@questionnaires.get("/<questionnaire_id>/<int:version>")
def show(questionnaire_id: str, version: int) -> str:
    """Show a version: what it asks, who asks it, what leans."""
    with looking() as session:
        questionnaire = version_of(session, questionnaire_id, version)
        rounds = rounds_by_reference(session).get(questionnaire.reference, [])
        newer = next_version(session, questionnaire_id)
    return render_template(
        "desk/questionnaires/show.html",
        asked=questionnaire,
        rounds=rounds,
        newer=newer,
        leanings=leanings(questionnaire),
    )


@questionnaires.get("/<questionnaire_id>/<int:version>/file.yaml")
def file(questionnaire_id: str, version: int) -> Response:
    """Send a version as its file."""
    with looking() as session:
        questionnaire = version_of(session, questionnaire_id, version)
    name = f"{questionnaire.id}-{questionnaire.version}.yaml"
    return download(write_out(questionnaire).encode(), name, "application/yaml")


def _index(**values: Any) -> str:  # noqa: ANN401 - what the page shows
    with looking() as session:
        found = [Questionnaire.model_validate(row.document) for row in list_questionnaires(session)]
        rounds = rounds_by_reference(session)
    found.sort(key=lambda one: (one.id, -one.version))
    known = {one.reference for one in found}
    return render_template(
        "desk/questionnaires/index.html",
        found=found,
        rounds=rounds,
        library=[one for one in list_library() if one.reference not in known],
        **{"form": QuestionnaireFileForm(formdata=None), "take": TakeForm(formdata=None)} | values,
    )


def _taken(questionnaire: Questionnaire) -> Response:
    with work() as session:
        new = add(session, questionnaire)
    return added(questionnaire, is_new=new)
