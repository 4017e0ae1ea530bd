"""Runs as files: paper in the look of GB/T 9704, workbooks without formulas, JSON, and counts for SPSS."""

import json
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from survey.cli.score import rows_of
from survey.core.errors import NotFound, Refused
from survey.core.ids import canonical_json
from survey.reports.scores import score_report, score_tables, write_score_report
from survey.reports.scores.facts import Numbered
from survey.scoring.evidence import Evidence
from survey.scoring.grades import grade_units
from survey.scoring.inputs import Decision
from survey.scoring.run import Run, RunInputs, score_run
from survey.scoring.scheme import Scheme
from tests.factories.schemes import gansu_unit, gansu_units, scheme
from tests.unit.reports.scores.made_runs import (
    GATE,
    MADE_AT,
    cadres_run,
    counties_run,
    counties_scheme,
    gansu_run,
    report,
)

LONG = "中华人民共和国甘肃省临夏回族自治州积石山保安族东乡族撒拉族自治县人民政府办公室综合协调处"
STRANGE = "=1+2<b>&\"'县𬭎𫖮龑"


def printed(pdf):
    """Return the text of every page, without line breaks."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "") for page in document]


@pytest.fixture(scope="module")
def made():
    return report(counties_run({"A": STRANGE, "B": LONG}), language="en")


# --- paper -------------------------------------------------------------------------------------------------------


def test_the_report_of_everyone_on_paper(made, tmp_path):
    (file,) = write_score_report(made, tmp_path / "run.pdf")
    text = "".join(printed(file))

    assert "Counties, 2026: scores and grades" in text
    assert "run 3 of the scheme counties@1, 15 Jan 2027" in text
    assert "3 are assessed in 1 ranking groups" in text
    assert STRANGE in text
    assert LONG in text.replace(" ", "")
    assert "Method" in text
    assert made.run.content_hash[:32] in text


def test_the_report_of_a_unit_on_paper_explains(tmp_path):
    (file,) = write_score_report(report(gansu_run(), language="en"), tmp_path / "unit.pdf", "乙市")
    text = " ".join(printed(file))

    assert "乙市: result of 2024" in text
    assert "Excellent blocked: Routine assessment 89.9 < 90" in text
    assert "4 of 7" in text
    assert "Grades by year" in text


def test_hidden_figures_are_on_no_paper(made, tmp_path):
    (file,) = write_score_report(made, tmp_path / "unit.pdf", "C")
    text = "".join(printed(file))

    assert "The figures of the components are not shown" in text
    assert "28.5000" not in text
    assert "95.0000" not in text


def test_the_same_run_gives_the_same_bytes(made, tmp_path):
    for ending in ("pdf", "xlsx", "json", "csv", "sav"):
        first = [file.read_bytes() for file in write_score_report(made, tmp_path / f"a.{ending}")]
        again = [file.read_bytes() for file in write_score_report(made, tmp_path / f"a.{ending}")]
        assert first == again, ending


def test_a_what_if_says_so_on_its_first_page(tmp_path):
    tried = score_report(Numbered(counties_run(), 4, "other.yaml", MADE_AT), str, "en")
    (file,) = write_score_report(tried, tmp_path / "run.pdf")

    assert "What if, and no result: other.yaml" in printed(file)[0]


def test_835_cadres_fit_on_paper_in_seconds(tmp_path):
    """One large group gets a chart of its grades, and a table that goes on over pages with its head."""
    base = [gansu_unit(f"P{i:03}", routine=str(80 + i)) for i in range(5)]
    rule = scheme("gansu")
    graded = grade_units(rule, base)
    # What is measured is the printing: the same five cadres, many times over.
    names = {f"P{i:03}": f"干部{i}" for i in range(835)}
    units = [replace(base[i % 5], code=code, name=name) for i, (code, name) in enumerate(names.items())]
    found = [replace(graded.units[i % 5], code=code, name=name) for i, (code, name) in enumerate(names.items())]
    run = Run(RunInputs(rule, (), (), ()), {}, tuple(units), replace(graded, units=tuple(found)))
    started = time.perf_counter()

    (file,) = write_score_report(report(run, language="en"), tmp_path / "run.pdf")

    assert time.perf_counter() - started < 30
    pages = printed(file)
    assert "Grades of 市州" in pages[0]
    with_table = [page for page in pages if "干部" in page]
    assert len(with_table) >= 15
    assert all("Rank" in page for page in with_table)
    assert sum(page.count("干部") for page in pages) >= 835
    assert any("rows: they stand in the report of each unit" in page for page in pages)


# --- the other formats -------------------------------------------------------------------------------------------


def test_a_workbook_has_one_sheet_a_table_and_no_formula(made, tmp_path):
    (file,) = write_score_report(made, tmp_path / "run.xlsx")
    sheets = CalamineWorkbook.from_path(file).sheet_names

    assert sheets == [table.title for table in score_tables(made)]
    with zipfile.ZipFile(file) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets" in name)
    overview = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    name, score = overview[0].index("Unit"), overview[0].index("Score")
    assert STRANGE in [row[name] for row in overview]
    assert [row[score] for row in overview[1:]] == [85.5286, 83.7125, 73.3]


def test_csv_of_a_unit_is_inert(made, tmp_path):
    files = {file.name: file.read_text("utf-8-sig") for file in write_score_report(made, tmp_path / "a.csv", "A")}

    assert {"a.csv", "a-explanation.csv", "a-history.csv", "a-components.csv"} <= set(files)
    assert "'=1+2" in files["a.csv"]


def test_json_holds_tables_and_the_tree(made, tmp_path):
    (file,) = write_score_report(made, tmp_path / "run.json")
    document = json.loads(file.read_bytes())

    assert [row["score"] for row in document["overview"]["rows"]] == ["85.5286", "83.7125", "73.3000"]
    assert set(document["explanation"]) == {"A", "B", "C"}
    assert document["explanation"]["A"]["children"][0]["kind"] == "score"
    hidden = [row["value"] for row in document["components"]["rows"] if row["code"] == "C"]
    assert hidden == ["*", "*", "*"]


def test_no_format_but_these(made, tmp_path):
    with pytest.raises(Refused, match=r"\.pdf"):
        write_score_report(made, tmp_path / "run.docx")
    with pytest.raises(Refused, match="no table of counts"):
        write_score_report(report(gansu_run()), tmp_path / "run.sav")
    with pytest.raises(NotFound):
        write_score_report(made, tmp_path / "run.sav", "X")
    assert list(tmp_path.iterdir()) == []


# --- the tables --------------------------------------------------------------------------------------------------


def test_quotas_decisions_and_adjustments_are_tables():
    units = [
        replace(one, decision=Decision("good", "班子会议研究", "考核委员会")) if one.code == "甲州" else one
        for one in gansu_units()
    ]
    rule = scheme("gansu")
    run = Run(RunInputs(rule, (), (), ()), {}, tuple(units), grade_units(rule, units))
    tables = {table.name: list(table.records()) for table in score_tables(report(run, language="en"))}

    (quota,) = tables["quotas"]
    assert (quota["grade"], quota["assessed"], quota["places"], quota["given"], quota["empty"]) == (
        "Excellent",
        7,
        2,
        2,
        0,
    )
    (decided,) = tables["decisions"]
    assert (decided["name"], decided["proposed"], decided["decided"]) == ("甲州", "Excellent", "Good")
    assert (decided["reason"], decided["by"]) == ("班子会议研究", "考核委员会")


def test_points_of_components_sum_to_the_score(made):
    tables = {table.name: list(table.records()) for table in score_tables(made)}
    points = [row["points"] for row in tables["components"] if row["code"] == "A"]

    assert points == [Decimal("35.4000"), Decimal("27.3750"), Decimal("20.9375")]
    assert sum(points) == next(row["score"] for row in tables["overview"] if row["code"] == "A")


def test_the_method_names_rounds_with_their_hashes(made):
    notes = {row["note"]: row["value"] for row in next(t for t in score_tables(made) if t.name == "method").records()}
    counted = made.run.rounds["autumn"]

    assert notes["Scheme"] == "counties@1 Counties"
    assert notes["Run"] == 3
    assert notes["Software"] == "0.1.0"
    assert notes["Weights of County"] == "Routine 40, Growth 30, Satisfaction 30"
    assert counted.frozen.content_hash in notes["Round autumn"]
    assert counted.count.figures_hash in notes["Round autumn"]


def test_earlier_years_stand_in_a_units_report():
    history = [Evidence("history", "A", year, "", "fair", "文件", "考核办") for year in ("2024", "2025")]
    made = report(counties_run(evidence=history), language="en")
    from survey.reports.scores import unit_report

    tables, _ = unit_report(made, "A")
    table = next(table for table in tables if table.name == "history")
    assert [tuple(row) for row in table.rows] == [
        (2024, "Fair", "文件", "考核办"),
        (2025, "Fair", "文件", "考核办"),
        (2026, "Fair", "this run", None),
    ]


def test_ballots_give_counts_for_spss_by_class(tmp_path):
    import pyreadstat

    (file,) = write_score_report(report(cadres_run()), tmp_path / "run.sav")
    frame, meta = pyreadstat.read_sav(file, user_missing=True)

    assert set(frame["round"]) == {"review"}
    assert set(frame["class"]) >= {"A", "B"}
    assert meta.variable_value_labels["unit"] == {1.0: "王伟", 2.0: "李丽", 3.0: "𬭎龑"}
    p1 = frame[(frame["unit_code"] == "P1") & (frame["class"] == "A")]
    assert list(p1["n"])[:2] == [6, 6]
    p2 = frame[(frame["unit_code"] == "P2") & (frame["option_code"] == "poor")]
    assert set(p2["n"]) == {-9}


def test_the_day_of_a_run_is_the_country_s(tmp_path):
    run = Numbered(counties_run(), 3, "", datetime(2027, 1, 14, 23, 30, tzinfo=UTC), "0.1.0")
    (file,) = write_score_report(score_report(run, str, "en"), tmp_path / "run.pdf")

    assert "run 3 of the scheme counties@1, 15 Jan 2027" in "".join(printed(file))


def test_a_scheme_read_back_from_its_bytes_gives_the_same_tables():
    run = counties_run()
    back = Scheme.model_validate(json.loads(canonical_json(run.inputs.scheme.document())))
    again = score_run(replace(run.inputs, scheme=back))

    assert list(back.types[0].weights) != list(run.inputs.scheme.types[0].weights)
    assert score_tables(report(again)) == score_tables(report(run))


def test_the_terminal_tells_no_more_than_the_report():
    low = GATE | {"when": GATE["when"] | {"component": "public", "value": 99}}
    counties = rows_of(counties_run(scheme_=counties_scheme(gates=[low])))
    coarse = rows_of(cadres_run())

    (hidden,) = (row["why"] for row in counties if row["code"] == "C")
    assert "Satisfaction: the figure is not shown" in hidden
    assert "95" not in hidden
    assert {row["score"][::-1].index(".") for row in coarse} == {2}
