"""The report of any counted round: the one that fits its kind."""

from collections.abc import Callable, Sequence

from survey.counting.figures import Count
from survey.reports.ballots import ballot_tables
from survey.reports.figures import report_tables
from survey.reports.table import Table
from survey.rounds.definition import FrozenRound
from survey.scoring.ballots import score_ballots
from survey.scoring.component import score_round
from survey.scoring.sheets import Present, count_sheets
from survey.turnout.rules import Disposition


def round_tables(
    frozen: FrozenRound,
    count: Count,
    turnout: Sequence[Disposition],
    present: Present,
    translate: Callable[[str], str],
    *,
    language: str = "zh",
) -> tuple[Table, ...]:
    """Return every table of a counted round's report.

    Args:
        frozen: what the round's opening froze.
        count: its count.
        turnout: the response account, one entry a group and class.
        present: how many came, by group and class; of ballots only.
        translate: from an English sentence of the program to the reader's language.
        language: the language of the round's own words, zh or en.
    """
    if frozen.definition.kind in ("ballot", "posneg"):
        sheets = count_sheets(frozen, count, turnout, present)
        return ballot_tables(score_ballots(frozen, count), sheets, turnout, translate, language=language)
    return report_tables(score_round(frozen, count), turnout, translate, language=language)
