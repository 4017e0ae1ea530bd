"""A4 sheets in the look of GB/T 9704: where text stands, pages and their numbers, headings and paragraphs.

The text area is 156 × 225 mm: 22 lines of 28 characters of size three (16 pt).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from survey.codes import fonts
from survey.core.language import translator
from survey.reports.paper.bars import Bars, draw_bars
from survey.reports.paper.grid import SMALL as SMALL_TABLE
from survey.reports.paper.grid import draw_grid, lay_out
from survey.reports.paper.lines import break_lines, printable, width_of
from survey.reports.table import Table

TOP, LEFT = 37 * mm, 28 * mm
WIDTH, HEIGHT = 156 * mm, 225 * mm
LINES, CHARACTERS = 22, 28
PITCH = HEIGHT / LINES
BODY, TITLE, NUMBER, SMALL = 16.0, 22.0, 14.0, 10.5
# Sizes are points, but 28 characters of 16 points are a little wider than the text area.
SPACING = WIDTH / CHARACTERS / BODY - 1
NUMBER_BELOW = 7 * mm
# A heavier stroke stands for the second typeface of headings.
STROKE = 0.02
# Two characters, as they stand in a line.
INDENT = 2.0 * (1 + SPACING)
ABOVE_HEADING = 6.0

_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Line:
    """One line of a list that opens down: how deep it stands, its mark and its text."""

    depth: int
    text: str
    mark: str = ""


class Sheet:
    """A document on A4 sheets, written from the top down.

    Args:
        path: the PDF.
        title: of the document.
        language: zh or en; it decides how headings are numbered.
        font: TrueType file, the project's own when left out.

    Raises:
        Refused: when the font is missing.
    """

    def __init__(self, path: Path, title: str, language: str, font: Path | None = None) -> None:
        name = fonts.register(font)
        self.language = language
        self._say = translator(language)
        self.canvas = Canvas(
            str(path),
            pagesize=A4,
            invariant=1,
            pageCompression=1,
            lang="en" if language == "en" else "zh-CN",
            # Otherwise reportlab names Helvetica, which is not embedded. Its stubs take the name for a number.
            initialFontName=name,  # type: ignore[arg-type]
        )
        self.canvas.setTitle(title)
        self.canvas.setCreator("Minsheng")
        self.canvas.setProducer("Minsheng")
        self._counters = [0, 0]
        self._pages = 0
        self._start(wide=False)

    # --- pages ---------------------------------------------------------------------------------------------------

    def _start(self, *, wide: bool) -> None:
        self._pages += 1
        self.wide = wide
        size = landscape(A4) if wide else A4
        self.canvas.setPageSize(size)
        # A wide page is the same sheet turned: its upper edge is the binding.
        self.left, top = (TOP, LEFT) if wide else (LEFT, TOP)
        self.width, self.height = (HEIGHT, WIDTH) if wide else (WIDTH, HEIGHT)
        self.top = size[1] - top
        self.bottom = self.top - self.height
        self.y = self.top

    def _end(self) -> None:
        text = f"— {self._pages} —"
        x = self.left + NUMBER
        if self._pages % 2:
            x = self.left + self.width - NUMBER - width_of(text) * NUMBER
        self.put(x, self.bottom - NUMBER_BELOW, text, NUMBER)
        self.canvas.showPage()

    def page(self, *, wide: bool = False) -> None:
        """Begin a new page; wide ones lie on their side."""
        self._end()
        self._start(wide=wide)

    def upright(self) -> None:
        """Go back to an upright page after wide ones."""
        if self.wide:
            self.page()

    def need(self, height: float) -> None:
        """Begin a new page where less than ``height`` points are left."""
        if self.y - height < self.bottom - 0.01 and self.y < self.top:
            self.page(wide=self.wide)

    def save(self) -> None:
        """Write the file."""
        self._end()
        self.canvas.save()

    # --- ink -----------------------------------------------------------------------------------------------------

    def put(self, x: float, y: float, text: str, size: float, *, spacing: float = 0.0, heavy: bool = False) -> None:
        """Write one line with its baseline at ``y``."""
        if not text:
            return
        canvas = self.canvas
        canvas.setFont(fonts.FONT_NAME, size)
        with self._heavy(size) if heavy else _plain():
            canvas.drawString(x, y, text, mode=2 if heavy else None, charSpace=spacing * size)

    @contextmanager
    def _heavy(self, size: float) -> Iterator[None]:
        self.canvas.saveState()
        self.canvas.setFont(fonts.FONT_NAME, size)
        self.canvas.setLineWidth(size * STROKE)
        yield
        self.canvas.restoreState()

    def _line(
        self, x: float, text: str, size: float, pitch: float, *, spacing: float = 0.0, heavy: bool = False
    ) -> None:
        """Write a line and move down by its pitch; the text stands in the middle of it."""
        self.need(pitch)
        baseline = self.y - pitch / 2 - size * (fonts.ASCENT - 0.5)
        self.put(x, baseline, text, size, spacing=spacing, heavy=heavy)
        self.y -= pitch

    # --- text ----------------------------------------------------------------------------------------------------

    def title(self, text: str, *subtitles: str) -> None:
        """Set the document's title in the middle, and lines below it in the size of the text."""
        for line in break_lines(printable(text), self.width / TITLE):
            self._line(self._middle(line, TITLE), line, TITLE, 36, heavy=True)
        for subtitle in subtitles:
            for line in break_lines(printable(subtitle), self.width / BODY):
                self._line(self._middle(line, BODY), line, BODY, PITCH)
        self.y -= PITCH / 2

    def _middle(self, line: str, size: float) -> float:
        return self.left + (self.width - width_of(line) * size) / 2

    def heading(self, text: str, level: int = 1) -> None:
        """Set a numbered heading: 一、 and （一） in Chinese, 1 and 1.1 in English."""
        self._counters[level - 1] += 1
        self._counters[level:] = [0] * (len(self._counters) - level)
        text = f"{self._number(level)}{printable(text)}"
        lines = break_lines(text, self.width / BODY, indent=INDENT, spacing=SPACING)
        # What a heading stands over must begin on its page.
        self.need(PITCH * (len(lines) + 2))
        self.y -= ABOVE_HEADING if self.y < self.top else 0
        key = f"h{self._pages}-{self.y:.0f}"
        self.canvas.bookmarkHorizontal(key, 0, self.y)
        self.canvas.addOutlineEntry(text, key, level - 1)
        for number, line in enumerate(lines):
            x = self.left + (0 if number else INDENT * BODY)
            self._line(x, line, BODY, PITCH, spacing=SPACING, heavy=level == 1)

    def _number(self, level: int) -> str:
        first, second = self._counters
        if self.language == "en":
            return f"{first}. " if level == 1 else f"{first}.{second} "
        return f"{in_chinese(first)}、" if level == 1 else f"（{in_chinese(second)}）"

    def paragraph(self, text: str) -> None:
        """Set a paragraph of the text."""
        for number, line in enumerate(break_lines(printable(text), self.width / BODY, indent=INDENT, spacing=SPACING)):
            self._line(self.left + (0 if number else INDENT * BODY), line, BODY, PITCH, spacing=SPACING)

    def note(self, text: str) -> None:
        """Set a small line, as under a table."""
        for line in break_lines(printable(text), self.width / SMALL):
            self._line(self.left, line, SMALL, SMALL * 1.6)

    def open_down(self, lines: Sequence[Line], size: float = 12.0) -> None:
        """Set a list that opens down: every line further in than what it explains."""
        pitch = size * 1.6
        for one in lines:
            left = self.left + one.depth * size * 1.5
            start = left + size * 1.2
            room = (self.left + self.width - start) / size
            for number, line in enumerate(break_lines(printable(one.text), room)):
                if not number:
                    self.need(pitch)
                    self.put(left, self.y - pitch / 2 - size * (fonts.ASCENT - 0.5), one.mark, size)
                self._line(start, line, size, pitch)

    # --- tables and charts ---------------------------------------------------------------------------------------

    def table(self, table: Table, heading: str = "", *, empty: str = "-") -> None:
        """Set a table under a heading, over as many pages as it needs.

        One that is too wide for an upright page lies on its side.

        Args:
            table: what is set.
            heading: above it; left out where there is none.
            empty: what stands in place of a table without rows.
        """
        grid = lay_out(table, self._say, WIDTH)
        wide = grid.crowded if table.rows else self.wide
        if wide != self.wide:
            self.page(wide=wide)
        if heading:
            self.heading(heading)
        if table.rows:
            draw_grid(self, lay_out(table, self._say, self.width, SMALL_TABLE) if wide else grid)
            self.y -= SMALL
        else:
            self.paragraph(empty)

    def bars(self, bars: Bars) -> None:
        """Draw a chart of bars; one that is longer than the page goes on overleaf."""
        self.upright()
        draw_bars(self, bars)
        self.y -= SMALL


@contextmanager
def _plain() -> Iterator[None]:
    yield


def in_chinese(number: int) -> str:
    """Return a number from 1 to 99 in Chinese characters."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")
