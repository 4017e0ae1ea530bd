"""Named fixtures, one for each feature, and questionnaires of a few lines."""

from pathlib import Path

from werkzeug.datastructures import MultiDict

from survey.questionnaires.form import Form
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.subjects.roster import Subject

FOLDER = Path(__file__).parents[1] / "data" / "questionnaires"
SUBJECTS = (Subject(code="620102", name="城关区"), Subject(code="620103", name="七里河区"))


def fixture(name: str) -> Questionnaire:
    return read_questionnaire(FOLDER / f"{name}.yaml")


def form(name: str) -> Form:
    return Form(fixture(name), SUBJECTS)


def fields(**values: str | list[str]) -> MultiDict:
    """Return what a phone posts; ``work__620102`` stands for the field ``work:620102``."""
    pairs = ((name.replace("__", ":"), value) for name, value in values.items())
    return MultiDict((name, one) for name, value in pairs for one in ([value] if isinstance(value, str) else value))
