"""The tables of items: each with its denominators, and the ballots of every option where they may be shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.reports.disclosure import HIDDEN, Protection, Shown, is_small
from survey.reports.disclosure.weighted import INDEX, RATE, RATE_PLACES
from survey.reports.names import Names
from survey.reports.table import Cell, Headings, Table, make_table, rounded
from survey.scoring.results import Components, ItemResult, WeightedItem
from survey.scoring.rules.index import Mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.shares import Share
from survey.scoring.weighted import rate_interval

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
WEIGHTED: Headings = (
    ("weighted_index", N_("Weighted index")),
    ("weighted_rate", N_("Weighted rate, %")),
    ("weighted_low", N_("Weighted rate from (95 %)")),
    ("weighted_high", N_("Weighted rate to (95 %)")),
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
WEIGHTED_RATE = ("weighted_rate", "weighted_low", "weighted_high")
SOME_HIDDEN = N_("small cells are hidden")
REMARK_SEPARATOR = N_("; ")


def item_tables(names: Names, components: Components, shown: Shown) -> tuple[Table, Table]:
    """Return the table of items and the table of their answers."""
    rows = list(_rows(names, components, shown))
    options = (record for row in rows for record in row.options())
    is_weighted = components.frozen.definition.weighting is not None
    headings = (*ITEMS[:-1], *WEIGHTED, ITEMS[-1]) if is_weighted else ITEMS
    return (
        make_table("items", N_("Items"), headings, (row.item() for row in rows), names.translate),
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
        weighted = self.result.weighted
        if self._is_too_small:
            hidden = FIGURES if weighted is None else (*FIGURES, "weighted_index", *WEIGHTED_RATE)
            return self._head() | dict.fromkeys(hidden, HIDDEN) | {"remark": self.names.translate(TOO_SMALL)}
        row = self._head() | {"answered": self.result.answered, "blank": self.result.blank}
        figures: list[object] = [self.result.index, self.result.rate]
        if weighted is not None:
            figures += [weighted.index, weighted.rate]
        remarks = [self.names.reason(figure) for figure in figures if isinstance(figure, Insufficient)]
        if self._protection.hidden:
            remarks.append(self.names.translate(SOME_HIDDEN))
        separator = self.names.translate(REMARK_SEPARATOR)
        weighed = {} if weighted is None else self._weighted(weighted)
        return row | self._index() | self._rate() | weighed | {"remark": separator.join(dict.fromkeys(remarks))}

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

    def _weighted(self, weighted: WeightedItem) -> dict[str, Cell]:
        row: dict[str, Cell] = {}
        if isinstance(weighted.index, Fraction):
            shown = self.shown.shows_weighted(self.code, self.result.item, INDEX)
            row["weighted_index"] = rounded(weighted.index, PLACES) if shown else HIDDEN
        if isinstance(weighted.rate, Fraction) and weighted.rate_effective_n is not None:
            if not self.shown.shows_weighted(self.code, self.result.item, RATE):
                return row | dict.fromkeys(WEIGHTED_RATE, HIDDEN)
            # The interval is that of the printed rate, and so says no more than it.
            rate = half_up(weighted.rate * 100, RATE_PLACES)
            interval = rate_interval(Fraction(rate) / 100, weighted.rate_effective_n)
            row |= {
                "weighted_rate": rate,
                "weighted_low": rounded(interval.low * 100, RATE_PLACES),
                "weighted_high": rounded(interval.high * 100, RATE_PLACES),
            }
        return row

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
