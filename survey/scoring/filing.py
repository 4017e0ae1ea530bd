"""Verbs on what staff file for a scheme: import a table, approve that classes are left out, list it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import N_, Invalid, Problem
from survey.core.textfile import Row
from survey.rounds.models import State
from survey.rounds.service import frozen_round, list_rounds
from survey.scoring.evidence import (
    LONGEST,
    TAKEN_BACK,
    TOO_LONG,
    Evidence,
    check_evidence,
    components_of,
    put,
    read_components,
    read_decisions,
    read_history,
)
from survey.scoring.models import EvidenceRow, SchemeVersion
from survey.scoring.previewing import SECOND_PERSON
from survey.scoring.scheme import Scheme
from survey.scoring.scheme_parts import RoundSource
from survey.subjects.roster import Subject
from survey.subjects.service import list_subjects

FILED = N_("Filed %(n)s pieces from %(file)s for the scheme %(scheme)s")
FILED_ALONE = N_(
    "Filed %(n)s pieces from %(file)s for the scheme %(scheme)s at the terminal; %(alone)s of them, for which the desk "
    "needs two people, without a second person"
)
APPROVED_ALONE = N_(
    "Filed at the terminal, without a second person, that the classes %(classes)s may be left out of %(component)s for "
    "%(n)s subjects of %(scheme)s. Approved by %(by)s: %(reason)s"
)
"""For the log."""

READERS = {"components": read_components, "history": read_history, "decisions": read_decisions}
_TEXTS = ("kind", "subject", "name", "part", "value", "source", "confirmed_by", "confirmed_on")


def import_evidence(session: Session, scheme: Scheme, file: Path, kind: str = "components") -> int:
    """File what a table says: components, history or decisions; what it says again replaces what was filed before.

    Returns:
        How many pieces the table has.

    Raises:
        Invalid: with every fault by line; nothing was filed.
    """
    return file_evidence(session, scheme, READERS[kind](file, scheme, list_subjects(session)))


def file_components(session: Session, scheme: Scheme, rows: Sequence[Mapping[str, str]]) -> int:
    """File rows as components.csv has them, given by another program; all of them or none.

    Args:
        session: the unit of work.
        scheme: the scheme.
        rows: the cells by column; ``period`` and ``confirmed_on`` may be empty.

    Raises:
        Invalid: with every fault, by the row's JSON pointer ``/rows/0``; a program files no plus or minus points.
            Nothing was filed.
    """
    read = [Row(n, {name: cell.strip() for name, cell in row.items()}) for n, row in enumerate(rows, start=1)]
    evidence = components_of(read, scheme, list_subjects(session), lambda row: f"/rows/{row.line - 1}")
    alone = [
        Problem(f"/rows/{place}", N_("plus and minus points need two people; they are filed at the desk"))
        for place, piece in enumerate(evidence)
        if piece.kind in SECOND_PERSON
    ]
    if alone:
        raise Invalid(alone)
    return file_evidence(session, scheme, evidence)


def file_evidence(session: Session, scheme: Scheme, evidence: Sequence[Evidence]) -> int:
    """File pieces that were read already; return how many.

    Raises:
        Invalid: when one takes back what nobody filed; nothing was filed.
    """
    wait_in_line(session, scheme.id)
    rows = {_evidence(row).place: row for row in _rows(session, scheme.id)}
    standing = {one.place: one for one in put(map(_evidence, rows.values()), evidence)}
    for place in rows.keys() - standing.keys():
        session.delete(rows[place])
    for place in {one.place for one in evidence} & standing.keys():
        row = rows.get(place)
        if row is None:
            session.add(EvidenceRow(scheme=scheme.id, **_columns(standing[place])))
        else:
            for name, value in _columns(standing[place]).items():
                setattr(row, name, value)
    session.flush()
    return len(evidence)


def wait_in_line(session: Session, scheme_id: str) -> None:
    """Wait for whoever files or keeps something for the same scheme; SQLite's writers queue by themselves."""
    session.execute(select(SchemeVersion.version).where(SchemeVersion.id == scheme_id).with_for_update())


def list_evidence(session: Session, scheme_id: str) -> tuple[Evidence, ...]:
    """Return all that was filed for a scheme."""
    return tuple(sorted(map(_evidence, _rows(session, scheme_id)), key=lambda one: one.place))


def assessed(session: Session, scheme: Scheme) -> tuple[Subject, ...]:
    """Return the subjects of the roster that a scheme assesses."""
    return tuple(one for one in list_subjects(session) if scheme.type_of(one) is not None)


def left_over(session: Session, scheme: Scheme) -> tuple[Evidence, ...]:
    """Return what was filed about subjects that the scheme does not assess any more."""
    codes = {one.code for one in assessed(session, scheme)}
    return tuple(one for one in list_evidence(session, scheme.id) if one.subject not in codes)


def _rows(session: Session, scheme_id: str) -> Sequence[EvidenceRow]:
    return session.scalars(select(EvidenceRow).where(EvidenceRow.scheme == scheme_id)).all()


def _columns(evidence: Evidence) -> dict[str, object]:
    return {name: getattr(evidence, name) for name in _TEXTS}


def _evidence(row: EvidenceRow) -> Evidence:
    return Evidence(**{name: getattr(row, name) for name in _TEXTS})


# --- approvals ---------------------------------------------------------------------------------------------------


def approve(
    session: Session,
    scheme: Scheme,
    *,
    component: str,
    classes: Sequence[str],
    subjects: Sequence[str],
    reason: str,
    by: str,
) -> int:
    """File that some classes of ballots may be left out where they are short; see ``approval_pieces``.

    Returns:
        For how many subjects.
    """
    pieces = approval_pieces(
        session, scheme, component=component, classes=classes, subjects=subjects, reason=reason, by=by
    )
    return file_evidence(session, scheme, pieces)


def approval_pieces(
    session: Session,
    scheme: Scheme,
    *,
    component: str,
    classes: Sequence[str],
    subjects: Sequence[str],
    reason: str,
    by: str,
) -> tuple[Evidence, ...]:
    """Return that some classes of ballots may be left out where they are short; nothing is filed.

    Args:
        session: the transaction.
        scheme: the scheme.
        component: one that is counted in a round.
        classes: of the ballots; a single ``-`` takes the approval back.
        subjects: codes; empty for all that the component concerns.
        reason: why.
        by: who approves.

    Returns:
        A piece for every subject.

    Raises:
        Invalid: when the component, a class, a subject, the reason or the name is missing or unknown.
    """
    known = {one.code: one for one in assessed(session, scheme)}
    source = next((one.source for one in scheme.components if one.id == component), None)
    problems = [Problem(code, N_("the scheme does not assess this subject")) for code in subjects if code not in known]
    everybody = [code for code, one in known.items() if component in _concerning(scheme, one)]
    if not isinstance(source, RoundSource):
        problems.append(Problem(component, N_("this component is not counted in a round")))
    elif not everybody:
        problems.append(Problem(component, N_("no subject of the scheme is concerned by this component")))
    else:
        problems += _unknown_classes(session, source, classes)
    problems += _texts(classes, reason, by)
    pieces = tuple(
        Evidence("approval", code, component, "", " ".join(classes), reason.strip(), by.strip())
        for code in dict.fromkeys(subjects or everybody)
    )
    problems = problems or [fault for one in pieces for fault in check_evidence(scheme, known[one.subject], one)]
    if problems:
        raise Invalid(problems)
    return pieces


def _concerning(scheme: Scheme, subject: Subject) -> list[str]:
    unit_type = scheme.type_of(subject)
    return [one.id for one in scheme.concerned(unit_type)] if unit_type else []


def _unknown_classes(session: Session, source: RoundSource, classes: Sequence[str]) -> Iterator[Problem]:
    """Give the classes that the round has not, where a count is there to tell."""
    counted = [row for row in list_rounds(session) if row.name == source.round and row.state == State.COUNTED]
    for row in counted:
        voters = frozen_round(session, row.id).voters
        known = dict.fromkeys(name for voter in voters for name in (voter.ballot_class, *voter.classes.values()))
        for name in classes:
            if name not in (*known, TAKEN_BACK):
                message = N_("the round %(round)s has no class %(name)s; allowed: %(allowed)s")
                yield Problem("", message, {"round": row.name, "name": name, "allowed": ", ".join(known)})


def _texts(classes: Sequence[str], reason: str, by: str) -> Iterator[Problem]:
    if not (classes and reason.strip() and by.strip()):
        yield Problem("", N_("an approval names classes, a reason, and who approves"))
    for column, text in (("value", " ".join(classes)), ("reason", reason), ("confirmed_by", by)):
        if len(text) > LONGEST[column]:
            yield Problem("", TOO_LONG, {"column": column, "n": len(text), "most": LONGEST[column]})
