"""The job ``poster``: the poster of a meeting's room, read back before it is given out."""

from typing import cast

from survey.codes.entry import entry_address
from survey.codes.poster import SCALES, Paper, write_poster
from survey.codes.preflight import Sheets, check_print
from survey.codes.words import fingerprints, make_poster
from survey.core.errors import N_
from survey.rounds.definition import RoundDefinition
from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work
from survey.worker.work import Work


def run(work: Work) -> None:
    """Print and look.

    The payload: ``round``; ``paper``: A4 or A3; ``language``.

    Raises:
        Refused: when the words do not fit, or what was printed cannot be read back.
    """
    wanted = work.payload.get("paper", "A4")
    paper = cast("Paper", wanted if wanted in SCALES else "A4")
    language = "en" if work.payload.get("language") == "en" else "zh"
    base_url = work.settings.base_url
    work.begin(1, N_("pages"))
    with unit_of_work(work.engine) as session:
        row = get_round(session, work.payload["round"])
        content = make_poster(RoundDefinition.model_validate(row.definition), language, base_url, fingerprints(row))
    place = work.folder / "poster.pdf"
    metres = write_poster(content, place, paper=paper)
    findings = check_print([Sheets(place, 1, lambda _page: [entry_address(base_url)])])
    work.step(1)
    work.result = {"metres": f"{metres:.1f}", **findings.document()}
    work.give(place, f"{row.name}-poster-{paper}.pdf", "application/pdf")
