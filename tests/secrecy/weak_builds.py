"""Planted weak builds: each does one thing that somebody might have done in good faith. The harness must catch all.

They write into the same tables as the product, on the same engines, and are seized by the same collectors; the
strategies know nothing of them. A harness that lets one of them pass proves nothing about the product.
"""

# ruff: noqa: S311 - made-up voters, repeated by their seed

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    update,
)

from survey.storage.engine import make_engine, transaction
from tests.secrecy.evidence import GRADES, Case, Collector, Evidence, Outcome, Poll, Truth
from tests.secrecy.voters import Voter, draw_voters

GROUPS = {1: "620101", 2: "620102"}
PER_GROUP = 60
BACKUPS = 4
ROOM = 1_000
OPENED = datetime(2026, 3, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Build:
    """A way of casting and counting; as it stands here nothing is wrong with it but what is named.

    Attributes:
        name: what was done in good faith.
        caught_by: the strategies that show it; one of them must.
        at_once: whether all is written at the end, in an order drawn by chance; only columns tell anything then.
        transactions: in how many a code is spent and its ballot stored.
        sealed: whether ballots are sealed to a key that the attacker does not have.
        padded: whether sealed ballots are of one size.
        shuffled: whether the count gives the remarks out in an order drawn by chance.
        rowid: whether SQLite numbers the rows.
        column: one more column of the ballots: "id" or "created_at".
        key: how the urn's key is made: "random" or "of the code".
        live: whether a page shows the figures while people vote.
        logged: whether the server writes into its log what people wrote.
    """

    name: str
    caught_by: tuple[str, ...]
    at_once: bool = False
    transactions: int = 1
    sealed: bool = True
    padded: bool = True
    shuffled: bool = True
    rowid: bool = False
    column: str = ""
    key: str = "random"
    live: bool = False
    logged: bool = False


SIX = (
    Build("one transaction, plain ballots", ("same xmin", "same commit in the log"), sealed=False),
    Build(
        "two transactions, plain ballots",
        ("rank of xmin", "next commit in the log"),
        sealed=False,
        transactions=2,
        rowid=True,
    ),
    Build("serial ids", ("arrival, numbers",), sealed=False, at_once=True, column="id"),
    Build("created_at", ("arrival, times",), sealed=False, at_once=True, column="created_at"),
    Build("envelopes without padding", ("same xmin", "same commit in the log"), padded=False),
    Build("a count that is not shuffled", ("arrival",), shuffled=False),
)
MORE = (
    Build("keys made of codes", ("derived key",), sealed=False, at_once=True, key="of the code"),
    Build("figures shown live", ("grade rising on a page",), live=True),
    Build("remarks in the log", ("remarks in logs",), logged=True),
)
BUILDS = SIX + MORE


@dataclass
class WeakElection:
    """A weak build at work on an empty database."""

    build: Build
    collector: Collector
    draw: Random

    def __post_init__(self) -> None:
        metadata = MetaData()
        key = Column("digest", LargeBinary(32), primary_key=True)
        self.codes = Table(
            "code",
            metadata,
            key,
            Column("state", String(6), nullable=False),
            Column("cast_key", LargeBinary(32)),
            sqlite_with_rowid=self.build.rowid,
        )
        extra = {"id": BigInteger, "created_at": DateTime(timezone=True)}
        more = [Column(self.build.column, extra[self.build.column])] if self.build.column else []
        self.ballots = Table(
            "envelope",
            metadata,
            Column("urn_key", LargeBinary(16), primary_key=True),
            Column("voter_group_id", Integer, nullable=False),
            Column("sealed", LargeBinary, nullable=False),
            *more,
            sqlite_with_rowid=self.build.rowid,
        )
        self.metadata = metadata
        self.cipher = AESGCM(AESGCM.generate_key(128))
        self.keys: dict[bytes, bytes] = {}
        self.log: list[str] = []
        self.polls: list[Poll] = []

    def hold(self) -> Case:
        """Hold the election; return what the attacker has, and what is true."""
        engine = make_engine(self.collector.url)
        try:
            voters = self._voters(engine)
            self.collector.watch()
            self._vote(engine, voters)
            seized = self.collector.seize({v.holder.digest: v.holder.group for v in voters}, GROUPS)
        finally:
            engine.dispose()
        counted = {group: tuple(self._counted(voters, group)) for group in GROUPS.values()}
        evidence = Evidence(
            engine.dialect.name,
            tuple(voter.holder for voter in voters),
            seized,
            Outcome(counted, counted),
            ("\n".join(self.log),),
            tuple(self.polls),
        )
        truth = Truth(
            {voter.holder.digest: voter.remark for voter in voters},
            {voter.holder.digest: voter.grade for voter in voters},
            self.keys,
        )
        return Case(self.build.name, evidence, truth)

    def _voters(self, engine: Engine) -> list[Voter]:
        self.metadata.create_all(engine)
        codes = [
            (str(self.draw.randrange(10**19, 10**20)), group) for group in GROUPS.values() for _ in range(PER_GROUP)
        ]
        known = [(code, hashlib.sha256(code.encode()).digest(), group) for code, group in codes]
        with transaction(engine) as connection:
            connection.execute(
                insert(self.codes),
                sorted(({"digest": d, "state": "issued"} for _, d, _ in known), key=lambda r: r["digest"]),
            )
        return draw_voters(known, self.draw)

    def _vote(self, engine: Engine, voters: list[Voter]) -> None:
        rows = [self._row(voter) for voter in voters]
        if self.build.at_once:
            with transaction(engine) as connection:
                for voter in self.draw.sample(voters, len(voters)):
                    connection.execute(self._spend(voter))
                connection.execute(insert(self.ballots), self.draw.sample(rows, len(rows)))
        for number, (voter, row) in enumerate(zip(voters, rows, strict=True)):
            if number % (len(voters) // BACKUPS) == 0:
                self.collector.back_up()
            if not self.build.at_once:
                for statements in self._transactions(voter, row):
                    with transaction(engine) as connection:
                        for statement in statements:
                            connection.execute(statement)
            if self.build.logged:
                self.log.append(f"INFO ballot stored: {voter.remark}")
            if self.build.live:
                self.polls.append(Poll(number + 1, "/live", _figures(voters[: number + 1])))

    def _transactions(self, voter: Voter, row: dict[str, Any]) -> Iterator[list[Any]]:
        spend, store = self._spend(voter), insert(self.ballots).values(row)
        if self.build.transactions == 1:
            yield [spend, store]
        else:
            yield [spend]
            yield [store]

    def _spend(self, voter: Voter) -> Any:
        spent = {"state": "spent", "cast_key": secrets.token_bytes(32)}
        return update(self.codes).where(self.codes.c.digest == voter.holder.digest).values(spent)

    def _row(self, voter: Voter) -> dict[str, Any]:
        holder = voter.holder
        urn_key = (
            hashlib.sha256(holder.digest).digest()[:16] if self.build.key == "of the code" else secrets.token_bytes(16)
        )
        self.keys[holder.digest] = urn_key
        content = json.dumps({"grade": voter.grade, "remark": voter.remark}, ensure_ascii=False).encode()
        if self.build.sealed:
            nonce = secrets.token_bytes(12)
            content = nonce + self.cipher.encrypt(nonce, content.ljust(ROOM) if self.build.padded else content, None)
        group = next(id_ for id_, name in GROUPS.items() if name == holder.group)
        row = {"urn_key": urn_key, "voter_group_id": group, "sealed": content}
        values = {"id": holder.arrival + 1, "created_at": OPENED + timedelta(seconds=7 * holder.arrival)}
        return row | ({self.build.column: values[self.build.column]} if self.build.column else {})

    def _counted(self, voters: list[Voter], group: str) -> list[str]:
        remarks = [voter.remark for voter in voters if voter.holder.group == group]
        return self.draw.sample(remarks, len(remarks)) if self.build.shuffled else remarks


def _figures(voters: list[Voter]) -> str:
    return "\n".join(f"{grade}: {sum(voter.grade == grade for voter in voters)}" for grade in GRADES)


def hold_weak_election(build: Build, collector: Collector, seed: int = 1) -> Case:
    """Hold an election with a weak build on an empty database."""
    return WeakElection(build, collector, Random(seed)).hold()


def sound(name: str = "nothing wrong") -> Build:
    """Return the build that all others differ from by one thing: it must not be caught."""
    return replace(SIX[-1], name=name, caught_by=(), shuffled=True)
