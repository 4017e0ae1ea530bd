import csv
import io
import json
import re
import time
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from survey.core.errors import Refused
from survey.core.formulas import STARTS, as_written
from survey.reports.exports import write_report
from survey.reports.exports.csv import plain
from survey.reports.figures import report_tables
from survey.reports.table import Column, Table

FORMULAS = ["=1+2", "+86", "-3", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠1"]
TABLES = (
    Table(
        "units",
        "Units: all/[now]",
        (Column("code", "Code"), Column("index", "=Index")),
        (*((text, Decimal("-1.20")) for text in FORMULAS), ('plain, "quoted"', None), ("n", 17), ("*", "*")),
    ),
    Table("method", "Method", (Column("note", "Note"),), (("<script>alert(1)</script>{{7*7}}${7*7}",),)),
)


def read_csv(file):
    return list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))


def test_csv_has_a_mark_and_one_file_a_table(tmp_path):
    written = write_report(TABLES, tmp_path / "autumn.csv")

    assert [file.name for file in written] == ["autumn.csv", "autumn-method.csv"]
    assert written[0].read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_csv(written[1]) == [["Note"], ["<script>alert(1)</script>{{7*7}}${7*7}"]]


def test_csv_disarms_formulas_and_leaves_numbers_alone(tmp_path):
    rows = read_csv(write_report(TABLES, tmp_path / "autumn.csv")[0])

    assert rows[0] == ["Code", "'=Index"]
    assert rows[1:11] == [[f"'{text}", "-1.20"] for text in FORMULAS]
    assert rows[11:] == [['plain, "quoted"', ""], ["n", "17"], ["*", "*"]]


@given(st.text(max_size=20) | st.text("'=+-@\t＝a", max_size=4))
def test_no_text_begins_like_a_formula_and_each_can_be_read_back(text):
    assert not plain(text).startswith(STARTS)
    assert as_written(plain(text)) == text


def sheet(file, number=1):
    with zipfile.ZipFile(file) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_xlsx_writes_text_as_text_and_numbers_as_numbers(tmp_path):
    (file,) = write_report(TABLES, tmp_path / "autumn.xlsx")

    cells = sheet(file)
    assert "<f>" not in cells
    assert '<c r="A2" t="inlineStr"><is><t>=1+2</t></is></c>' in cells
    assert re.search(r'<c r="B2" s="\d+"><v>-1.2</v></c>', cells)
    assert '<c r="B13"><v>17</v></c>' in cells
    assert "{{7*7}}" in sheet(file, 2)
    with zipfile.ZipFile(file) as book:
        assert '<sheet name="Units  all  now"' in book.read("xl/workbook.xml").decode()
        assert 'formatCode="0.00"' in book.read("xl/styles.xml").decode()


def test_a_workbook_read_again_gives_the_same_texts_and_numbers(tmp_path):
    (file,) = write_report(TABLES, tmp_path / "autumn.xlsx")

    with CalamineWorkbook.from_path(file) as book:
        header, *rows = book.get_sheet_by_index(0).to_python()
    assert header == ["Code", "=Index"]
    assert rows == [
        *([text, -1.2] for text in FORMULAS),
        ['plain, "quoted"', ""],
        ["n", 17],
        ["*", "*"],
    ]


def test_no_two_sheets_have_one_name(tmp_path):
    column = (Column("note", "Note"),)
    titles = ["Results of every unit, dimension by dimension", "Results of every unit, dimensioN, again", ""]
    tables = tuple(Table(f"t{number}", title, column, ()) for number, title in enumerate(titles))

    (file,) = write_report(tables, tmp_path / "autumn.xlsx")

    with CalamineWorkbook.from_path(file) as book:
        assert book.sheet_names == ["Results of every unit, dimensio", "Results of every unit, dimens 2", "t2"]


def test_xlsx_of_the_same_tables_has_the_same_bytes(tmp_path):
    first = write_report(TABLES, tmp_path / "first.xlsx")[0].read_bytes()
    time.sleep(2.1)

    assert write_report(TABLES, tmp_path / "second.xlsx")[0].read_bytes() == first


def test_json_is_canonical_with_exact_decimals(tmp_path):
    (file,) = write_report(TABLES, tmp_path / "autumn.JSON")

    data = json.loads(file.read_bytes())
    assert data["units"]["rows"][0] == {"code": "=1+2", "index": "-1.20"}
    assert data["units"]["rows"][-2] == {"code": "n", "index": 17}
    assert data["units"]["columns"][0] == {"key": "code", "heading": "Code"}
    again = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert file.read_bytes() == again


def test_another_suffix_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(Refused, match=r"A report is a file in \.csv \.json \.sav \.xlsx; autumn\.doc is none of them"):
        write_report(TABLES, tmp_path / "autumn.doc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
def test_a_whole_report_is_written_the_same_twice(components, turnout, tmp_path, suffix):
    tables = report_tables(components, turnout, lambda sentence: sentence)

    first = write_report(tables, tmp_path / f"a{suffix}")
    second = write_report(tables, tmp_path / f"b{suffix}")

    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    assert len(first) == (9 if suffix == ".csv" else 1)
