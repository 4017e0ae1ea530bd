"""The counts below a component, in sentences made of the protected tables of the round's own report alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from survey.core.errors import N_
from survey.reports.disclosure import HIDDEN
from survey.reports.scores.disclosed import Record, RoundReport
from survey.reports.table import Cell
from survey.scoring.rules.explanation import plain
from survey.scoring.rules.insufficient import LIST_SEPARATOR
from survey.scoring.sources import SHORT_HASH

ROUND = N_("round %(round)s, %(title)s: hash of what was frozen %(frozen)s, hash of the count %(count)s")
INDEX = N_("index %(index)s from %(n)s scored ballots")
WITHIN = N_("index %(index)s, with 95 %% certainty from %(low)s to %(high)s, from %(n)s scored ballots")
PART = N_("part %(part)s: weight %(weight)s, index %(index)s, %(n)s scored ballots")
ANSWERS = N_("%(question)s %(answers)s (answered %(answered)s, left open or not asked %(blank)s)")
TOTAL = N_("weighted total %(total)s")
PROPOSAL = N_("proposal: %(proposal)s")
CLASS = N_("%(words)s: weight %(weight)s, %(n)s scored ballots, class mean %(mean)s")
VOTES = N_("%(question)s, %(class)s: %(votes)s")


@dataclass(frozen=True)
class Counts:
    """Says what a round counted about a subject.

    Attributes:
        report: the round's protected tables.
        translate: from an English sentence of the program to the reader's language.
        language: the language of the round's own words.
    """

    report: RoundReport
    translate: Callable[[str], str]
    language: str

    def say_round(self) -> str:
        """Name the round and the hashes by which it can be found again."""
        counted = self.report.counted
        return self.translate(ROUND) % {
            "round": counted.name,
            "title": counted.frozen.definition.title.words(self.language),
            "frozen": counted.frozen.content_hash[:SHORT_HASH],
            "count": counted.count.figures_hash[:SHORT_HASH],
        }

    def say(self, code: str, item: str | None = None) -> Iterator[str]:
        """Give a sentence for every row about a subject; of one item only, where one is named."""
        yield from self._ballot(code, item) if self.report.is_ballot else self._opinion(code, item)

    def _opinion(self, code: str, item: str | None) -> Iterator[str]:
        for row in self.report.rows("units", code):
            if row["index"] is None or row["index"] == HIDDEN:
                yield str(row["remark"] or "")
            elif item is None:
                yield self._worded(INDEX if row["low"] in (None, HIDDEN) else WITHIN, row)
        if item is None:
            for row in self.report.rows("parts", code):
                yield self._worded(PART, {**row, "part": row["part_name"]})
        answers = self._listed(self.report.rows("options", code), ("item",), "answer", "n")
        for row in self.report.rows("items", code):
            if item in (None, row["item"]) and (row["item"],) in answers:
                yield self._worded(ANSWERS, {**row, "answers": answers[row["item"],]})

    def _ballot(self, code: str, item: str | None) -> Iterator[str]:
        if item is None:
            for row in self.report.rows("results", code):
                if row["total"] is not None and row["total"] != HIDDEN:
                    yield self._worded(TOTAL, row)
                if row["proposal"] is not None:
                    yield self._worded(PROPOSAL, row)
                if row["remark"]:
                    yield str(row["remark"])
            for row in self.report.rows("classes", code):
                yield self._worded(CLASS, row)
        rows = [row for row in self.report.rows("votes", code) if item in (None, row["item"])]
        for (question, ballot_class), votes in self._listed(rows, ("question", "class"), "words", "votes").items():
            yield self._worded(VOTES, {"question": question, "class": ballot_class, "votes": votes})

    def _listed(
        self, rows: Iterator[Record] | tuple[Record, ...] | list[Record], keys: tuple[str, ...], words: str, n: str
    ) -> dict[tuple[Cell, ...], str]:
        """Return the options with their votes as one list, by the columns that name the question."""
        found: dict[tuple[Cell, ...], list[str]] = {}
        for row in rows:
            found.setdefault(tuple(row[key] for key in keys), []).append(f"{row[words]} {_shown(row[n])}")
        return {key: self.translate(LIST_SEPARATOR).join(votes) for key, votes in found.items()}

    def _worded(self, message: str, row: Record) -> str:
        weight = row.get("weight")
        if isinstance(weight, Decimal):
            row = {**row, "weight": plain(weight)}
        return self.translate(message) % {key: _shown(cell) for key, cell in row.items()}


def _shown(cell: Cell) -> str:
    return "-" if cell is None or cell == "" else str(cell)
