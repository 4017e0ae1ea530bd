"""The pattern of a round of opinions: items about units, the units' indices, and the composites above them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from survey.reports.disclosure.pattern import Joint, Line, Pattern, protect_count
from survey.reports.disclosure.rows import Factors, Protection, is_small
from survey.reports.disclosure.weighted import INDEX, RATE, SPREAD, Weighed, weights_of
from survey.scoring.results import Components, ItemResult, UnitResult
from survey.scoring.rules.index import Mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.shares import Share


@dataclass(frozen=True)
class Shown:
    """What of a round's components may be shown; every table, chart and file is a part of it.

    Attributes:
        too_small: codes of the subjects with too few ballots, and of the composites above them; nothing of them is
            shown.
        hidden: codes of the subjects whose index and rank are not shown; those too small among them.
        without_spread: codes whose deviation, error and interval are not shown; the hidden among them.
    """

    too_small: frozenset[str]
    hidden: frozenset[str]
    without_spread: frozenset[str]
    _pattern: Pattern
    _figures: Mapping[tuple[str, str], tuple[str, ...]]
    _weighted: Mapping[tuple[str, str], frozenset[str]]

    def row(self, subject: str, item: str) -> Protection:
        """Return what may be shown of an item about a subject that is not too small."""
        return self._pattern.lines[subject, item]

    def shows(self, subject: str, item: str, figure: str) -> bool:
        """Tell whether a figure, INDEX or RATE, may be shown beside an item."""
        figures = self._figures[subject, item]
        return figure in figures[: self.row(subject, item).figures]

    def shows_weighted(self, subject: str, item: str, figure: str) -> bool:
        """Tell whether a weighted figure, INDEX or RATE, may be shown beside an item."""
        return figure in self._weighted.get((subject, item), frozenset())


def protect_components(components: Components) -> Shown:
    """Decide once for a count what every report of it may show."""
    too_small = _with_composites(components, _too_small(components))
    rows = [row for row in _rows(components) if row.subject not in too_small]
    joints = [joint for unit in components.units if unit.code not in too_small for joint in _joints(components, unit)]
    pattern = protect_count((row.line for row in rows), joints, disclosure=components.frozen.definition.disclosure)
    given_up = {joint.key for joint in joints if not pattern.shows_joint(joint.key)}
    no_spread = set()
    for row in rows:
        shown = row.names[: pattern.lines[row.key].figures]
        if row.is_whole_index and INDEX not in shown:
            given_up.add(row.subject)
        if row.is_whole_index and SPREAD in row.names and SPREAD not in shown:
            no_spread.add(row.subject)
    weighted = {row.key: _weighted(components, row, pattern.lines[row.key]) for row in rows}
    for unit in components.units:
        if weights_of(unit) is not None and unit.code not in too_small:
            given_up |= _opened_by_weights(components, unit, weighted)
    for row in rows:
        if row.result.weighted is not None and row.unit_error is not None and SPREAD not in weighted[row.key]:
            no_spread.add(row.subject)
    hidden = _with_composites(components, too_small | {str(code) for code in given_up})
    return Shown(
        too_small,
        hidden,
        _with_composites(components, hidden | no_spread),
        pattern,
        {row.key: row.names for row in rows},
        weighted,
    )


@dataclass(frozen=True)
class _Row:
    """One item about one subject.

    Attributes:
        is_whole_index: the only scored item of a subject whose own index is printed: that is this item's index.
        has_spread: the deviation printed with that index is that of this item's points.
        unit_error: the standard error printed with that index.
    """

    subject: str
    result: ItemResult
    is_whole_index: bool
    has_spread: bool
    unit_error: Decimal | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.subject, self.result.item

    @cached_property
    def _points(self) -> Mapping[str, Fraction]:
        return {} if self.result.index is None else self.result.denominators.points

    @cached_property
    def _figures(self) -> dict[str, Factors]:
        """What is printed beside the answers and could be solved for one of them, the most wanted first."""
        figures: dict[str, Factors] = {}
        if isinstance(self.result.index, Mean):
            figures[INDEX] = self._points
            if self.has_spread:
                figures[SPREAD] = {option: worth * worth for option, worth in self._points.items()}
        if isinstance(self.result.rate, Share):
            figures[RATE] = dict.fromkeys(self.result.denominators.satisfied, 1)
        return figures

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._figures)

    @property
    def line(self) -> Line:
        # "Don't know" and abstentions say nothing of the subject; they stay visible like the blanks.
        opinions = self._points or dict.fromkeys(self.result.denominators.counted)
        cells = {option: n for option, n in self.result.counts.items() if option in opinions}
        return Line(self.key, cells, tuple(self._figures.values()), self._best)

    @property
    def _best(self) -> frozenset[str]:
        if not self._points:
            return frozenset(self.result.denominators.satisfied)
        most = max(self._points.values())
        return frozenset(option for option, worth in self._points.items() if worth == most)


def _rows(components: Components) -> Iterator[_Row]:
    for unit in components.units:
        entering = components.entering(unit)
        own = _own_index(unit)
        for result in unit.items:
            is_whole = own is not None and entering == (result,)
            error = next((part.error for part in unit.parts if part.own), None) if unit.parts else unit.error
            has_spread = is_whole and (error is not None or unit.variance is not None)
            yield _Row(unit.code, result, is_whole, has_spread, error if is_whole else None)
    for result in components.general:
        yield _Row("", result, is_whole_index=False, has_spread=False)


def _own_index(unit: UnitResult) -> Fraction | None:
    """Return the printed index, without weights, of the answers about a subject itself; none when it is not printed."""
    own = [part.index if part.unweighted is None else part.unweighted for part in unit.parts if part.own]
    indices = own if unit.parts else [unit.unweighted]
    return next((index for index in indices if not isinstance(index, Insufficient)), None)


def _weighted(components: Components, row: _Row, protection: Protection) -> frozenset[str]:
    """Return the weighted figures that may stand beside a row."""
    if row.result.weighted is None or not row.subject:
        return frozenset()
    unit = components.unit(row.subject)
    weights = weights_of(unit)
    if weights is None:
        return frozenset()
    line = row.line
    return Weighed(
        result=row.result,
        weights=weights,
        row=protection,
        figures=line.figures,
        opinions=tuple(line.cells),
        best=line.best,
        disclosure=components.frozen.definition.disclosure,
        # The error of a composite's own answers is not audited, and so not shown.
        error=None if unit.parts else row.unit_error,
        correction=unit.correction,
    ).shown()


def _opened_by_weights(
    components: Components, unit: UnitResult, weighted: Mapping[tuple[str, str], frozenset[str]]
) -> set[str]:
    """Return the unit when its weighted index would tell what an item's weighted index may not."""
    indices = [part.index for part in unit.parts if part.own] if unit.parts else [unit.index]
    if all(isinstance(index, Insufficient) for index in indices):
        return set()
    safe = all(INDEX in weighted[unit.code, item.item] for item in components.entering(unit))
    return set() if safe else {unit.code}


def _joints(components: Components, unit: UnitResult) -> Iterator[Joint]:
    """Give a subject's index when it is made of several items."""
    entering = components.entering(unit)
    if _own_index(unit) is None or len(entering) < 2:  # noqa: PLR2004 - of one item it is that item's own figure
        return
    terms: dict[tuple[object, str], Fraction | int] = {}
    for result in entering:
        if isinstance(result.index, Mean):
            weight = Fraction(components.frozen.questionnaire.item(result.item).weight) / result.index.n
            for option, worth in result.denominators.points.items():
                terms[(unit.code, result.item), option] = weight * worth
    yield Joint(unit.code, terms)


def _with_composites(components: Components, codes: Collection[str]) -> frozenset[str]:
    """Add the composites of any of these, or the whole minus the other parts would give the hidden one back."""
    found = frozenset(codes)
    while more := {
        unit.code for unit in components.units if unit.code not in found and any(p.code in found for p in unit.parts)
    }:
        found |= more
    return frozenset(found)


def _too_small(components: Components) -> set[str]:
    """Return the subjects with too few ballots, or with an item of too few that would follow from the index."""
    smallest = components.frozen.definition.disclosure.min_cell
    return {unit.code for unit in components.units if _is_too_small(components, unit, smallest)}


def _is_too_small(components: Components, unit: UnitResult, smallest: int) -> bool:
    own_ballots = [part.n for part in unit.parts if part.own] if unit.parts else [unit.n]
    if any(is_small(n, smallest) for n in own_ballots):
        return True
    if isinstance(unit.unweighted, Insufficient):
        return False
    return any(is_small(item.index.n, smallest) for item in components.entering(unit) if isinstance(item.index, Mean))
