"""SQLite's file format, as far as an attacker needs it: the cells of b-tree pages, and the frames of a log.

https://www.sqlite.org/fileformat2.html
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

LEAF_OF_TABLE, LEAF_OF_INDEX, INSIDE_INDEX = 0x0D, 0x0A, 0x02
_LOG_HEAD, _FRAME_HEAD = 32, 24
_SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}


@dataclass(frozen=True)
class Cell:
    """A row as it stands on a page.

    Attributes:
        offset: the byte of the page where it begins; later ones are often written lower.
        overflow: the page on which it goes on; 0 when it fits.
        values: the bytes values of its columns, as far as they stand on this page.
    """

    page: int
    slot: int
    offset: int
    rowid: int | None
    overflow: int
    values: tuple[bytes, ...]


@dataclass(frozen=True)
class Frame:
    """A page in the write-ahead log.

    Attributes:
        number: counted from 0 in the order of writing.
        commit: the number of the transaction it belongs to.
    """

    number: int
    commit: int
    page: int
    data: bytes


def frames(log: bytes) -> Iterator[Frame]:
    """Yield the committed frames of a ``-wal`` file in the order in which they were written."""
    if len(log) < _LOG_HEAD:
        return
    page_size = struct.unpack(">I", log[8:12])[0]
    salts = log[16:24]
    commit, waiting = 0, []
    step = _FRAME_HEAD + page_size
    for number, start in enumerate(range(_LOG_HEAD, len(log) - step + 1, step)):
        page, size_after = struct.unpack(">II", log[start : start + 8])
        if log[start + 8 : start + 16] != salts:
            return
        waiting.append(Frame(number, commit, page, log[start + _FRAME_HEAD : start + step]))
        if size_after:
            yield from waiting
            commit, waiting = commit + 1, []


def pages(database: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of each page of a database file."""
    size = struct.unpack(">H", database[16:18])[0]
    size = 65536 if size == 1 else size
    for start in range(0, len(database), size):
        yield start // size + 1, database[start : start + size]


def cells(number: int, page: bytes) -> Iterator[Cell]:
    """Yield the rows on a page; none when it is no page of rows."""
    head = 100 if number == 1 else 0
    kind = page[head]
    if kind not in (LEAF_OF_TABLE, LEAF_OF_INDEX, INSIDE_INDEX):
        return
    count = struct.unpack(">H", page[head + 3 : head + 5])[0]
    pointers = head + (12 if kind == INSIDE_INDEX else 8)
    if pointers + 2 * count > len(page):
        return
    for slot, start in enumerate(struct.unpack(f">{count}H", page[pointers : pointers + 2 * count])):
        try:
            yield _cell(number, slot, start, kind, page)
        except (IndexError, KeyError, struct.error):
            continue  # an overflow page that happens to begin like a page of rows


def _cell(number: int, slot: int, start: int, kind: int, page: bytes) -> Cell:
    place = start + (4 if kind == INSIDE_INDEX else 0)
    size, place = _varint(page, place)
    rowid = None
    if kind == LEAF_OF_TABLE:
        rowid, place = _varint(page, place)
    local = _local(size, len(page), kind)
    overflow = struct.unpack(">I", page[place + local : place + local + 4])[0] if local < size else 0
    return Cell(number, slot, start, rowid, overflow, tuple(_blobs(page[place : place + local])))


def _local(size: int, usable: int, kind: int) -> int:
    most = usable - 35 if kind == LEAF_OF_TABLE else (usable - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (usable - 12) * 32 // 255 - 23
    kept = least + (size - least) % (usable - 4)
    return kept if kept <= most else least


def _blobs(record: bytes) -> Iterator[bytes]:
    head, place = _varint(record, 0)
    types = []
    while place < head:
        kind, place = _varint(record, place)
        types.append(kind)
    place = head
    for kind in types:
        size = _SIZES[kind] if kind < 10 else (kind - 12) // 2
        if kind >= 12 and kind % 2 == 0:
            yield record[place : place + size]
        place += size


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for i in range(9):
        byte = data[place + i]
        if i == 8:
            return value << 8 | byte, place + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + i + 1
    raise IndexError
