"""From a code to the ballot that was cast with it."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from tests.secrecy.evidence import Evidence, Holder, Mark, Trace

Pairs = Sequence[tuple[Holder, Trace]]
Find = Callable[[Evidence, str], Pairs]
PIECE = 8
HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b", "sha3_256")


@dataclass(frozen=True)
class Link:
    """A way to say which ballot belongs to which code of a group."""

    name: str
    uses: str
    find: Find


def marks_of_codes(evidence: Evidence, group: str, *names: str) -> Mapping[Holder, Mark]:
    """Return the marks of a group's spent codes; "arrival" is what the attacker watched."""
    found = {}
    for holder in evidence.holders_of[group]:
        trace = evidence.codes.get(holder.digest)
        if trace is not None:
            marks = {**trace.marks, "arrival": holder.arrival, "code": holder.code, "digest": holder.digest}
            marks |= {"seconds": seconds} if (seconds := evidence.seconds.get(holder.digest)) else {}
            if all(name in marks for name in names):
                found[holder] = tuple(marks[name] for name in names)
    return found


def marks_of_ballots(evidence: Evidence, group: str, *names: str) -> list[tuple[Mark, Trace]]:
    """Return the ballots of a group that have the marks, sorted by them."""
    derived = {"hash": lambda ballot: hashlib.sha256(ballot.content).digest(), "length": lambda b: len(b.content)}
    found = []
    for ballot in evidence.ballots_of[group]:
        marks = {name: derived[name](ballot) if name in derived else ballot.marks.get(name) for name in names}
        if None not in marks.values():
            found.append((tuple(marks.values()), ballot))
    return sorted(found, key=lambda one: (one[0], one[1].key))


def ranks(codes: str | tuple[str, ...], ballots: str | tuple[str, ...]) -> Find:
    """Lay codes in the order of their marks beside ballots in the order of theirs."""
    of_codes = (codes,) if isinstance(codes, str) else codes
    of_ballots = (ballots,) if isinstance(ballots, str) else ballots

    def find(evidence: Evidence, group: str) -> Pairs:
        left = marks_of_codes(evidence, group, *of_codes)
        right = marks_of_ballots(evidence, group, *of_ballots)
        if min(len(set(left.values())), len({marks for marks, _ in right})) < 2:
            return ()
        holders = sorted(left, key=lambda holder: (left[holder], holder.digest))
        return [(holder, ballot) for holder, (_, ballot) in zip(holders, right, strict=False)]

    return find


def same(mark: str) -> Find:
    """Join codes and ballots that have a mark in common."""

    def find(evidence: Evidence, group: str) -> Pairs:
        ballots = dict(marks_of_ballots(evidence, group, mark))
        return [(h, ballots[value]) for h, value in marks_of_codes(evidence, group, mark).items() if value in ballots]

    return find


def following(mark: str) -> Find:
    """Give each code the first ballot after it."""

    def find(evidence: Evidence, group: str) -> Pairs:
        codes = [(value, 0, holder) for holder, value in marks_of_codes(evidence, group, mark).items()]
        ballots = [(value, 1, ballot) for value, ballot in marks_of_ballots(evidence, group, mark)]
        line = sorted(codes + ballots, key=lambda one: one[:2])
        return [(a, b) for (_, is_ballot, a), (_, next_is, b) in pairwise(line) if not is_ballot and next_is]

    return find


def columns(kind: type | tuple[type, ...]) -> Find:
    """Lay the arrivals beside the ballots in the order of whatever column of such a kind tells them apart best."""

    def find(evidence: Evidence, group: str) -> Pairs:
        ballots = evidence.ballots_of[group]
        names = {name for ballot in ballots for name, mark in ballot.marks.items() if _is_column(name, mark, kind)}
        many = {name: len({ballot.marks.get(name) for ballot in ballots}) for name in names}
        best = max(sorted(many), key=many.__getitem__, default="")
        return ranks("arrival", best)(evidence, group) if best else ()

    return find


def _is_column(name: str, mark: Mark, kind: type | tuple[type, ...]) -> bool:
    if not name.startswith("column "):
        return False
    # SQLite writes moments as text.
    is_moment = isinstance(mark, date) or (isinstance(mark, str) and mark[4:5] == "-" and mark[10:11] in (" ", "T"))
    return is_moment if kind is date else isinstance(mark, kind) and not is_moment


def sharing_bytes(evidence: Evidence, group: str) -> Pairs:
    """Join a code and a ballot when eight bytes of one stand in the other, its key or its content."""
    where: dict[bytes, Trace] = {}
    for ballot in evidence.ballots_of[group]:
        where.update((piece, ballot) for piece in _pieces(ballot.key + ballot.content))
    found = {}
    for holder in evidence.holders_of[group]:
        trace = evidence.codes.get(holder.digest)
        own = (trace.content if trace else holder.digest) + holder.code.encode()
        found.update((holder, where[piece]) for piece in _pieces(own) if piece in where)
    return list(found.items())


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(len(data) - PIECE + 1):
        piece = data[start : start + PIECE]
        if len(set(piece)) > 2:
            yield piece


def derived_keys(evidence: Evidence, group: str) -> Pairs:
    """Join when the ballot's key is a hash of anything that belongs to the code, under anything that is public."""
    ballots = {ballot.key: ballot for ballot in evidence.ballots_of[group]}
    lengths = {len(key) for key in ballots}
    found = []
    for holder in evidence.holders_of[group]:
        trace = evidence.codes.get(holder.digest)
        cast_key = trace.content[len(trace.key) :] if trace else b""
        for made in _hashes((holder.code.encode(), holder.digest, cast_key), evidence.public_keys):
            match = next((made[:n] for n in lengths if made[:n] in ballots), None)
            if match:
                found.append((holder, ballots[match]))
    return found


def _hashes(sources: Sequence[bytes], keys: Sequence[bytes]) -> Iterator[bytes]:
    for source in sources:
        yield source
        for name in HASHES:
            yield hashlib.new(name, source).digest()
            for key in keys:
                yield hmac.digest(key, source, name)
                yield hashlib.new(name, key + source).digest()
                yield hashlib.new(name, source + key).digest()


LINKS = (
    Link("same xmin", "the transaction that spent the code wrote the ballot", same("transaction")),
    Link("next xmin", "the ballot's transaction comes after the code's", following("transaction")),
    Link("rank of xmin", "k-th spent code, k-th ballot, by transaction number", ranks("transaction", "transaction")),
    Link("arrival, xmin", "k-th to arrive, k-th ballot by transaction number", ranks("arrival", "transaction")),
    Link(
        "older version, xmin",
        "xmax of the code's dead version beside the ballot's xmin",
        ranks("older version's end", "transaction"),
    ),
    Link("same commit in the log", "replayed log: one commit writes code and ballot", same("commit")),
    Link("next commit in the log", "replayed log: the commit after the code's", following("commit")),
    Link("same transaction in the log", "pg_waldump: one transaction touches both", same("transaction in the log")),
    Link("rank in the log", "k-th code, k-th ballot by frame or LSN", ranks("log place", "log place")),
    Link("next in the log", "the first ballot after the code, by frame or LSN", following("log place")),
    Link("arrival, log", "k-th to arrive, k-th ballot by frame or LSN", ranks("arrival", "log place")),
    Link("rank of place", "ctid, or page and cell, on both sides", ranks("slot", "slot")),
    Link("arrival, place", "k-th to arrive, k-th ballot by ctid or cell", ranks("arrival", "slot")),
    Link("rank of byte in page", "page images: where the bytes of the rows lie", ranks("byte in page", "byte in page")),
    Link("arrival, byte in page", "k-th to arrive, k-th ballot by page and byte", ranks("arrival", "byte in page")),
    Link("arrival, overflow page", "k-th to arrive, k-th overflow page taken", ranks("arrival", "overflow page")),
    Link("arrival, toast", "k-th to arrive, k-th ballot by the number of its chunks", ranks("arrival", "toast chunk")),
    Link("arrival, rowid", "k-th to arrive, k-th rowid", ranks("arrival", "rowid")),
    Link("rank in the dump", "line k of the codes, line k of the ballots", ranks("dump line", "dump line")),
    Link("arrival, dump", "k-th to arrive, k-th line of the dump", ranks("arrival", "dump line")),
    Link(
        "backups, arrival and place",
        "within an interval between backups, by place",
        ranks(("backup", "arrival"), ("backup", "slot")),
    ),
    Link(
        "backups, arrival and key",
        "within an interval between backups, by the urn's key",
        ranks(("backup", "arrival"), ("backup", "column urn_key")),
    ),
    Link(
        "backups, digest and bytes",
        "within an interval between backups, by bytes",
        ranks(("backup", "digest"), ("backup", "column sealed")),
    ),
    Link("arrival, numbers", "k-th to arrive, k-th by a column of numbers", columns(int)),
    Link("arrival, times", "k-th to arrive, k-th by a column of moments", columns(date)),
    Link("arrival, the urn's key", "k-th to arrive, k-th key", ranks("arrival", "column urn_key")),
    Link("arrival, bytes", "k-th to arrive, k-th ballot by its bytes", ranks("arrival", "column sealed")),
    Link("arrival, length", "k-th to arrive, k-th ballot by its length", ranks("arrival", "length")),
    Link("digest, the urn's key", "codes by digest beside ballots by key", ranks("digest", "column urn_key")),
    Link("digest, bytes", "codes by digest beside ballots by bytes", ranks("digest", "column sealed")),
    Link("digest, hash", "codes by digest beside ballots by SHA-256", ranks("digest", "hash")),
    Link("form, the urn's key", "cast_key beside the urn's key", ranks("column cast_key", "column urn_key")),
    Link("form, bytes", "cast_key beside the ballot's bytes", ranks("column cast_key", "column sealed")),
    Link("code number, bytes", "codes as printed beside ballots by bytes", ranks("code", "column sealed")),
    Link("shared bytes", "eight bytes of a code's row stand in a ballot", sharing_bytes),
    Link("derived key", "the urn's key is a hash of the code, its digest or its form", derived_keys),
)
