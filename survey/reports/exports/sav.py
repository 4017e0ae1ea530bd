"""SPSS for statisticians: the counts, one row a unit, item and option, labelled; hidden counts are missing by the user.

Only the tables of counts go into the file, as they stand in every other report of the same count.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyreadstat

from survey.core.errors import N_, Refused
from survey.reports.disclosure import HIDDEN
from survey.reports.table import Table

HIDDEN_NUMBER = -9
"""What stands for a hidden count: a user-missing value with a label, so that no sum ever takes it for a number."""
# The tables come without a language, and the value needs a label in each.
HIDDEN_LABEL = f"{HIDDEN} 不予显示 / not shown"

LONGEST_LABEL, LONGEST_VALUE_LABEL = 255, 120  # bytes that SPSS keeps

# The tables of counts, and what their columns are called here.
COUNTS: Mapping[str, Mapping[str, str]] = {
    "options": {"option": "option_code", "answer": "words", "points": "points", "n": "n"},
    "votes": {"option": "option_code", "words": "words", "class": "class", "votes": "n", "base": "base"},
}
COMMON = {"round": "round", "code": "unit_code", "name": "name", "item": "item_code", "question": "question"}
ORDER = ("round", "unit", "unit_code", "item", "item_code", "class", "option", "option_code", "points", "n", "base")
# What gets a number of its own with the words as its label; the code stays beside it.
LABELLED = {"unit": ("unit_code", "name"), "item": ("item_code", "question"), "option": ("option_code", "words")}
FIGURES = ("points", "n", "base")

# ReadStat writes the time of writing into the header; the times that matter stand in the method notes.
_STAMP_AT, _STAMP = 92, b"01 Jan 0000:00:00"

NO_COUNTS = N_("%(file)s would be empty: this report has no table of counts")


def write_sav(tables: Sequence[Table], path: Path) -> tuple[Path, ...]:
    """Write the counts of all tables of counts into one file.

    Raises:
        Refused: when there is none.
        OSError: when the file cannot be written.
    """
    found = [table for table in tables if table.name in COUNTS]
    records = [record for table in found for record in _records(table)]
    if not records:
        raise Refused(NO_COUNTS, file=path.name)
    frame = pd.DataFrame(records)
    headings = {key: heading for table in found for key, heading in _headings(table).items()}
    labels = dict(headings)
    values: dict[str, dict[int | float, str]] = {}
    for name, (code, words) in LABELLED.items():
        frame[name], values[name] = _numbered(frame, code, words)
        labels[name] = headings[words]
    columns = [column for column in ORDER if column in frame]
    figures = [column for column in FIGURES if column in frame]
    counts = [column for column in figures if column != "points"]
    values |= {column: {HIDDEN_NUMBER: HIDDEN_LABEL} for column in counts}
    # The library has an error of its own for a file that cannot be written.
    path.open("ab").close()
    pyreadstat.write_sav(
        frame[columns],
        str(path),
        file_label=_cut(found[0].title, 60),
        column_labels={column: _cut(labels[column], LONGEST_LABEL) for column in columns},
        variable_value_labels=values,
        missing_ranges={column: [HIDDEN_NUMBER] for column in counts},
        variable_measure={column: "scale" if column in figures else "nominal" for column in columns},
        variable_format=dict.fromkeys(LABELLED, "F8.0") | {column: _format(frame[column]) for column in figures},
        row_compress=True,
    )
    _unstamp(path)
    return (path,)


def _records(table: Table) -> Iterator[dict[str, object]]:
    names = {**COMMON, **COUNTS[table.name]}
    for record in table.records():
        row: dict[str, object] = {names[key]: value for key, value in record.items() if key in names}
        for key, value in row.items():
            row[key] = _number(value) if key in FIGURES else "" if value is None else str(value)
        yield row


def _headings(table: Table) -> dict[str, str]:
    names = {**COMMON, **COUNTS[table.name]}
    return {names[column.key]: column.heading for column in table.columns if column.key in names}


def _number(cell: object) -> float | None:
    if cell == HIDDEN:
        return HIDDEN_NUMBER
    return float(cell) if isinstance(cell, int | Decimal) else None


def _numbered(frame: pd.DataFrame, code: str, words: str) -> tuple["pd.Series[int]", dict[int | float, str]]:
    """Number the different pairs of a code and its words in their order, and return the words by number."""
    pairs = list(zip(frame[code], frame[words], strict=True))
    numbers = {pair: number for number, pair in enumerate(dict.fromkeys(pairs), start=1)}
    labels: dict[int | float, str] = {
        number: _cut(text or code_ or "-", LONGEST_VALUE_LABEL) for (code_, text), number in numbers.items()
    }
    return pd.Series([numbers[pair] for pair in pairs], index=frame.index), labels


def _format(column: "pd.Series[float]") -> str:
    whole = column.dropna().mod(1).eq(0).all()
    return "F8.0" if whole else "F8.4"


def _cut(text: str, most: int) -> str:
    """Cut a text to a number of bytes, never inside a character."""
    if len(text.encode()) <= most:
        return text
    return text.encode()[: most - 3].decode(errors="ignore") + "…"


def _unstamp(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(_STAMP_AT)
        stream.write(_STAMP)
