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


@dataclass(frozen=True)
class ItemResult:
    """One item as answered about one subject.

    Attributes:
        counts: ballots per option, in the item's order; a ballot stands under several in a multiple choice.
        blank: ballots that left it open or were not asked.
        answered: ballots that chose at least one option.
        index: none when the item gives no points.
        rate: satisfaction rate; none when no option counts as satisfied.
    """

    item: str
    counts: Mapping[str, int]
    blank: int
    answered: int
    denominators: Denominators
    index: Mean | Insufficient | None
    rate: Share | Insufficient | None
    rate_interval: Interval | None


@dataclass(frozen=True)
class PartResult:
    """One part of a composite: a unit below, or (``own``) the answers about the unit itself."""

    code: str
    own: bool
    weight: Fraction | None
    index: Fraction | Insufficient
    error: Decimal | None
    n: int


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
