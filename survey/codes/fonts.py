"""The printing font: one TrueType file with Chinese, embedded, and text set to fit a box in it.

Names are printed as people write them, so a character that the font lacks stops the print
before it starts; nothing is ever replaced by an empty box.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDocument, PDFStream
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from survey.core.errors import N_, Refused

FONT_NAME = "MinshengSans"
FONT_FILE = Path(__file__).resolve().parents[2] / "var" / "fonts" / "NotoSansSC-Regular.ttf"

LINE_PITCH = 1.25
"""Distance between the baselines of a text, in its own size."""

ASCENT = 0.88
"""How far a Chinese character reaches above the baseline, in its own size."""

_STEP = 0.02
_LEAST = 4.5  # points; smaller Chinese cannot be read on paper


@dataclass(frozen=True)
class Setting:
    """A text broken into lines at a size (points); ``top`` is its distance from the stack's top."""

    lines: tuple[str, ...]
    size: float
    top: float

    @property
    def height(self) -> float:
        """Height in points, from the top of the first line to the foot of the last."""
        return self.size * (1 + LINE_PITCH * (len(self.lines) - 1))

    def baselines(self) -> Iterator[tuple[str, float]]:
        """Yield every line with its baseline's distance below the stack's top."""
        for number, line in enumerate(self.lines):
            yield line, self.top + self.size * (ASCENT + LINE_PITCH * number)


class _Font(TTFont):
    """A font whose characters above U+FFFF can be searched and read aloud, too.

    reportlab prints them rightly but names them by one number of five digits, where PDF wants UTF-16.
    """

    def addObjects(self, doc: PDFDocument) -> None:  # noqa: N802 - reportlab's name
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:") and isinstance(stream, PDFStream):
                stream.content = re.sub(r"<([0-9A-F]{5,6})>", _utf16, stream.content)


def _utf16(number: re.Match[str]) -> str:
    return f"<{chr(int(number[1], 16)).encode('utf-16-be').hex().upper()}>"


def register(path: Path | None = None) -> str:
    """Make the font known to reportlab and return its name there.

    Raises:
        Refused: the file is missing, or is no TrueType font.
    """
    pdfmetrics.registerFont(_load(path or FONT_FILE))
    return FONT_NAME


def missing_glyphs(text: str, path: Path | None = None) -> tuple[str, ...]:
    """Return the characters of ``text`` that the font cannot print, each once, in their order."""
    # The map by which reportlab chooses glyphs is asked, so check and print cannot disagree.
    known = _load(path or FONT_FILE).face.charToGlyph
    return tuple(dict.fromkeys(character for character in text if ord(character) not in known))


def require_glyphs(text: str, path: Path | None = None) -> None:
    """Refuse a text with characters that the font lacks, and name them."""
    if missing := missing_glyphs(text, path):
        raise Refused(
            N_("The font %(font)s has no sign for %(characters)s; choose a font that has, or write it otherwise"),
            font=(path or FONT_FILE).name,
            characters=", ".join(f"{character} (U+{ord(character):04X})" for character in missing),
        )


def fit(texts: Sequence[tuple[str, float]], width: float, height: float, *, gap: float) -> tuple[Setting, ...]:
    """Stack texts in a box, shrunk together, the largest first to the limit, until every line is inside.

    Args:
        texts: each with its size in points when there is room; empty ones are left out.
        width: of the box, in points.
        height: of the box, in points.
        gap: between two texts, in the size of the lower one.

    Raises:
        Refused: even in the smallest type they do not fit.
    """
    texts = [(text, size) for text, size in texts if text.strip()]
    smallest = [(text, min(size, _LEAST)) for text, size in texts]
    factor = 1.0
    while True:
        sized = [(text, max(size * factor, least)) for (text, size), (_, least) in zip(texts, smallest, strict=True)]
        stack = _stack(sized, width, gap)
        if stack is not None and (not stack or stack[-1].top + stack[-1].height <= height):
            return stack
        if sized == smallest:
            break
        factor -= _STEP
    raise Refused(
        N_("There is no room on the slip for: %(text)s. Shorten it, or choose larger slips"),
        text=" / ".join(text for text, _ in texts),
    )


@cache
def _load(path: Path) -> TTFont:
    if not path.is_file():
        raise Refused(N_("The printing font %(path)s is missing; `make fonts` brings it"), path=path)
    try:
        return _Font(FONT_NAME, str(path))
    except TTFError as error:
        raise Refused(N_("%(path)s is not a TrueType font that can be embedded"), path=path) from error


def _stack(texts: Sequence[tuple[str, float]], width: float, gap: float) -> tuple[Setting, ...] | None:
    stack: list[Setting] = []
    top = 0.0
    for text, size in texts:
        lines = _wrap(text, width / size)
        if lines is None:
            return None
        top += gap * size if stack else 0
        stack.append(Setting(lines, size, top))
        top += stack[-1].height
    return tuple(stack)


def _wrap(text: str, width: float) -> tuple[str, ...] | None:
    """Break a text into as few lines as possible, about equally long; None if a word is too wide."""
    lines = _greedy(text, width)
    if lines is None:
        return None
    narrower: tuple[str, ...] | None = lines
    while narrower is not None and len(narrower) == len(lines):
        lines = narrower
        width -= 0.5
        narrower = _greedy(text, width)
    return lines


def _greedy(text: str, width: float) -> tuple[str, ...] | None:
    lines: list[str] = []
    line = ""
    for piece in pieces(text):
        if _width(line + piece) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        if _width(line) > width:
            return None
    return (*lines, line.rstrip()) if line.strip() else tuple(lines)


def _width(text: str) -> float:
    """Width in ems, without the spaces that a line's end drops."""
    return float(pdfmetrics.stringWidth(text.rstrip(), FONT_NAME, 1))


def pieces(text: str) -> Iterator[str]:
    """Cut a text where a line may end: around every Chinese character, between other words.

    A closing sign stays with what it closes and an opening one with what it opens.
    """
    piece = ""
    for character in text:
        if piece and not _joined(piece[-1], character):
            yield piece
            piece = ""
        piece += character
    yield piece


def _joined(before: str, after: str) -> bool:
    kinds = unicodedata.category(before), unicodedata.category(after)
    if kinds[1] == "Zs":
        return True
    if kinds[0] == "Zs":
        return False
    if kinds[0] in {"Ps", "Pi"} or kinds[1] in {"Pe", "Pf", "Po"}:
        return True
    return not (_is_wide(before) or _is_wide(after))


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
