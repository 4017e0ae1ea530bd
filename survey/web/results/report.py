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
from survey.reports.disclosure import protect_components
from survey.reports.exports import write_report
from survey.reports.figures import report_tables
from survey.reports.rounds import round_tables
from survey.reports.table import Cell, Table
from survey.rounds.definition import FrozenRound, RoundDefinition
from survey.rounds.models import Round
from survey.rounds.service import frozen_round, present_voters
from survey.scoring.component import score_round
from survey.turnout.queries import get_turnout
from survey.turnout.rules import Disposition, sum_up

MOST_REPORTS = 16
REMARKS = "texts"
BALLOTS = ("ballot", "posneg")

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
    tables: tuple[Table, ...]
    groups: tuple[Group, ...] = ()

    def table(self, name: str) -> Table:
        """Return the table of a name; StopIteration when there is none."""
        return next(table for table in self.tables if table.name == name)

    def by_subject(self, name: str) -> dict[str, list[Record]]:
        """Return the rows of a table by the code of the subject they are about, in their order."""
        sections: dict[str, list[Record]] = {}
        for record in self.table(name).records():
            sections.setdefault(str(record["code"]), []).append(record)
        return sections

    @property
    def turnout(self) -> Table:
        """The response account."""
        return self.table("turnout")

    @property
    def method(self) -> Table:
        """The method notes."""
        return self.table("method")

    def file(self, suffix: str) -> bytes:
        """Return the report as a file; a CSV file holds the first table."""
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
    present: tuple[tuple[tuple[str, str], int | None], ...]
    count: Count = field(compare=False, repr=False)
    frozen: FrozenRound = field(compare=False, repr=False)


def read_report(session: Session, row: Round, lang: str) -> Report:
    """Return the report of a counted round in the present language."""
    count = get_count(session, row)
    present = tuple(present_voters(session, row).items())
    key = _Key(count.content_hash, lang, get_turnout(session, row), present, count, frozen_round(session, row.id))
    with _drawing:
        return _make(key)


@lru_cache(maxsize=MOST_REPORTS)
def _make(key: _Key) -> Report:
    if key.frozen.definition.kind in BALLOTS:
        tables = round_tables(key.frozen, key.count, key.turnout, dict(key.present), gettext, language=key.lang)
        return _report(key, tables)
    components = score_round(key.frozen, key.count)
    shown = protect_components(components)
    tables = report_tables(components, key.turnout, gettext, language=key.lang, shown=shown)
    members: dict[str, list[Record]] = defaultdict(list)
    for record in tables[0].records():
        members[str(record["group"] or "")].append(record)
    groups = (
        Group(name, tuple(sorted(records, key=_place)), ranking_chart(components, name, gettext, shown))
        for name, records in members.items()
    )
    return _report(key, tables, tuple(groups))


def _report(key: _Key, tables: tuple[Table, ...], groups: tuple[Group, ...] = ()) -> Report:
    return Report(
        definition=key.frozen.definition,
        ballots=sum(key.count.ballots.values()),
        overall=sum_up(key.turnout, ""),
        tables=tuple(table for table in tables if table.name != REMARKS),
        groups=groups,
    )


def _place(record: Record) -> tuple[bool, int]:
    rank = record["rank"]
    return (False, rank) if isinstance(rank, int) else (True, 0)
