"""Two ledgers side by side (正面清单, 负面清单): the same pledges over several rounds, from what the reports show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from survey.core.errors import N_, Refused
from survey.questionnaires.kinds.statement import EXISTS, StatementItem
from survey.questionnaires.words import Item
from survey.reports.ballots import TOGETHER_WORD
from survey.reports.disclosure import HIDDEN
from survey.reports.names import Names
from survey.reports.table import Cell, Column, Table
from survey.rounds.definition import FrozenRound
from survey.scoring.policy import denominators
from survey.scoring.rules.sheet import percent

POSITIVE = N_("Positive list: kept, %")
NEGATIVE = N_("Negative list: said to exist")
OTHER_LISTS = N_("The rounds %(one)s and %(other)s do not ask the same; their ledgers cannot stand side by side")


@dataclass(frozen=True)
class Ledger:
    """A round with the tables of its report.

    Attributes:
        heading: the round, in a word or two.
        tables: of a ballot or a test; what they hide stays hidden.
    """

    heading: str
    frozen: FrozenRound
    tables: Sequence[Table]


Votes = Mapping[tuple[str, str, str], Mapping[str, Cell]]


def ledger_tables(ledgers: Sequence[Ledger], translate: Callable[[str], str], language: str = "zh") -> list[Table]:
    """Return a table for each unit: a line of the positive list and one of the negative list beside it.

    A pledge shows the share of ballots that say it was kept, a fault the number of ballots that say it exists,
    in a column for each round. Nothing is read but the tables of the reports, so nothing hidden there can be told.

    Raises:
        Refused: when two rounds do not ask the same.
    """
    first = ledgers[0]
    for other in ledgers[1:]:
        if _asked(other.frozen) != _asked(first.frozen):
            ids = (first.frozen.definition.id, other.frozen.definition.id)
            raise Refused(OTHER_LISTS, one=ids[0], other=ids[1])
    items = [item for item in first.frozen.questionnaire.items if item.per == "subject" and item.options]
    negative = [item for item in items if isinstance(item, StatementItem) and item.polarity == "negative"]
    positive = [item for item in items if item not in negative]
    columns = tuple(_columns(ledgers, translate))
    votes = [_together(ledger, translate) for ledger in ledgers]
    names = Names(first.frozen, translate, language)
    rated = {code for voter in first.frozen.voters for code in voter.subjects}
    return [
        Table(subject.code, names.subject(subject.code), columns, _rows(subject.code, positive, negative, votes, names))
        for subject in first.frozen.subjects
        if subject.code in rated
    ]


def _asked(frozen: FrozenRound) -> list[str]:
    return [item.id for item in frozen.questionnaire.items]


def _columns(ledgers: Sequence[Ledger], translate: Callable[[str], str]) -> list[Column]:
    columns = []
    for side, heading in (("positive", POSITIVE), ("negative", NEGATIVE)):
        columns.append(Column(side, translate(heading)))
        columns += [Column(f"{side}-{i}", ledger.heading) for i, ledger in enumerate(ledgers)]
    return columns


def _together(ledger: Ledger, translate: Callable[[str], str]) -> Votes:
    """Return the rows of all classes together, by subject, item and option."""
    table = next(table for table in ledger.tables if table.name == "votes")
    together = translate(TOGETHER_WORD)
    return {
        (str(row["code"]), str(row["item"]), str(row["option"])): row
        for row in table.records()
        if row["class"] == together
    }


def _rows(
    code: str, positive: Sequence[Item], negative: Sequence[Item], votes: Sequence[Votes], names: Names
) -> tuple[tuple[Cell, ...], ...]:
    empty = (None,) * (1 + len(votes))
    kept = [(names.question(item.id), *(_kept(code, item, one) for one in votes)) for item in positive]
    found = [
        (names.question(item.id), *(one[code, item.id, EXISTS.code]["votes"] for one in votes)) for item in negative
    ]
    return tuple((*left, *right) for left, right in zip_longest(kept, found, fillvalue=empty))


def _kept(code: str, item: Item, votes: Votes) -> Cell:
    """Return the share of the options that satisfy; hidden where a part of it is."""
    said = (EXISTS.code,) if isinstance(item, StatementItem) else denominators(item.options).satisfied
    rows = [votes[code, item.id, option] for option in said]
    if any(row["votes"] == HIDDEN for row in rows):
        return HIDDEN
    base = rows[0]["base"] if rows else None
    return (
        percent(sum(n for row in rows if isinstance(n := row["votes"], int)), base) if isinstance(base, int) else None
    )
