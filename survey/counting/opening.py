"""Open the envelopes on all cores, chunk by chunk, in the order of their bytes."""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from survey.ballots.envelope import Unreadable, binding, unseal
from survey.counting.tally import GroupTally, sane_rows, tally_ballots
from survey.questionnaires.form import Form
from survey.rounds.definition import FrozenRound

Chunk = list[tuple[int, bytes]]

CHUNK = 2_000
# Chunks handed out ahead of the results: enough to keep every core busy, few enough to keep memory flat.
AHEAD = 4


@dataclass
class Opened:
    """What opening an urn gave.

    Attributes:
        groups: tallies by voter group id.
        unreadable: numbers, from 1, of envelopes that do not open.
        duplicates: numbers of envelopes equal to the one before.
        envelopes: how many there were.
        root: SHA-256 over the sorted digests of all.
    """

    groups: dict[int, GroupTally] = field(default_factory=dict)
    unreadable: list[int] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    envelopes: int = 0
    root: str = ""


def open_urn(
    chunks: Iterable[Chunk],
    frozen: FrozenRound,
    group_ids: dict[tuple[str, str], int],
    private_key: X25519PrivateKey,
    *,
    on_progress: Callable[[int], None],
    workers: int | None = None,
) -> Opened:
    """Open and tally every envelope.

    Args:
        chunks: (voter group id, sealed) in the order of the bytes.
        frozen: the round.
        group_ids: voter group ids by (group, class).
        private_key: the office's key.
        on_progress: told the number of envelopes after each chunk.
        workers: processes; as many as there are cores when not given.
    """
    opened = Opened()
    root = hashlib.sha256()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers or os.cpu_count(),
        mp_context=context,
        initializer=_start_worker,
        initargs=(frozen.document(), group_ids, private_key.private_bytes_raw()),
    ) as pool:
        for n, numbers, part in _in_order(pool, _without_copies(chunks, opened, root)):
            for group, tally in part.groups.items():
                opened.groups.setdefault(group, GroupTally()).add(tally)
            opened.unreadable += [numbers[i] for i in part.unreadable]
            on_progress(n)
    opened.root = root.hexdigest()
    return opened


def _without_copies(
    chunks: Iterable[Chunk], opened: Opened, root: "hashlib._Hash"
) -> Iterator[tuple[int, list[int], Chunk]]:
    """Number the envelopes, hash them, and set copies of the one before aside.

    A copy in another group is not set aside: it does not open there, and the original does.
    """
    before = (0, b"")
    for chunk in chunks:
        numbers, kept = [], []
        for group, sealed in chunk:
            opened.envelopes += 1
            root.update(hashlib.sha256(sealed).digest())
            if (group, sealed) == before:
                opened.duplicates.append(opened.envelopes)
                continue
            before = (group, sealed)
            numbers.append(opened.envelopes)
            kept.append((group, sealed))
        yield len(chunk), numbers, kept


def _in_order(
    pool: ProcessPoolExecutor, chunks: Iterator[tuple[int, list[int], Chunk]]
) -> Iterator[tuple[int, list[int], "_Part"]]:
    waiting: list[tuple[int, list[int], Future[_Part]]] = []
    for n, numbers, chunk in chunks:
        waiting.append((n, numbers, pool.submit(_open_chunk, chunk)))
        if len(waiting) > AHEAD * (os.cpu_count() or 1):
            done, done_numbers, part = waiting.pop(0)
            yield done, done_numbers, part.result()
    for n, numbers, part in waiting:
        yield n, numbers, part.result()


@dataclass
class _Part:
    groups: dict[int, GroupTally]
    unreadable: list[int]


@dataclass
class _Worker:
    frozen: FrozenRound
    private_key: X25519PrivateKey
    names: dict[int, tuple[str, str]]
    forms: dict[int, Form] = field(default_factory=dict)

    def form(self, group_id: int) -> Form:
        if group_id not in self.forms:
            self.forms[group_id] = self.frozen.form(self.frozen.voter_group(*self.names[group_id]).subjects)
        return self.forms[group_id]

    def info(self, group_id: int) -> bytes:
        return binding(self.frozen.content_hash, *self.names[group_id])


_worker: _Worker | None = None


def _start_worker(document: dict[str, object], group_ids: dict[tuple[str, str], int], key: bytes) -> None:
    global _worker  # noqa: PLW0603 - a worker process serves one count and ends with it
    _worker = _Worker(
        FrozenRound.from_document(document),
        X25519PrivateKey.from_private_bytes(key),
        {id_: name for name, id_ in group_ids.items()},
    )


def _open_chunk(chunk: Chunk) -> _Part:
    worker = _worker
    assert worker is not None
    part = _Part({}, [])
    size = worker.frozen.ballot_size
    rows: dict[int, list[tuple[int, bytes]]] = {}
    for i, (group_id, sealed) in enumerate(chunk):
        try:
            ballot = unseal(sealed, worker.private_key, worker.info(group_id))
        except Unreadable:
            part.unreadable.append(i)
            continue
        rows.setdefault(group_id, []).append((i, ballot.ljust(size, b"\xff")[:size] if len(ballot) != size else ballot))
    for group_id, ballots in rows.items():
        table = np.frombuffer(b"".join(ballot for _, ballot in ballots), dtype=np.uint8).reshape(len(ballots), size)
        sane = sane_rows(worker.form(group_id), table)
        part.unreadable += [i for (i, _), ok in zip(ballots, sane, strict=True) if not ok]
        part.groups[group_id] = tally_ballots(worker.form(group_id), table[sane])
    part.unreadable.sort()
    return part
