"""Which questionnaire a round asks: a version that is here, or one that comes with the program."""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from forms.desk.rounds import ChooseForm
from survey.core.errors import N_, SurveyError
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.questionnaires.service import (
    add_questionnaire,
    get_questionnaire,
    library_file,
    list_questionnaires,
)
from survey.rounds.definition import RoundDefinition
from survey.rounds.drafting import change_definition
from survey.rounds.models import Round
from survey.rounds.service import get_round
from survey.web.desk.faults import expect_choices, faults
from survey.web.desk.rounds.room import changing, page, rounds
from survey.web.desk.shell import back, looking, note, say
from survey.web.display import display

LIBRARY = "library:"


def choices(session: Session) -> list[SelectChoice]:
    """Return the versions that are here, newest first of each name, then those that come with the program."""
    here = list_questionnaires(session)
    here.sort(key=lambda row: (row.id, -row.version))
    known = {f"{row.id}@{row.version}": Questionnaire.model_validate(row.document) for row in here}
    library = (read_questionnaire(file) for file in _library())
    offered = known | {f"{LIBRARY}{one.id}": one for one in library if one.reference not in known}
    return [SelectChoice(value, _label(one)) for value, one in offered.items()]


def take(session: Session, chosen: str) -> str:
    """Return the reference of what was chosen; one that comes with the program is added first."""
    if chosen.startswith(LIBRARY):
        questionnaire = read_questionnaire(library_file(chosen.removeprefix(LIBRARY)))
        add_questionnaire(session, questionnaire)
        return questionnaire.reference
    return get_questionnaire(session, chosen).reference


@rounds.get("/<round_id>/questionnaire")
def questionnaire(round_id: str) -> str:
    """Show what a round asks; of a draft, another can be chosen."""
    return _page(round_id, ChooseForm(formdata=None))


@rounds.post("/<round_id>/questionnaire")
def choose_questionnaire(round_id: str) -> Response | tuple[str, int]:
    """Let a draft ask another questionnaire."""
    form = ChooseForm()
    with looking() as session:
        form.questionnaire.choices = choices(session)
    try:
        expect_choices(form)
        with changing(round_id) as (session, row, definition):
            _choose(session, row, definition, form.questionnaire.data)
    except SurveyError as error:
        return _page(round_id, form, problems=faults(error, form)), 400
    say(N_("The questionnaire is chosen"))
    return back("desk.rounds.show", round_id=round_id)


def _page(round_id: str, form: ChooseForm, **values: Any) -> str:  # noqa: ANN401 - what the page shows
    with looking() as session:
        row = get_round(session, round_id)
        asked = get_questionnaire(session, row.definition["questionnaire"])
        form.questionnaire.choices = choices(session)
        form.questionnaire.data = form.questionnaire.data or asked.reference
        return page("questionnaire.html", session, row, form=form, asked=asked, **values)


def _choose(session: Session, row: Round, definition: RoundDefinition, chosen: str) -> None:
    reference = take(session, chosen)
    before = definition.questionnaire
    document = definition.model_dump(mode="json") | {"questionnaire": reference}
    change_definition(session, row, RoundDefinition.model_validate(document))
    note(
        session,
        row.office,
        N_("The round %(name)s asks the questionnaire %(after)s instead of %(before)s"),
        name=row.name,
        after=reference,
        before=before,
    )


def _library() -> list[Path]:
    return sorted(library_file("public-satisfaction").parent.glob("*.yaml"))


def _label(one: Questionnaire) -> str:
    return f"{one.title.words(display().lang)} ({one.reference})"
