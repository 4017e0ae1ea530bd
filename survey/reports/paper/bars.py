"""Bars on paper: drawn as lines and text, so that they print in black and white and can be searched."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from survey.codes import fonts
from survey.reports.paper.lines import break_lines, printable, width_of

if TYPE_CHECKING:
    from survey.reports.paper.sheet import Sheet

SIZE = 9.0
ROW = 17.0
THICK = 10.0
LABEL_SHARE, FIGURE_SHARE = 0.30, 0.17
GREY = 0.82
TICKS = 4
AXIS = 24.0


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        value: how long it is; none where there is no figure to draw.
        figure: what stands at its end, as it is printed.
        low: where its interval begins; none where there is none.
        high: where it ends.
    """

    label: str
    value: Decimal | None
    figure: str
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Bars:
    """A chart of bars from ``least`` to ``most``."""

    title: str
    axis: str
    bars: Sequence[Bar]
    least: Decimal
    most: Decimal


def round_axis(most: Decimal | int) -> Decimal:
    """Return where an axis from 0 ends, so that its marks are round numbers."""
    decade = Decimal(1)
    while True:
        for step in (1, 2, 5):
            if step * decade * TICKS >= most:
                return step * decade * TICKS
        decade *= 10


def draw_bars(sheet: "Sheet", chart: Bars) -> None:
    """Draw a chart from where the sheet stands; the axis again on every page."""
    rest = list(chart.bars)
    while rest:
        sheet.need(SIZE * 2 + AXIS + ROW * min(len(rest), 3))
        fitting = max(1, int((sheet.y - sheet.bottom - SIZE * 2 - AXIS) / ROW))
        _part(sheet, chart, rest[:fitting])
        rest = rest[fitting:]
        if rest:
            sheet.page()


def _part(sheet: "Sheet", chart: Bars, bars: Sequence[Bar]) -> None:
    sheet.put(sheet.left, sheet.y - SIZE, printable(chart.title), SIZE, heavy=True)
    sheet.y -= SIZE * 2
    left = sheet.left + sheet.width * LABEL_SHARE
    length = sheet.width * (1 - LABEL_SHARE - FIGURE_SHARE)
    top = sheet.y
    for bar in bars:
        _bar(sheet, chart, bar, left, length)
        sheet.y -= ROW
    _axis(sheet, chart, left, length, top)


def _at(chart: Bars, value: Decimal) -> float:
    share = (value - chart.least) / (chart.most - chart.least)
    return min(1.0, max(0.0, float(share)))


def _bar(sheet: "Sheet", chart: Bars, bar: Bar, left: float, length: float) -> None:
    canvas = sheet.canvas
    middle = sheet.y - ROW / 2
    baseline = middle - SIZE * (fonts.ASCENT - 0.5)
    lines = break_lines(printable(bar.label), (left - sheet.left - SIZE) / SIZE)
    label = lines[0] if len(lines) == 1 else f"{lines[0][:-1]}…"
    sheet.put(left - SIZE / 2 - width_of(label) * SIZE, baseline, label, SIZE)
    if bar.value is not None:
        canvas.setLineWidth(0.5)
        canvas.setFillGray(GREY)
        canvas.rect(left, middle - THICK / 2, length * _at(chart, bar.value), THICK, fill=1)
        canvas.setFillGray(0)
    if bar.low is not None and bar.high is not None:
        start, end = (left + length * _at(chart, value) for value in (bar.low, bar.high))
        canvas.setLineWidth(0.8)
        canvas.line(start, middle, end, middle)
        for x in (start, end):
            canvas.line(x, middle - 2.5, x, middle + 2.5)
    sheet.put(left + length + SIZE / 2, baseline, printable(bar.figure), SIZE)


def _axis(sheet: "Sheet", chart: Bars, left: float, length: float, top: float) -> None:
    canvas = sheet.canvas
    canvas.setLineWidth(0.5)
    canvas.line(left, top, left, sheet.y)
    canvas.line(left, sheet.y, left + length, sheet.y)
    for tick in range(TICKS + 1):
        x = left + length * tick / TICKS
        value = chart.least + (chart.most - chart.least) * tick / TICKS
        text = f"{value.normalize():f}"
        canvas.line(x, sheet.y, x, sheet.y - 3)
        sheet.put(x - width_of(text) * SIZE / 2, sheet.y - 3 - SIZE, text, SIZE)
    sheet.y -= AXIS
    text = printable(chart.axis)
    sheet.put(sheet.left, sheet.y + AXIS - 3 - SIZE, text, SIZE)
