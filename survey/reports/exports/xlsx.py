"""XLSX for spreadsheets: one sheet a table; text is written as text, so a formula in a name stays a name."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from survey.reports.exports.csv import plain
from survey.reports.table import Cell, Table

# Without a fixed date every run would give other bytes; the times that matter stand in the method notes.
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LONGEST_SHEET_NAME = 31
FORBIDDEN_IN_SHEET_NAME = str.maketrans("[]:*?/\\'", "        ")
WIDTH = 16


def write_xlsx(tables: Sequence[Table], path: Path) -> tuple[Path, ...]:
    """Write all tables into one workbook.

    Raises:
        OSError: when the file cannot be written.
    """
    # The library has an error of its own for a file that cannot be written, and leaves its own files behind.
    path.open("ab").close()
    with Workbook(str(path), OPTIONS) as workbook:
        workbook.set_properties({"created": CREATED})
        bold = workbook.add_format({"bold": True, "text_wrap": True})
        places = _Places(workbook)
        for table in tables:
            sheet = workbook.add_worksheet(_sheet_name(table.title or table.name, workbook.sheetnames))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(table.columns) - 1, WIDTH)
            for column, heading in enumerate(table.columns):
                sheet.write_string(0, column, heading.heading, bold)
            for row, cells in enumerate(table.rows, start=1):
                for column, cell in enumerate(cells):
                    _write(sheet, row, column, cell, places)
    return (path,)


class _Places:
    """The number formats of one workbook, one for each number of decimals."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._formats: dict[int, Format] = {}

    def of(self, value: Decimal) -> Format:
        places = max(0, -int(value.as_tuple().exponent))
        if places not in self._formats:
            pattern = f"0.{'0' * places}" if places else "0"
            self._formats[places] = self._workbook.add_format({"num_format": pattern})
        return self._formats[places]


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, places: _Places) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, date):
        sheet.write_string(row, column, plain(cell))
    elif isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), places.of(cell))
    elif cell is not None:
        sheet.write_number(row, column, cell)


def _sheet_name(title: str, used: Collection[str]) -> str:
    """Return a name that no other sheet has; programs tell them apart without regard to capital letters."""
    name = title.translate(FORBIDDEN_IN_SHEET_NAME)[:LONGEST_SHEET_NAME].strip()
    others = {other.lower() for other in used}
    number = 1
    unique = name
    while unique.lower() in others:
        number += 1
        unique = f"{name[: LONGEST_SHEET_NAME - len(str(number)) - 1]} {number}"
    return unique
