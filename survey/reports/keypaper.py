"""A trustee's private key on paper: one A4 page with its text, large enough to be typed again, and a QR code of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import QRData
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from survey.codes import fonts
from survey.core.errors import N_
from survey.core.keytext import HEADLINE, KeyText

WIDTH, HEIGHT = A4
MARGIN = 22 * mm
QR = 75 * mm

TITLE = N_("Private key of the trustee %(name)s: paper copy")
KEEPING = (
    N_("Without this key and its passphrase no ballot sealed to it can ever be counted."),
    N_("Keep the page sealed. Do not write the passphrase on it, do not photograph it, do not copy it on a server."),
)
RESTORING = (
    N_("To restore the key: type the lines between the rules into a text file, or scan the QR code, which holds them."),
    N_("Then run, on a machine that is no server: flask keys restore TEXTFILE --out NAME"),
    N_("Small letters and spaces do no harm; the signs 0, O, 1 and I do not occur in lines 1 to 6."),
    N_("The last group of each line checks it: a mistyped line is named. The fingerprint stands on slips and report."),
)

# Letters of the font differ in width; each stands in the middle of its own cell, so that groups line up.
_SIZE, _CELL, _GAP, _PITCH = 17.0, 13.0, 15.0, 27.0


def write_paper(text: KeyText, out: Path, translate: Callable[[str], str], *, font: Path | None = None) -> None:
    """Write the page; the file is its owner's alone.

    Args:
        text: the key, still under its passphrase.
        out: the PDF.
        translate: into the language of the sentences; the key's own text is the same in all.
        font: TrueType file, the project's own when left out.

    Raises:
        Refused: when the font is missing or has no sign for the name.
    """
    name = fonts.register(font)
    title = translate(TITLE) % {"name": text.name}
    keeping, restoring = ([translate(sentence) for sentence in part] for part in (KEEPING, RESTORING))
    fonts.require_glyphs("".join((title, *keeping, *restoring, *str(text).splitlines())), font)
    out.touch(mode=0o600)
    canvas = Canvas(
        str(out),
        pagesize=A4,
        invariant=1,
        # Otherwise reportlab names Helvetica, which is not embedded. Its stubs take the name for a number.
        initialFontName=name,  # type: ignore[arg-type]
    )
    canvas.setTitle(title)
    canvas.setCreator("Minsheng")
    canvas.setProducer("Minsheng")
    y = _sentences(canvas, [title], HEIGHT - MARGIN, size=17)
    y = _sentences(canvas, keeping, y - 4 * mm)
    y = _key(canvas, text, y - 5 * mm)
    _code(canvas, str(text), y - 5 * mm - QR)
    _sentences(canvas, restoring, y - 11 * mm - QR)
    canvas.showPage()
    canvas.save()


def _sentences(canvas: Canvas, sentences: list[str], top: float, size: float = 10.5) -> float:
    """Set each sentence from ``top`` (points) down, and return where the last ends."""
    setting = fonts.fit([(sentence, size) for sentence in sentences], WIDTH - 2 * MARGIN, 45 * mm, gap=0.4)
    depth = 0.0
    for part in setting:
        canvas.setFont(fonts.FONT_NAME, part.size)
        for line, baseline in part.baselines():
            canvas.drawString(MARGIN, top - baseline, line)
        depth = part.top + part.height
    return top - depth


def _key(canvas: Canvas, text: KeyText, top: float) -> float:
    """Draw the text between two rules."""
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, top, WIDTH - MARGIN, top)
    y = top - 8 * mm
    canvas.setFont(fonts.FONT_NAME, 12)
    for line in (HEADLINE, f"Name: {text.name}", f"Fingerprint: {text.fingerprint}"):
        canvas.drawString(MARGIN, y, line)
        y -= 7 * mm
    y -= 4 * mm
    canvas.setFont(fonts.FONT_NAME, _SIZE)
    for number, line in enumerate(text.lines(), start=1):
        for x, character in _cells(f"{number}:", line):
            spare = _CELL - pdfmetrics.stringWidth(character, fonts.FONT_NAME, _SIZE)
            canvas.drawString(x + spare / 2, y, character)
        y -= _PITCH
    canvas.line(MARGIN, y + 4 * mm, WIDTH - MARGIN, y + 4 * mm)
    return y + 4 * mm


def _cells(number: str, line: str) -> Iterator[tuple[float, str]]:
    x = MARGIN
    for group in (number, *line.split(" ")):
        for character in group:
            yield x, character
            x += _CELL
        x += _GAP


def _code(canvas: Canvas, text: str, bottom: float) -> None:
    drawing: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    drawing.add_data(QRData(text.encode()))
    drawing.make()
    modules = np.array(drawing.modules, dtype=np.bool_)
    pixels = np.packbits(modules, axis=1).tobytes().hex()
    size = len(modules)
    at = f"{QR:.3f} 0 0 {QR:.3f} {(WIDTH - QR) / 2:.3f} {bottom:.3f} cm"
    # One-bit image: a set bit is ink. Hexadecimal, because a page's stream is text for reportlab.
    canvas.addLiteral(f"q {at} BI /W {size} /H {size} /IM true /BPC 1 /D [1 0] /F /AHx ID {pixels}> EI Q")
