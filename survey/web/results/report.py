"""A published round's report in one language: made once, kept in memory, since a count never changes."""

import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock

from flask_babel import gettext
from sqlalchemy.orm import Session

from survey.counting.figures import Count
from survey.counting.service import get_count
from survey.reports.charts import Chart, ranking_chart
from survey.reports.exports import write_report
from survey.reports.figures import report_tables
from survey.reports.table import Cell, Table
from survey.rounds.definition import FrozenRound, RoundDefinition
from survey.rounds.models import Round
from survey.rounds.service import frozen_round
from survey.scoring.component import score_round
from survey.turnout.queries import get_turnout
from survey.turnout.rules import Disposition, sum_up

MOST_REPORTS = 16
REMARKS = "texts"

Record = Mapping[str, Cell]


@dataclass(frozen=True)
class Group:
    """The units of one ranking group, the first on top, and their chart when any of them is ranked."""

    name: str
    units: tuple[Record, ...]
    chart: Chart | None


@dataclass(frozen=True)
class Report:
    """What the page shows and the downloads hold: totals only, for that is what people were promised."""

    definition: RoundDefinition
    ballots: int
    overall: Disposition
    groups: tuple[Group, ...]
    turnout: Table
    method: Table
    tables: tuple[Table, ...]

    def file(self, suffix: str) -> bytes:
        """Return the report as a file; a CSV file holds the table of units."""
        with tempfile.TemporaryDirectory() as folder:
            return write_report(self.tables, Path(folder) / f"report{suffix}")[0].read_bytes()


# The library that draws the charts is not made for several threads at once.
_drawing = Lock()


@dataclass(frozen=True, slots=True)
class _Key:
    """What makes two reports the same; the figures are only along to make the first of them."""

    count_hash: str
    lang: str
    turnout: tuple[Disposition, ...]
    count: Count = field(compare=False, repr=False)
    frozen: FrozenRound = field(compare=False, repr=False)


def read_report(session: Session, row: Round, lang: str) -> Report:
    """Return the report of a counted round in the present language."""
    count = get_count(session, row)
    key = _Key(count.content_hash, lang, get_turnout(session, row), count, frozen_round(session, row.id))
    with _drawing:
        return _make(key)


@lru_cache(maxsize=MOST_REPORTS)
def _make(key: _Key) -> Report:
    components = score_round(key.frozen, key.count)
    tables = report_tables(components, key.turnout, gettext, language=key.lang)
    by_name = {table.name: table for table in tables}
    members: dict[str, list[Record]] = defaultdict(list)
    for record in by_name["units"].records():
        members[str(record["group"] or "")].append(record)
    return Report(
        definition=key.frozen.definition,
        ballots=sum(key.count.ballots.values()),
        overall=sum_up(key.turnout, ""),
        groups=tuple(
            Group(name, tuple(sorted(records, key=_place)), ranking_chart(components, name, gettext))
            for name, records in members.items()
        ),
        turnout=by_name["turnout"],
        method=by_name["method"],
        tables=tuple(table for table in tables if table.name != REMARKS),
    )


def _place(record: Record) -> tuple[bool, int]:
    rank = record["rank"]
    return (False, rank) if isinstance(rank, int) else (True, 0)
