"""What scoring returns: plain figures, each beside what it was made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.core.numbers import RANK_PLACES, half_up
from survey.counting.figures import Count
from survey.rounds.definition import FrozenRound
from survey.scoring.rules.denominators import Denominators
from survey.scoring.rules.index import Mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.intervals import Interval, standard_error
from survey.scoring.rules.shares import Share
from survey.scoring.rules.weighting import Cell, Weights

# Of a weighted index more decimals could tell what single voter classes answered.
WEIGHTED_PLACES = 2
# Of an error, too: so many decimals were tried by the disclosure rules.
ERROR_PLACES, WEIGHTED_ERROR_PLACES = 4, 2


@dataclass(frozen=True)
class WeightedItem:
    """One item about one subject, weighted to its population.

    Attributes:
        by_voters: ballots per option by voter group and class, of which the figures are made; never printed.
        cells: the weighting cell of these voters.
        index: none when the item gives no points.
        rate: between 0 and 1; none when no option counts as satisfied.
        rate_effective_n: how many answers without weights would tell as much about the rate.
    """

    by_voters: Mapping[tuple[str, str], Mapping[str, int]]
    cells: Mapping[tuple[str, str], Cell]
    index: Fraction | Insufficient | None
    rate: Fraction | Insufficient | None
    rate_effective_n: Fraction | None = None


@dataclass(frozen=True)
class UnitWeighting:
    """What stands beside a weighted index.

    Attributes:
        unweighted: the index without weights.
        weights: of the answers about the unit itself; none for a composite without such answers.
        design_effect: Kish's, of the ballots in the index.
        effective_n: how many ballots without weights would tell as much.
        method: the words for how the standard error was found.
    """

    unweighted: Fraction | Insufficient
    weights: Weights | Insufficient | None = None
    design_effect: Fraction | None = None
    effective_n: Fraction | None = None
    method: str = ""


@dataclass(frozen=True)
class ItemResult:
    """One item as answered about one subject.

    Attributes:
        counts: ballots per option, in the item's order; a ballot stands under several in a multiple choice.
        blank: ballots that left it open or were not asked.
        answered: ballots that chose at least one option.
        index: none when the item gives no points.
        rate: satisfaction rate; none when no option counts as satisfied.
        weighted: index and rate with weights; none in a round without.
    """

    item: str
    counts: Mapping[str, int]
    blank: int
    answered: int
    denominators: Denominators
    index: Mean | Insufficient | None
    rate: Share | Insufficient | None
    rate_interval: Interval | None
    weighted: WeightedItem | None = None


@dataclass(frozen=True)
class PartResult:
    """One part of a composite: a unit below, or (``own``) the answers about the unit itself.

    Attributes:
        unweighted: the index without survey weights; none in a round without.
    """

    code: str
    own: bool
    weight: Fraction | None
    index: Fraction | Insufficient
    error: Decimal | None
    n: int
    unweighted: Fraction | Insufficient | None = None


@dataclass(frozen=True)
class UnitResult:
    """One subject's result.

    Attributes:
        n: ballots with at least one scored answer; for a composite, those of its parts together.
        population: how many people the ballots are a sample of, when known.
        variance: of the ballots' own indices, divisor n-1.
        correction: the finite population correction in ``error``.
        error: standard error of the index.
        rank: place inside the subject's ranking group.
        parts: what a composite was made of; empty for a subject with its own answers only.
        weighting: what stands beside a weighted index; none in a round without weights.
    """

    code: str
    n: int
    population: int | None
    items: tuple[ItemResult, ...]
    index: Fraction | Insufficient
    variance: Fraction | None = None
    correction: Decimal = Decimal(1)
    error: Decimal | None = None
    interval: Interval | None = None
    parts: tuple[PartResult, ...] = ()
    rank: int | None = None
    weighting: UnitWeighting | None = None

    @property
    def unweighted(self) -> Fraction | Insufficient:
        """The index without survey weights: the index itself in a round that has none."""
        return self.index if self.weighting is None else self.weighting.unweighted

    @property
    def entering(self) -> Fraction | Insufficient:
        """The index as it enters a score: with survey weights rounded as its report prints it."""
        if self.weighting is None or isinstance(self.index, Insufficient):
            return self.index
        return Fraction(half_up(self.index, WEIGHTED_PLACES))

    @property
    def entering_error(self) -> Decimal | None:
        """The standard error as it enters a score: as its report prints it, or scores would tell more of it."""
        places = ERROR_PLACES if self.weighting is None else WEIGHTED_ERROR_PLACES
        return None if self.error is None else half_up(self.error, places)

    @property
    def deviation(self) -> Decimal | None:
        """Standard deviation of the ballots' own indices."""
        return None if self.variance is None else standard_error(self.variance, 1)

    @property
    def stored(self) -> Decimal | None:
        """The index as stored and ranked, at six decimals."""
        return None if isinstance(self.index, Insufficient) else half_up(self.index, RANK_PLACES)


@dataclass(frozen=True)
class Components:
    """The satisfaction component of every subject of a round.

    Attributes:
        units: in the roster's order.
        general: questions of the ballot that are about none of its subjects.
    """

    frozen: FrozenRound
    count: Count
    units: tuple[UnitResult, ...]
    general: tuple[ItemResult, ...]

    def unit(self, code: str) -> UnitResult:
        """Return the result of a subject; StopIteration when it has none."""
        return next(unit for unit in self.units if unit.code == code)

    def entering(self, unit: UnitResult) -> tuple[ItemResult, ...]:
        """Return the items of a subject that enter its index."""
        return tuple(
            item
            for item in unit.items
            if item.index is not None and self.frozen.questionnaire.item(item.item).weight > 0
        )
