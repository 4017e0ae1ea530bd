"""The rules of watching: sums, masked cells, pace, alerts. Pure: no session, no clock."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction


@dataclass(frozen=True)
class Limits:
    """The numbers that the rules of watching go by.

    Attributes:
        least_issued: cells with fewer codes issued are masked.
        close: the share of what is due by now from which a cell is close.
        void_share: the share of all codes made from which so many void ones are worth an alert.
        slack: percentage points below the plan line from which the round is behind.
        quiet_share: the share of a round's time without any progress that is worth an alert.
        quiet_least: no shorter time than this is worth one.
        largest: how many shortfalls are listed, and how many silent batches.
        silent_share: the share of a round's time after which a batch of which nothing has come back is worth an alert.
        wrong_codes: so many wrong codes in ten minutes are worth one.
        many_wrong_codes: so many should be looked at first.
    """

    least_issued: int = 10
    close: Fraction = Fraction(9, 10)
    void_share: Fraction = Fraction(1, 20)
    slack: int = 5
    quiet_share: Fraction = Fraction(1, 10)
    quiet_least: timedelta = timedelta(minutes=30)
    largest: int = 10
    silent_share: Fraction = Fraction(1, 3)
    wrong_codes: int = 30
    many_wrong_codes: int = 300


USUAL = Limits()
