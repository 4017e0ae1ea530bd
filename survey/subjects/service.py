"""Verbs on subjects: import a roster, get all of them."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

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


def list_subjects(session: Session, codes: Sequence[str] | None = None) -> tuple[Subject, ...]:
    """Return the subjects in the order of their file; all of them, or those of some codes."""
    rows = session.scalars(select(SubjectRow).order_by(SubjectRow.position, SubjectRow.code))
    wanted = None if codes is None else set(codes)
    return tuple(_subject(row) for row in rows if wanted is None or row.code in wanted)


def _subject(row: SubjectRow) -> Subject:
    return Subject.model_validate({name: getattr(row, name) for name in Subject.model_fields})
