"""What the task list of a round is made of, read from the database."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.clearing import CLEARED
from survey.codes.models import Batch
from survey.core import clock
from survey.core.errors import Invalid
from survey.jobs.models import Job, JobState
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round, State
from survey.rounds.service import REMOVED, find_blockers, frozen_round, list_voter_groups, rehearsal_of
from survey.rounds.voters import Lookup, VoterLine, resolve
from survey.staff.models import AuditEntry
from survey.subjects.roster import Subject
from survey.subjects.service import list_subjects
from survey.turnout.queries import get_turnout
from survey.web.desk.tasks import Facts
from survey.web.display import local_time

PRINTING = ("codes", "slips")
"""Kinds of jobs after which slips exist."""


def facts_of(session: Session, row: Round, roster: tuple[Subject, ...] | None = None) -> Facts:
    """Return the facts of a round."""
    definition = RoundDefinition.model_validate(row.definition)
    groups = list_voter_groups(session, row)
    roster = list_subjects(session) if roster is None else roster
    opened = row.state not in (State.DRAFT, State.READY)
    issued = _issued(session, row)
    return Facts(
        state=State(row.state),
        questionnaire=definition.questionnaire,
        roster=len(roster),
        rated=len(_rated(session, row, Lookup(roster), opened=opened)),
        groups=len(groups),
        planned=sum(group.planned for group in groups),
        classes=len({group.ballot_class for group in groups}),
        keys=len(row.public_keys),
        blockers=() if opened else find_blockers(session, row, clock.now(), roster),
        issued=issued[False],
        spare=issued[True],
        printed=_printed(session, row),
        rehearsal=rehearsal_of(session, row) is not None,
        rehearsed=_rehearsed(session, row),
        opens_at=local_time(definition.opens_at),
        closes_at=local_time(definition.closes_at),
        ballots=_ballots(session, row),
    )


def _rated(session: Session, row: Round, roster: Lookup, *, opened: bool) -> set[str]:
    if opened:
        return {code for voter in frozen_round(session, row.id).voters for code in voter.subjects}
    found: set[str] = set()
    for group in list_voter_groups(session, row):
        try:
            line = VoterLine(group.group, group.ballot_class, group.planned, group.subjects)
            found.update(resolve(line, roster).subjects)
        except Invalid:
            continue
    return found


def _issued(session: Session, row: Round) -> dict[bool, int]:
    """Count the codes of the batches that are not void, the main ones under False and the spare ones under True."""
    found = session.execute(
        select(Batch.spare, func.sum(Batch.size))
        .where(Batch.round_id == row.id, Batch.void.is_(False))
        .group_by(Batch.spare)
    )
    return {False: 0, True: 0} | {bool(spare): int(size) for spare, size in found}


def _printed(session: Session, row: Round) -> bool:
    found = session.scalar(
        select(func.count()).where(Job.round_name == row.name, Job.kind.in_(PRINTING), Job.state == JobState.DONE)
    )
    return bool(found)


def _rehearsed(session: Session, row: Round) -> bool:
    """Tell whether the log knows of a rehearsal that was cleared: nothing else is left of one.

    One of a draft of the same name that was removed afterwards does not count.
    """
    found = (
        select(AuditEntry.sentence, AuditEntry.figures)
        .where(AuditEntry.sentence.in_((CLEARED, REMOVED)), AuditEntry.office == row.office)
        .order_by(AuditEntry.number.desc())
    )
    last = next((said for said, figures in session.execute(found) if figures.get("round") == row.name), None)
    return last == CLEARED


def _ballots(session: Session, row: Round) -> int:
    if row.state not in (State.CLOSED, State.COUNTED):
        return 0
    return sum(one.spent for one in get_turnout(session, row))
