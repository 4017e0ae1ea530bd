"""What the attacker has: everything but the private keys. The same for the product and for the weak builds.

A collector (``collect_sqlite``, ``collect_postgres``) reads it off a database, its write-ahead log, its backups
and dumps. Whatever can be seen of a stored row becomes a mark of it; marks of one name can be compared between the
rows of codes and the rows of ballots, and sorting by one gives an order that may or may not be the voters'.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

Mark = Any
"""Anything that can be compared and sorted among its like."""

GRADES = ("good", "fair", "poor", "bad", "dk")
MARKER = re.compile("记号".encode() + rb"[0-9a-f]{12}")
"""How every remark begins. Once the count is out the attacker knows all remarks; this only makes searching quick."""


@dataclass(frozen=True)
class Holder:
    """A person whom the attacker watched: which slip she held, and as which of all she cast.

    Attributes:
        digest: under which her code is stored; the attacker has the server's key, too.
    """

    code: str
    digest: bytes
    group: str
    arrival: int


@dataclass(frozen=True, eq=False)
class Trace:
    """A stored row and everything that can be seen of it.

    Attributes:
        key: a code's digest, or a ballot's key in the urn.
        group: whose row it is; of a ballot this, too, stands in the urn.
        content: the ballot's bytes; of a code its columns joined.
    """

    key: bytes
    group: str
    marks: Mapping[str, Mark]
    content: bytes


@dataclass(frozen=True)
class Poll:
    """A page, or a command's output, as it was when so many people had cast."""

    cast: int
    path: str
    text: str


@dataclass(frozen=True)
class Seized:
    """What a collector read off a database and all that is kept beside it.

    Attributes:
        before_count: files seized while nothing was counted: tables, log, backups, dumps.
        log_of: which parts of the write-ahead log could be replayed, in words, for the audit.
    """

    codes: tuple[Trace, ...]
    ballots: tuple[Trace, ...]
    before_count: tuple[Path, ...]
    replayed: str


@dataclass(frozen=True)
class Outcome:
    """What is open to see once the count is out.

    Attributes:
        counted: each group's remarks in the stored order of the count.
        reported: each group's remarks in the order of the report file.
    """

    counted: Mapping[str, tuple[str, ...]]
    reported: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that the attacker has.

    Attributes:
        logs: of the server's processes and of the database's.
        polls: in the order in which they were fetched.
        seconds: how long the answer to each casting took, by the code's digest.
    """

    engine: str
    holders: tuple[Holder, ...]
    seized: Seized
    outcome: Outcome
    logs: tuple[str, ...] = ()
    polls: tuple[Poll, ...] = ()
    seconds: Mapping[bytes, float] = field(default_factory=dict)
    public_keys: tuple[bytes, ...] = ()

    @cached_property
    def groups(self) -> tuple[str, ...]:
        return tuple(sorted(self.outcome.counted))

    @cached_property
    def codes(self) -> Mapping[bytes, Trace]:
        return {trace.key: trace for trace in self.seized.codes}

    @cached_property
    def holders_of(self) -> Mapping[str, tuple[Holder, ...]]:
        return _by_group(self.groups, sorted(self.holders, key=lambda holder: holder.arrival))

    @cached_property
    def ballots_of(self) -> Mapping[str, tuple[Trace, ...]]:
        return _by_group(self.groups, self.seized.ballots)


def _by_group(groups: Sequence[str], members: Iterable[Any]) -> Mapping[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {group: [] for group in groups}
    for member in members:
        found[member.group].append(member)
    return {group: tuple(of_group) for group, of_group in found.items()}


@dataclass(frozen=True)
class Truth:
    """What only the test knows: each voter's remark and grade, by the digest of her code.

    Attributes:
        envelopes: the key in the urn of each voter's ballot, found by opening all with the private keys.
    """

    remarks: Mapping[bytes, str]
    grades: Mapping[bytes, str]
    envelopes: Mapping[bytes, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One election: what the attacker has, and what is true."""

    name: str
    evidence: Evidence
    truth: Truth


class Collector(Protocol):
    """Seizes a database on which codes and ballots stand in the tables ``code`` and ``envelope``."""

    url: str

    @property
    def logs(self) -> tuple[Path, ...]:
        """What the database itself wrote into logs."""
        ...

    def watch(self) -> None:
        """Begin before the first ballot: from here on nothing of the write-ahead log is lost."""

    def back_up(self) -> None:
        """Take a backup now, in every way the engine knows."""

    def seize(self, group_of_code: Mapping[bytes, str], group_names: Mapping[int, str]) -> Seized:
        """Read everything, after the last ballot and before the count."""
