"""The urn as a file, carried to a machine without network: what opening froze, and the sorted envelopes.

Magic line, one line of canonical JSON, one record an envelope (place of the voter group in the
round, sheet, length, sealed bytes), then the root of the urn and a SHA-256 over everything before it. No code is in it.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from survey.core.errors import N_, Refused
from survey.core.ids import canonical_json, content_hash
from survey.counting.opening import Chunk
from survey.rounds.definition import FrozenRound

MAGIC = b"minsheng urn 1\n"
HEAD = struct.Struct(">IBI")
DIGEST = 32
BLOCK = 1 << 20
LONGEST_HEADER = 100_000_000


def urn_root(chunks: Iterable[Chunk]) -> str:
    """Return the SHA-256 over the digests of all envelopes, in the order of their bytes."""
    root = hashlib.sha256()
    for chunk in chunks:
        for _, _, sealed in chunk:
            root.update(hashlib.sha256(sealed).digest())
    return root.hexdigest()


def write_urn(file: Path, frozen: FrozenRound, chunks: Iterable[Chunk], *, on_progress: Callable[[int], None]) -> str:
    """Write an urn file; killed half-way it leaves nothing under the file's name.

    Args:
        file: must not exist yet.
        frozen: what opening froze.
        chunks: (place of the voter group, sheet, sealed) in the order of the bytes.
        on_progress: told the number of envelopes after each chunk.

    Returns:
        The urn's root.

    Raises:
        Refused: when the file exists.
    """
    if file.exists():
        raise Refused(N_("%(file)s exists already; nothing is overwritten"), file=file)
    part = file.with_name(file.name + ".part")
    root = hashlib.sha256()
    with part.open("wb") as out:
        writer = _Hashing(out)
        writer.write(MAGIC)
        writer.write(canonical_json({"frozen": frozen.document(), "hash": frozen.content_hash}) + b"\n")
        for chunk in chunks:
            for place, sheet, sealed in chunk:
                writer.write(HEAD.pack(place, sheet, len(sealed)) + sealed)
                root.update(hashlib.sha256(sealed).digest())
            on_progress(len(chunk))
        writer.write(root.digest())
        out.write(writer.hash.digest())
    part.rename(file)
    return root.hexdigest()


class _Hashing:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.hash.update(data)
        self._out.write(data)


def read_urn(file: Path, chunk: int) -> tuple[FrozenRound, Iterator[Chunk]]:
    """Check an urn file whole, and return what opening froze and its envelopes.

    Raises:
        Refused: when it is missing, is no urn, or one byte of it was changed.
    """
    try:
        _check(file)
        with file.open("rb") as urn:
            document, start = _header(urn)
        frozen = FrozenRound.from_document(document)
    except FileNotFoundError as error:
        raise Refused(N_("There is no file %(file)s"), file=file) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _changed(file) from error
    return frozen, _records(file, start, chunk)


def _changed(file: Path) -> Refused:
    return Refused(N_("%(file)s is no urn file, or it was changed on its way; nothing was opened"), file=file)


def _check(file: Path) -> None:
    hash_ = hashlib.sha256()
    left = file.stat().st_size - DIGEST
    with file.open("rb") as urn:
        while left > 0:
            block = urn.read(min(BLOCK, left))
            hash_.update(block)
            left -= len(block)
        if left < 0 or urn.read() != hash_.digest():
            message = "another checksum"
            raise ValueError(message)


def _header(urn: BinaryIO) -> tuple[dict[str, Any], int]:
    if urn.readline(len(MAGIC)) != MAGIC:
        message = "no urn file"
        raise ValueError(message)
    header = json.loads(urn.readline(LONGEST_HEADER))
    if content_hash(header["frozen"]) != header["hash"]:
        message = "what opening froze was changed"
        raise ValueError(message)
    return header["frozen"], urn.tell()


def _records(file: Path, start: int, most: int) -> Iterator[Chunk]:
    end = file.stat().st_size - 2 * DIGEST
    chunk: Chunk = []
    with file.open("rb") as urn:
        urn.seek(start)
        while urn.tell() < end:
            head = urn.read(HEAD.size)
            place, sheet, length = HEAD.unpack(head) if len(head) == HEAD.size else (0, 0, end)
            if urn.tell() + length > end:
                raise _changed(file)
            chunk.append((place, sheet, urn.read(length)))
            if len(chunk) == most:
                yield chunk
                chunk = []
    if chunk:
        yield chunk
