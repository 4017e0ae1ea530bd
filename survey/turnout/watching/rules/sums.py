"""From batches to classes, units and the whole round: every sum that may be asked for. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from survey.turnout.rules import Disposition


class Key(NamedTuple):
    """What a sum is of; None is all: ``Key()`` the whole round, ``Key("620102")`` one unit, all classes."""

    unit: str | None = None
    ballot_class: str | None = None
    batch: str | None = None


@dataclass(frozen=True)
class Part:
    """One batch with the account of its codes; ``planned`` is the group's, so a batch has 0."""

    batch: str
    account: Disposition
    door: str = "open"
    spare: bool = False
    void: bool = False

    @property
    def key(self) -> Key:
        """What it is."""
        return Key(self.account.group, self.account.ballot_class, self.batch)

    def with_account(self, account: Disposition) -> "Part":
        """Return the same batch with another account."""
        return replace(self, account=account)


@dataclass(frozen=True)
class Reading:
    """The response of a round at one moment, as it may be read: of an open secret round in steps.

    Attributes:
        groups: the account of each unit and class, in the order of the voters file.
        parts: the batches that these are the sums of.
        step: what spent codes are rounded down to; 1 is exact.
    """

    groups: tuple[Disposition, ...]
    parts: tuple[Part, ...]
    step: int = 1


Sums = Mapping[Key, Disposition]


def sum_parts(planned: Iterable[Disposition], parts: Iterable[Part]) -> tuple[Disposition, ...]:
    """Return the account of each unit and class as the sum of its batches.

    Args:
        planned: a unit and class each, with what is planned and no codes.
        parts: the batches.
    """
    found: dict[tuple[str, str], Disposition] = {(one.group, one.ballot_class): one for one in planned}
    for part in parts:
        place = (part.account.group, part.account.ballot_class)
        found[place] = _add(found[place], part.account)
    return tuple(found.values())


def roll_up(reading: Reading) -> Sums:
    """Return the account of the round, of every unit, class, unit and class, and batch."""
    sums: defaultdict[Key, Disposition] = defaultdict(lambda: Disposition("", "", 0, 0, 0, 0, 0))
    for group in reading.groups:
        own = Key(group.group, group.ballot_class)
        for key in (Key(), Key(own.unit), Key(None, own.ballot_class), own):
            sums[key] = replace(_add(sums[key], group), group=key.unit or "", ballot_class=key.ballot_class or "")
    return {**sums, **{part.key: part.account for part in reading.parts}}


def _add(one: Disposition, other: Disposition) -> Disposition:
    return replace(
        one,
        planned=one.planned + other.planned,
        waiting=one.waiting + other.waiting,
        spent=one.spent + other.spent,
        void=one.void + other.void,
        expired=one.expired + other.expired,
        step=max(one.step, other.step),
        spare=one.spare + other.spare,
    )
