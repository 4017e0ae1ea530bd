"""The job ``import``: take a long table that somebody uploaded, the roster or a round's voters; all of it or nothing.

Reading and checking keep nobody waiting. Storing goes in one transaction with the line in the log: cancelled or killed
anywhere before its end, nothing is stored. What is wrong with a file stays wrong, so a file with faults goes at once,
and its job is not tried again.
"""

from pathlib import Path

from survey.codes.service import expect_none_issued
from survey.core.clock import now
from survey.core.errors import N_, Refused, SurveyError
from survey.core.textfile import read_table
from survey.rounds import drafting, voters
from survey.rounds.roster import check_drafts
from survey.rounds.service import check_round, get_round
from survey.staff.audit import record
from survey.staff.models import ROOT
from survey.storage.engine import unit_of_work
from survey.subjects import roster
from survey.subjects.service import IMPORTED, put_subjects
from survey.worker.sentences import faults_of
from survey.worker.work import Work

KIND = "import"

VOTERS_TAKEN = N_("%(name)s has %(n)s lines of voters, %(planned)s ballots, from the file %(file)s")
"""For the log, and for the desk, which takes shorter tables by itself."""

READ, CHECKED, STORED = N_("rows read"), N_("rows checked"), N_("rows stored")


def run(work: Work) -> None:
    """Read, check, store.

    The payload: ``file``: the name of the upload in the job's folder; ``round`` where it holds a round's voters.

    Raises:
        Invalid: for faults of the file; the result lists them.
        Refused: when the upload is gone, or the round was opened meanwhile.
    """
    file = work.folder / work.payload["file"]
    try:
        if not file.is_file():
            raise Refused(N_("The file that was sent is gone; send it again"))
        if "round" in work.payload:
            _voters(work, file)
        else:
            _roster(work, file)
    except SurveyError as error:
        work.result = faults_of(error)
        file.unlink(missing_ok=True)
        raise


def _roster(work: Work, file: Path) -> None:
    work.begin(0, READ)
    rows = read_table(file, roster.COLUMNS, roster.OPTIONAL, on_progress=work.step)
    work.begin(len(rows), CHECKED)
    subjects = roster.roster_of(rows, file.name, on_progress=work.step)
    work.begin(len(subjects), STORED)
    with unit_of_work(work.engine) as session:
        work.hold(session)
        put_subjects(session, subjects, on_progress=work.step)
        check_drafts(session, now())
        record(session, work.actor, ROOT, IMPORTED, n=len(subjects), file=file.name)
    work.result = {"rows": len(subjects)}


def _voters(work: Work, file: Path) -> None:
    work.begin(0, READ)
    rows = read_table(file, voters.COLUMNS, on_progress=work.step)
    work.begin(len(rows), CHECKED)
    lines = voters.voters_of(rows, file.name, on_progress=work.step)
    planned = sum(line.planned for line in lines)
    work.begin(len(lines), STORED)
    with unit_of_work(work.engine) as session:
        work.hold(session)
        row = get_round(session, work.payload["round"])
        drafting.hold_draft(session, row)
        expect_none_issued(session, row)
        drafting.replace_voters(session, row, lines, on_progress=work.step)
        check_round(session, row, now())
        figures = {"name": row.name, "n": len(lines), "planned": planned, "file": file.name}
        record(session, work.actor, row.office, VOTERS_TAKEN, **figures)
    work.result = {"rows": len(lines), "planned": planned}
