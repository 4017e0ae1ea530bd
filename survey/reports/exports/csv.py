"""CSV for spreadsheets: UTF-8 with a byte-order mark, and no cell that a spreadsheet would run as a formula."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from survey.core.clock import COUNTRY
from survey.core.formulas import inert
from survey.reports.table import Cell, Table, iso


def write_csv(tables: Sequence[Table], path: Path) -> tuple[Path, ...]:
    """Write the first table to ``path`` and every other beside it as ``<name>-<table>.csv``."""
    files = []
    for table in tables:
        file = path if table is tables[0] else path.with_name(f"{path.stem}-{table.name}{path.suffix}")
        with file.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([plain(column.heading) for column in table.columns])
            writer.writerows([plain(cell) for cell in row] for row in table.rows)
        files.append(file)
    return tuple(files)


def plain(cell: Cell) -> str:
    """Return the cell as text; text that begins like a formula gets an apostrophe, numbers stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return inert(cell)
    if isinstance(cell, datetime):
        # A spreadsheet takes this for a moment, which it does not with a "T" or a zone.
        return f"{cell.astimezone(COUNTRY):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return iso(cell)
    return f"{cell:f}" if not isinstance(cell, int) else str(cell)
