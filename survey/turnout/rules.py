"""The response account of a list of codes. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.core.numbers import half_up


@dataclass(frozen=True)
class Disposition:
    """Where the codes of one group and class ended; the four sum to all that were ever made.

    Attributes:
        waiting: issued and neither spent, void nor expired.
        expired: issued but not spent when the round closed.
    """

    group: str
    ballot_class: str
    planned: int
    waiting: int
    spent: int
    void: int
    expired: int

    @property
    def made(self) -> int:
        """All codes that were ever made."""
        return self.waiting + self.spent + self.void + self.expired

    @property
    def issued(self) -> int:
        """Codes handed out and not taken back: all but the void."""
        return self.made - self.void

    @property
    def rate(self) -> Decimal | None:
        """Response rate in percent with two decimals: spent / issued; none when nothing is issued."""
        return half_up(Fraction(100 * self.spent, self.issued), 2) if self.issued else None


def sum_up(parts: tuple[Disposition, ...], name: str) -> Disposition:
    """Return the account of several groups together."""
    return Disposition(
        name,
        "",
        *(sum(getattr(part, field) for part in parts) for field in ("planned", "waiting", "spent", "void", "expired")),
    )
