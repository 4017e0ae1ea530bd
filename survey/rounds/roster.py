"""What rounds have to do with the roster: no subject that one needs is removed, and drafts follow its changes."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.core.errors import N_, Invalid, Refused
from survey.questionnaires.selectors import TYPE
from survey.rounds.models import Round, State
from survey.rounds.service import check_round, frozen_round, list_rounds, list_voter_groups
from survey.rounds.voters import OWN, Lookup, VoterLine, resolve
from survey.subjects import service as subjects


def rounds_using(session: Session, code: str) -> list[str]:
    """Return the names of the rounds not counted yet in which a subject is rated, or stands above one who is."""
    roster = Lookup(subjects.list_subjects(session))
    rows = [row for row in list_rounds(session) if row.state != State.COUNTED]
    return [row.name for row in rows if _uses(session, row, code, roster)]


def remove_subject(session: Session, code: str) -> None:
    """Take a subject off the roster.

    Raises:
        NotFound: when the roster has no such code.
        Refused: when it is the parent of others, or a round that is not counted needs it.
    """
    using = rounds_using(session, code)
    if using:
        raise Refused(
            N_("%(code)s is needed by %(n)s rounds that are not counted: %(rounds)s"),
            code=code,
            n=len(using),
            rounds=", ".join(using),
        )
    subjects.remove_subject(session, code)


def check_drafts(session: Session, now: datetime) -> None:
    """Check every round that is not open yet: another roster may let it open, or keep it from that."""
    roster = subjects.list_subjects(session)
    for row in list_rounds(session):
        if row.state in (State.DRAFT, State.READY):
            session.refresh(row, with_for_update=True)
            if row.state in (State.DRAFT, State.READY):
                check_round(session, row, now, roster)


def _uses(session: Session, row: Round, code: str, roster: Lookup) -> bool:
    if row.frozen_hash is not None:
        return any(subject.code == code for subject in frozen_round(session, row.id).subjects)
    lines = [
        VoterLine(one.group, one.ballot_class, one.planned, one.subjects) for one in list_voter_groups(session, row)
    ]
    return any(code in _rated(line, roster) for line in lines)


def _rated(line: VoterLine, roster: Lookup) -> set[str]:
    """Return whom a line names; what cannot be resolved yet still names the codes that are written."""
    try:
        return set(resolve(line, roster).subjects)
    except Invalid:
        words = (word.removeprefix("-").partition("=")[0] for word in line.subjects.split())
        return {line.group if word == OWN else word for word in words if not word.startswith(TYPE)}
