"""Cover sheets: what lies on a stack of slips while it is cut, counted, carried and handed over.

A stack has a number, so that none gets lost on the way; no slip has one, and no code stands on a cover.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from survey.codes import fonts
from survey.codes.layouts import Box
from survey.core.errors import N_, Refused

WIDTH, HEIGHT = A4
LEFT = 20.0
TITLE = Box(LEFT, 25, 170, 28, (30,))
LABELS = Box(LEFT, 66, 36, 0, (12,))
VALUES = Box(60, 66, 130, 0, (14,))
FACT = 13.0
"""Height of a fact's line in millimetres; its value may take two lines."""
TABLE_TOP = 158.0
ROW = 15.0
EDGES = (LEFT, 62.0, 86.0, 150.0, 190.0)
"""The upright lines of the table to sign in, in millimetres from the left."""
NOTES = Box(LEFT, 258, 170, 18, (11, 11), gap=0.4)


@dataclass(frozen=True)
class Cover:
    """The words of one cover sheet, already in the reader's language.

    Attributes:
        title: which stack of how many, and how many slips it has.
        facts: label and value of each line below it.
        signers: the steps of the stack's way, each a line to sign on.
        columns: the four headings of the table to sign in.
        notes: what must not be done.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    signers: tuple[str, ...]
    columns: tuple[str, ...]
    notes: tuple[str, ...]


def write_covers(covers: Sequence[Cover], out: BinaryIO | Path, *, font: Path | None = None) -> None:
    """Write a page for each stack; equal input gives equal bytes.

    Raises:
        Refused: no stack; signs missing in the font; words too long.
    """
    if not covers:
        raise Refused(N_("There are no slips to print"))
    name = fonts.register(font)
    fonts.require_glyphs("".join(word for cover in covers for word in signs(cover)), font)
    canvas = Canvas(
        str(out) if isinstance(out, Path) else out,
        pagesize=A4,
        invariant=1,
        pageCompression=1,
        # Otherwise reportlab names Helvetica, which is not embedded. Its stubs take the name for a number.
        initialFontName=name,  # type: ignore[arg-type]
    )
    canvas.setTitle(covers[0].title)
    canvas.setCreator("Minsheng")
    canvas.setProducer("Minsheng")
    for cover in covers:
        for size, x, y, line in _lines(cover):
            canvas.setFont(name, size)
            canvas.drawString(x, y, line)
        _draw_table(canvas, len(cover.signers))
        canvas.showPage()
    canvas.save()


def signs(cover: Cover) -> Iterator[str]:
    """Yield every word of a cover."""
    yield cover.title
    for fact in cover.facts:
        yield from fact
    yield from (*cover.signers, *cover.columns, *cover.notes)


def _lines(cover: Cover) -> Iterator[tuple[float, float, float, str]]:
    """Yield size, place (points from the page's lower left) and text of every line."""
    yield from _set(TITLE, (cover.title,))
    for number, (label, value) in enumerate(cover.facts):
        top = LABELS.y + number * FACT
        yield from _set(Box(LABELS.x, top + 0.6, LABELS.width, FACT, LABELS.sizes), (label,))
        yield from _set(Box(VALUES.x, top, VALUES.width, FACT, VALUES.sizes), (value,))
    for row, words in enumerate([cover.columns, *((signer,) for signer in cover.signers)]):
        for left, right, word in zip(EDGES, EDGES[1:], words, strict=False):
            yield from _set(Box(left + 2, TABLE_TOP + row * ROW + 4.5, right - left - 4, ROW - 5, (11,)), (word,))
    yield from _set(NOTES, cover.notes)


def _set(box: Box, texts: Sequence[str]) -> Iterator[tuple[float, float, float, str]]:
    sized = [(text, box.sizes[min(place, len(box.sizes) - 1)]) for place, text in enumerate(texts)]
    for setting in fonts.fit(sized, box.width * mm, box.height * mm, gap=box.gap):
        for line, depth in setting.baselines():
            yield setting.size, box.x * mm, HEIGHT - box.y * mm - depth, line


def _draw_table(canvas: Canvas, signers: int) -> None:
    bottom = TABLE_TOP + (signers + 1) * ROW
    canvas.setLineWidth(0.5)
    for row in range(signers + 2):
        y = HEIGHT - (TABLE_TOP + row * ROW) * mm
        canvas.line(EDGES[0] * mm, y, EDGES[-1] * mm, y)
    for edge in EDGES:
        canvas.line(edge * mm, HEIGHT - TABLE_TOP * mm, edge * mm, HEIGHT - bottom * mm)
