"""The positive and negative test (正反向测评): from its answers to a level that a person confirms or changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey.core.errors import N_
from survey.rounds.rules import Level, Signal, TestLevels
from survey.scoring.rules.insufficient import Insufficient

VOTERS_TOO_FEW = N_("not determinable: %(n)d voters answered, at least %(minimum)d are needed")
STATEMENTS_TOO_FEW = N_("not determinable: no statement was answered by at least %(minimum)d voters")


@dataclass(frozen=True)
class StatementShare:
    """What was said to one negative statement, without those who do not know.

    Attributes:
        item: the statement.
        exists: ballots that say 存在.
        base: ballots that say 存在 or 不存在.
    """

    item: str
    exists: int
    base: int

    @property
    def value(self) -> Fraction:
        """The share of 存在, exact."""
        return Fraction(self.exists, self.base)


@dataclass(frozen=True)
class Proposal:
    """A level that the answers suggest; it is never final by itself.

    Attributes:
        level: proposed, after the signal's effect.
        before: what the positive mean alone would give.
        mean: the positive mean.
        worst: the negative statement with the largest share of 存在; none when none could be read.
        signal: the gravest signal that this share reaches.
        unread: negative statements that too few could judge.
    """

    level: Level
    before: Level
    mean: Fraction
    voters: int
    worst: StatementShare | None
    signal: Signal | None
    unread: tuple[StatementShare, ...] = ()

    @property
    def proposed(self) -> bool:
        """Always: interviews and verified facts may change the level, with a logged reason."""
        return True

    @property
    def verify(self) -> bool:
        """Whether the facts behind the negative answers must be looked into."""
        return self.signal is not None


def statement_share(item: str, counts: Mapping[str, int], exists: str, absent: str) -> StatementShare:
    """Return the share of 存在 from the ballots by option."""
    return StatementShare(item, counts.get(exists, 0), counts.get(exists, 0) + counts.get(absent, 0))


def propose(
    rule: TestLevels, mean: Fraction | Insufficient, voters: int, statements: Sequence[StatementShare]
) -> Proposal | Insufficient:
    """Propose a level.

    A statement that fewer than the minimum can judge fires no signal, for a few hits never lead to a level;
    it is handed back as unread. Where that is every statement, nothing is proposed.

    Args:
        rule: levels, signals and the minimum.
        mean: of the positive items.
        voters: who answered at least one positive item.
        statements: the negative ones; there may be none.
    """
    if voters < rule.minimum:
        return Insufficient(VOTERS_TOO_FEW, {"n": voters, "minimum": rule.minimum})
    if isinstance(mean, Insufficient):
        return mean
    read = [one for one in statements if one.base >= rule.minimum]
    if statements and not read:
        return Insufficient(STATEMENTS_TOO_FEW, {"minimum": rule.minimum}, tuple(one.item for one in statements))
    worst = max(read, key=lambda one: one.value, default=None)
    signal = _gravest(rule.signals, worst)
    before = _by_mean(rule.levels, mean)
    return Proposal(
        level=rule.levels[_after(signal, before, len(rule.levels))],
        before=rule.levels[before],
        mean=mean,
        voters=voters,
        worst=worst,
        signal=signal,
        unread=tuple(one for one in statements if one not in read),
    )


def _by_mean(levels: Sequence[Level], mean: Fraction) -> int:
    last = len(levels) - 1
    return next((i for i, level in enumerate(levels[:last]) if mean >= Fraction(level.at_least)), last)


def _gravest(signals: Sequence[Signal], worst: StatementShare | None) -> Signal | None:
    if worst is None:
        return None
    return next((signal for signal in reversed(signals) if worst.value >= signal.share), None)


def _after(signal: Signal | None, level: int, levels: int) -> int:
    if signal is None or signal.effect == "notice":
        return level
    return levels - 1 if signal.effect == "lowest" else min(level + 1, levels - 1)
