"""The poster of a meeting: one page with one QR code and one address for all; the code to type is drawn from a box."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from survey.codes import fonts
from survey.codes.entry import QUIET, entry_matrix, short_address
from survey.codes.layouts import PAGE_HEIGHT, PAGE_WIDTH, Box

Paper = Literal["A4", "A3"]
SCALES: dict[Paper, float] = {"A4": 1.0, "A3": 2**0.5}

DISTANCE = 10
"""From how many times its side a QR code can be read."""

# Where the texts stand on A4; the QR code takes all that the title and the address leave between them.
TITLE = Box(12, 11, 186, 34, (28, 15), gap=0.3)
ADDRESS = Box(12, 191, 186, 23, (62,))
STEPS = Box(22, 214, 166, 25, (18, 18, 18), gap=0.25)
ONCE = Box(15, 240, 180, 9, (22,))
NOTES = Box(15, 250, 180, 22, (12.5, 12.5, 12.5, 12.5), gap=0.2)
KEYS = Box(15, 274, 180, 12, (9, 9), gap=0.3)


@dataclass(frozen=True)
class Poster:
    """The words of a poster, in the reader's language.

    Attributes:
        base_url: the address of the site; its QR code leads to the page where codes are typed.
        distance: a sentence with a place ``%(metres)s``.
        keys: fingerprints of the keys that the ballots are sealed to.
    """

    base_url: str
    title: str
    organiser: str
    steps: tuple[str, ...]
    once: str
    check: str
    warning: str
    distance: str
    contact: str
    label_keys: str
    keys: tuple[str, ...]


def write_poster(poster: Poster, out: BinaryIO | Path, *, paper: Paper = "A4", font: Path | None = None) -> float:
    """Write a poster of one page as PDF; equal input gives equal bytes.

    Args:
        poster: its words.
        out: file to write.
        paper: A4, or A3 with everything larger.
        font: TrueType file, the project's own when left out.

    Returns:
        From how many metres its QR code can be read.

    Raises:
        Refused: signs missing in the font; words too long.
    """
    scale = SCALES[paper]
    name = fonts.register(font)
    matrix = entry_matrix(poster.base_url)
    fonts.require_glyphs("".join(_words(poster)), font)
    title = list(_set(TITLE, (poster.title, poster.organiser), scale, name))
    top = PAGE_HEIGHT * scale - min(y for _size, _x, y, _line in title) / mm
    # The quiet zone on both sides stays white, too.
    side = (ADDRESS.y * scale - top) / (1 + 2 * QUIET / len(matrix))
    metres = side * DISTANCE / 1000
    lines = title + list(_lines(poster, poster.distance % {"metres": f"{metres:.1f}"}, scale, name))
    canvas = Canvas(
        str(out) if isinstance(out, Path) else out,
        pagesize=(PAGE_WIDTH * scale * mm, PAGE_HEIGHT * scale * mm),
        invariant=1,
        pageCompression=1,
        # Otherwise reportlab names Helvetica, which is not embedded. Its stubs take the name for a number.
        initialFontName=name,  # type: ignore[arg-type]
    )
    canvas.setTitle(poster.title)
    canvas.setAuthor(poster.organiser)
    canvas.setCreator("Minsheng")
    canvas.setProducer("Minsheng")
    for size, x, y, line in lines:
        canvas.setFont(name, size)
        canvas.drawString(x, y, line)
    bottom = PAGE_HEIGHT * scale - (top + ADDRESS.y * scale + side) / 2
    _draw_qr(canvas, matrix, (PAGE_WIDTH * scale - side) / 2, bottom, side)
    canvas.save()
    return metres


def _draw_qr(canvas: Canvas, matrix: NDArray[np.bool_], left: float, bottom: float, side: float) -> None:
    """Draw a QR code, runs of dark modules as one bar each (millimetres)."""
    module = side / len(matrix)
    for number, line in enumerate(matrix):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line.astype(np.int8), [0]))))
        y = bottom + side - (number + 1) * module
        for start, stop in edges.reshape(-1, 2):
            canvas.rect(
                (left + start * module) * mm, y * mm, (stop - start) * module * mm, module * mm, stroke=0, fill=1
            )


def _lines(poster: Poster, distance: str, scale: float, font: str) -> Iterator[tuple[float, float, float, str]]:
    yield from _set(ADDRESS, (short_address(poster.base_url),), scale, font)
    yield from _set(STEPS, poster.steps, scale, font, centred=False)
    yield from _set(ONCE, (poster.once,), scale, font)
    yield from _set(NOTES, (poster.check, poster.warning, distance, poster.contact), scale, font)
    yield from _set(KEYS, tuple(f"{poster.label_keys} {key}" for key in poster.keys), scale, font)


def _set(
    box: Box, texts: tuple[str, ...], scale: float, font: str, *, centred: bool = True
) -> Iterator[tuple[float, float, float, str]]:
    """Yield size, place (points from the page's lower left) and text of every line."""
    width = box.width * scale * mm
    sized = [(text, size * scale) for text, size in zip(texts, box.sizes, strict=False)]
    for setting in fonts.fit(sized, width, box.height * scale * mm, gap=box.gap):
        for line, depth in setting.baselines():
            spare = width - pdfmetrics.stringWidth(line, font, setting.size) if centred else 0
            yield setting.size, box.x * scale * mm + spare / 2, (PAGE_HEIGHT - box.y) * scale * mm - depth, line


def _words(poster: Poster) -> Iterator[str]:
    for value in vars(poster).values():
        yield from (value,) if isinstance(value, str) else value
