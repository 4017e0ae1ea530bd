"""Verbs on questionnaires: add a version, get one, list them."""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.core.ids import gives_hash
from survey.questionnaires.models import QuestionnaireVersion
from survey.questionnaires.schema import Questionnaire, read_questionnaire


def add_questionnaire(session: Session, questionnaire: Questionnaire) -> bool:
    """Freeze a version; adding the same content again changes nothing.

    Returns:
        Whether the version is new.

    Raises:
        AlreadyDone: when that version exists with another content.
    """
    known = session.get(QuestionnaireVersion, (questionnaire.id, questionnaire.version))
    if known is None:
        session.add(
            QuestionnaireVersion(
                id=questionnaire.id,
                version=questionnaire.version,
                content_hash=questionnaire.content_hash,
                document=questionnaire.document(),
            )
        )
        session.flush()
        return True
    if known.content_hash != questionnaire.content_hash:
        raise AlreadyDone(
            N_("%(reference)s is frozen with another content; raise its version to add the change"),
            reference=questionnaire.reference,
        )
    return False


def get_questionnaire(session: Session, reference: str) -> Questionnaire:
    """Return the version named ``id@version``, its hash checked.

    Raises:
        NotFound: when there is none.
        Refused: when the stored content no longer gives its hash.
    """
    name, _, version = reference.partition("@")
    is_number = re.fullmatch("[0-9]{1,4}", version)
    known = session.get(QuestionnaireVersion, (name, int(version))) if is_number else None
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
    return list(
        session.scalars(select(QuestionnaireVersion).order_by(QuestionnaireVersion.id, QuestionnaireVersion.version))
    )


@cache
def list_library() -> tuple[Questionnaire, ...]:
    """Return every questionnaire that comes with the program, by name."""
    folder = Path(str(files("survey.questionnaires"))) / "library"
    return tuple(read_questionnaire(file) for file in sorted(folder.glob("*.yaml")))


def next_version(session: Session, name: str) -> int:
    """Return the number that the next version of a questionnaire has."""
    newest = select(func.max(QuestionnaireVersion.version)).where(QuestionnaireVersion.id == name)
    return (session.scalar(newest) or 0) + 1


def library_file(name: str) -> Path:
    """Return the file of a questionnaire that comes with the program.

    Raises:
        NotFound: when the library has none of that name.
    """
    file = Path(str(files("survey.questionnaires"))) / "library" / f"{name}.yaml"
    if not file.is_file():
        raise NotFound(N_("The library has no questionnaire %(name)s"), name=name)
    return file
