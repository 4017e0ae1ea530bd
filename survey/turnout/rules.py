"""The response account of a list of codes. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from survey.core.numbers import half_up

_COUNTED = ("planned", "waiting", "spent", "void", "expired", "spare")


@dataclass(frozen=True)
class Disposition:
    """Where the codes of one group and class ended; the four sum to all that were ever made.

    Attributes:
        waiting: issued and neither spent, void nor expired.
        expired: issued but not spent when the round closed.
        step: what ``spent`` is rounded down to a multiple of; 1 is exact.
        spare: how many of them were made to replace lost and spoilt slips.
    """

    group: str
    ballot_class: str
    planned: int
    waiting: int
    spent: int
    void: int
    expired: int
    step: int = 1
    spare: int = 0

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

    def document(self) -> dict[str, Any]:
        """Return it as plain data; without spare codes as it was before they were told apart."""
        return {name: value for name, value in asdict(self).items() if name != "spare" or value}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Disposition":
        """Build it again from its plain data; TypeError when it is none."""
        return cls(**document)


def sum_up(parts: tuple[Disposition, ...], name: str) -> Disposition:
    """Return the account of several groups together."""
    sums = {field: sum(getattr(part, field) for part in parts) for field in _COUNTED}
    return Disposition(name, "", **sums, step=max((part.step for part in parts), default=1))


def stepped(parts: Iterable[Disposition], step: int) -> tuple[Disposition, ...]:
    """Return the account of an open secret round as it may be shown: nobody's single vote moves it.

    Spent and void codes are rounded down to a multiple of the step, batch by batch, and what is left counts as
    waiting. The last code of a batch never shows: it looks complete only after closing. Sums must be made of these
    parts.
    """
    return tuple(_stepped(part, step) for part in parts)


def stepped_void(part: Disposition, step: int) -> Disposition:
    """Return the account of a batch that is void as a whole, as it may be shown while a secret round is open.

    Of such a batch all that is not void is spent. Spent codes show as they did before it was void, and of void ones
    no more than follows from that.
    """
    spent = max(0, min(part.spent, part.made - 1)) // step * step
    void = max(0, part.made - spent - step + 1) // step * step
    return replace(part, spent=spent, void=void, waiting=part.made - part.expired - spent - void, step=step)


def _stepped(part: Disposition, step: int) -> Disposition:
    spent = max(0, min(part.spent, part.issued - 1)) // step * step
    void = part.void // step * step
    return replace(part, spent=spent, void=void, waiting=part.made - part.expired - spent - void, step=step)
