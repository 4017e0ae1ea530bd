"""Text broken into lines: around Chinese characters and between other words; what is too long for a line is cut."""

from collections.abc import Iterator
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics

from survey.codes import fonts

EXACT = 1e-6  # sums of widths are not


def printable(text: str) -> str:
    """Return a text on one line; a character that the font lacks is written as its number, for no box may stand for it.

    A name is refused by nobody here: a report is read, where a slip must be right to the sign.
    """
    text = " ".join(text.split())
    for character in fonts.missing_glyphs(text):
        text = text.replace(character, f"[U+{ord(character):04X}]")
    return text


@lru_cache(maxsize=65536)
def advance(character: str) -> float:
    """Return how far a character moves the pen, in its own size."""
    return float(pdfmetrics.stringWidth(character, fonts.FONT_NAME, 1))


def width_of(text: str, spacing: float = 0.0) -> float:
    """Return the width of a text, in its own size; ``spacing`` is added to each character."""
    return sum(map(advance, text)) + spacing * len(text)


def break_lines(text: str, width: float, *, indent: float = 0.0, spacing: float = 0.0) -> list[str]:
    """Break a text into lines.

    Args:
        text: without line breaks.
        width: of a line, in the text's own size.
        indent: how much less room the first line has.
        spacing: added to each character.
    """
    lines: list[str] = []
    line, room = "", width - indent
    for piece in _fitting(text, width - indent, spacing):
        if width_of(line, spacing) + width_of(piece.rstrip(), spacing) <= room + EXACT or not line:
            line += piece
            continue
        lines.append(line.rstrip())
        line, room = piece.lstrip(), width
    lines.append(line.rstrip())
    return lines


def _fitting(text: str, width: float, spacing: float) -> Iterator[str]:
    """Cut a text where a line may end, and anywhere in a word that no line could hold."""
    for piece in fonts.pieces(text):
        part = ""
        for character in piece:
            if part and width_of(part + character, spacing) > width + EXACT:
                yield part
                part = ""
            part += character
        yield part
