"""Whether weighted figures may stand beside the counts: they are made of each voter class's answers. Pure.

A reader who knows the weights can turn a weighted figure into a sum over the voter classes' answers, none of which is
ever printed. So each figure is tried, as it is printed, against the audit of the classes' own cells. What does not
pass is not shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from survey.core.numbers import half_up
from survey.reports.disclosure.audit import Watch, audit
from survey.reports.disclosure.printed import Rounded
from survey.reports.disclosure.rows import CHOICES, Factors, Protection, is_small, is_unanimous, watches
from survey.rounds.rules import Disclosure
from survey.scoring.results import WEIGHTED_ERROR_PLACES, WEIGHTED_PLACES, ItemResult, UnitResult, WeightedItem
from survey.scoring.rules.weighting import Weights

INDEX, SPREAD, RATE = "index", "spread", "rate"
# Weighted rates are printed in whole percents, and errors with two decimals: more would tell more than chance allows.
RATE_PLACES = 0
ERROR_PLACES = WEIGHTED_ERROR_PLACES

_Atom = tuple[object, str]
_Terms = dict[_Atom, Fraction | int]
_ONE: _Atom = ("", "")


@dataclass(frozen=True)
class Weighed:
    """One item about one unit of which weighted figures were made.

    Attributes:
        row: what of the item's counts, over all classes, is shown.
        figures: what is printed beside them without weights, as factors of the options.
        opinions: the options that say something.
        best: the options that unanimity may show.
        error: the unit's printed error, where it is that of this item's points alone.
    """

    result: ItemResult
    weights: Weights
    row: Protection
    figures: tuple[Factors, ...]
    opinions: tuple[str, ...]
    best: frozenset[str]
    disclosure: Disclosure
    error: Decimal | None = None
    correction: Decimal = Decimal(1)

    def shown(self) -> frozenset[str]:
        """Return the weighted figures that may be shown, the most wanted first tried."""
        wanted = tuple(self._printed)
        # Mostly all may be shown, and what is safe together is safe alone.
        if not wanted or not any(True for _ in self._watched()) or self._is_safe(wanted):
            return frozenset(wanted)
        found: list[str] = []
        for name in wanted:
            if self._is_safe((*found, name)):
                found.append(name)
        return frozenset(found)

    @cached_property
    def _weighted(self) -> WeightedItem:
        assert self.result.weighted is not None
        return self.result.weighted

    @property
    def _printed(self) -> Iterator[str]:
        if isinstance(self._weighted.index, Fraction):
            yield INDEX
            if self.error is not None:
                yield SPREAD
        if isinstance(self._weighted.rate, Fraction):
            yield RATE

    @cached_property
    def _table(self) -> dict[_Atom, int]:
        return {
            (voters, option): counts.get(option, 0)
            for voters, counts in self._weighted.by_voters.items()
            for option in self.opinions
        } | {_ONE: 1}

    def _is_safe(self, names: tuple[str, ...]) -> bool:
        """Tell whether nothing follows from these figures.

        A table that keeps the points of every class keeps the index to its last digit; other tables only print the
        same. Either kind is enough. The error is tried with every class's points known.
        """
        of_classes = [self._of_class(voters, self._points) for voters in self._voters]
        ways: list[list[_Terms | Rounded]] = [[]]
        if SPREAD in names:
            ways = [[*of_classes, self._spread()]]
        elif INDEX in names:
            ways = [[self._mean(self._points, self._points, WEIGHTED_PLACES)], [*of_classes]]
        if RATE in names:
            rules = self.result.denominators
            rate = self._mean(dict.fromkeys(rules.satisfied, Fraction(100)), rules.counted, RATE_PLACES)
            ways = [[*way, rate] for way in ways]
        published: list[_Terms] = [*self._published(), *self._totals(), {_ONE: 1}]
        return any(not audit(self._table, published, self._watched(), joining=way, enough=1) for way in ways)

    # --- what is published -----------------------------------------------------------------------------------

    @property
    def _voters(self) -> list[tuple[str, str]]:
        return sorted(self._weighted.by_voters)

    @property
    def _points(self) -> Mapping[str, Fraction]:
        return self.result.denominators.points

    def _over_all(self, factors: Factors) -> _Terms:
        return {(voters, option): factor for voters in self._voters for option, factor in factors.items() if factor}

    def _of_class(self, voters: tuple[str, str], factors: Factors) -> _Terms:
        return {(voters, option): factor for option, factor in factors.items() if factor}

    def _published(self) -> Iterator[_Terms]:
        for option in self.opinions:
            if option not in self.row.hidden:
                yield self._over_all({option: 1})
        for factors in self.figures[: self.row.figures]:
            yield self._over_all({option: factors.get(option, 0) for option in self.opinions})

    def _totals(self) -> Iterator[_Terms]:
        """Give what the response account nearly says: how many of each class answered."""
        for voters in self._voters:
            yield self._of_class(voters, dict.fromkeys(self.opinions, 1))

    def _weight(self, voters: tuple[str, str]) -> Fraction:
        cell = self._weighted.cells[voters]
        return Fraction(self.weights.of[cell]) if cell in self.weights.of else Fraction(0)

    def _mean(self, worth: Mapping[str, Fraction], base: Iterable[str], places: int) -> Rounded:
        """Return a weighted mean over the classes as it is printed."""
        base = tuple(base)
        whole = sum(
            (
                self._weight(voters) * sum(self._weighted.by_voters[voters].get(option, 0) for option in base)
                for voters in self._voters
            ),
            Fraction(0),
        )
        terms: _Terms = {
            (voters, option): self._weight(voters) * points / whole
            for voters in self._voters
            for option, points in worth.items()
            if points and option in self.opinions and self._weight(voters)
        }
        return Rounded(terms, Fraction(1, 10**places))

    def _spread(self) -> Rounded:
        """Return the squared error: with the points of every class known, only its sums of squares are not.

        The error is printed rounded, so the square lies between two squares; a constant brings their middle to 0.
        """
        assert self.error is not None
        n = {voters: sum(self._table[voters, option] for option in self._points) for voters in self._voters}
        answers = sum(n.values())
        whole = sum((self._weight(voters) * n[voters] for voters in self._voters), Fraction(0))
        factor = Fraction(self.correction) ** 2 * answers / (answers - 1) / whole**2
        terms: _Terms = {
            (voters, option): self._weight(voters) ** 2 * factor * worth * worth
            for voters in self._voters
            for option, worth in self._points.items()
            if worth and self._weight(voters)
        }
        printed, half = Fraction(half_up(self.error, ERROR_PLACES)), Fraction(1, 2 * 10**ERROR_PLACES)
        low, high = max(printed - half, Fraction(0)) ** 2, (printed + half) ** 2
        known = sum((terms[atom] * self._table[atom] for atom in terms), Fraction(0)) - Fraction(self.error) ** 2
        return Rounded({**terms, _ONE: -known - (low + high) / 2}, high - low)

    # --- what must stay hidden -------------------------------------------------------------------------------

    def _watched(self) -> Iterator[Watch]:
        smallest = self.disclosure.min_cell
        for voters in self._voters:
            cells = {option: self._table[voters, option] for option in self.opinions}
            total = sum(cells.values())
            bare = is_small(total, self.disclosure.min_class) or is_unanimous(
                cells, self.disclosure.unanimity, self.best
            )
            for option, n in cells.items():
                if (bare and n) or is_small(n, smallest):
                    yield Watch((voters, option), {(voters, option): 1}, min(CHOICES, total + 1))
        whole = {option: sum(self._table[voters, option] for voters in self._voters) for option in self.opinions}
        for watch in watches(whole, self.row.hidden, smallest):
            yield Watch(watch.key, self._over_all({str(option): 1 for option in watch.terms}), watch.choices)


def weights_of(unit: UnitResult) -> Weights | None:
    """Return the weights of the answers about a unit itself; none where there are none."""
    if unit.weighting is None or not isinstance(unit.weighting.weights, Weights):
        return None
    return unit.weighting.weights
