"""Search files for pieces of bytes that must be gone: millions of pieces at once, block by block."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH = 8
# A page, a block of TOAST or a frame of a log holds more than this of one value, and so at least one piece of it.
STEP = 1024
BLOCK = 1 << 20
LEAST_BITS, MOST_BITS = 16, 26
SPARE_BITS = 5


@dataclass(frozen=True)
class Searched:
    """One file that was searched.

    Attributes:
        log: whether it belongs to the write-ahead log.
        size: bytes.
        traces: places where a piece stands.
    """

    file: Path
    log: bool
    size: int
    traces: int


class Needles:
    """Pieces of eight bytes: the first and the last of each value, and one each kilobyte between.

    A piece of encrypted bytes stands somewhere by chance once in 2^64 places: for a million envelopes and 100 GB
    of files, one time in fifty.
    """

    def __init__(self, values: Iterable[bytes]) -> None:
        """Take the pieces; one of equal bytes could not be told from empty space and is left out."""
        pieces = array("Q")
        for value in values:
            last = len(value) - WIDTH
            for start in {*range(0, last, STEP), last} if last >= 0 else ():
                piece = value[start : start + WIDTH]
                if piece.count(piece[0]) < WIDTH:
                    pieces.append(int.from_bytes(piece, "little"))
        self._pieces: NDArray[np.uint64] = np.unique(np.frombuffer(pieces, np.uint64))
        bits = min(max(len(self._pieces).bit_length() + SPARE_BITS, LEAST_BITS), MOST_BITS)
        self._shift, self._mask = np.uint64(64 - bits), np.uint64((1 << bits) - 1)
        # By the upper and by the lower bits of a piece: two looks into these rule out most places of a file.
        self._upper: NDArray[np.bool_] = np.zeros(1 << bits, np.bool_)
        self._lower = self._upper.copy()
        self._upper[self._pieces >> self._shift] = True
        self._lower[self._pieces & self._mask] = True

    def __len__(self) -> int:
        return len(self._pieces)

    def count(self, data: bytes) -> int:
        """Return at how many places of ``data`` a piece stands, at whatever byte it begins."""
        found = 0
        for start in range(min(WIDTH, len(data) - WIDTH + 1)):
            words = np.frombuffer(data, "<u8", (len(data) - start) // WIDTH, start)
            suspects = words[self._upper[words >> self._shift]]
            suspects = np.sort(suspects[self._lower[suspects & self._mask]])
            if len(suspects):
                places = np.searchsorted(self._pieces, suspects)
                places[places == len(self._pieces)] = 0
                found += int(np.count_nonzero(self._pieces[places] == suspects))
        return found

    def search(self, file: Path, *, log: bool = False) -> Searched:
        """Search one file.

        Raises:
            OSError: when it cannot be read.
        """
        size = traces = 0
        rest = b""
        with file.open("rb") as source:
            while block := source.read(BLOCK):
                size += len(block)
                data = rest + block
                traces += self.count(data)
                rest = data[-(WIDTH - 1) :]
        return Searched(file, log, size, traces)
