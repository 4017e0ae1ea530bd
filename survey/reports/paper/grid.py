"""Tables on paper: columns as wide as their cells want, the head again on every page, rows kept whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from survey.codes import fonts
from survey.core.sentences import write_day, write_moment
from survey.reports.paper.lines import break_lines, printable, width_of
from survey.reports.table import UNGROUPED, Cell, Table

if TYPE_CHECKING:
    from survey.reports.paper.sheet import Sheet

SIZE, SMALL = 9.0, 7.5
LEADING = 1.3
PAD = 4.0  # points, on each side of a cell
ROW_PAD = 2.0
WIDEST = 24.0  # ems that a column may claim before it has to break its lines
NARROWEST = 3.0
LONGEST_WORD = 7.0  # ems of a word in a head that is kept whole
CROWDED = 1.45  # how far over the page's width the columns may want to go before the page is turned
MOST_FOR_FIGURES = 0.8  # of the width, before figures are broken like texts
RULE, HEAD_RULE, HAIR = 1.0, 0.5, 0.2

Lines = list[str]


@dataclass(frozen=True)
class Grid:
    """A table ready to be drawn.

    Attributes:
        widths: of the columns, in points.
        numeric: whether a column's cells stand at its right.
        crowded: whether the columns want much more room than there is.
        size: of the text, in points.
    """

    widths: tuple[float, ...]
    numeric: tuple[bool, ...]
    head: list[Lines]
    rows: list[list[Lines]]
    crowded: bool
    size: float


def lay_out(table: Table, translate: Callable[[str], str], width: float, size: float = SIZE) -> Grid:
    """Break every cell of a table into lines for a width (points); a column without a single entry is left out."""
    kept = [i for i in range(len(table.columns)) if any(row[i] not in (None, "") for row in table.rows)]
    cells = [[row[i] for i in kept] for row in table.rows]
    grouped = [table.columns[i].key not in UNGROUPED for i in kept]
    texts = [
        [printable(_text(cell, translate, grouped=by)) for cell, by in zip(row, grouped, strict=True)] for row in cells
    ]
    head = [printable(table.columns[i].heading) for i in kept]
    numeric = [_is_numeric([row[i] for row in cells]) for i in range(len(kept))]
    wanted = [_wanted(name, [row[i] for row in texts], 3 if numeric[i] else 2, size) for i, name in enumerate(head)]
    widths = _shared_out(wanted, numeric, width)
    return Grid(
        tuple(widths),
        tuple(numeric),
        [_broken(text, w, size) for text, w in zip(head, widths, strict=True)],
        [[_broken(text, w, size) for text, w in zip(row, widths, strict=True)] for row in texts],
        sum(wanted) > width * CROWDED,
        size,
    )


def _text(cell: Cell, translate: Callable[[str], str], *, grouped: bool) -> str:
    if isinstance(cell, datetime):
        return write_moment(cell, translate)
    if isinstance(cell, date):
        return write_day(cell, translate)
    if isinstance(cell, int):
        return f"{cell:,}" if grouped else str(cell)
    return f"{cell:f}" if isinstance(cell, Decimal) else cell or ""


def _is_numeric(cells: Sequence[Cell]) -> bool:
    """Tell whether a column holds figures; a mark for a hidden one does not make it text."""
    return any(isinstance(cell, int | Decimal) for cell in cells) and all(
        isinstance(cell, int | Decimal | None) or (isinstance(cell, str) and len(cell) <= 1) for cell in cells
    )


def _wanted(head: str, cells: Sequence[str], lines: int, size: float) -> float:
    """Return the width that a column would like to have, in points; its head may stand on some lines."""
    widest = max((min(width_of(cell), WIDEST) for cell in cells), default=0.0)
    word = min(max(width_of(piece.strip()) for piece in fonts.pieces(head)), LONGEST_WORD)
    return max(widest, width_of(head) / lines + 1, word, NARROWEST) * size + 2 * PAD


def _shared_out(wanted: Sequence[float], numeric: Sequence[bool], width: float) -> list[float]:
    """Give every column what it wants; where there is too little room, figures stay whole and texts share the rest."""
    if sum(wanted) <= width:
        spare = (width - sum(wanted)) / max(1, len(wanted))
        return [one + spare for one in wanted]
    figures = sum(one for one, is_figure in zip(wanted, numeric, strict=True) if is_figure)
    whole = figures <= width * MOST_FOR_FIGURES
    given: dict[int, float] = {}
    left = width
    order = sorted(range(len(wanted)), key=lambda i: (not (whole and numeric[i]), wanted[i]))
    for place, number in enumerate(order):
        kept = whole and numeric[number]
        given[number] = wanted[number] if kept else min(wanted[number], left / (len(wanted) - place))
        left -= given[number]
    return [given[number] for number in range(len(wanted))]


def _broken(text: str, width: float, size: float) -> Lines:
    return break_lines(text, (width - 2 * PAD) / size)


def draw_grid(sheet: "Sheet", grid: Grid) -> None:
    """Draw a table from where the sheet stands."""
    head = _height(grid, grid.head)
    most = int((sheet.height - head - 2 * ROW_PAD) / (grid.size * LEADING))
    rows = [part for row in grid.rows for part in _parts(row, most)]
    sheet.need(head + (_height(grid, rows[0]) if rows else 0))
    _head(sheet, grid)
    for row in rows:
        height = _height(grid, row)
        if sheet.y - height < sheet.bottom - 0.01:
            _rule(sheet, grid, RULE)
            sheet.page(wide=sheet.wide)
            _head(sheet, grid)
        _row(sheet, grid, row)
        _rule(sheet, grid, HAIR)
    _rule(sheet, grid, RULE)


def _parts(row: list[Lines], most: int) -> Iterator[list[Lines]]:
    """Cut a row that is taller than a page."""
    for start in range(0, max(map(len, row)), most):
        yield [lines[start : start + most] for lines in row]


def _height(grid: Grid, row: Sequence[Lines]) -> float:
    return max(map(len, row)) * grid.size * LEADING + 2 * ROW_PAD


def _head(sheet: "Sheet", grid: Grid) -> None:
    _rule(sheet, grid, RULE)
    _row(sheet, grid, grid.head, heavy=True)
    _rule(sheet, grid, HEAD_RULE)


def _row(sheet: "Sheet", grid: Grid, row: Sequence[Lines], *, heavy: bool = False) -> None:
    x = sheet.left
    for lines, width, numeric in zip(row, grid.widths, grid.numeric, strict=True):
        for number, line in enumerate(lines):
            baseline = sheet.y - ROW_PAD - grid.size * (number * LEADING + fonts.ASCENT + (LEADING - 1) / 2)
            left = x + width - PAD - width_of(line) * grid.size if numeric else x + PAD
            sheet.put(left, baseline, line, grid.size, heavy=heavy)
        x += width
    sheet.y -= _height(grid, row)


def _rule(sheet: "Sheet", grid: Grid, width: float) -> None:
    sheet.canvas.setLineWidth(width)
    sheet.canvas.line(sheet.left, sheet.y, sheet.left + sum(grid.widths), sheet.y)
