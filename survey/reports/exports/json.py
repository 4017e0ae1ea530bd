"""JSON for machines: canonical bytes, figures with decimals as strings so that no digit is lost."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from survey.core.ids import canonical_json
from survey.reports.table import Cell, Table, iso


def write_json(tables: Sequence[Table], path: Path) -> tuple[Path, ...]:
    """Write all tables into one file, keyed by their names."""
    path.write_bytes(canonical_json({table.name: table_document(table) for table in tables}) + b"\n")
    return (path,)


def table_document(table: Table) -> dict[str, object]:
    """Return a table as plain data."""
    return {
        "title": table.title,
        "columns": [{"key": column.key, "heading": column.heading} for column in table.columns],
        "rows": [{key: exact(cell) for key, cell in record.items()} for record in table.records()],
    }


def exact(cell: Cell) -> str | int | None:
    """Return a cell without losing a digit: decimals as written, days and moments by ISO 8601."""
    if isinstance(cell, date):
        return iso(cell)
    return f"{cell:f}" if isinstance(cell, Decimal) else cell
