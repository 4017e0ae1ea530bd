"""A page rendered and compressed once, with one hole for what is a request's own.

A gzip body is a row of independent pieces: the part before the hole ends on a byte boundary (full flush),
the hole travels as a stored block, the part after it is a stream of its own. A request only
joins three byte strings and computes a checksum.
"""

import struct
import zlib

GZIP_START = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # no name, no time, any system
RAW_DEFLATE = -15
BEST = 9


class PreparedPage:
    """The bytes before and after the hole, plain and compressed."""

    def __init__(self, before: bytes, after: bytes) -> None:
        self._before = before
        self._after = after
        start = zlib.compressobj(BEST, zlib.DEFLATED, RAW_DEFLATE)
        self._packed_before = GZIP_START + start.compress(before) + start.flush(zlib.Z_FULL_FLUSH)
        self._checksum_before = zlib.crc32(before)
        end = zlib.compressobj(BEST, zlib.DEFLATED, RAW_DEFLATE)
        self._packed_after = end.compress(after) + end.flush(zlib.Z_FINISH)

    def plain(self, hole: bytes) -> bytes:
        """Return the page with ``hole`` filled in."""
        return self._before + hole + self._after

    def gzipped(self, hole: bytes) -> bytes:
        """Return the page with ``hole`` filled in, as gzip; the hole is at most 65,535 bytes."""
        size = len(hole)
        checksum = zlib.crc32(self._after, zlib.crc32(hole, self._checksum_before))
        total = len(self._before) + size + len(self._after)
        return b"".join(
            (
                self._packed_before,
                struct.pack("<BHH", 0, size, size ^ 0xFFFF),
                hole,
                self._packed_after,
                struct.pack("<II", checksum, total & 0xFFFFFFFF),
            )
        )
