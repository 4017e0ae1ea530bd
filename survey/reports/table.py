"""A report table: plain cells under named columns, the same for a page, a file and a print."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.core.numbers import half_up

Cell = str | int | Decimal | None
Headings = Sequence[tuple[str, str]]


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
        rows: one cell a column; text is ``str``, figures are ``int`` or ``Decimal``, nothing is ``None``.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

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


def rounded(value: Decimal | Fraction | None, places: int) -> Decimal | None:
    """Round a figure for output; nothing stays nothing."""
    return None if value is None else half_up(value, places)
