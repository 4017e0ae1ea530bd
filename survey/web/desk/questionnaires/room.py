"""The room of questionnaires, and what all its pages need."""

from dataclasses import dataclass

from flask import Blueprint
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from survey.core.errors import N_, Problem
from survey.questionnaires.lint import warnings
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.service import ADDED, add_questionnaire, get_questionnaire
from survey.rounds.models import Round
from survey.web.desk.shell import back, me, note, say

questionnaires = Blueprint("questionnaires", __name__, url_prefix="/questionnaires")


@dataclass(frozen=True)
class Asked:
    """A round that asks a version."""

    name: str
    title: dict[str, str]


def version_of(session: Session, questionnaire_id: str, version: int) -> Questionnaire:
    """Return a version.

    Raises:
        NotFound: when there is none.
    """
    return get_questionnaire(session, f"{questionnaire_id}@{version}")


def rounds_by_reference(session: Session) -> dict[str, list[Asked]]:
    """Return which rounds of the member's offices ask each version."""
    found: dict[str, list[Asked]] = {}
    for row in session.execute(select(Round.name, Round.office, Round.definition).order_by(Round.name)):
        if me().rights.sees(row.office):
            found.setdefault(row.definition["questionnaire"], []).append(Asked(row.name, row.definition["title"]))
    return found


def add(session: Session, questionnaire: Questionnaire) -> bool:
    """Freeze a version and write it into the log; tell whether it is new.

    Raises:
        AlreadyDone: when that version is there with another content.
    """
    new = add_questionnaire(session, questionnaire)
    if new:
        note(session, "", ADDED, reference=questionnaire.reference, hash=questionnaire.content_hash)
    return new


def added(questionnaire: Questionnaire, *, is_new: bool) -> Response:
    """Say that a version was added, or was here already, and lead to it."""
    say(
        N_("The questionnaire %(reference)s is added")
        if is_new
        else N_("The questionnaire %(reference)s is here already; nothing was changed"),
        reference=questionnaire.reference,
    )
    return back("desk.questionnaires.show", questionnaire_id=questionnaire.id, version=questionnaire.version)


def leanings(questionnaire: Questionnaire) -> list[str]:
    """Return what staff should know of a questionnaire that leans, as sentences."""
    return [_said(problem) for problem in warnings(questionnaire)]


def _said(problem: Problem) -> str:
    return f"{problem.where}: {problem.say(_)}"
