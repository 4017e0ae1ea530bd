"""Verbs on subjects: import a roster, add, change and remove one, get all of them."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.core.textfile import Progress, silent
from survey.subjects.models import SubjectRow
from survey.subjects.roster import Subject, read_roster

IMPORTED = N_("Imported %(n)s subjects from the file %(file)s")
"""For the log."""

_AT_ONCE = 1000


def import_roster(session: Session, file: Path) -> tuple[Subject, ...]:
    """Add the subjects of a file, or replace those of the same code; all or nothing.

    Raises:
        Invalid: with every fault of the file by line.
    """
    subjects = read_roster(file)
    put_subjects(session, subjects)
    return subjects


def put_subjects(session: Session, subjects: Sequence[Subject], *, on_progress: Progress = silent) -> None:
    """Add subjects in their order, or replace those of the same code.

    Args:
        session: the unit of work.
        subjects: each code once.
        on_progress: told the number of subjects after each thousand.
    """
    table = SubjectRow.__table__
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(SubjectRow)
    put = insert.on_conflict_do_update(
        index_elements=[SubjectRow.code], set_={one: insert.excluded[one.key] for one in table.c if not one.primary_key}
    )
    rows = [_columns(position, subject) for position, subject in enumerate(subjects)]
    # In bulk and past the session: row by row, 200,000 would keep everybody else from writing for minutes.
    for start in range(0, len(rows), _AT_ONCE):
        chunk = rows[start : start + _AT_ONCE]
        session.connection().execute(put, chunk)
        on_progress(len(chunk))


def _columns(position: int, subject: Subject) -> dict[str, object]:
    cells = subject.model_dump()
    return {"position": position, "ranking_group": cells.pop("group"), **cells}


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
    columns = [getattr(SubjectRow, name) for name in Subject.model_fields]
    rows = session.execute(select(*columns).order_by(SubjectRow.position, SubjectRow.code)).mappings()
    wanted = None if codes is None else set(codes)
    # What stands in the table was checked when it was put there; to check it again takes most of the time.
    return tuple(Subject.model_construct(**row) for row in rows if wanted is None or row["code"] in wanted)


def _row(session: Session, code: str) -> SubjectRow:
    row = session.get(SubjectRow, code)
    if row is None:
        raise NotFound(N_("The roster has no code %(code)s"), code=code)
    return row


def _subject(row: SubjectRow) -> Subject:
    return Subject.model_validate({name: getattr(row, name) for name in Subject.model_fields})
