"""Tables in workbooks: told as people see them, refused with what to do; nothing in one fills the memory."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from survey.core.errors import Invalid
from survey.core.textfile import read_table
from tests.factories.sentences import lines
from tests.factories.workbooks import bomb, changed, lying, packed, parts_of, with_cells, workbook

COLUMNS = ("code", "name")
DAMAGED = "t.xlsx: the workbook is damaged; open it in a spreadsheet program and save it again as .xlsx"
MACROS = "t.xlsx: the workbook holds macros; save it as .xlsx without macros"
NO_WORKBOOK = "t.xlsx: the file is a packed file, but no .xlsx workbook; save the table as .xlsx or CSV"
SHEET = "xl/worksheets/sheet1.xml"
ROOT = Path(__file__).parents[3]


HEADER = '<row><c t="inlineStr"><is><t>code</t></is></c><c t="inlineStr"><is><t>name</t></is></c></row>'


def read(tmp_path, data, name="t.xlsx", columns=COLUMNS):
    file = tmp_path / name
    file.write_bytes(data)
    return read_table(file, columns)


def faults_of(tmp_path, data, **how):
    with pytest.raises(Invalid) as refused:
        read(tmp_path, data, **how)
    return lines(refused.value)


def cell(value, tmp_path, **shape):
    data = workbook(rows=[COLUMNS, ("1", (value, shape))])
    return read(tmp_path, data)[0].cells["name"]


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv", "t.txt", "名册"])
def test_a_workbook_is_read_whatever_it_is_called(tmp_path, name):
    rows = read(tmp_path, workbook(), name)

    assert [(row.line, row.cells) for row in rows] == [
        (2, {"code": "001", "name": "城关区"}),
        (3, {"code": "2", "name": "七里河区"}),
    ]


def test_a_csv_file_that_is_called_a_workbook_is_read_as_well(tmp_path):
    assert read(tmp_path, "code,name\n1,城关区\n".encode("gbk"))[0].cells == {"code": "1", "name": "城关区"}


SEEN = [
    (1, {}, "1"),
    (-3, {}, "-3"),
    (0.1 + 0.2, {}, "0.3"),
    (92.5, {}, "92.5"),
    (123456789012345, {}, "123456789012345"),
    (0.00001, {}, "0.00001"),
    (7, {"num_format": "000000"}, "000007"),
    (7, {"num_format": "0.00"}, "7"),
    (0.3, {"num_format": "0%"}, "30%"),
    (0.925, {"num_format": 10}, "92.5%"),
    (3, {"num_format": '0"%"'}, "3"),
    ("007", {}, "007"),
    ("1.0", {}, "1.0"),
    (" 城关区\n", {}, "城关区"),
    (True, {}, "TRUE"),
    (dt.date(2026, 3, 1), {"num_format": 'yyyy"年"m"月"d"日"'}, "2026-03-01"),
    (dt.datetime.fromisoformat("2026-03-01"), {"num_format": "yyyy/m/d h:mm"}, "2026-03-01"),
    (dt.datetime.fromisoformat("2026-03-01T09:30"), {"num_format": "yyyy/m/d h:mm"}, "2026-03-01 09:30:00"),
    (dt.time(9, 30), {"num_format": "h:mm"}, "09:30:00"),
    (dt.timedelta(hours=36), {"num_format": "[h]:mm"}, "36:00:00"),
]


@pytest.mark.parametrize(("value", "shape", "seen"), SEEN, ids=[f"{value}-{seen}" for value, _, seen in SEEN])
def test_a_cell_is_read_as_people_see_it(tmp_path, value, shape, seen):
    assert cell(value, tmp_path, **shape) == seen


def test_a_formula_gives_the_value_it_had_when_the_file_was_saved(tmp_path):
    data = with_cells(
        HEADER + '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>A2&amp;"x"</f><v>2x</v></c></row>'
    )

    assert read(tmp_path, data)[0].cells == {"code": "2", "name": "2x"}


def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path):
    shape = {"num_format": "yyyy-mm-dd"}
    data = workbook(rows=[COLUMNS, ("1", (dt.date(2026, 3, 1), shape))], date_1904=True)

    assert read(tmp_path, data)[0].cells["name"] == "2026-03-01"


def test_a_table_may_begin_anywhere_and_have_empty_rows(tmp_path):
    data = workbook(rows=[(), (None, None, "code", "name"), (), (None, None, "1", "a"), (None, None, None, "b")])

    assert [(row.line, row.cells) for row in read(tmp_path, data)] == [
        (4, {"code": "1", "name": "a"}),
        (5, {"code": "", "name": "b"}),
    ]


def test_formats_outside_the_table_do_not_count(tmp_path):
    data = changed(
        workbook(),
        {
            SHEET: lambda part: part.replace(
                b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
            )
        },
    )

    assert len(read(tmp_path, data)) == 2


def test_cells_without_their_names_are_counted(tmp_path):
    text = '<c t="inlineStr"><is><t>{}</t></is></c>'.format
    data = with_cells(f"<row>{text('code')}{text('name')}</row><row>{text('1')}{text('a')}</row>")

    assert [(row.line, row.cells["name"]) for row in read(tmp_path, data)] == [(2, "a")]


def test_the_only_sheet_that_holds_something_is_taken(tmp_path):
    sheets = [("Sheet1", []), ("名册", [COLUMNS, ("1", "a")]), ("Sheet3", []), ("选项", [("x", "y")])]

    assert read(tmp_path, workbook(*sheets, hidden=["选项"]))[0].cells["name"] == "a"


def test_several_sheets_that_hold_something_are_named(tmp_path):
    sheets = [("名册", [COLUMNS, ("1", "a")]), ("说明", [("x",)])]

    assert faults_of(tmp_path, workbook(*sheets)) == [
        "t.xlsx: several sheets of the workbook hold something: 名册, 说明; keep only the one with the table"
    ]


def test_a_fault_is_named_with_row_column_and_value(tmp_path):
    data = with_cells(
        HEADER + '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><f>C9</f><v>#REF!</v></c></row>'
        '<row r="3"><c r="A3"><v>620102199001011234</v></c><c r="B3"><f>1+1</f></c></row>'
        '<row r="4"><c r="A4"><v>NaN</v></c><c r="D4"><v>1</v></c></row>'
    )
    data = changed(
        data,
        {
            SHEET: lambda part: part.replace(
                b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A5:B6"/></mergeCells>'
            )
        },
    )

    assert faults_of(tmp_path, data) == [
        "t.xlsx:2 name: the cell B2 holds the error #REF!; mend its formula",
        "t.xlsx:3 code: the number in the cell A3 has lost its last digits; format the cell as text and write it again",
        "t.xlsx:3 name: the cell B3 holds a formula that was never calculated; open the file, calculate and save it",
        "t.xlsx:4 code: the number in the cell A4 has lost its last digits; format the cell as text and write it again",
        "t.xlsx:5 code: the cells A5:B6 are merged; separate them and write the value into each",
        "t.xlsx:4: this row has 4 cells; the header has 2",
    ]


TYPES = "[Content_Types].xml"
MACRO_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
PLAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "b">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

# Digits of no pattern, so that packing them gains little.
SCRAPS = "".join(str(n * n) for n in range(120_000))

REFUSED = {
    "macros": (lambda: changed(workbook(), {"xl/vbaProject.bin": b"x"}), MACROS),
    "macros by the type": (
        lambda: changed(workbook(), {TYPES: lambda part: part.replace(PLAIN_TYPE, MACRO_TYPE)}),
        MACROS,
    ),
    "a macro sheet": (lambda: changed(workbook(), {"xl/macrosheets/sheet1.xml": b"<a/>"}), MACROS),
    "a password": (
        lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
        "t.xlsx: the workbook is protected by a password; save it without one",
    ),
    "the old kind": (
        lambda: OLE + "Workbook".encode("utf-16-le"),
        "t.xlsx: this is no .xlsx workbook but one of the old kind (.xls); save it as .xlsx",
    ),
    "another packed file": (lambda: packed({"a.txt": b"x"}), NO_WORKBOOK),
    "an OpenDocument table": (
        lambda: packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
        NO_WORKBOOK,
    ),
    "a text document": (
        lambda: changed(
            workbook(),
            {"_rels/.rels": lambda part: part.replace(b"xl/workbook.xml", b"word/document.bin")},
        ),
        NO_WORKBOOK,
    ),
    "very many parts": (lambda: packed({f"{n}": b"" for n in range(1001)}), NO_WORKBOOK),
    "nothing in it": (lambda: workbook(rows=[]), "t.xlsx: the file is empty"),
    "cut off": (lambda: workbook()[:-300], DAMAGED),
    "a sheet that is missing": (lambda: changed(workbook(), {SHEET: None}), DAMAGED),
    "a sheet that is no XML": (lambda: changed(workbook(), {SHEET: b"code,name"}), DAMAGED),
    "a document type": (lambda: changed(workbook(), {SHEET: lambda part: DOCTYPE + part.partition(b"\n")[2]}), DAMAGED),
    "nested": (lambda: packed(parts_of(with_cells("<a>" * 100_000 + "</a>" * 100_000)), method=0), DAMAGED),
    "a cell with an odd name": (lambda: with_cells('<row><c r="a0"><v>1</v></c></row>'), DAMAGED),
    "a row with an odd number": (lambda: with_cells('<row r="-1"><c><v>1</v></c></row>'), DAMAGED),
    "a shared text that is missing": (lambda: with_cells('<row><c t="s"><v>99</v></c></row>'), DAMAGED),
    "a packing nobody uses": (lambda: packed(parts_of(workbook()), method=14), DAMAGED),
    "too many rows": (
        lambda: with_cells('<row r="200002"><c><v>1</v></c></row>'),
        "t.xlsx: the table has more than 200,000 rows",
    ),
    "too many columns": (
        lambda: with_cells('<row><c r="CW1"><v>1</v></c></row>'),
        "t.xlsx: the table has more than 100 columns",
    ),
    "a cell far away": (
        lambda: with_cells('<row><c r="A1"><v>1</v></c></row><row><c r="CV150000"><v>1</v></c></row>'),
        "t.xlsx: the sheet spans 150,000 rows and 100 columns; delete what stands outside the table",
    ),
    "a text shared by very many cells": (
        lambda: changed(
            with_cells('<row><c t="s"><v>0</v></c></row>' * 60),
            {"xl/sharedStrings.xml": f"<sst><si><t>{SCRAPS}</t></si></sst>"},
        ),
        "t.xlsx: the sheet holds more than 50,000,000 characters",
    ),
}


@pytest.mark.parametrize(("make", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_plain_table_is_refused_with_what_to_do(tmp_path, make, told):
    assert faults_of(tmp_path, make()) == [told]


def test_a_workbook_that_unpacks_to_too_much_is_refused_by_its_declared_sizes(tmp_path):
    [told] = faults_of(tmp_path, bomb(60_000_000))

    assert told.startswith("t.xlsx: the workbook unpacks to 60")
    assert told.endswith("bytes; the most is 50,000,000, and 100 times its size. Save a long table as CSV")


MEASURE = """
import json, resource, sys, time
from pathlib import Path
from survey.core.errors import Invalid
from survey.core.textfile import read_table
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    read_table(Path(sys.argv[1]), ["code"])
    told = ""
except Invalid as error:
    told = str(error)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": time.process_time() - begun, "grown": (after - before) / 1024, "told": told}))
"""


@pytest.mark.parametrize("make", [bomb, lambda size: lying(bomb(size))], ids=["declared", "lying"])
def test_a_bomb_is_refused_in_no_time_and_without_memory(tmp_path, make):
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(make(314_000_000))
    assert file.stat().st_size < 1_000_000

    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(file)], cwd=ROOT, check=True, capture_output=True, timeout=60
    )

    found = json.loads(run.stdout)
    assert found["told"]
    assert found["seconds"] < 1
    assert found["grown"] < 50


# --- whatever comes ----------------------------------------------------------------------------------------------

WHOLE = workbook()
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_or_refuse(tmp_path, data):
    try:
        rows = read(tmp_path, data)
    except Invalid:
        return
    assert all(set(row.cells) == set(COLUMNS) for row in rows)


@QUIET
@given(st.binary(max_size=2000))
@example(b"PK\x03\x04")
@example(OLE)
@example(b"code,name\n\xff\xfe")
def test_any_bytes_are_a_table_or_refused(tmp_path, data):
    read_or_refuse(tmp_path, data)


@QUIET
@given(
    st.sampled_from(["code,name\n", "\ufeffcode\tname\n", ""]),
    st.text(),
    st.sampled_from(["utf-8", "utf-16", "gb18030"]),
)
def test_any_text_is_a_table_or_refused(tmp_path, header, text, encoding):
    read_or_refuse(tmp_path, (header + text).encode(encoding, errors="replace"))


@QUIET
@given(data=st.data())
def test_any_change_of_a_workbook_is_a_table_or_refused(tmp_path, data):
    whole = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    read_or_refuse(tmp_path, bytes(whole))


@QUIET
@given(data=st.data())
def test_any_change_of_a_part_is_a_table_or_refused(tmp_path, data):
    parts = parts_of(WHOLE)
    name = data.draw(st.sampled_from(sorted(parts)))
    at = data.draw(st.integers(0, len(parts[name])))
    taken, put = data.draw(st.integers(0, 20)), data.draw(st.binary(max_size=20))
    parts[name] = parts[name][:at] + put + parts[name][at + taken :]

    read_or_refuse(tmp_path, packed(parts))


PIECES = [
    "<row>",
    "</row>",
    "<c>",
    "</c>",
    "<v>",
    "</v>",
    '<c r="B2"/>',
    '<c t="s"><v>0</v></c>',
    "<f>1</f>",
    "1",
    "1e309",
]
PIECES += ['<c t="d"><v>2026-13-40</v></c>', '<c t="b"><v>7</v></c>', '<c t="x"><v>1</v></c>', "-1e300", '<row r="9">']
PIECES += ['<c t="inlineStr"><is><t>&#x1F600;</t></is></c>', '<c s="1"><v>99999999</v></c>', '<c s="77"><v>1</v></c>']


@QUIET
@given(st.lists(st.sampled_from(PIECES), max_size=12))
@example(["<row>", '<c s="1"><v>99999999</v></c>', "</row>"])
@example(["<row>", '<c s="1"><v>-99999999</v></c>', "</row>"])
def test_any_cells_are_a_table_or_refused(tmp_path, pieces):
    shape = {"num_format": "yyyy-mm-dd"}
    dated = parts_of(workbook(rows=[COLUMNS, ("1", (dt.date(2026, 3, 1), shape))]))
    made = changed(with_cells("".join(pieces)), {"xl/styles.xml": dated["xl/styles.xml"]})

    read_or_refuse(tmp_path, made)
