"""A report table: plain cells under named columns, the same for a page, a file and a print."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from survey.core.clock import COUNTRY
from survey.core.numbers import half_up

Cell = str | int | Decimal | date | None
Headings = Sequence[tuple[str, str]]
UNGROUPED = frozenset({"year"})
"""Columns of whole numbers that are no counts."""


@dataclass(frozen=True)
class Column:
    """A column: its key for machines, its heading for people."""

    key: str
    heading: str


@dataclass(frozen=True)
class Table:
    """One table of a report.

    Attributes:
        name: short ASCII name; part of file names and the key in JSON.
        title: the name in the reader's language.
        rows: one cell a column; text is ``str``, figures are ``int`` or ``Decimal``, days and moments are ``date``
            and ``datetime``, nothing is ``None``.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def filled(self, shown: Iterable[Mapping[str, Cell]] = (), kept: Collection[str] = ()) -> tuple[Column, ...]:
        """Return the columns that say something in any row; of a table without rows all.

        Args:
            shown: rows that a page made of the table's own, which may say more.
            kept: columns that are looked for: where they are empty, that says something.
        """
        said = {key for row in (*self.records(), *shown) for key, cell in row.items() if cell is not None} | {*kept}
        return tuple(column for column in self.columns if column.key in said) if self.rows else self.columns

    def records(self) -> Iterator[dict[str, Cell]]:
        """Give every row by the keys of its columns."""
        for row in self.rows:
            yield {column.key: cell for column, cell in zip(self.columns, row, strict=True)}


def make_table(
    name: str, title: str, headings: Headings, rows: Iterable[Mapping[str, Cell]], translate: Callable[[str], str]
) -> Table:
    """Lay records out under translated headings; a key that a record lacks is an empty cell."""
    columns = tuple(Column(key, translate(heading)) for key, heading in headings)
    cells = tuple(tuple(row.get(column.key) for column in columns) for row in rows)
    return Table(name, translate(title), columns, cells)


def iso(cell: date) -> str:
    """Return a day, or a moment in the country's time, as machines read it."""
    if isinstance(cell, datetime):
        return cell.astimezone(COUNTRY).isoformat(timespec="seconds")
    return cell.isoformat()


def rounded(value: Decimal | Fraction | None, places: int) -> Decimal | None:
    """Round a figure for output; nothing stays nothing."""
    return None if value is None else half_up(value, places)
