"""What is wrong with a form, said by the form's own labels."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask_babel import format_decimal, gettext
from wtforms import Form

from survey.core.errors import N_, Invalid, Problem, SurveyError, TooLarge

MOST_SHOWN = 200
"""Faults that a page tells; nobody mends more at once."""


def faults(
    error: SurveyError,
    form: Form | None = None,
    names: Mapping[str, str] | None = None,
    place_of: Callable[[str], str] = str,
) -> list[str]:
    """Return the faults as sentences for people, of very many the first, and mark the fields that are wrong.

    Args:
        error: what was raised.
        form: whose fields' names are the places of the faults, with ``_`` for each dot.
        names: the fields of other places.
        place_of: what people call a place that is no field.
    """
    if not isinstance(error, Invalid):
        return [error.say(gettext)]
    said = []
    for problem in error.problems[:MOST_SHOWN]:
        sentence = problem.say(gettext)
        field = None
        if form is not None:
            place = (names or {}).get(problem.where, problem.where.replace(".", "_"))
            field = form._fields.get(place)
        if field is not None:
            field.errors = [*field.errors, sentence]
        label = field.label.text if field is not None else place_of(problem.where)
        said.append(f"{label}: {sentence}" if label else sentence)
    rest = len(error.problems) - MOST_SHOWN
    return said if rest <= 0 else [*said, gettext("and %(n)s more", n=format_decimal(rest))]


def status_of(error: SurveyError, usual: int = HTTPStatus.BAD_REQUEST) -> int:
    """Return the status of a page that tells an error: 413 for what is too large, else the usual one."""
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if isinstance(error, TooLarge) else usual


def expect_choices(form: Form) -> None:
    """Do nothing when every list holds what was chosen; texts are for the models to judge.

    Raises:
        Invalid: naming each list that was tampered with, or whose entry is gone.
    """
    if not form.validate():
        raise Invalid([Problem(name, N_("this is no longer offered; choose again")) for name in form.errors])
