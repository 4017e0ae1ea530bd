"""What if (假设): a scheme applied with another version of it, or with other figures on top; nothing of it is filed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from survey.core.errors import N_, Invalid, Problem
from survey.scoring import service
from survey.scoring.evidence import put, read_components
from survey.scoring.run import RunInputs
from survey.scoring.scheme import Scheme, read_scheme
from survey.subjects.service import list_subjects

SCHEMES, TABLES = (".yaml", ".yml"), (".csv", ".xlsx")
LONGEST_WHAT_IF = 400


def gathered_with(session: Session, reference: str, changes: Sequence[Path]) -> RunInputs:
    """Return the inputs of a scheme as it would be with some changes.

    Args:
        session: the database.
        reference: ``id`` or ``id@version``.
        changes: files: another version of the scheme, or figures filed on top; none for what really stands.

    Raises:
        Invalid: when a file is neither, or has faults.
    """
    scheme = service.get_scheme(session, reference)
    tables = []
    for file in changes:
        if file.suffix.lower() in SCHEMES:
            scheme = _other(scheme, file)
        elif file.suffix.lower() in TABLES:
            tables.append(file)
        else:
            raise Invalid([Problem(file.name, N_("a what-if is a scheme (.yaml) or a table of figures (.csv)"))])
    inputs = service.gather(session, scheme)
    subjects = list_subjects(session)
    for file in tables:
        inputs = replace(inputs, evidence=put(inputs.evidence, read_components(file, scheme, subjects)))
    return inputs


def what_if_of(changes: Sequence[Path]) -> str:
    """Return the words under which a what-if is kept; empty for a run that counts."""
    return ", ".join(change.name for change in changes)[:LONGEST_WHAT_IF]


def _other(scheme: Scheme, file: Path) -> Scheme:
    other = read_scheme(file)
    if other.id != scheme.id:
        message = N_("this is the scheme %(other)s; a what-if is another version of %(name)s")
        raise Invalid([Problem(file.name, message, {"other": other.id, "name": scheme.id})])
    return other
