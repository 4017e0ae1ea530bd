"""What is wrong with a form, said by the form's own labels."""

from collections.abc import Callable, Mapping

from flask_babel import gettext
from wtforms import Form

from survey.core.errors import N_, Invalid, Problem, SurveyError


def faults(
    error: SurveyError,
    form: Form | None = None,
    names: Mapping[str, str] | None = None,
    place_of: Callable[[str], str] = str,
) -> list[str]:
    """Return every fault as a sentence for people, and mark the fields that are wrong.

    Args:
        error: what was raised.
        form: whose fields' names are the places of the faults, with ``_`` for each dot.
        names: the fields of other places.
        place_of: what people call a place that is no field.
    """
    if not isinstance(error, Invalid):
        return [error.say(gettext)]
    said = []
    for problem in error.problems:
        sentence = problem.say(gettext)
        field = None
        if form is not None:
            place = (names or {}).get(problem.where, problem.where.replace(".", "_"))
            field = form._fields.get(place)
        if field is not None:
            field.errors = [*field.errors, sentence]
        label = field.label.text if field is not None else place_of(problem.where)
        said.append(f"{label}: {sentence}" if label else sentence)
    return said


def expect_choices(form: Form) -> None:
    """Do nothing when every list holds what was chosen; texts are for the models to judge.

    Raises:
        Invalid: naming each list that was tampered with, or whose entry is gone.
    """
    if not form.validate():
        raise Invalid([Problem(name, N_("this is no longer offered; choose again")) for name in form.errors])
