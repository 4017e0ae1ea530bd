"""Survey weights (加权): answers count so that the sample has the shares its population has.

Weights belong to cells, one class of every margin, never to a person: all answers of a cell weigh the same, so piles
are enough and nobody's row is needed. Rosters that vote are a census; ballots are never weighted here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from survey.core.errors import N_, Refused
from survey.core.numbers import half_up
from survey.scoring.rules.insufficient import Insufficient

Cell = tuple[str, ...]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

WEIGHT_PLACES = 6
SHOWN_PLACES = 6

WRONG_SUM = N_("margin %(margin)s: its classes sum to %(sum)s, but must sum to %(total)s")
NO_SHARE = N_("margin %(margin)s: class %(part)s has the share %(share)s; a class needs a share above 0")
UNKNOWN_CLASS = N_("%(n)d answers are of class %(part)s, which margin %(margin)s does not have")
UNKNOWN_NEIGHBOUR = N_("margin %(margin)s: %(part)s is to be merged with %(neighbour)s, but there are only %(classes)s")
NOBODY = N_("no answer to weight")
EMPTY_CLASS = N_("margin %(margin)s: nobody answered of class %(part)s (%(share)s of %(total)s); name a class to merge")
NOT_SETTLED = N_(
    "no weights found in %(rounds)d rounds: in margin %(margin)s, class %(part)s has %(have)s instead of %(want)s"
)
TOO_UNEVEN = N_("the weights are too uneven: design effect %(effect)s of %(n)d answers, at most %(limit)s is allowed")
TOO_FAR_OFF = N_(
    "margin %(margin)s: trimmed, class %(part)s has %(have)s instead of %(want)s; at most %(limit)s off is allowed"
)
CLASS_TOO_SMALL = N_(
    "margin %(margin)s: class %(part)s has %(n)d answers, at least %(minimum)d are needed for a weighted figure"
)


@dataclass(frozen=True)
class Margin:
    """What is known about the population in one respect, such as town or country.

    Attributes:
        name: of the respect.
        targets: every class with its share or its number of people.
        total: what the targets must sum to: 1 for shares, the population for numbers of people.
        neighbours: into which class one with too few answers is merged.
    """

    name: str
    targets: Mapping[str, Fraction]
    total: Fraction = Fraction(1)
    neighbours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """How weights are found and when a weighted figure may be shown; data of a scheme.

    Attributes:
        tolerance: a margin is met when no class's share is farther off than this; also when weights stand still.
        rounds: at most.
        least: smallest weight, in means.
        most: largest weight, in means.
        fewest: classes with fewer answers are merged with their neighbour; 1 merges only the empty ones.
        design_effect: the largest that may be published.
        class_answers: answers that every class of every margin needs before anything is published; at least 1.
        off: how far trimming may leave a class's share from its target when figures are published.

    Raises:
        ValueError: when no weights could keep the limits.
    """

    tolerance: Decimal
    rounds: int
    least: Fraction
    most: Fraction
    fewest: int
    design_effect: Decimal
    class_answers: int
    off: Decimal

    def __post_init__(self) -> None:
        if (
            not 0 < self.least <= 1 <= self.most
            or min(self.rounds, self.fewest, self.class_answers) < 1
            or self.tolerance <= 0
        ):
            message = f"no weights keep these limits: {self}"
            raise ValueError(message)


@dataclass(frozen=True)
class Merge:
    """A class without enough answers that was weighted together with its neighbour."""

    margin: str
    part: str
    into: str
    n: int


@dataclass(frozen=True)
class ClassShare:
    """One class of a margin (after merging): its cells and answers, its weighted share, and the share asked for."""

    margin: str
    part: str
    cells: tuple[Cell, ...]
    n: int
    have: Fraction
    want: Fraction

    @property
    def off(self) -> Fraction:
        """How far the weighted share is from the one asked for."""
        return abs(self.have - self.want)


@dataclass(frozen=True)
class Weights:
    """The weight of every cell with answers, their mean 1, and all that explains them.

    Attributes:
        of: weight by cell, at six decimals.
        counts: answers by cell.
        classes: by cell, its classes after merging.
        start: by cell, the weight that raking began with, their mean 1.
        shares: every class of every margin; trimming may leave some off their target.
        merges: what was merged.
        trimmed: cells whose weight was cut off or lifted.
        rounds: how many were needed.
    """

    of: Mapping[Cell, Decimal]
    counts: Mapping[Cell, int]
    classes: Mapping[Cell, Cell]
    start: Mapping[Cell, Decimal]
    shares: tuple[ClassShare, ...]
    merges: tuple[Merge, ...]
    trimmed: tuple[Cell, ...]
    rounds: int

    @property
    def n(self) -> int:
        """All answers."""
        return sum(self.counts.values())

    @property
    def total(self) -> Fraction:
        """The sum of all answers' weights: n, but for the rounding of the weights."""
        return sum((n * Fraction(self.of[cell]) for cell, n in self.counts.items()), Fraction(0))

    @property
    def design_effect(self) -> Fraction:
        """Kish's design effect of all answers."""
        return kish(self.counts, self.of)

    @property
    def effective_n(self) -> Fraction:
        """How many answers without weights would tell as much."""
        return self.n / self.design_effect

    def mean(self, values: Mapping[Cell, Fraction]) -> Fraction:
        """Return the weighted mean of the cells' means."""
        summed = sum((n * Fraction(self.of[cell]) * values[cell] for cell, n in self.counts.items()), Fraction(0))
        return summed / self.total


def rake(
    counts: Mapping[Cell, int],
    margins: Sequence[Margin],
    limits: Limits,
    start: Mapping[Cell, Decimal] | None = None,
) -> Weights | Insufficient:
    """Find weights under which every margin has its shares, as near to the start as may be (迭代比例加权).

    Margin after margin is met, then weights are trimmed, until all margins are met or, where trimming keeps them from
    it, the weights stand still. With one margin this is post-stratification (事后分层): (N_h/N)/(n_h/n).

    Args:
        counts: answers by cell; a cell names one class of every margin, in their order.
        margins: what is known about the population.
        limits: of the scheme.
        start: weights from how people were drawn; none is 1 for all.

    Returns:
        Weights, or why there are none: nobody answered, a class is empty, or no weights settle.

    Raises:
        Refused: when a margin does not sum, a share is not above 0, or a class is not known.
    """
    for margin in margins:
        _check(margin)
    cells = sorted(cell for cell, n in counts.items() if n)
    if not cells:
        return Insufficient(NOBODY)
    mergers = []
    for position, margin in enumerate(margins):
        merger = _merge(margin, _answers(margin, position, cells, counts), limits.fewest)
        if isinstance(merger, Insufficient):
            return merger
        mergers.append(merger)
    classes = {cell: tuple(merger.into[part] for merger, part in zip(mergers, cell, strict=True)) for cell in cells}
    n = np.array([counts[cell] for cell in cells], dtype=np.float64)
    begun = np.array([float(start[cell]) if start else 1.0 for cell in cells])
    begun *= n.sum() / (n @ begun)
    lines = [
        _line([classes[cell][position] for cell in cells], merger.targets) for position, merger in enumerate(mergers)
    ]
    found, cut, rounds = _settle(n, begun, lines, limits)
    weights = Weights(
        of=_stored(cells, found),
        counts={cell: counts[cell] for cell in cells},
        classes=classes,
        start=_stored(cells, begun),
        shares=(),
        merges=tuple(merge for merger in mergers for merge in merger.merges),
        trimmed=tuple(cell for cell, is_cut in zip(cells, cut, strict=True) if is_cut),
        rounds=rounds or limits.rounds,
    )
    shares = tuple(
        _share(weights, position, merger, part) for position, merger in enumerate(mergers) for part in merger.targets
    )
    if not rounds:
        worst = max(shares, key=lambda share: share.off)
        return Insufficient(NOT_SETTLED, {"rounds": limits.rounds, **_told(worst)})
    return Weights(**{**vars(weights), "shares": shares})


def kish(counts: Mapping[Cell, int], weights: Mapping[Cell, Decimal]) -> Fraction:
    """Return Kish's design effect, n·Σw²/(Σw)²: how many times larger the variance is than without weights."""
    pairs = [(n, Fraction(weights[cell])) for cell, n in counts.items()]
    total = sum((n * weight for n, weight in pairs), Fraction(0))
    squares = sum((n * weight**2 for n, weight in pairs), Fraction(0))
    return sum(n for n, _ in pairs) * squares / total**2


def refusal(weights: Weights, limits: Limits, counts: Mapping[Cell, int] | None = None) -> Insufficient | None:
    """Say why no figure with these weights may be published; none when it may.

    Args:
        weights: of all answers.
        limits: of the scheme.
        counts: answers to one question by cell, where not all answered it; none stands for all.
    """
    answers = weights.counts if counts is None else counts
    n = {share: sum(answers.get(cell, 0) for cell in share.cells) for share in weights.shares}
    smallest = min(weights.shares, key=n.__getitem__)
    if n[smallest] < limits.class_answers:
        figures = {"margin": smallest.margin, "part": smallest.part, "n": n[smallest]}
        return Insufficient(CLASS_TOO_SMALL, {**figures, "minimum": limits.class_answers})
    farthest = max(weights.shares, key=lambda share: share.off)
    if farthest.off > Fraction(limits.off):
        return Insufficient(TOO_FAR_OFF, {**_told(farthest), "limit": limits.off})
    if (effect := kish(answers, weights.of)) > Fraction(limits.design_effect):
        figures = {"effect": half_up(effect, WEIGHT_PLACES), "n": sum(answers.values())}
        return Insufficient(TOO_UNEVEN, {**figures, "limit": limits.design_effect})
    return None


@dataclass(frozen=True)
class _Merger:
    margin: str
    into: Mapping[str, str]
    targets: Mapping[str, Fraction]
    merges: tuple[Merge, ...]


def _check(margin: Margin) -> None:
    for part, share in margin.targets.items():
        if share <= 0:
            raise Refused(NO_SHARE, margin=margin.name, part=part, share=_shown(share))
    summed = sum(margin.targets.values(), Fraction(0))
    if summed != margin.total:
        raise Refused(WRONG_SUM, margin=margin.name, sum=_shown(summed), total=_shown(margin.total))
    for part, neighbour in margin.neighbours.items():
        if not {part, neighbour} <= set(margin.targets):
            names = ", ".join(margin.targets)
            raise Refused(UNKNOWN_NEIGHBOUR, margin=margin.name, part=part, neighbour=neighbour, classes=names)


def _answers(margin: Margin, position: int, cells: Sequence[Cell], counts: Mapping[Cell, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for cell in cells:
        found[cell[position]] += counts[cell]
    for part, n in found.items():
        if part not in margin.targets:
            raise Refused(UNKNOWN_CLASS, n=n, part=part, margin=margin.name)
    return found


def _merge(margin: Margin, answers: Counter[str], fewest: int) -> _Merger | Insufficient:
    into = {part: part for part in margin.targets}
    merges = []
    for part in margin.targets:
        root = into[part]
        while (n := sum(answers[one] for one in into if into[one] == root)) < fewest:
            neighbour = into.get(margin.neighbours.get(root, root), root)
            if neighbour == root:
                break
            merges.append(Merge(margin.name, root, neighbour, n))
            into = {one: neighbour if now == root else now for one, now in into.items()}
            root = neighbour
        if n == 0:
            share, total = _shown(margin.targets[part]), _shown(margin.total)
            return Insufficient(EMPTY_CLASS, {"margin": margin.name, "part": part, "share": share, "total": total})
    targets: dict[str, Fraction] = {}
    for part, root in into.items():
        targets[root] = targets.get(root, Fraction(0)) + margin.targets[part] / margin.total
    return _Merger(margin.name, into, targets, tuple(merges))


def _line(parts: Sequence[str], targets: Mapping[str, Fraction]) -> tuple[Places, Floats]:
    """Return, of one margin, each cell's class as a number, and each class's share."""
    numbers = {part: number for number, part in enumerate(targets)}
    return np.array([numbers[part] for part in parts]), np.array([float(share) for share in targets.values()])


def _settle(
    n: Floats, start: Floats, lines: Sequence[tuple[Places, Floats]], limits: Limits
) -> tuple[Floats, npt.NDArray[np.bool_], int]:
    """Return the weights, which of them are cut, and after how many rounds they settled; 0 when they did not."""
    weights, all_answers, tolerance = start, n.sum(), float(limits.tolerance)
    cut = np.zeros(len(n), dtype=bool)
    for done in range(1, limits.rounds + 1):
        before = weights
        for places, shares in lines:
            weights = weights * (shares * all_answers / np.bincount(places, n * weights))[places]
        weights, cut = _trim(n, weights, float(limits.least), float(limits.most))
        off = max(np.abs(np.bincount(places, n * weights) / all_answers - shares).max() for places, shares in lines)
        if off <= tolerance or (cut.any() and np.abs(weights - before).max() <= tolerance):
            return weights, cut, done
    return weights, cut, 0


def _trim(n: Floats, weights: Floats, least: float, most: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Cut weights to the limits and share out what was cut in proportion to the others: clip(c·w), its sum n.

    The sum grows with c in straight pieces, so c is read between the points where a weight meets a limit.
    """
    if weights.min() >= least and weights.max() <= most:
        return weights, np.zeros(len(n), dtype=bool)
    turns = np.sort(np.concatenate((least / weights, most / weights)))
    sums = np.clip(np.outer(turns, weights), least, most) @ n
    moved = weights * np.interp(n.sum(), sums, turns)
    return np.clip(moved, least, most), (moved <= least) | (moved >= most)


def _stored(cells: Sequence[Cell], weights: Floats) -> dict[Cell, Decimal]:
    return {cell: half_up(Decimal(float(one)), WEIGHT_PLACES) for cell, one in zip(cells, weights, strict=True)}


def _share(weights: Weights, position: int, merger: _Merger, part: str) -> ClassShare:
    cells = tuple(cell for cell, classes in weights.classes.items() if classes[position] == part)
    weighted = sum((weights.counts[cell] * Fraction(weights.of[cell]) for cell in cells), Fraction(0))
    n = sum(weights.counts[cell] for cell in cells)
    return ClassShare(merger.margin, part, cells, n, weighted / weights.total, merger.targets[part])


def _told(share: ClassShare) -> dict[str, object]:
    return {"margin": share.margin, "part": share.part, "have": _shown(share.have), "want": _shown(share.want)}


def _shown(value: Fraction) -> str:
    return f"{half_up(value, SHOWN_PLACES).normalize():f}"
