"""The job ``report``: the report of a counted round, or of a score run, on paper; long ones take a while."""

from survey.core.errors import N_
from survey.core.language import translator
from survey.counting.service import get_count
from survey.reports.paper.rounds import write_round
from survey.reports.rounds import round_tables
from survey.reports.scores import Numbered, score_report, write_score_report
from survey.rounds.service import frozen_round, get_round, present_voters
from survey.scoring.service import get_run, run_again
from survey.storage.engine import snapshot
from survey.turnout.queries import get_turnout
from survey.worker.work import Work


def run(work: Work) -> None:
    """Write the PDF.

    The payload: ``round``; or ``scheme`` and ``number``; and ``language``.

    Raises:
        NotFound: when there is no such round or run.
        Refused: when the round is not counted, or the run can no longer be computed anew.
    """
    language = "en" if work.payload.get("language") == "en" else "zh"
    work.begin(1, N_("reports"))
    name = _of_round(work, language) if "round" in work.payload else _of_run(work, language)
    work.step(1)
    work.give(work.folder / "report.pdf", name, "application/pdf")


def _of_round(work: Work, language: str) -> str:
    say = translator(language)
    with snapshot(work.engine) as session:
        row = get_round(session, work.payload["round"])
        frozen = frozen_round(session, row.id)
        turnout, present = get_turnout(session, row), present_voters(session, row)
        tables = round_tables(frozen, get_count(session, row), turnout, present, say, language=language)
    write_round(frozen, tables, work.folder / "report.pdf", say, language)
    return f"{row.name}.pdf"


def _of_run(work: Work, language: str) -> str:
    with snapshot(work.engine) as session:
        kept = get_run(session, work.payload["scheme"], work.payload["number"])
        made = run_again(session, kept)
    numbered = Numbered(made, kept.number, what_if=kept.what_if, made_at=kept.made_at, software=kept.software)
    write_score_report(score_report(numbered, translator(language), language), work.folder / "report.pdf")
    return f"{kept.scheme}-{kept.number}.pdf"
