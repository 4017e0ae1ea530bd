"""The tables of items: each with its denominators, and the ballots of every option where they may be shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from survey.core.errors import N_
from survey.reports.disclosure import HIDDEN, Protection, Shown, is_small
from survey.reports.disclosure.opinion import INDEX, RATE
from survey.reports.names import Names
from survey.reports.table import Cell, Headings, Table, make_table, rounded
from survey.scoring.results import Components, ItemResult
from survey.scoring.rules.index import Mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.shares import Share

PLACES = 2

ITEMS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("item", N_("Item id")),
    ("question", N_("Question")),
    ("answered", N_("Answered")),
    ("blank", N_("Left open or not asked")),
    ("scored", N_("Scored answers")),
    ("index", N_("Index")),
    ("base", N_("Base of the rate")),
    ("rate", N_("Satisfaction rate, %")),
    ("low", N_("Rate from (95 %)")),
    ("high", N_("Rate to (95 %)")),
    ("remark", N_("Note")),
)
OPTIONS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("item", N_("Item id")),
    ("question", N_("Question")),
    ("option", N_("Code of the answer")),
    ("answer", N_("Answer")),
    ("points", N_("Points")),
    ("n", N_("Ballots")),
    ("share", N_("Share of those who answered, %")),
)
TOO_SMALL = N_("sample too small, not shown")
FIGURES = ("answered", "blank", "scored", "index", "base", "rate", "low", "high")
SOME_HIDDEN = N_("small cells are hidden")
REMARK_SEPARATOR = N_("; ")


def item_tables(names: Names, components: Components, shown: Shown) -> tuple[Table, Table]:
    """Return the table of items and the table of their answers."""
    rows = list(_rows(names, components, shown))
    options = (record for row in rows for record in row.options())
    return (
        make_table("items", N_("Items"), ITEMS, (row.item() for row in rows), names.translate),
        make_table("options", N_("Answers by option"), OPTIONS, options, names.translate),
    )


def _rows(names: Names, components: Components, shown: Shown) -> Iterator["_Row"]:
    smallest = components.frozen.definition.disclosure.min_cell
    for unit in components.units:
        for result in unit.items:
            yield _Row(names, unit.code, result, shown, smallest)
    for result in components.general:
        yield _Row(names, "", result, shown, smallest)


@dataclass(frozen=True)
class _Row:
    """One item about one unit, with what of it may be shown."""

    names: Names
    code: str
    result: ItemResult
    shown: Shown
    smallest: int

    @property
    def _protection(self) -> Protection:
        return self.shown.row(self.code, self.result.item)

    def _shows(self, figure: str) -> bool:
        return self.shown.shows(self.code, self.result.item, figure)

    @property
    def _is_too_small(self) -> bool:
        return self.code in self.shown.too_small or is_small(self.result.answered, self.smallest)

    def _head(self) -> dict[str, Cell]:
        return {
            "code": self.code,
            "name": self.names.subject(self.code),
            "item": self.result.item,
            "question": self.names.question(self.result.item),
        }

    def item(self) -> dict[str, Cell]:
        """Return the row of the table of items."""
        if self._is_too_small:
            return self._head() | dict.fromkeys(FIGURES, HIDDEN) | {"remark": self.names.translate(TOO_SMALL)}
        row = self._head() | {"answered": self.result.answered, "blank": self.result.blank}
        remarks = [
            figure.say(self.names.translate)
            for figure in (self.result.index, self.result.rate)
            if isinstance(figure, Insufficient)
        ]
        if self._protection.hidden:
            remarks.append(self.names.translate(SOME_HIDDEN))
        separator = self.names.translate(REMARK_SEPARATOR)
        return row | self._index() | self._rate() | {"remark": separator.join(dict.fromkeys(remarks))}

    def _index(self) -> dict[str, Cell]:
        index = self.result.index
        if not isinstance(index, Mean):
            return {}
        return {"scored": index.n, "index": rounded(index.value, PLACES) if self._shows(INDEX) else HIDDEN}

    def _rate(self) -> dict[str, Cell]:
        rate, interval = self.result.rate, self.result.rate_interval
        if not isinstance(rate, Share) or interval is None:
            return {}
        if not self._shows(RATE):
            return {"base": rate.base} | dict.fromkeys(("rate", "low", "high"), HIDDEN)
        return {
            "base": rate.base,
            "rate": rounded(rate.value * 100, PLACES),
            "low": rounded(interval.low * 100, PLACES),
            "high": rounded(interval.high * 100, PLACES),
        }

    def options(self) -> Iterator[dict[str, Cell]]:
        """Give a row of the table of answers for each option."""
        for option in self.names.frozen.questionnaire.item(self.result.item).options:
            n = self.result.counts[option.code]
            row = self._head() | {
                "option": option.code,
                "answer": option.words(self.names.language),
                "points": option.points if option.in_index else None,
            }
            if self._is_too_small or option.code in self._protection.hidden:
                yield row | {"n": HIDDEN, "share": HIDDEN}
            else:
                yield row | {"n": n, "share": self._share(n)}

    def _share(self, n: int) -> Cell:
        return rounded(Fraction(100 * n, self.result.answered), PLACES) if self.result.answered else None
