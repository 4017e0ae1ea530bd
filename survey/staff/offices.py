"""The tree of offices: what lies below what."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, NotFound
from survey.staff.models import ROOT, Office


class Tree:
    """The offices, each with the one above it.

    Args:
        parents: the code of the office above, by code; the root has none and is not in it.
    """

    def __init__(self, parents: Mapping[str, str]) -> None:
        self._parents = dict(parents)

    def above(self, code: str) -> tuple[str, ...]:
        """Return the office and all above it, the root last; an unknown office lies below the root alone."""
        line = [code]
        while line[-1] != ROOT:
            parent = self._parents.get(line[-1], ROOT)
            if parent in line:
                break
            line.append(parent)
        return tuple(line)

    def covers(self, upper: str, lower: str) -> bool:
        """Tell whether an office is another or lies above it."""
        return upper in self.above(lower)

    def below(self, code: str) -> frozenset[str]:
        """Return the office and all below it."""
        return frozenset(one for one in (code, *self._parents) if self.covers(code, one))


def get_tree(session: Session) -> Tree:
    """Return the tree of all offices."""
    return Tree({one.code: one.parent for one in session.execute(select(Office.code, Office.parent))})


def list_offices(session: Session) -> list[Office]:
    """Return all offices but the root, by code."""
    return list(session.scalars(select(Office).order_by(Office.code)))


def add_office(session: Session, code: str, name: str, parent: str = ROOT) -> Office:
    """Add an office below another.

    Raises:
        AlreadyDone: when the code is taken.
        NotFound: when there is no office above.
    """
    if not code or session.get(Office, code) is not None:
        raise AlreadyDone(N_("There is an office %(code)s already"), code=code or '""')
    if parent != ROOT and session.get(Office, parent) is None:
        raise NotFound(N_("There is no office %(code)s"), code=parent)
    row = Office(code=code, name=name, parent=parent)
    session.add(row)
    session.flush()
    return row


def expect_office(session: Session, code: str) -> None:
    """Do nothing when the office exists.

    Raises:
        NotFound: when it does not.
    """
    if code != ROOT and session.get(Office, code) is None:
        raise NotFound(N_("There is no office %(code)s"), code=code)
