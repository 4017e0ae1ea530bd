"""From a ballot to the remark in it, without opening: what of the bytes, or of where they lie, tells the remark?"""

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.secrecy.evidence import Evidence, Mark, Trace

BallotKey = Callable[[Trace], Mark]
RemarkKey = Callable[[int, str], Mark]


@dataclass(frozen=True)
class Reading:
    """Ballots in the order of one thing are laid beside remarks in the order of another."""

    name: str
    ballot: BallotKey
    order: Callable[[Evidence, str], Sequence[str]]


def counted(evidence: Evidence, group: str) -> Sequence[str]:
    return evidence.outcome.counted[group]


def reported(evidence: Evidence, group: str) -> Sequence[str]:
    return evidence.outcome.reported[group]


def by_length(evidence: Evidence, group: str) -> Sequence[str]:
    return sorted(counted(evidence, group), key=lambda remark: len(remark.encode()))


def by_alphabet(evidence: Evidence, group: str) -> Sequence[str]:
    return sorted(counted(evidence, group))


def by_hash(evidence: Evidence, group: str) -> Sequence[str]:
    return sorted(counted(evidence, group), key=lambda remark: hashlib.sha256(remark.encode()).digest())


def _marked(name: str) -> BallotKey:
    return lambda ballot: ballot.marks.get(name)


def _hash(ballot: Trace) -> bytes:
    return hashlib.sha256(ballot.content).digest()


READINGS = (
    Reading("it stands there in clear", lambda _: None, counted),
    Reading("length of the ballot, length of the remark", lambda ballot: len(ballot.content), by_length),
    Reading(
        "its compressed length, length of the remark", lambda ballot: len(zlib.compress(ballot.content)), by_length
    ),
    Reading("order of the bytes, order of the count", lambda ballot: ballot.content, counted),
    Reading("order of the hashes, order of the count", _hash, counted),
    Reading("order of the urn's keys, order of the count", lambda ballot: ballot.key, counted),
    Reading("order in the table, order of the count", _marked("slot"), counted),
    Reading("order of storing, order of the count", _marked("log place"), counted),
    Reading("order of the bytes, order of the report", lambda ballot: ballot.content, reported),
    Reading("order of the bytes, alphabet", lambda ballot: ballot.content, by_alphabet),
    Reading("order of the hashes, hashes of the remarks", _hash, by_hash),
)


def positions(reading: Reading, evidence: Evidence, group: str) -> tuple[Sequence[str], Mapping[bytes, int]]:
    """Return the remarks in the reading's order, and the place in it that each ballot is guessed to have."""
    order = reading.order(evidence, group)
    ballots = evidence.ballots_of[group]
    if reading is READINGS[0]:
        where = {remark.encode(): place for place, remark in enumerate(order)}
        return order, {
            ballot.key: place for ballot in ballots for remark, place in where.items() if remark in ballot.content
        }
    keys = {ballot.key: reading.ballot(ballot) for ballot in ballots}
    if None in keys.values() or len(set(keys.values())) < 2:
        return order, {}
    ranked = sorted(keys, key=lambda key: (keys[key], key))
    return order, {key: place for place, key in enumerate(ranked) if place < len(order)}
