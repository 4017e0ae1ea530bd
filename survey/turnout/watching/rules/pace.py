"""Whether the response is on pace: targets, shortfalls in ballots, the plan line, another round's curve. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from fractions import Fraction
from math import ceil

from survey.core.errors import N_
from survey.turnout.rules import Disposition
from survey.turnout.watching.rules import Limits

WHOLE = 100

# (share of the time, share of the way): both from 0 to 1, rising.
Curve = Sequence[tuple[Fraction, Fraction]]
STRAIGHT: Curve = ((Fraction(0), Fraction(0)), (Fraction(1), Fraction(1)))


class Standing(Enum):
    """Where a cell stands against what the plan line asks for by now: a word and a symbol, whatever the colour."""

    ON_TARGET = N_("on target")
    CLOSE = N_("close to it")
    BEHIND = N_("behind")

    @property
    def symbol(self) -> str:
        """What stands before the word; the shapes differ without any colour."""
        return {Standing.ON_TARGET: "●", Standing.CLOSE: "◐", Standing.BEHIND: "▲"}[self]


@dataclass(frozen=True)
class Point:
    """The whole round at one moment."""

    at: datetime
    issued: int
    spent: int

    @property
    def rate(self) -> Fraction:
        """Response rate in percent, exact; 0 when nothing is issued."""
        return Fraction(WHOLE * self.spent, self.issued) if self.issued else Fraction(0)


@dataclass(frozen=True)
class Period:
    """The time in which a round takes ballots."""

    opens_at: datetime
    closes_at: datetime

    def share(self, moment: datetime) -> Fraction:
        """Return how much of it is over at a moment, from 0 to 1."""
        whole = self.closes_at - self.opens_at
        over = min(max(moment, self.opens_at), self.closes_at) - self.opens_at
        return Fraction(int(over.total_seconds()), int(whole.total_seconds()))


def goal(account: Disposition, target: int, progress: Fraction = Fraction(1)) -> int:
    """Return the ballots that the target asks for, rounded up; by now, when so much of the way is asked for.

    Args:
        account: what is issued.
        target: response rate in percent.
        progress: share of the way that the plan line asks for; 1 at closing.
    """
    return ceil(Fraction(target * account.issued, WHOLE) * progress)


def shortfall(account: Disposition, target: int) -> int:
    """Return the ballots missing to the target at closing; 0 when it is reached."""
    return max(0, goal(account, target) - account.spent)


def standing(account: Disposition, target: int, progress: Fraction, limits: Limits) -> Standing | None:
    """Return where a cell stands against the plan line; none while it asks for nothing, or nothing is issued."""
    due = goal(account, target, progress)
    if not due:
        return None
    if account.spent >= due:
        return Standing.ON_TARGET
    return Standing.CLOSE if account.spent >= limits.close * due else Standing.BEHIND


def largest(accounts: Iterable[Disposition], target: int, most: int) -> tuple[Disposition, ...]:
    """Return the cells with the largest shortfalls in ballots, the largest first; none that has no shortfall."""
    behind = [account for account in accounts if shortfall(account, target)]
    return tuple(sorted(behind, key=lambda account: (-shortfall(account, target), account.group))[:most])


def curve_of(points: Iterable[Point], period: Period) -> Curve:
    """Return a round's curve: the rate at each share of the time as a share of where it ended; straight without any.

    Args:
        points: in the order of time; the last is where it ended.
        period: the round's time.
    """
    kept = list(points)
    end = kept[-1].rate if kept else Fraction(0)
    if not end:
        return STRAIGHT
    highest, curve = Fraction(0), [(Fraction(0), Fraction(0))]
    for point in kept:
        # Codes issued or taken back in between move the rate downwards; what is asked for never falls.
        highest = max(highest, min(point.rate / end, Fraction(1)))
        curve.append((period.share(point.at), highest))
    return (*curve, (Fraction(1), Fraction(1)))


def progress_at(curve: Curve, time: Fraction) -> Fraction:
    """Return the share of the way at a share of the time, straight between two points of the curve."""
    before = curve[0]
    for after in curve:
        if after[0] > time:
            part = (time - before[0]) / (after[0] - before[0])
            return before[1] + (after[1] - before[1]) * part
        before = after
    return before[1]
