"""Read the text and table files people upload, whatever Chinese office software saved them as."""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from survey.core.errors import N_, Invalid, Problem

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LARGEST_TABLE = 50_000_000


@dataclass(frozen=True)
class Row:
    """One row of a table: its line in the file, and its cells by column."""

    line: int
    cells: dict[str, str]


def read_text(file: Path, largest: int) -> str:
    """Return a file's text: UTF-8, UTF-16 with its mark, or GB 18030.

    Raises:
        Invalid: when it is missing, larger than ``largest`` bytes, empty, or in no such encoding.
    """
    try:
        size = file.stat().st_size
        if size > largest:
            raise Invalid(
                [
                    Problem(
                        file.name,
                        N_("the file has %(size)s bytes; the most is %(most)s"),
                        {"size": size, "most": largest},
                    )
                ]
            )
        data = file.read_bytes()
    except OSError:
        raise Invalid([Problem(str(file), N_("the file cannot be read: is its name right?"))]) from None
    return _decode(data, file.name)


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


def read_table(file: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """Return the rows of a CSV file whose first line names its columns.

    Args:
        file: the CSV file.
        columns: the columns that must be there.
        optional: columns that may be there; any other is a fault.

    Raises:
        Invalid: for a missing or unknown column, a row with too many cells, or no row at all.
    """
    text = read_text(file, LARGEST_TABLE)
    # Excel's "Unicode text" is UTF-16 with tabs.
    delimiter = "\t" if re.match(r"[^\r\n]*\t", text) else ","
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    try:
        header = [name.strip() for name in next(reader)]
        _check_header(header, columns, optional, file.name)
        rows, problems = [], []
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                problems.append(
                    Problem(
                        f"{file.name}:{line}",
                        N_("this row has %(n)s cells; the header has %(columns)s"),
                        {"n": len(cells), "columns": len(header)},
                    )
                )
                continue
            rows.append(Row(line, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}))
    except csv.Error as error:
        raise Invalid(
            [
                Problem(
                    f"{file.name}:{reader.line_num}",
                    N_("this line is not valid CSV: %(reason)s"),
                    {"reason": str(error)},
                )
            ]
        ) from None
    if problems:
        raise Invalid(problems)
    if not rows:
        raise Invalid([Problem(file.name, N_("the file has a header but no rows"))])
    return rows


def _check_header(header: list[str], columns: Sequence[str], optional: Sequence[str], name: str) -> None:
    problems = [
        Problem(
            f"{name}:1",
            N_("the column %(column)s is missing; the header must name: %(columns)s"),
            {"column": column, "columns": ",".join(columns)},
        )
        for column in columns
        if column not in header
    ]
    problems += [
        Problem(
            f"{name}:1",
            N_("the column %(column)s is unknown; known: %(columns)s"),
            {"column": column or '""', "columns": ",".join((*columns, *optional))},
        )
        for column in header
        if column not in columns and column not in optional
    ]
    problems += [
        Problem(f"{name}:1", N_("the column %(column)s stands in the header twice"), {"column": column})
        for column in dict.fromkeys(column for column in header if header.count(column) > 1)
    ]
    if problems:
        raise Invalid(problems)
