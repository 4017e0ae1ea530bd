"""The job ``slips``: print slips again from a file of codes that somebody sent."""

from survey.codes.files import read_codes
from survey.codes.service import IssuedCode, unusable_codes
from survey.core.errors import N_, Refused
from survey.jobs.keeping import UPLOAD
from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work
from survey.worker.printing import ZIP, Box, Paper, PrintedRound, Printer, pack, read_me
from survey.worker.work import Work


def run(work: Work) -> None:
    """Read, check against the database, print, look, pack.

    The payload: ``round``, ``layout``, ``language``; the file is in the job's folder.

    Raises:
        Invalid: for a fault of the file.
        Refused: when a code is spent, void or of another round, or the slips cannot be printed.
    """
    paper = Paper.of(work)
    file = work.folder / UPLOAD
    if not file.is_file():
        raise Refused(N_("The file that was sent is gone; send it again"))
    issued = [code for code, _address in read_codes(file)]
    with unit_of_work(work.engine) as session:
        row = get_round(session, work.payload["round"])
        bad = unusable_codes(session, row, (one.code for one in issued), work.code_key)
        of = PrintedRound.of(row)
    if bad:
        raise Refused(
            N_("%(n)s of %(all)s codes of the file are spent, void or of another round; nothing is printed"),
            n=bad,
            all=len(issued),
        )
    boxes = _boxes(issued)
    printer = Printer(work, of, paper)
    printer.try_out(boxes)
    printed, findings = printer.print_boxes(boxes)
    archive = pack(work, [read_me(work, paper, meeting=of.definition.meeting), *printed])
    work.result = {"slips": len(issued), **findings.document()}
    work.give(archive, f"{row.name}-slips.zip", ZIP, once=True)


def _boxes(issued: list[IssuedCode]) -> list[Box]:
    codes: dict[tuple[str, str], list[str]] = {}
    for one in issued:
        codes.setdefault((one.group, one.ballot_class), []).append(one.code)
    return [
        Box(f"{group}-{ballot_class}", group, ballot_class, of) for (group, ballot_class), of in sorted(codes.items())
    ]
