"""How many of a ranking group may have a grade (名额). Ties are never split by chance; places may stay empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.core.numbers import half_up
from survey.scoring.scheme_grading import Quota


@dataclass(frozen=True)
class Allotment:
    """Who gets the places.

    Attributes:
        places: how many there are to give.
        given: who has one.
        tied: who stands level at the cut; the organ decides who of them gets the places that are left.
        without: who has none.
    """

    places: int
    given: tuple[str, ...]
    tied: tuple[str, ...]
    without: tuple[str, ...]

    @property
    def left_for_tied(self) -> int:
        """How many places the organ gives out among those who are tied."""
        return self.places - len(self.given) if self.tied else 0

    @property
    def empty(self) -> int:
        """How many places nobody takes."""
        return 0 if self.tied else self.places - len(self.given)


def places(quota: Quota, assessed: int) -> int:
    """Return how many of those assessed in a group the quota means."""
    if quota.share is None:
        return min(quota.count or 0, assessed)
    exact: Fraction = quota.share * assessed
    return int(half_up(exact, 0)) if quota.rounding == "half_up" else exact.__floor__()


def allot(scores: Mapping[str, Decimal], number: int, *, highest: bool = True) -> Allotment:
    """Give places to the highest scores, or to the lowest.

    Args:
        scores: as compared, of all who are in question.
        number: of places.
        highest: whether the highest come first.
    """
    if number >= len(scores):
        return Allotment(number, tuple(scores), (), ())
    ordered = sorted(scores.values(), reverse=highest)
    cut = ordered[number - 1] if number > 0 else None
    if cut is None or cut != ordered[number]:
        given = tuple(code for code, score in scores.items() if score in ordered[:number])
        return Allotment(number, given, (), tuple(code for code in scores if code not in given))
    tied = tuple(code for code, score in scores.items() if score == cut)
    given = tuple(code for code, score in scores.items() if (score > cut if highest else score < cut))
    without = tuple(code for code in scores if code not in given and code not in tied)
    return Allotment(number, given, tied, without)
