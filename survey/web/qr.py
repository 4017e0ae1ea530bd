"""A QR code inside a page, as one path of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET = 4
"""Modules left free on every side, as the standard asks."""


@dataclass(frozen=True)
class Drawing:
    """A QR code to draw: runs of dark modules as strokes, and the side of the square with its quiet zone."""

    side: int
    path: str

    @classmethod
    def of(cls, matrix: Sequence[Sequence[bool]]) -> "Drawing":
        """Draw a matrix of modules, true where dark, without a quiet zone."""
        strokes = []
        for y, line in enumerate(matrix):
            x = 0
            while x < len(line):
                end = x
                while end < len(line) and line[end]:
                    end += 1
                if end > x:
                    strokes.append(f"M{x + QUIET} {y + QUIET}h{end - x}v1h-{end - x}z")
                x = end + 1
        return cls(len(matrix) + 2 * QUIET, "".join(strokes))

    @classmethod
    def of_text(cls, text: str) -> "Drawing":
        """Draw a text such as an address."""
        code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
        code.add_data(text)
        code.make()
        return cls.of([[bool(module) for module in line] for line in code.modules])
