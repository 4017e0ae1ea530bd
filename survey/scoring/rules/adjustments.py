"""Plus and minus points (加分, 扣分): by entry or by how far a figure falls short, with limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.scoring.scheme_parts import AdjustmentRule, Graduated


@dataclass(frozen=True)
class RuleTotal:
    """What one rule brings: as written, and what counts of it; neither has a sign."""

    rule: AdjustmentRule
    written: Fraction
    counted: Fraction


@dataclass(frozen=True)
class Adjusted:
    """All plus and all minus points, as the rules bring them and as they count."""

    plus: Fraction
    minus: Fraction
    counted_plus: Fraction
    counted_minus: Fraction

    @property
    def change(self) -> Fraction:
        """What is added to the score."""
        return self.counted_plus - self.counted_minus


def shortfall(rule: Graduated, value: Fraction) -> Fraction:
    """Return the points for a figure below the marks; each stretch between two marks has its own rate."""
    points = Fraction(0)
    for i, step in enumerate(rule.steps):
        floor = Fraction(rule.steps[i + 1].below) if i + 1 < len(rule.steps) else value
        way = max(Fraction(step.below) - max(value, floor), Fraction(0))
        points += Fraction(step.per_point) * (way.__floor__() if rule.whole_points else way)
    return points


def rule_total(rule: AdjustmentRule, points: Sequence[Fraction]) -> RuleTotal:
    """Add up a rule's entries, no further than its limit."""
    written = sum(points, Fraction(0))
    return RuleTotal(rule, written, _at_most(written, rule.at_most))


def together(totals: Sequence[RuleTotal], most_plus: Decimal | None, most_minus: Decimal | None) -> Adjusted:
    """Add up all rules, plus and minus each no further than its limit."""
    plus = sum((one.counted for one in totals if one.rule.sign == "plus"), Fraction(0))
    minus = sum((one.counted for one in totals if one.rule.sign == "minus"), Fraction(0))
    return Adjusted(plus, minus, _at_most(plus, most_plus), _at_most(minus, most_minus))


def _at_most(value: Fraction, limit: Decimal | None) -> Fraction:
    return value if limit is None else min(value, Fraction(limit))
