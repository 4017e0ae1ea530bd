"""Open the envelopes on all cores, chunk by chunk, in the order of their bytes."""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from survey.ballots.envelope import Unreadable, binding, unseal
from survey.core.keys import PrivateKey
from survey.counting.tally import Tally, sane_rows, tally_ballots
from survey.questionnaires.form import Form
from survey.rounds.definition import FrozenRound

# Voter group id, sheet, sealed bytes.
Chunk = list[tuple[int, int, bytes]]
Place = tuple[int, int]

CHUNK = 2_000
# Chunks handed out ahead of the results: enough to keep every core busy, few enough to keep memory flat.
AHEAD = 4


@dataclass
class Opened:
    """What opening an urn gave.

    Attributes:
        tallies: by voter group id and sheet.
        unreadable: numbers, from 1, of envelopes that do not open.
        duplicates: numbers of envelopes equal to the one before.
        envelopes: how many there were.
        root: SHA-256 over the sorted digests of all.
    """

    tallies: dict[Place, Tally] = field(default_factory=dict)
    unreadable: list[int] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    envelopes: int = 0
    root: str = ""


def open_urn(
    chunks: Iterable[Chunk],
    frozen: FrozenRound,
    group_ids: dict[tuple[str, str], int],
    private_keys: Sequence[PrivateKey],
    *,
    on_progress: Callable[[int], None],
    workers: int | None = None,
) -> Opened:
    """Open and tally every envelope.

    Args:
        chunks: (voter group id, sheet, sealed) in the order of the bytes.
        frozen: the round.
        group_ids: voter group ids by (group, class).
        private_keys: in the order of the round's public keys.
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
        initargs=(frozen.document(), group_ids, tuple(private_keys)),
    ) as pool:
        for n, numbers, part in _in_order(pool, _without_copies(chunks, opened, root)):
            for place, tally in part.tallies.items():
                opened.tallies.setdefault(place, Tally()).add(tally)
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
    before = (0, 0, b"")
    for chunk in chunks:
        numbers, kept = [], []
        for envelope in chunk:
            opened.envelopes += 1
            root.update(hashlib.sha256(envelope[-1]).digest())
            if envelope == before:
                opened.duplicates.append(opened.envelopes)
                continue
            before = envelope
            numbers.append(opened.envelopes)
            kept.append(envelope)
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
    tallies: dict[Place, Tally]
    unreadable: list[int]


@dataclass
class _Worker:
    frozen: FrozenRound
    private_keys: tuple[PrivateKey, ...]
    names: dict[int, tuple[str, str]]
    sheets: dict[int, tuple[Form, ...]] = field(default_factory=dict)

    def knows(self, place: Place) -> bool:
        return place[0] in self.names and 1 <= place[1] <= max(1, len(self.frozen.questionnaire.sheets))

    def form(self, place: Place) -> Form:
        group_id, sheet = place
        if group_id not in self.sheets:
            self.sheets[group_id] = self.frozen.form(self.frozen.voter_group(*self.names[group_id]).subjects).sheets
        return self.sheets[group_id][sheet - 1]

    def info(self, place: Place) -> bytes:
        group_id, sheet = place
        return binding(self.frozen.content_hash, *self.names[group_id], sheet - 1)


_worker: _Worker | None = None


def _start_worker(
    document: dict[str, object], group_ids: dict[tuple[str, str], int], keys: tuple[PrivateKey, ...]
) -> None:
    global _worker  # noqa: PLW0603 - a worker process serves one count and ends with it
    _worker = _Worker(
        FrozenRound.from_document(document),
        keys,
        {id_: name for name, id_ in group_ids.items()},
    )


def _open_chunk(chunk: Chunk) -> _Part:
    worker = _worker
    assert worker is not None
    part = _Part({}, [])
    size = worker.frozen.ballot_size
    rows: dict[Place, list[tuple[int, bytes]]] = {}
    for i, (group_id, sheet, sealed) in enumerate(chunk):
        place = (group_id, sheet)
        if not worker.knows(place):
            part.unreadable.append(i)
            continue
        try:
            ballot = unseal(sealed, worker.private_keys, worker.info(place))
        except Unreadable:
            part.unreadable.append(i)
            continue
        # Every ballot of a round has one size; another was never made by this program.
        if len(ballot) == size:
            rows.setdefault(place, []).append((i, ballot))
        else:
            part.unreadable.append(i)
    for place, ballots in rows.items():
        form = worker.form(place)
        table = np.frombuffer(b"".join(ballot for _, ballot in ballots), dtype=np.uint8).reshape(len(ballots), size)
        sane = sane_rows(form, table)
        part.unreadable += [i for (i, _), ok in zip(ballots, sane, strict=True) if not ok]
        part.tallies[place] = tally_ballots(form, table[sane], worker.frozen.definition.rules)
    part.unreadable.sort()
    return part
