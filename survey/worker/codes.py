"""The job ``codes``: issue the planned or spare codes of a round, print them as slips, and pack all into one archive.

Codes stand in clear in the chunk files of the job's folder only. The file of a voter group is on the disk before
the transaction that issues its codes ends, and the chunk's mark is part of that transaction: after a crash either
the codes, the file and the mark are there, or none of them counts.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from survey.codes import service
from survey.codes.files import read_own, write_codes
from survey.core.errors import N_, Refused
from survey.rounds.models import VoterGroupRow
from survey.rounds.service import get_round, list_voter_groups
from survey.staff.audit import record
from survey.storage.engine import unit_of_work
from survey.subjects.service import list_subjects
from survey.worker.printing import ZIP, Box, Paper, PrintedRound, Printer, pack, read_me
from survey.worker.work import Cancelled, Work


@dataclass(frozen=True)
class _Group:
    """A voter group that codes are issued for; ``said`` is what people call it."""

    id: int
    group: str
    ballot_class: str
    said: str
    wanted: int

    @property
    def chunk(self) -> str:
        return f"issue-{self.id}"

    @property
    def name(self) -> str:
        return f"{self.group}-{self.ballot_class}"

    def box(self, codes: list[str]) -> Box:
        return Box(self.name, self.said, self.ballot_class, codes)


def run(work: Work) -> None:
    """Issue, print, look, pack.

    The payload: ``round``; ``spare``: so many for each group, 0 for those planned; ``group`` and ``ballot_class``:
    of these only; ``layout``, ``language``.

    Raises:
        Refused: when the round takes no codes, nothing is left to issue, or the slips cannot be printed.
    """
    paper = Paper.of(work)
    try:
        of, groups = _plan(work)
        printer = Printer(work, of, paper)
        if not any(work.kept(group.chunk) for group in groups):
            printer.try_out([group.box([]) for group in groups])
        files = _issue(work, groups)
        boxes = [group.box(read_own(file)[1]) for group, file in files.items()]
        printed, findings = printer.print_boxes(boxes)
        read = read_me(work, paper, meeting=of.definition.meeting)
        archive = pack(work, [read, *files.values(), *printed])
    except Cancelled:
        _take_back(work)
        raise
    work.result = {"slips": sum(len(box.codes) for box in boxes), "batches": len(boxes), **findings.document()}
    work.give(archive, f"{work.payload['round']}-codes.zip", ZIP, once=True)


def _plan(work: Work) -> tuple[PrintedRound, list[_Group]]:
    """Return what is printed, and the groups that have codes to be issued or have got them from this job."""
    payload = work.payload
    spare = int(payload.get("spare", 0))
    with unit_of_work(work.engine) as session:
        row = get_round(session, payload["round"])
        rows = [
            group
            for group in list_voter_groups(session, row)
            if payload.get("group", "") in ("", group.group)
            and payload.get("ballot_class", "") in ("", group.ballot_class)
        ]
        left = service.left_to_issue(session, row, rows)
        of = PrintedRound.of(row)
        names = {one.code: f"{one.name} ({one.code})" for one in list_subjects(session)}
    groups = [
        _Group(one.id, one.group, one.ballot_class, names.get(one.group, one.group), spare or left[one.id])
        for one in rows
    ]
    groups = [one for one in groups if one.wanted > 0 or work.kept(one.chunk)]
    if not groups:
        raise Refused(N_("All planned codes of %(name)s are issued; more come as spare codes"), name=payload["round"])
    return of, groups


def _issue(work: Work, groups: list[_Group]) -> dict[_Group, Path]:
    """Issue the codes of the groups that have none from this job yet; return the file of each group's codes."""
    files = {group: kept for group in groups if (kept := work.kept(group.chunk))}
    waiting = [group for group in groups if group not in files]
    work.begin(sum(group.wanted for group in waiting), N_("codes"))
    for group in waiting:
        with unit_of_work(work.engine) as session:
            work.hold(session)
            files[group], issued = _issue_group(work, session, group)
        work.step(issued)
    return {group: files[group] for group in groups}


def _issue_group(work: Work, session: Session, group: _Group) -> tuple[Path, int]:
    row = get_round(session, work.payload["round"])
    voters = session.get_one(VoterGroupRow, group.id)
    spare = int(work.payload.get("spare", 0))
    issued = service.issue_codes(session, row, [voters], work.code_key, spare=spare)
    place = work.folder / f"codes-{group.name}.csv"
    write_codes(place, issued, work.settings.base_url)
    work.keep(group.chunk, place, session)
    record(
        session,
        work.actor,
        work.office,
        N_("Issued the batch %(batch)s of %(codes)s codes for the round %(round)s"),
        batch=issued[0].batch,
        codes=len(issued),
        round=row.name,
    )
    return place, len(issued)


def _take_back(work: Work) -> None:
    """Void the batches of a cancelled job: its files are removed, and nobody could ever print them again."""
    with unit_of_work(work.engine) as session:
        work.hold(session)
        row = get_round(session, work.payload["round"])
        batches = [
            read_own(file)[0] for group in list_voter_groups(session, row) if (file := work.kept(f"issue-{group.id}"))
        ]
        for batch in batches:
            service.void_batch(session, row, batch)
            record(
                session,
                work.actor,
                work.office,
                N_("Voided the batch %(batch)s of the round %(round)s: its printing was cancelled"),
                batch=batch,
                round=row.name,
            )
    work.result = {"voided": len(batches)}
