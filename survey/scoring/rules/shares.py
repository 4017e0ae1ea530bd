"""Shares and the satisfaction rate (满意率): chosen options over a stated base, with the options listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey.core.errors import N_
from survey.scoring.rules.insufficient import Insufficient

EMPTY_BASE = N_("no answer in the base")
BASE_TOO_SMALL = N_("%(n)d answers in the base, at least %(minimum)d are needed")


@dataclass(frozen=True)
class Share:
    """A share with what explains it: which options were counted, how many answers they had, of how many."""

    options: tuple[str, ...]
    hits: int
    base: int

    @property
    def value(self) -> Fraction:
        """The share between 0 and 1, exact."""
        return Fraction(self.hits, self.base)


def share_of(
    counts: Mapping[str, int], options: Sequence[str], counted: Sequence[str], minimum: int = 1
) -> Share | Insufficient:
    """Return the share of ``options`` in the ballots of the ``counted`` options.

    Raises:
        ValueError: when an option is summed that is not in the base; the share could pass 1.
    """
    outside = set(options) - set(counted)
    if outside:
        message = f"not in the base of the rate: {', '.join(sorted(outside))}"
        raise ValueError(message)
    base = sum(counts.get(option, 0) for option in counted)
    if base == 0:
        return Insufficient(EMPTY_BASE)
    if base < minimum:
        return Insufficient(BASE_TOO_SMALL, {"n": base, "minimum": minimum})
    return Share(tuple(options), sum(counts.get(option, 0) for option in options), base)
