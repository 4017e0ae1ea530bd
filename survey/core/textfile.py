"""Read the text and table files people upload, whatever Chinese office software saved them as.

What a file is, its content decides, never its name.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey.core.errors import N_, Invalid, Problem, TooLarge
from survey.core.formulas import as_written
from survey.core.sheetfile import Fault, is_workbook, read_sheet
from survey.core.sheetscan import MANY_COLUMNS, MANY_ROWS, MOST_COLUMNS, MOST_ROWS, cell_name

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LARGEST_TABLE = 50_000_000
MOST_DELIMITERS = 10_000  # of one row

_Line = tuple[int, list[str]]
Progress = Callable[[int], None]
"""Is told how many rows are done since it was last told."""


@dataclass(frozen=True)
class Row:
    """One row of a table: its line in the file, and its cells by column."""

    line: int
    cells: dict[str, str]


def read_text(file: Path, largest: int) -> str:
    """Return a file's text: UTF-8, UTF-16 with its mark, or GB 18030.

    Raises:
        TooLarge: when it is larger than ``largest`` bytes.
        Invalid: when it is missing, empty, or in no such encoding.
    """
    return _decode(_read_bytes(file, largest), file.name)


def _read_bytes(file: Path, largest: int) -> bytes:
    try:
        size = file.stat().st_size
        if size > largest:
            raise TooLarge(
                [
                    Problem(
                        file.name,
                        N_("the file has %(size)s bytes; the most is %(most)s"),
                        {"size": size, "most": largest},
                    )
                ]
            )
        return file.read_bytes()
    except OSError:
        raise Invalid([Problem(str(file), N_("the file cannot be read: is its name right?"))]) from None


def _decode(data: bytes, name: str) -> str:
    marked = [encoding for mark, encoding in _BOMS if data.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise Invalid([Problem(name, N_("the file is empty"))])
        if "\0" not in text:
            return text
    raise Invalid(
        [Problem(name, N_("the file is neither UTF-8 nor UTF-16 with its mark nor GB 18030; save it as UTF-8"))]
    )


def silent(_rows: int) -> None:
    """Tell nobody how far it is."""


def read_table(
    file: Path,
    columns: Sequence[str],
    optional: Sequence[str] = (),
    most_rows: int = MOST_ROWS,
    *,
    on_progress: Progress = silent,
) -> list[Row]:
    """Return the rows of a CSV file or an .xlsx workbook whose first line names its columns.

    A cell that an export of ours made inert by an apostrophe is read as it was before.

    Args:
        file: the file.
        columns: the columns that must be there.
        optional: columns that may be there; any other is a fault.
        most_rows: how many rows it may have; a workbook never more than ``MOST_ROWS``.
        on_progress: told the number of rows after each.

    Raises:
        TooLarge: when it has too many bytes, rows or columns.
        Invalid: for a missing or unknown column, a row with too many cells, or no row at all.
    """
    data = _read_bytes(file, LARGEST_TABLE)
    faults: tuple[Fault, ...] = ()
    if is_workbook(data):
        sheet = read_sheet(data, file.name)
        faults = sheet.faults
        lines = _even(sheet.rows)
        left = sheet.left
    else:
        lines = _csv_lines(_decode(data, file.name), file.name)
        left = 1
    first, header = next(lines, (1, []))
    header = [name.strip() for name in header]
    if len(header) > MOST_COLUMNS:
        raise TooLarge([Problem(file.name, MANY_COLUMNS, {"most": MOST_COLUMNS})])
    named = dict(enumerate(header, left))
    problems = [_fault(file.name, fault, named) for fault in faults]
    _check_header(header, columns, optional, f"{file.name}:{first}")
    rows, uneven = _rows(_told(lines, on_progress), header, file.name, most_rows)
    if problems or uneven:
        raise Invalid([*problems, *uneven])
    if not rows:
        raise Invalid([Problem(file.name, N_("the file has a header but no rows"))])
    return rows


def _rows(
    lines: Iterable[tuple[int, list[str]]], header: Sequence[str], name: str, most_rows: int
) -> tuple[list[Row], list[Problem]]:
    """Return the rows that fit under the header, and a problem for each that does not."""
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) + len(problems) >= most_rows:
            raise TooLarge([Problem(name, MANY_ROWS, {"most": most_rows})])
        if len(cells) != len(header):
            message = N_("this row has %(n)s cells; the header has %(columns)s")
            problems.append(Problem(f"{name}:{line}", message, {"n": len(cells), "columns": len(header)}))
            continue
        rows.append(Row(line, {column: as_written(cell.strip()) for column, cell in zip(header, cells, strict=True)}))
    return rows, problems


def _told(lines: Iterable[_Line], on_progress: Progress) -> Iterator[_Line]:
    for line in lines:
        on_progress(1)
        yield line


def _csv_lines(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Give every row of a CSV text with the line on which it ends."""
    if text.lstrip().startswith("<"):
        raise Invalid([Problem(name, N_("this is a web page or XML, no table; save it as .xlsx or CSV"))])
    # Excel's "Unicode text" is UTF-16 with tabs.
    delimiter = "\t" if re.match(r"[^\r\n]*\t", text) else ","
    found = 0

    def lines() -> Iterator[str]:
        nonlocal found
        for line in io.StringIO(text, newline=""):
            found += line.count(delimiter)
            # A comma may stand inside a text; but nothing is taken apart that would fill the memory.
            if found > MOST_DELIMITERS:
                raise TooLarge([Problem(name, MANY_COLUMNS, {"most": MOST_COLUMNS})])
            yield line

    reader = csv.reader(lines(), strict=True, delimiter=delimiter)
    try:
        for cells in reader:
            found = 0
            yield reader.line_num, cells
    except csv.Error as error:
        message = N_("this line is not valid CSV: %(reason)s")
        raise Invalid([Problem(f"{name}:{reader.line_num}", message, {"reason": str(error)})]) from None


def _even(rows: Sequence[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of a sheet from the first that holds anything, as wide as that one unless they hold more."""
    width = 0
    for line, cells in rows:
        filled = max((number for number, cell in enumerate(cells, 1) if cell), default=0)
        width = width or filled
        if width:
            yield line, cells[: max(width, filled)]


def _fault(name: str, fault: Fault, header: Mapping[int, str]) -> Problem:
    column = header.get(fault.column) or cell_name(0, fault.column)[:-1]
    return Problem(f"{name}:{fault.row} {column}", fault.message, fault.figures)


def _check_header(header: Sequence[str], columns: Sequence[str], optional: Sequence[str], where: str) -> None:
    problems = [
        Problem(
            where,
            N_("the column %(column)s is missing; the header must name: %(columns)s"),
            {"column": column, "columns": ",".join(columns)},
        )
        for column in columns
        if column not in header
    ]
    problems += [
        Problem(
            where,
            N_("the column %(column)s is unknown; known: %(columns)s"),
            {"column": column or '""', "columns": ",".join((*columns, *optional))},
        )
        for column in header
        if column not in columns and column not in optional
    ]
    problems += [
        Problem(where, N_("the column %(column)s stands in the header twice"), {"column": column})
        for column in dict.fromkeys(column for column in header if header.count(column) > 1)
    ]
    if problems:
        raise Invalid(problems)
