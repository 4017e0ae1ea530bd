"""Tables as office software saves them: read right, or every fault by line."""

import pytest

from survey.core.errors import Invalid
from survey.core.textfile import read_table
from tests.factories.sentences import lines

COLUMNS = ("code", "name")
TEXT = 'code,name\n1,城关区\n2,"七里河, 区"\n'
CELLS = [{"code": "1", "name": "城关区"}, {"code": "2", "name": "七里河, 区"}]


def read(tmp_path, written, **columns):
    file = tmp_path / "t.csv"
    file.write_bytes(written.encode() if isinstance(written, str) else written)
    return read_table(file, COLUMNS, **columns)


def faults_of(tmp_path, written):
    with pytest.raises(Invalid) as refused:
        read(tmp_path, written)
    return lines(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_table_is_read_however_it_was_saved(tmp_path, encoding, end):
    rows = read(tmp_path, TEXT.replace("\n", end).encode(encoding))

    assert [row.cells for row in rows] == CELLS
    assert [row.line for row in rows] == [2, 3]


def test_unicode_text_from_excel_has_tabs(tmp_path):
    written = TEXT.replace("code,name", "code\tname").replace("1,", "1\t").replace("2,", "2\t").replace("\n", "\r\n")

    assert [row.cells for row in read(tmp_path, written.encode("utf-16"))] == CELLS


def test_spaces_around_and_empty_lines_do_not_count(tmp_path):
    rows = read(tmp_path, " code , name \n\n 1 , 城关区 \n,\n\n2,\t七里河区\n\n")

    assert [(row.line, row.cells["name"]) for row in rows] == [(3, "城关区"), (6, "七里河区")]


def test_a_cell_over_two_lines_counts_the_lines(tmp_path):
    rows = read(tmp_path, 'code,name\n1,"城关\n区"\n2,x\n')

    assert [(row.line, row.cells["name"]) for row in rows] == [(3, "城关\n区"), (4, "x")]


def test_an_optional_column_may_be_there(tmp_path):
    assert read(tmp_path, "code,name,age\n1,a,7\n", optional=("age",))[0].cells["age"] == "7"


FAULTS = {
    "empty": ("", ["t.csv: the file is empty"]),
    "blank": (" \r\n\r\n", ["t.csv: the file is empty"]),
    "only a byte order mark": (b"\xef\xbb\xbf", ["t.csv: the file is empty"]),
    "only the mark of UTF-16": (b"\xff\xfe", ["t.csv: the file is empty"]),
    "only a header": ("code,name\n", ["t.csv: the file has a header but no rows"]),
    "a header and empty rows": ("code,name\n,\n \n", ["t.csv: the file has a header but no rows"]),
    "a missing column": ("code\n1\n", ["t.csv:1: the column name is missing; the header must name: code,name"]),
    "an unknown column": ("code,name,age\n1,a,2\n", ["t.csv:1: the column age is unknown; known: code,name"]),
    "a column without a name": ("code,name,\n1,a,\n", ['t.csv:1: the column "" is unknown; known: code,name']),
    "a column twice": ("code,name,code\n1,a,2\n", ["t.csv:1: the column code stands in the header twice"]),
    "no header": (
        "1,a\n",
        [
            "t.csv:1: the column code is missing; the header must name: code,name",
            "t.csv:1: the column name is missing; the header must name: code,name",
            "t.csv:1: the column 1 is unknown; known: code,name",
            "t.csv:1: the column a is unknown; known: code,name",
        ],
    ),
    "too many and too few cells": (
        "code,name\n1,a,b\n2,c\n3\n",
        ["t.csv:2: this row has 3 cells; the header has 2", "t.csv:4: this row has 1 cells; the header has 2"],
    ),
    "an open quote": ('code,name\n1,"a\n', ["t.csv:2: this line is not valid CSV: unexpected end of data"]),
    "a web page that calls itself a table": (
        "<html><table><tr><td>code</td></tr></table></html>",
        ["t.csv: this is a web page or XML, no table; save it as .xlsx or CSV"],
    ),
    "too many columns": (
        "code,name" + ",x" * 99 + "\n",
        ["t.csv: the table has more than 100 columns"],
    ),
    "a row of commas": ("code,name\n1,a" + "," * 20_000, ["t.csv: the table has more than 100 columns"]),
    "a row of commas over many lines": (
        "code,name\n" + ',"\n"' * 20_000,
        ["t.csv: the table has more than 100 columns"],
    ),
    "too many rows": ("code,name\n" + "1,a\n" * 200_001, ["t.csv: the table has more than 200,000 rows"]),
    "NUL bytes": (
        "code,name\n1,a\0b\n",
        ["t.csv: the file is neither UTF-8 nor UTF-16 with its mark nor GB 18030; save it as UTF-8"],
    ),
    "the beginning of a workbook": (
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\xff\xff\xff",
        ["t.csv: the workbook is damaged; open it in a spreadsheet program and save it again as .xlsx"],
    ),
}


@pytest.mark.parametrize(("written", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_line(tmp_path, written, told):
    assert faults_of(tmp_path, written) == told


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Invalid, match=r"none\.csv: the file cannot be read"):
        read_table(tmp_path / "none.csv", COLUMNS)
