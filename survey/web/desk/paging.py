"""Long tables in pages; which page stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

T = TypeVar("T")
SIZE = 100


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a table.

    Attributes:
        rows: what stands on it.
        number: from 1.
        pages: how many there are, at least one.
        total: rows on all pages.
        first: the number of its first row, from 1; 0 when there is none.
    """

    rows: Sequence[T]
    number: int
    pages: int
    total: int
    first: int

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def paged(rows: Sequence[T], size: int = SIZE) -> Page[T]:
    """Return the page that the address asks for; beyond the ends, the nearest."""
    asked = request.args.get("page", "1")
    pages = max(1, -(-len(rows) // size))
    number = min(max(1, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < SIZE else 1), pages)
    start = (number - 1) * size
    part = rows[start : start + size]
    return Page(part, number, pages, len(rows), start + 1 if part else 0)
