"""Days and moments in a report: for people on paper, by ISO 8601 in files for machines."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from survey.reports.exports import write_report
from survey.reports.paper import Sheet
from survey.reports.table import Column, Table

# Midnight of the country.
AT = datetime(2026, 8, 31, 16, tzinfo=UTC)
HEADINGS = {"name": "单位", "year": "年度", "n": "票数", "on": "日期", "at": "时间"}
COLUMNS = tuple(Column(key, heading) for key, heading in HEADINGS.items())
TABLE = Table("one", "表", COLUMNS, (("兰州市", 2026, 119_000, date(2026, 9, 1), AT), ("甲", 2025, 7, None, None)))


def test_csv_and_xlsx_write_what_a_spreadsheet_takes_for_a_date(tmp_path):
    write_report([TABLE], tmp_path / "one.csv")
    assert "兰州市,2026,119000,2026-09-01,2026-09-01 00:00" in (tmp_path / "one.csv").read_text(encoding="utf-8-sig")
    write_report([TABLE], tmp_path / "one.xlsx")
    row = CalamineWorkbook.from_path(tmp_path / "one.xlsx").get_sheet_by_index(0).to_python()[1]
    assert row == ["兰州市", 2026, 119_000, "2026-09-01", "2026-09-01 00:00"]


def test_json_writes_the_zone(tmp_path):
    write_report([TABLE], tmp_path / "one.json")
    (row, _other) = json.loads((tmp_path / "one.json").read_bytes())["one"]["rows"]
    assert (row["on"], row["at"], row["n"]) == ("2026-09-01", "2026-09-01T00:00:00+08:00", 119_000)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_paper_is_for_people(tmp_path, language):
    sheet = Sheet(tmp_path / "one.pdf", "Report", language)
    sheet.table(TABLE, "表")
    sheet.save()
    with pypdfium2.PdfDocument(tmp_path / "one.pdf") as document:
        text = document[0].get_textpage().get_text_range()
    said = {"en": "1 Sep 2026, 00:00", "zh": "2026年9月1日 00:00"}[language]
    assert said in text.replace("\r\n", "")
    assert "119,000" in text
    assert "2,026" not in text
    assert "2026-09-01" not in text


def test_a_day_makes_no_column_of_figures(tmp_path):
    table = Table("one", "表", (Column("on", "日期"), Column("n", "分")), ((date(2026, 9, 1), Decimal("1.50")),))
    write_report([table], tmp_path / "one.csv")
    assert "2026-09-01,1.50" in (tmp_path / "one.csv").read_text(encoding="utf-8-sig")
