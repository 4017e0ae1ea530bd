"""Verbs on subjects: import a roster, add, change and remove one, get all of them."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.subjects.models import SubjectRow
from survey.subjects.roster import Subject, read_roster


def import_roster(session: Session, file: Path) -> tuple[Subject, ...]:
    """Add the subjects of a file, or replace those of the same code; all or nothing.

    Raises:
        Invalid: with every fault of the file by line.
    """
    subjects = read_roster(file)
    for position, subject in enumerate(subjects):
        session.merge(SubjectRow(position=position, **subject.model_dump()))
    session.flush()
    return subjects


def add_subject(session: Session, subject: Subject) -> None:
    """Add a subject at the roster's end.

    Raises:
        AlreadyDone: when its code is taken.
    """
    if session.get(SubjectRow, subject.code) is not None:
        raise AlreadyDone(N_("The roster has the code %(code)s already"), code=subject.code)
    last = session.scalar(select(func.max(SubjectRow.position)))
    session.add(SubjectRow(position=0 if last is None else last + 1, **subject.model_dump()))
    session.flush()


def change_subject(session: Session, subject: Subject) -> None:
    """Write the subject of a code anew, at its place.

    Raises:
        NotFound: when the roster has no such code.
    """
    row = _row(session, subject.code)
    for name, value in subject.model_dump().items():
        setattr(row, name, value)
    session.flush()


def remove_subject(session: Session, code: str) -> None:
    """Take a subject off the roster. Call it through ``rounds.roster``, which knows whether a round needs it.

    Raises:
        NotFound: when the roster has no such code.
        Refused: when it is the parent of others.
    """
    row = _row(session, code)
    below = session.scalar(select(func.count()).where(SubjectRow.parent == code)) or 0
    if below:
        raise Refused(
            N_("%(n)s subjects of the roster name %(code)s as their parent; change or remove them first"),
            n=below,
            code=code,
        )
    session.delete(row)
    session.flush()


def get_subject(session: Session, code: str) -> Subject:
    """Return the subject of a code.

    Raises:
        NotFound: when the roster has no such code.
    """
    return _subject(_row(session, code))


def list_subjects(session: Session, codes: Sequence[str] | None = None) -> tuple[Subject, ...]:
    """Return the subjects in the order of their file; all of them, or those of some codes."""
    rows = session.scalars(select(SubjectRow).order_by(SubjectRow.position, SubjectRow.code))
    wanted = None if codes is None else set(codes)
    return tuple(_subject(row) for row in rows if wanted is None or row.code in wanted)


def _row(session: Session, code: str) -> SubjectRow:
    row = session.get(SubjectRow, code)
    if row is None:
        raise NotFound(N_("The roster has no code %(code)s"), code=code)
    return row


def _subject(row: SubjectRow) -> Subject:
    return Subject.model_validate({name: getattr(row, name) for name in Subject.model_fields})
