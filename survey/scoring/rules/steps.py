"""Step tables (得票率分档): what the shares of votes amount to, by the first step that holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from survey.core.errors import N_
from survey.rounds.rules import Said, Step, StepTable, reaches
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.shares import EMPTY_BASE

TOO_MANY_VOTES = N_("%(votes)d votes do not fit a base of %(base)d")


@dataclass(frozen=True)
class Tried:
    """One step with the share its options had."""

    step: Step
    votes: int
    base: int

    @property
    def share(self) -> Fraction:
        """The share, exact."""
        return Fraction(self.votes, self.base)

    @property
    def holds(self) -> bool:
        """Whether the share reaches the step's own."""
        return reaches(self.share, self.step.operator, self.step.share)


@dataclass(frozen=True)
class StepResult:
    """A result with what led to it.

    Attributes:
        tried: every step up to the one that held.
        held: the step that held; none when the result is the table's ``otherwise``.
    """

    result: Said
    tried: tuple[Tried, ...]
    held: Tried | None


def evaluate(table: StepTable, votes: Mapping[str, int], valid: int, expected: int) -> StepResult | Insufficient:
    """Return what the votes amount to.

    Args:
        table: the steps, and which base their shares have.
        votes: by option; blanks do not enter.
        valid: valid votes.
        expected: all who were expected to vote.
    """
    base = valid if table.base == "valid" else expected
    if base == 0:
        return Insufficient(EMPTY_BASE)
    tried = []
    for step in table.steps:
        one = Tried(step, sum(votes.get(option, 0) for option in set(step.options)), base)
        if one.votes > base:
            return Insufficient(TOO_MANY_VOTES, {"votes": one.votes, "base": base})
        tried.append(one)
        if one.holds:
            return StepResult(step.result, tuple(tried), one)
    return StepResult(table.otherwise, tuple(tried), None)
