"""The indicators of service ratings (好差评): rated, good, corrected, satisfied after correction.

The standard names them; its formulas are not public, so each is a share whose two figures are printed. Silence is
never a good rating: ratings that a system filled in by itself count as unrated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey.core.errors import N_, Refused
from survey.scoring.rules.index import Mean, item_index
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.shares import Share, share_of

EXCLUDED = N_("%(n)d bad ratings excluded of %(base)d; it must be 0 to as many")
NAMED = N_("%(n)d bad ratings with a name of %(base)d; it must be 0 to as many")
# Of each share: what is said when it cannot be true, and when there is nothing to divide by.
RATED = (N_("%(n)d ratings, but %(base)d closed cases; it must be 0 to as many"), N_("no case was closed"))
VISITED = (N_("%(n)d visited of %(base)d who can be reached; it must be 0 to as many"), N_("nobody can be reached"))
CORRECTED = (N_("%(n)d corrected of %(base)d valid bad ratings; it must be 0 to as many"), N_("no valid bad rating"))
SATISFIED = (N_("%(n)d satisfied of %(base)d corrected; it must be 0 to as many"), N_("nothing was corrected"))


@dataclass(frozen=True)
class Levels:
    """What the levels of a rating mean; data of the questionnaire.

    Attributes:
        points: of every level.
        good: levels that are good ratings; all others are bad ones (差评).
    """

    points: Mapping[str, Fraction]
    good: Sequence[str]


@dataclass(frozen=True)
class Followed:
    """What became of the bad ratings.

    Attributes:
        named: bad ratings whose author can be reached.
        visited: of those, visited or called back.
        excluded: bad ratings found mistaken or malicious (误评、恶意差评); kept, but nothing has to be corrected.
        corrected: of the valid ones, corrected.
        satisfied: of those corrected, people who said that they are satisfied now.
    """

    named: int
    visited: int
    excluded: int
    corrected: int
    satisfied: int


@dataclass(frozen=True)
class GoodRating:
    """All indicators; each is a share with its two figures, or the reason why there is none."""

    rated: Share | Insufficient
    unrated: Share | Insufficient
    good: Share | Insufficient
    bad: Share | Insufficient
    visited: Share | Insufficient
    corrected: Share | Insufficient
    satisfied: Share | Insufficient
    valid_bad: int
    index: Mean | Insufficient


def good_rating(closed: int, counts: Mapping[str, int], levels: Levels, followed: Followed) -> GoodRating:
    """Work out the indicators.

    Args:
        closed: cases that were finished and could be rated.
        counts: ratings that people gave, by level, without those a system filled in.
        levels: what the levels mean.
        followed: what became of the bad ones.

    Raises:
        Refused: when a part is below 0 or larger than its whole.
    """
    ratings = {level: counts.get(level, 0) for level in levels.points}
    bad_levels = [level for level in levels.points if level not in levels.good]
    rated = sum(ratings.values())
    bad = sum(ratings[level] for level in bad_levels)
    valid_bad = bad - followed.excluded
    _hold(followed.excluded, bad, EXCLUDED)
    _hold(followed.named, bad, NAMED)
    rated_share = _part(rated, closed, RATED, "rated")
    return GoodRating(
        rated=rated_share,
        unrated=_rest(rated_share),
        good=share_of(ratings, levels.good, tuple(levels.points)),
        bad=share_of(ratings, bad_levels, tuple(levels.points)),
        visited=_part(followed.visited, followed.named, VISITED, "visited"),
        corrected=_part(followed.corrected, valid_bad, CORRECTED, "corrected"),
        satisfied=_part(followed.satisfied, followed.corrected, SATISFIED, "satisfied"),
        valid_bad=valid_bad,
        index=item_index(ratings, levels.points),
    )


def _part(n: int, base: int, sentences: tuple[str, str], name: str) -> Share | Insufficient:
    impossible, none = sentences
    _hold(n, base, impossible)
    return Share((name,), n, base) if base else Insufficient(none)


def _hold(n: int, base: int, impossible: str) -> None:
    if not 0 <= n <= base:
        raise Refused(impossible, n=n, base=base)


def _rest(share: Share | Insufficient) -> Share | Insufficient:
    return share if isinstance(share, Insufficient) else Share(("unrated",), share.base - share.hits, share.base)
