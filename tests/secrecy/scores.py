"""How well a strategy did, and what chance alone may do (security.md 2.3).

A guess by chance links one code of a group to its remark, whatever the group's size, and seven to within three
places. Chance exceeds the bounds below, for one way of guessing and one group, with these probabilities:

    more than 8 exact links             P(Poisson(1) > 8)         1.1e-6
    more than 17 in five groups         P(Poisson(5) > 17)        5.4e-6
    more than 21 within three places    P(Poisson(7) > 21)        6e-6
    |rho| above 4.1 / sqrt(n - 1)       P(|normal| > 4.1)         4.1e-5
    mean rho of all groups, likewise    n - 1 added up            4.1e-5

Some 250 ways of guessing, many of them nearly the same, raise an alarm in about one election of thirty. So an alarm is
a reason to hold another election, with fresh keys and codes. What raises it there again, by the same strategy in the
same way, is a leak: chance does that less than once in 20,000 runs (250 times 3e-4 squared, on two engines), a leak
every time.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.secrecy.evidence import Case

MOST_EXACT = 8
MOST_NEAR = 21
NEAR = 3
DEVIATIONS = 4.1
MOST_OVER_MAJORITY = 0.03
FEWEST_FOR_RHO = 20


@dataclass(frozen=True)
class Aim:
    """What somebody guesses about one group.

    Attributes:
        order: the group's remarks in the order by which the guess was made.
        places: the place in it of each holder's own remark, by the digest of her code.
    """

    order: Sequence[str]
    places: Mapping[bytes, int]


@dataclass(frozen=True)
class GroupScore:
    """How well one aim hit."""

    n: int
    exact: int
    near: int
    rho: float

    @property
    def most_rho(self) -> float:
        return DEVIATIONS / math.sqrt(max(self.n, 2) - 1)

    @property
    def is_chance(self) -> bool:
        return self.exact <= MOST_EXACT and self.near <= MOST_NEAR and abs(self.rho) <= self.most_rho


@dataclass(frozen=True)
class Score:
    """How well one way of guessing did in all groups.

    Attributes:
        way: how the strategy was carried to its end.
    """

    way: str
    groups: tuple[GroupScore, ...]
    everybody: int

    @property
    def exact(self) -> int:
        return sum(group.exact for group in self.groups)

    @property
    def best_exact(self) -> int:
        return max((group.exact for group in self.groups), default=0)

    @property
    def best_near(self) -> int:
        return max((group.near for group in self.groups), default=0)

    @property
    def rho(self) -> float:
        return max((abs(group.rho) for group in self.groups), default=0.0)

    @property
    def share(self) -> float:
        """The share of all codes that were linked to their remarks."""
        return self.exact / self.everybody

    @property
    def mean_rho(self) -> float:
        """The rank correlation in all groups, weighed by what each tells: a small leak that is in every group."""
        return sum(group.rho * (group.n - 1) for group in self.groups) / max(self._freedom, 1)

    @property
    def _freedom(self) -> int:
        return sum(group.n - 1 for group in self.groups)

    @property
    def is_chance(self) -> bool:
        return (
            self.exact <= most_exact_in(len(self.groups))
            and all(group.is_chance for group in self.groups)
            and abs(self.mean_rho) <= DEVIATIONS / math.sqrt(max(self._freedom, 1))
        )

    @property
    def weight(self) -> tuple[bool, float]:
        """Sorts the worst last."""
        tail = max(
            [self.best_exact / MOST_EXACT, self.best_near / MOST_NEAR]
            + [abs(group.rho) / group.most_rho for group in self.groups]
        )
        return not self.is_chance, max(self.share, tail / 100)


@dataclass(frozen=True)
class AnswerScore:
    """How often the grade was guessed.

    Attributes:
        majority: the share of the commonest grade: what is right without knowing anything.
    """

    right: int
    everybody: int
    majority: float

    @property
    def accuracy(self) -> float:
        return self.right / self.everybody

    @property
    def is_chance(self) -> bool:
        return self.accuracy <= self.majority + MOST_OVER_MAJORITY


@dataclass
class Result:
    """One strategy against one election.

    Attributes:
        envelopes: how many codes it linked to their sealed envelopes, at best; harmless while they stay sealed.
    """

    name: str
    uses: str
    scores: list[Score] = field(default_factory=list)
    envelopes: int | None = None
    answers: AnswerScore | None = None

    @property
    def worst(self) -> Score | None:
        return max(self.scores, key=lambda score: score.weight, default=None)

    @property
    def is_chance(self) -> bool:
        return all(score.is_chance for score in self.scores) and (self.answers is None or self.answers.is_chance)


def most_exact_in(groups: int) -> int:
    """Return how many exact links chance may make in so many groups: 17 in five."""
    return round(groups + 4 * math.sqrt(groups) + 3)


def score(case: Case, way: str, aims: Iterable[Aim]) -> Score:
    """Compare what was guessed, group by group, with what is true."""
    return Score(way, tuple(_score(case, aim) for aim in aims), len(case.evidence.holders))


def _score(case: Case, aim: Aim) -> GroupScore:
    where = {remark: place for place, remark in enumerate(aim.order)}
    found = [(place, where[case.truth.remarks[digest]]) for digest, place in aim.places.items()]
    guessed, true = np.array(found, dtype=np.int64).reshape(-1, 2).T
    apart = np.abs(guessed - true)
    return GroupScore(len(found), int((apart == 0).sum()), int((apart <= NEAR).sum()), spearman(guessed, true))


def spearman(one: "np.ndarray", other: "np.ndarray") -> float:
    """Return the rank correlation; 0 when one of the two says nothing."""
    if len(one) < FEWEST_FOR_RHO or len(np.unique(one)) < 2:
        return 0.0
    ranks = np.argsort(np.argsort(one, kind="stable")), np.argsort(np.argsort(other, kind="stable"))
    return float(np.corrcoef(*ranks)[0, 1])


def score_answers(case: Case, guessed: Mapping[bytes, str]) -> AnswerScore:
    """Count the grades that were guessed right; whoever has no guess takes the commonest."""
    commonest, n = Counter(case.truth.grades.values()).most_common(1)[0]
    right = sum(guessed.get(digest, commonest) == grade for digest, grade in case.truth.grades.items())
    return AnswerScore(right, len(case.truth.grades), n / len(case.truth.grades))
