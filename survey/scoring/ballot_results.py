"""What scoring a democratic ballot or a positive/negative test returns: figures, each beside what it was made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.core.numbers import RANK_PLACES, half_up
from survey.counting.figures import Count
from survey.rounds.definition import FrozenRound
from survey.scoring.rules.classes import ClassMean, Total
from survey.scoring.rules.denominators import Denominators
from survey.scoring.rules.index import Mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.posneg import Proposal
from survey.scoring.rules.shares import Share
from survey.scoring.rules.steps import StepResult

TOGETHER = ""


@dataclass(frozen=True)
class Votes:
    """The votes on one item about one subject.

    Attributes:
        ballot_class: what the ballots count as for the subject; empty for all classes together.
        ballots: valid ballots that were asked.
        counts: ballots per option, in the item's order, 不了解 too; per number given, for numbers.
        blank: ballots that left it open.
        shares: of every counted option, over the ballots of all counted options; empty for multiple choices,
            numbers and texts.
        mean: of the points; none when the item gives no points.
    """

    ballot_class: str
    ballots: int
    counts: Mapping[str, int]
    blank: int
    shares: Mapping[str, Share | Insufficient]
    mean: Mean | Insufficient | None


@dataclass(frozen=True)
class ItemVotes:
    """One item about one subject: class by class, and together.

    Attributes:
        overall: whether it is the separate overall grade.
    """

    item: str
    overall: bool
    denominators: Denominators
    classes: tuple[Votes, ...]
    together: Votes


@dataclass(frozen=True)
class SubjectResult:
    """One subject's result.

    Attributes:
        classes: every class planned for it, with its ballots and their mean; one without a code where the round
            names no classes.
        total: the weighted total, or why there is none.
        levels: what the shares of votes propose; none when the round has no step table, or the item is not asked
            about this subject.
        test: the level that a positive/negative test proposes; none in other rounds.
        rank: among the heads, the deputies or the units of its ranking group.
    """

    code: str
    items: tuple[ItemVotes, ...]
    classes: tuple[ClassMean, ...]
    total: Total | Insufficient
    levels: StepResult | Insufficient | None = None
    test: Proposal | Insufficient | None = None
    rank: int | None = None

    @property
    def stored(self) -> Decimal | None:
        """The total as stored and ranked, at six decimals."""
        return None if isinstance(self.total, Insufficient) else half_up(self.total.value, RANK_PLACES)

    @property
    def exact(self) -> Fraction | None:
        """The total before rounding."""
        return None if isinstance(self.total, Insufficient) else self.total.value

    @property
    def grades(self) -> tuple[ItemVotes, ...]:
        """The votes on the separate overall grade; empty when none is asked."""
        return tuple(item for item in self.items if item.overall)

    def item(self, item_id: str) -> ItemVotes | None:
        """Return the votes on an item; none when it is not asked about this subject."""
        return next((item for item in self.items if item.item == item_id), None)


@dataclass(frozen=True)
class BallotResults:
    """The result of every subject of a round.

    Attributes:
        subjects: in the roster's order.
        general: questions of the ballot that are about none of its subjects.
    """

    frozen: FrozenRound
    count: Count
    subjects: tuple[SubjectResult, ...]
    general: tuple[ItemVotes, ...]

    def subject(self, code: str) -> SubjectResult:
        """Return the result of a subject; StopIteration when nobody rates it."""
        return next(one for one in self.subjects if one.code == code)
