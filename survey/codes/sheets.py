"""Printed slips: A4 sheets of QR codes, each with its code to type by hand.

What all slips share is drawn once and referred to; a slip adds one 1-bit image and its digits, and
nothing else: no number, no mark, no time, so slips of a pile differ in their codes alone. They are
printed in the order given; shuffling is the caller's part.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat
from pathlib import Path
from typing import BinaryIO

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from survey.codes import fonts
from survey.codes.layouts import LAYOUTS, PAGE_HEIGHT, PAGE_WIDTH, Box, Layout, LayoutName
from survey.codes.qr import CODE_DIGITS, CodePrinter
from survey.core.errors import N_, Refused

LEAST_MODULE = 0.5
"""Smallest QR module in millimetres that office printers and older phones still manage."""

PAGES_PER_FILE = 500
"""reportlab keeps a file's pages in memory until it is saved; this many stay below 10 MB."""

RULER = 50.0
"""Length in millimetres of the line by which people check that the printer did not scale the page."""
CODE_PITCH = 1.15
"""Distance between the baselines of the code's lines, in its size: digits are less tall than Chinese."""

WATERMARK_LENGTH = 0.8
"""Of the slip's diagonal."""
WATERMARK_GREY = 0.82

SHORT_KEY = len("0123 4567")
"""How much of a key's fingerprint stands where the whole has no room."""

_NO_SLIPS = N_("There are no slips to print")


@dataclass(frozen=True)
class Slip:
    """One code and the address (``HTTPS://HOST/T/`` and the code) that its QR code holds."""

    code: str
    url: str


@dataclass(frozen=True)
class Heading:
    """The words that all slips share, already in the reader's language. Empty ones are left out.

    Attributes:
        title: what is asked.
        organiser: who asks.
        closes: until when, as people write it.
        note: what to check before answering.
        address: the short address to type by hand.
        label_code: word above the code.
        label_closes: word before ``closes``.
        label_address: words before ``address``.
        instructions: lines of the one-a-page layout.
        scale_note: words beside the 50 mm ruler of the one-a-page layout.
        ballot_class: which ballot it is, in words.
        ballot_code: the same in short, where the words find no room.
        label_keys: word before the fingerprints.
        keys: fingerprints of the keys that the ballots are sealed to.
        watermark: word across the slips of a rehearsal.
    """

    title: str
    organiser: str
    closes: str
    note: str
    address: str
    label_code: str
    label_closes: str
    label_address: str
    instructions: tuple[str, ...] = ()
    scale_note: str = ""
    ballot_class: str = ""
    ballot_code: str = ""
    label_keys: str = ""
    keys: tuple[str, ...] = ()
    watermark: str = ""


@dataclass(frozen=True)
class SheetReport:
    """What was written."""

    pages: int
    slips: int
    files: tuple[Path, ...] = ()


def write_sheets(
    slips: Iterable[Slip],
    heading: Heading,
    out: BinaryIO | Path,
    *,
    layout: LayoutName = "24",
    font: Path | None = None,
    on_page: Callable[[int], None] | None = None,
) -> SheetReport:
    """Write slips as one PDF for A4; equal input gives equal bytes.

    Args:
        slips: in the order of printing; read page by page.
        heading: the words on every slip.
        out: file to write.
        layout: slips on a page: 24 of 70 x 37 mm, 10 of 105 x 59.4 mm, or 1.
        font: TrueType file, the project's own when left out.
        on_page: called with the number of every page when it is drawn.

    Raises:
        Refused: no slips; signs missing in the font; words too long; QR code too fine.
    """
    pages = _pages(slips, LAYOUTS[layout].per_page)
    first = next(pages, None)
    if first is None:
        raise Refused(_NO_SLIPS)
    prefix = first[0].url[:-CODE_DIGITS]
    sheet = _Sheet(LAYOUTS[layout], heading, prefix, font)
    canvas = sheet.begin(out)
    count = 0
    number = 0
    for number, page in enumerate(chain([first], pages), start=1):
        sheet.draw_page(canvas, page)
        count += len(page)
        if on_page is not None:
            on_page(number)
    canvas.save()
    return SheetReport(pages=number, slips=count, files=(out,) if isinstance(out, Path) else ())


def write_boxes(boxes: Sequence[tuple[Heading, Sequence[Slip]]], out: BinaryIO, *, layout: LayoutName = "24") -> None:
    """Write slips of several classes, none empty, as one PDF; each class has its words, and begins a page."""
    of = LAYOUTS[layout]
    sheets = [
        _Sheet(of, heading, slips[0].url[:-CODE_DIGITS], None, f"slip{number}")
        for number, (heading, slips) in enumerate(boxes)
    ]
    canvas = sheets[0].begin(out)
    for sheet in sheets[1:]:
        sheet.share(canvas)
    for sheet, (_heading, slips) in zip(sheets, boxes, strict=True):
        for page in _pages(slips, of.per_page):
            sheet.draw_page(canvas, page)
    canvas.save()


def write_sheet_files(
    slips: Iterable[Slip],
    heading: Heading,
    out: Path,
    *,
    layout: LayoutName = "24",
    font: Path | None = None,
    on_page: Callable[[int], None] | None = None,
) -> SheetReport:
    """Write any number of slips in flat memory: ``out``, and ``out-002``, ``out-003`` ... when one is full.

    Arguments and refusals are those of ``write_sheets``.
    """
    files: list[Path] = []
    pages = count = 0
    for part in _pages(slips, LAYOUTS[layout].per_page * PAGES_PER_FILE):
        path = out.with_stem(f"{out.stem}-{len(files) + 1:03d}") if files else out
        report = write_sheets(
            part,
            heading,
            path,
            layout=layout,
            font=font,
            on_page=_counting_from(pages, on_page),
        )
        files.append(path)
        pages += report.pages
        count += report.slips
    if not files:
        raise Refused(_NO_SLIPS)
    return SheetReport(pages=pages, slips=count, files=tuple(files))


class _Sheet:
    """A layout with its words set: all that is the same on every slip."""

    def __init__(self, layout: Layout, heading: Heading, prefix: str, font: Path | None, form: str = "slip") -> None:
        self.form = form
        self.layout = layout
        self.heading = heading
        self.printer = CodePrinter(prefix)
        module = layout.qr / self.printer.size
        if module < LEAST_MODULE:
            raise Refused(
                N_(
                    "The address %(prefix)s is too long: a module of its QR code would be %(module)s mm, "
                    "less than %(least)s mm. Use a shorter host name, or larger slips"
                ),
                prefix=prefix,
                module=f"{module:.2f}",
                least=LEAST_MODULE,
            )
        self.font = fonts.register(font)
        fonts.require_glyphs("".join(_words(heading)) + "0123456789", font)
        # A plain space between groups is too narrow to be seen at a glance.
        self.word_space = layout.code.size * 0.15
        self.lines = list(self._set_words())
        self.code_lines = list(self._set_code())

    def begin(self, out: BinaryIO | Path) -> Canvas:
        """Open a PDF and draw into it what all slips share."""
        canvas = Canvas(
            str(out) if isinstance(out, Path) else out,
            pagesize=(PAGE_WIDTH * mm, PAGE_HEIGHT * mm),
            invariant=1,
            pageCompression=1,
            pdfVersion=(1, 6),
            # Otherwise reportlab names Helvetica, which is not embedded. Its stubs take the name for a number.
            initialFontName=self.font,  # type: ignore[arg-type]
        )
        canvas.setTitle(self.heading.title)
        canvas.setAuthor(self.heading.organiser)
        canvas.setSubject("")
        canvas.setCreator("Minsheng")
        canvas.setProducer("Minsheng")
        # Without this, viewers shrink the page to the printer's margins and the slips with it.
        canvas.setViewerPreference("PrintScaling", "None")
        canvas.beginForm("cuts", 0, 0, PAGE_WIDTH * mm, PAGE_HEIGHT * mm)
        self._draw_cuts(canvas)
        canvas.endForm()
        self.share(canvas)
        return canvas

    def share(self, canvas: Canvas) -> None:
        """Draw what stands on every slip, once."""
        canvas.beginForm(self.form, 0, 0, self.layout.width * mm, self.layout.height * mm)
        self._draw_watermark(canvas)
        for size, x, y, line in self.lines:
            canvas.setFont(self.font, size)
            canvas.drawString(x, y, line)
        self._draw_ruler(canvas)
        canvas.endForm()

    def draw_page(self, canvas: Canvas, slips: Sequence[Slip]) -> None:
        """Draw one page of slips, row by row."""
        layout, size = self.layout, self.printer.size
        # One-bit image: a set bit is ink. Hexadecimal, because a page's stream is text for reportlab.
        image = f"BI /W {size} /H {size} /IM true /BPC 1 /D [1 0] /F /AHx ID "
        side = layout.qr * mm
        at = f"{side:.3f} 0 0 {side:.3f} {layout.qr_x * mm:.3f} {(layout.height - layout.qr_y) * mm - side:.3f} cm"
        codes = self._checked(slips)
        canvas.doForm("cuts")
        for place, (code, pixels) in enumerate(zip(codes, self.printer.packed(codes), strict=True)):
            row, column = divmod(place, layout.columns)
            bottom = PAGE_HEIGHT - layout.margin - (row + 1) * layout.height
            canvas.saveState()
            canvas.translate(column * layout.width * mm, bottom * mm)
            canvas.doForm(self.form)
            canvas.addLiteral(f"q {at} {image}{pixels.tobytes().hex()}> EI Q")
            canvas.setFont(self.font, layout.code.size)
            for first, last, x, y in self.code_lines:
                line = " ".join(code[start : start + 4] for start in range(first, last, 4))
                canvas.drawString(x, y, line, wordSpace=self.word_space)
            canvas.restoreState()
        canvas.showPage()

    def _checked(self, slips: Sequence[Slip]) -> list[str]:
        if any(slip.url != self.printer.prefix + slip.code for slip in slips):
            message = "every address of a sheet is the same beginning and the slip's code"
            raise ValueError(message)
        return [slip.code for slip in slips]

    def _set_words(self) -> Iterator[tuple[float, float, float, str]]:
        """Yield size, place (points from the slip's lower left) and text of every line."""
        heading, layout = self.heading, self.layout
        foot = (_labelled(heading.label_closes, heading.closes), _labelled(heading.label_address, heading.address))
        for box, texts in (
            (layout.head, (heading.title, heading.ballot_class if layout.roomy else "", heading.organiser)),
            (layout.label, (self._label(),)),
            (layout.foot, foot),
            (layout.note, (heading.note,)),
            (layout.keys, self._keys()),
        ):
            yield from self._set(box, texts, centred=layout.centred)
        if layout.instructions is not None:
            yield from self._set(layout.instructions, heading.instructions, centred=False)
        if layout.scale_note is not None:
            yield from self._set(layout.scale_note, (heading.scale_note,), centred=False)

    def _label(self) -> str:
        """Return the word above the code; on small slips with the ballot's class, shorter where that is too long."""
        heading, layout = self.heading, self.layout
        if layout.roomy or not heading.ballot_class:
            return heading.label_code
        label = f"{heading.ballot_class} {heading.label_code}"
        return label if self._has_room(layout.label, label) else f"{heading.ballot_code} {heading.label_code}"

    def _has_room(self, box: Box, line: str) -> bool:
        try:
            list(self._set(box, (line,), centred=False))
        except Refused:
            return False
        return True

    def _keys(self) -> tuple[str, ...]:
        heading = self.heading
        if not self.layout.roomy:
            short = " ".join(f"{key[:SHORT_KEY]}…" for key in heading.keys)
            return (_labelled(heading.label_keys, short),)
        return tuple(_labelled(heading.label_keys, key) for key in heading.keys)

    def _set(self, box: Box, texts: Sequence[str], *, centred: bool) -> Iterator[tuple[float, float, float, str]]:
        sizes = chain(box.sizes, repeat(box.sizes[-1]))
        sized = list(zip(texts, sizes, strict=False))
        for setting in fonts.fit(sized, box.width * mm, box.height * mm, gap=box.gap):
            for line, depth in setting.baselines():
                spare = box.width * mm - pdfmetrics.stringWidth(line, self.font, setting.size)
                x = box.x * mm + (spare / 2 if centred else 0)
                yield setting.size, x, (self.layout.height - box.y) * mm - depth, line

    def _set_code(self) -> Iterator[tuple[int, int, float, float]]:
        """Yield first and last digit and place of every line of the code; all digits are equally wide."""
        layout, place = self.layout, self.layout.code
        first = 0
        for number, groups in enumerate(place.groups):
            width = pdfmetrics.stringWidth(" ".join(["0000"] * groups), self.font, place.size)
            spare = layout.label.width * mm - width - self.word_space * (groups - 1)
            x = layout.label.x * mm + (spare / 2 if layout.centred else 0)
            y = (layout.height - place.baseline) * mm - number * place.size * CODE_PITCH
            yield first, first + 4 * groups, x, y
            first += 4 * groups

    def _draw_cuts(self, canvas: Canvas) -> None:
        layout = self.layout
        canvas.setLineWidth(0.3)
        canvas.setStrokeGray(0.45)
        canvas.setLineCap(1)
        canvas.setDash(0, 2)
        for column in range(1, layout.columns):
            canvas.line(column * layout.width * mm, 0, column * layout.width * mm, PAGE_HEIGHT * mm)
        for row in range(1, layout.rows):
            y = (layout.margin + row * layout.height) * mm
            canvas.line(0, y, PAGE_WIDTH * mm, y)

    def _draw_watermark(self, canvas: Canvas) -> None:
        """Draw the word across the slip, under everything else, and keep the QR code's ground white."""
        if not self.heading.watermark:
            return
        layout = self.layout
        length = math.hypot(layout.width, layout.height) * mm * WATERMARK_LENGTH
        size = length / pdfmetrics.stringWidth(self.heading.watermark, self.font, 1)
        canvas.saveState()
        canvas.setFillGray(WATERMARK_GREY)
        canvas.translate(layout.width / 2 * mm, layout.height / 2 * mm)
        canvas.rotate(math.degrees(math.atan2(layout.height, layout.width)))
        canvas.setFont(self.font, size)
        canvas.drawCentredString(0, -size / 3, self.heading.watermark)
        canvas.restoreState()
        quiet = 4 * layout.qr / self.printer.size
        canvas.saveState()
        canvas.setFillGray(1)
        side = (layout.qr + 2 * quiet) * mm
        canvas.rect((layout.qr_x - quiet) * mm, (layout.height - layout.qr_y + quiet) * mm - side, side, side, 0, 1)
        canvas.restoreState()

    def _draw_ruler(self, canvas: Canvas) -> None:
        if self.layout.ruler_y is None or not self.heading.scale_note:
            return
        left, y = 25 * mm, (PAGE_HEIGHT - self.layout.ruler_y) * mm
        canvas.setLineWidth(0.4)
        canvas.line(left, y, left + RULER * mm, y)
        for centimetre in range(int(RULER / 10) + 1):
            x = left + centimetre * 10 * mm
            canvas.line(x, y, x, y + 2 * mm)


def _counting_from(before: int, on_page: Callable[[int], None] | None) -> Callable[[int], None] | None:
    return None if on_page is None else lambda number: on_page(before + number)


def _labelled(label: str, value: str) -> str:
    return f"{label} {value}".strip() if value else ""


def _words(heading: Heading) -> Iterator[str]:
    for value in vars(heading).values():
        yield from (value,) if isinstance(value, str) else value


def _pages(slips: Iterable[Slip], size: int) -> Iterator[list[Slip]]:
    source = iter(slips)
    while page := list(islice(source, size)):
        yield page
