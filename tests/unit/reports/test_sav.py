"""Counts for SPSS: one row a unit, item and option, with Chinese labels; a hidden count is missing by the user."""

import math

import pyreadstat
import pytest

from survey.cli.edge import translator
from survey.core.errors import Refused
from survey.reports.exports import write_report
from survey.reports.exports.sav import HIDDEN_LABEL, HIDDEN_NUMBER
from survey.reports.figures import report_tables
from survey.reports.table import Column, Table


@pytest.fixture
def file(components, turnout, tmp_path):
    tables = report_tables(components, turnout, translator("zh"), language="zh")
    (file,) = write_report(tables, tmp_path / "autumn.sav")
    return file


def test_labels_are_chinese(file):
    _, meta = pyreadstat.read_sav(file)

    labels = meta.column_names_to_labels
    assert (labels["unit"], labels["item"], labels["option"], labels["points"]) == ("单位", "题目", "选项", "分值")
    assert "=1+2县" in meta.variable_value_labels["unit"].values()
    assert list(meta.variable_value_labels["option"].values())[:2] == ["非常满意", "满意"]
    assert meta.variable_value_labels["item"] == {1.0: "您对safety是否满意？"}
    assert meta.variable_value_labels["n"] == {float(HIDDEN_NUMBER): HIDDEN_LABEL}
    assert (meta.variable_measure["n"], meta.variable_measure["unit"]) == ("scale", "nominal")


def test_one_row_for_each_unit_item_and_option(file, components):
    frame, _ = pyreadstat.read_sav(file, user_missing=True)

    asked = [unit for unit in components.units if unit.items]
    assert len(frame) == 6 * len(asked)
    rows = frame[frame["unit_code"] == "B"]
    assert list(rows["option_code"]) == ["vs", "s", "f", "d", "vd", "dk"]
    assert list(rows["points"])[:5] == [100, 80, 60, 30, 0]


def test_a_hidden_count_is_user_missing_and_never_a_number(file):
    shown, _ = pyreadstat.read_sav(file)
    marked, meta = pyreadstat.read_sav(file, user_missing=True)

    small = marked[marked["unit_code"] == "C"]
    assert set(small["n"]) == {HIDDEN_NUMBER}
    assert all(math.isnan(n) for n in shown[shown["unit_code"] == "C"]["n"])
    assert meta.missing_ranges["n"] == [{"lo": HIDDEN_NUMBER, "hi": HIDDEN_NUMBER}]


def test_no_time_of_writing_is_in_the_file(file, components, turnout, tmp_path):
    again = report_tables(components, turnout, translator("zh"), language="zh")
    (other,) = write_report(again, tmp_path / "again.sav")

    assert other.read_bytes() == file.read_bytes()
    assert pyreadstat.read_sav(file)[1].creation_time.year == 2000


def test_long_labels_end_at_a_whole_character(tmp_path):
    columns = [Column(key, key) for key in ("code", "name", "item", "question", "option", "answer", "points", "n")]
    rows = (("A", "长" * 200, "i", "问" * 200, "o", "答" * 200, None, 5),)
    (file,) = write_report([Table("options", "表" * 50, tuple(columns), rows)], tmp_path / "long.sav")

    _, meta = pyreadstat.read_sav(file)
    for name, character in (("unit", "长"), ("item", "问"), ("option", "答")):
        (label,) = meta.variable_value_labels[name].values()
        assert label == character * 39 + "…"


def test_a_report_without_counts_is_refused(tmp_path):
    with pytest.raises(Refused, match="no table of counts"):
        write_report([Table("method", "M", (Column("a", "A"),), (("x",),))], tmp_path / "none.sav")


@pytest.mark.parametrize("suffix", ["sav", "xlsx", "csv", "json"])
@pytest.mark.parametrize("place", ["nowhere/a", "folder"])
def test_where_no_file_can_be_written_the_system_says_why(components, turnout, tmp_path, suffix, place):
    (tmp_path / f"folder.{suffix}").mkdir()

    with pytest.raises(OSError, match=r"No such file or directory|Is a directory"):
        write_report(report_tables(components, turnout, str), tmp_path / f"{place}.{suffix}")
