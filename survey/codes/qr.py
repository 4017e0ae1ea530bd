"""QR codes in bulk.

With version, error correction and mask held fixed, a QR code is an affine map of its payload bits
over GF(2): placing bits, Reed-Solomon and masking are all exclusive-or. So the ``qrcode`` library is
asked once for the code of twenty zeros and once for every bit of the digits; after that a matrix is
the exclusive-or of seven table rows, one for each group of digits.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import ALPHA_NUM, QRData

from survey.core.errors import N_, Refused

CODE_DIGITS = 20

# Numeric mode packs three digits in ten bits; twenty digits leave a pair, in seven bits.
GROUPS = ((0, 3), (3, 6), (6, 9), (9, 12), (12, 15), (15, 18), (18, 20))
GROUP_BITS = {3: 10, 2: 7}

# The best mask differs from code to code and finding it is most of the work; every mask is valid.
MASK = 2

# Versions 1 and 2 would gain nothing in print, and their wider quiet zone does not fit the small slip.
SMALLEST_VERSION = 3


class CodePrinter:
    """Makes the QR matrices of ``prefix`` followed by a code of twenty digits.

    Attributes:
        version: QR version, the smallest from 3 on that holds the address at level M.
        size: modules on a side, without the quiet zone.
    """

    def __init__(self, prefix: str) -> None:
        """Learn the tables for one prefix, such as ``HTTPS://PINGYI.GOV.CN/T/``.

        Raises:
            Refused: the prefix has characters outside QR's alphanumeric mode, or is too long.
        """
        allowed = ALPHA_NUM.decode("ascii")
        if not prefix or any(character not in allowed for character in prefix):
            raise Refused(
                N_(
                    "The address %(prefix)s cannot stand on a slip: "
                    "only capital letters A-Z, digits, spaces and $ %% * + - . / : are possible there"
                ),
                prefix=prefix or '""',
            )
        self.prefix = prefix
        self.version = _smallest_version(prefix)
        self.size = 17 + 4 * self.version
        self._stride = -(-self.size // 8)
        self._tables = self._learn()

    def packed(self, codes: Sequence[str]) -> NDArray[np.uint8]:
        """Return the codes' matrices as one-bit images, an image a line.

        Rows run from the top and are padded to whole bytes, which is what a PDF image wants;
        a set bit is a dark module.
        """
        digits = _digits(codes)
        lines = np.zeros((len(codes), self.size * self._stride), dtype=np.uint8)
        for (start, stop), table in zip(GROUPS, self._tables, strict=True):
            weights = 10 ** np.arange(stop - start - 1, -1, -1)
            lines ^= table[digits[:, start:stop] @ weights]
        return lines

    def matrices(self, codes: Sequence[str]) -> NDArray[np.bool_]:
        """Return an array (code, row, column) that is true where a module is dark."""
        lines = self.packed(codes).reshape(len(codes), self.size, self._stride)
        return np.unpackbits(lines, axis=2, count=self.size).view(np.bool_)

    def _learn(self) -> list[NDArray[np.uint8]]:
        base = self._image([0] * len(GROUPS))
        tables = []
        for place, (start, stop) in enumerate(GROUPS):
            table = np.zeros((1, base.size), dtype=np.uint8)
            for bit in range(GROUP_BITS[stop - start]):
                values = [0] * len(GROUPS)
                values[place] = 1 << bit
                table = np.concatenate((table, table ^ self._image(values) ^ base))
            tables.append(table[: 10 ** (stop - start)])
        tables[0] ^= base
        return tables

    def _image(self, values: Sequence[int]) -> NDArray[np.uint8]:
        """Ask the library for the code whose digit groups have these values."""
        code = "".join(f"{value:0{stop - start}d}" for value, (start, stop) in zip(values, GROUPS, strict=True))
        drawing = _library_code(self.prefix, code, self.version)
        drawing.make(fit=False)
        return np.packbits(np.array(drawing.modules, dtype=np.bool_), axis=1).ravel()


def _library_code(prefix: str, code: str, version: int | None = None) -> QRCode[Any]:
    """Return the library's own code for an address, its data filled in and not yet made.

    Prefix and digits go in as two parts, so that the digits are in numeric mode whatever the prefix.
    Given whole, the library would cut an address with a prefix of twenty characters or more likewise.
    """
    drawing: QRCode[Any] = QRCode(version=version, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    drawing.add_data(QRData(prefix))
    drawing.add_data(QRData(code))
    return drawing


def _smallest_version(prefix: str) -> int:
    try:
        return int(_library_code(prefix, "0" * CODE_DIGITS).best_fit(start=SMALLEST_VERSION))
    except (DataOverflowError, ValueError) as error:
        raise Refused(N_("The address %(prefix)s is too long for a QR code"), prefix=prefix) from error


def _digits(codes: Sequence[str]) -> NDArray[np.int64]:
    # The message names no code: it would end in a log.
    if any(len(code) != CODE_DIGITS or not code.isascii() or not code.isdigit() for code in codes):
        message = f"a code has {CODE_DIGITS} digits"
        raise ValueError(message)
    joined = np.frombuffer("".join(codes).encode("ascii"), dtype=np.uint8)
    return (joined - ord("0")).reshape(len(codes), CODE_DIGITS).astype(np.int64)
