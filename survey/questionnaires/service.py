"""Verbs on questionnaires: add a version, get one, list them."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.core.errors import N_, NotFound, Refused
from survey.core.ids import gives_hash
from survey.questionnaires.models import QuestionnaireVersion
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.storage.versions import find_version, freeze, list_versions

ADDED = N_("The questionnaire %(reference)s was added; fingerprint %(hash)s")
"""For the log."""


def add_questionnaire(session: Session, questionnaire: Questionnaire) -> bool:
    """Freeze a version; adding the same content again changes nothing.

    Returns:
        Whether the version is new.

    Raises:
        AlreadyDone: when that version exists with another content.
    """
    return freeze(session, QuestionnaireVersion, questionnaire)


def get_questionnaire(session: Session, reference: str) -> Questionnaire:
    """Return the version named ``id@version``, its hash checked.

    Raises:
        NotFound: when there is none.
        Refused: when the stored content no longer gives its hash.
    """
    known = find_version(session, QuestionnaireVersion, reference) if "@" in reference else None
    if known is None:
        raise NotFound(N_("There is no questionnaire %(reference)s; add its file first"), reference=reference)
    if not gives_hash(known.document, known.content_hash):
        raise Refused(
            N_("The stored questionnaire %(reference)s was changed: its content no longer gives its hash"),
            reference=reference,
        )
    return Questionnaire.model_validate(known.document)


def list_questionnaires(session: Session) -> list[QuestionnaireVersion]:
    """Return every version, by name and number."""
    return list_versions(session, QuestionnaireVersion)


@cache
def list_library() -> tuple[Questionnaire, ...]:
    """Return every questionnaire that comes with the program, by name."""
    return tuple(read_questionnaire(file) for _name, file in sorted(_library().items()))


def next_version(session: Session, name: str) -> int:
    """Return the number that the next version of a questionnaire has."""
    newest = select(func.max(QuestionnaireVersion.version)).where(QuestionnaireVersion.id == name)
    return (session.scalar(newest) or 0) + 1


def library_file(name: str) -> Path:
    """Return the file of a questionnaire that comes with the program.

    Raises:
        NotFound: when the library has none of that name.
    """
    known = _library()
    if name not in known:
        raise NotFound(N_("The library has no questionnaire %(name)s"), name=name)
    return known[name]


def _library() -> dict[str, Path]:
    folder = Path(str(files("survey.questionnaires"))) / "library"
    return {file.stem: file for file in folder.glob("*.yaml")}
