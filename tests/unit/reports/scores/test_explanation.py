"""Every score opens down to its counts, in words; what a round's own report hides stays hidden here, too."""

from dataclasses import replace
from decimal import Decimal

import pytest

from survey.cli.edge import translator
from survey.core.errors import NotFound
from survey.reports.ballots import REPEAT
from survey.reports.scores import score_tables, unit_html, unit_report
from survey.reports.scores.disclosed import Exactness, RoundReport
from survey.reports.scores.explanation import WITHHELD
from survey.reports.table import Column, Table
from survey.scoring.evidence import Evidence
from survey.scoring.margins import SURE
from survey.scoring.rules.explanation import Step
from survey.scoring.scheme_parts import RoundSource
from tests.unit.reports.scores.made_runs import (
    CLASSES,
    GATE,
    MANY,
    TINY,
    cadres_run,
    counties_run,
    counties_scheme,
    figure,
    gansu_run,
    lines,
    report,
)


def english(run):
    return report(run, language="en")


def rows(made, name, **keys):
    table = next(one for one in score_tables(made) if one.name == name)
    return [one for one in table.records() if all(one[key] == value for key, value in keys.items())]


def everything(made, code):
    """Return all that a reader gets about a subject, as one text."""
    tables, said = unit_report(made, code)
    cells = [str(cell) for table in tables for row in table.rows for cell in row]
    return "\n".join([*cells, *lines(said), unit_html(made, code)])


# --- W9 ----------------------------------------------------------------------------------------------------------


def test_w9_says_in_english_why_a_city_is_not_excellent():
    said = english(gansu_run()).explanation("乙市")

    gate = next(one for one in said.children if one.kind == "gate" and one.holds)
    assert gate.text == (
        "Excellent blocked: Routine assessment 89.9 < 90, source considerations.pdf, confirmed by assessment office"
    )
    assert said.text == "乙市: score 93.7414, Good"


def test_w9_says_in_chinese_why_a_city_is_not_excellent():
    said = report(gansu_run(), translator("zh")).explanation("乙市")

    gate = next(one for one in said.children if one.kind == "gate" and one.holds)
    assert "优秀" in gate.text
    assert "平时考核 89.9 < 90" in gate.text
    assert "considerations.pdf" in gate.text


def test_w9_opens_a_composite_down_to_what_was_read():
    said = english(gansu_run()).explanation("乙市")

    depth = {one.text.split(" 96.8 ")[0]: one.level for one in said.walk() if " 96.8 of " in one.text}
    assert depth == {"High-quality development": 5}
    assert [one.level for one in said.walk()][:3] == [0, 1, 2]
    assert all(child.level == one.level + 1 for one in said.walk() for child in one.children)


# --- down to the counts ------------------------------------------------------------------------------------------


def test_a_component_opens_to_the_counts_of_its_round():
    said = english(counties_run()).explanation("A")

    (opened,) = [one for one in said.walk() if one.kind == "round"]
    assert opened.text.startswith("round autumn, Autumn survey: hash of what was frozen ")
    assert [one.text for one in opened.children] == [
        "index 69.79, with 95 % certainty from 64.32 to 75.27, from 96 scored ballots",
        (
            "Are you satisfied with safety? Very satisfied 20, Satisfied 40, Fairly satisfied 20, Dissatisfied 10, "
            "Very dissatisfied 6, Don't know 0 (answered 96, left open or not asked 0)"
        ),
    ]


def test_a_filed_figure_says_source_person_and_day():
    texts = lines(english(counties_run()).explanation("A"))

    assert "Routine 88.5 of 100, source 文件〔2026〕3号, confirmed by 考核办" in texts
    assert "confirmed on 5 Jan 2027" in texts


def test_a_ballot_opens_to_classes_and_votes():
    texts = lines(english(cadres_run()).explanation("P1"))

    assert "weighted total 84.04" in texts
    assert "A leaders: weight 40, 12 scored ballots, class mean 87.50" in texts
    assert any(text.startswith("Overall grade, B: Excellent 10, Competent 9, ") for text in texts)


def test_an_explanation_is_plain_data_and_a_page_without_script():
    made = report(counties_run({"A": "<script>alert(1)</script>&县"}))

    document = made.explanation("A").document()
    assert document["children"][0]["kind"] == "score"
    page = unit_html(made, "A")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;县" in page
    assert "<details open>" in page


def test_nobody_of_that_code():
    with pytest.raises(NotFound, match="does not assess X"):
        unit_report(english(counties_run()), "X")


# --- what is hidden stays hidden ---------------------------------------------------------------------------------


def test_a_result_that_its_round_hides_takes_all_component_figures_away():
    made = english(counties_run())
    said = made.explanation("C")

    warning = next(one for one in said.walk() if one.kind == "withheld")
    assert warning.text == WITHHELD % {"rounds": "autumn"}
    components = [one for one in said.walk() if one.kind == "component"]
    assert [one.text.split(":")[0] for one in components] == ["Routine", "Growth", "Satisfaction"]
    assert all("the figure is not shown" in one.text for one in components)
    assert {row["value"] for row in rows(made, "components", code="C")} == {"*"}
    assert {row["points"] for row in rows(made, "components", code="C")} == {"*"}


def test_score_gates_and_grade_of_a_hidden_result_stay():
    made = english(counties_run())
    (row,) = rows(made, "overview", code="C")

    assert row["score"] == Decimal("73.3000")
    assert row["proposed"] == "Fair"
    (gate,) = rows(made, "gates", code="C")
    assert gate["sentence"] == "Good blocked: Routine 59.5 < 60, source 文件〔2026〕3号, confirmed by 考核办"


def test_no_hidden_figure_stands_anywhere():
    found = everything(english(counties_run()), "C")

    assert "95.0" not in found, "the index of four answers"
    assert "28.5" not in found, "its points in the score"
    assert "70 of 100" not in found
    assert "Very satisfied *" in found


def test_a_gate_keeps_the_last_filed_figure_to_itself_where_it_would_give_the_hidden_one():
    gate = {**GATE, "id": "growth-low", "when": {**GATE["when"], "component": "growth", "value": 75}}
    made = english(counties_run(scheme_=counties_scheme(gates=[GATE, gate])))

    sentences = [row["sentence"] for row in rows(made, "gates", code="C")]
    assert len(sentences) == 2
    assert all("the figure is not shown" in sentence for sentence in sentences)
    assert all("the figure is not shown" not in row["sentence"] for row in rows(made, "gates", code="A"))


def test_a_gate_never_names_a_hidden_index():
    gate = {**GATE, "when": {**GATE["when"], "component": "public", "value": 99}}
    made = english(counties_run(scheme_=counties_scheme(gates=[gate])))

    (row,) = rows(made, "gates", code="C")
    assert row["sentence"].startswith(
        "Good blocked: Satisfaction: the figure is not shown, counted in the round autumn"
    )
    assert row["holds"] == "yes"


def test_points_that_follow_from_a_hidden_index_are_hidden():
    rule = {
        "id": "unsafe",
        "zh": "安全感不足",
        "en": "Not safe enough",
        "sign": "minus",
        "graduated": {"component": "public", "steps": [{"below": 96, "per_point": "0.25"}]},
    }
    made = english(counties_run(scheme_=counties_scheme(adjustments={"rules": [rule]})))

    assert [row["points"] for row in rows(made, "adjustments")] == [Decimal("6.5521"), Decimal("5.1429"), "*"]
    texts = lines(made.explanation("C"))
    assert "Not safe enough: what it takes off is not shown" in texts
    assert "plus and minus points; what they add up to is not shown" in texts
    assert "0.25" not in "".join(texts)


def test_a_component_measured_against_a_hidden_best_is_hidden_for_the_whole_group():
    scheme = counties_scheme()
    parts = [one.model_dump(mode="json") for one in scheme.components]
    parts[2]["scale"] = {"kind": "best"}
    made = english(counties_run(scheme_=counties_scheme(components=parts)))

    assert [made.disclosed.withheld(code) for code in "ABC"] == [True, True, True]


def test_votes_that_are_hidden_hide_the_points_they_give():
    points = {"vs": 100, "s": 80, "f": 60, "d": 30, "vd": 0}
    component = {
        "id": "public",
        "zh": "群众满意度",
        "en": "Satisfaction",
        "source": {"kind": "round", "round": "autumn", "figure": "votes", "item": "safety"},
        "scale": {"kind": "options", "points": points},
    }
    parts = [one.model_dump(mode="json") for one in counties_scheme().components[:2]]
    made = english(counties_run(scheme_=counties_scheme(components=[*parts, component])))

    assert [made.disclosed.component(code, "public") for code in "AC"] == [Exactness.EXACT, Exactness.HIDDEN]
    assert any("votes vs 20" in text for text in lines(made.explanation("A")))
    assert "votes vs" not in everything(made, "C")


def test_a_missing_score_of_a_hidden_result_does_not_say_how_few_answered():
    made = english(counties_run(minimum=30))

    assert made.explanation("C").text == "C县: no score, no grade"
    assert made.explanation("C").children[0].text == "no score; the reason is not shown"
    (row,) = rows(made, "overview", code="C")
    assert row["remark"].startswith("no score; the reason is not shown")
    assert "at least 30" not in everything(made, "C")


def test_how_far_chance_carries_a_hidden_result_is_not_said():
    run = counties_run()
    margin = Step(
        "margin", SURE, {"gap": Decimal("13.3"), "mark": 60, "line": "Fair", "low": "71.1234", "high": "75.4766"}
    )
    units = [replace(one, rank_low=3, rank_high=3, steps=(*one.steps, margin)) for one in run.grades.units]
    made = english(replace(run, grades=replace(run.grades, units=tuple(units))))

    assert "71.1234" in everything(made, "A")
    assert "71.1234" not in everything(made, "C")
    # A place that chance leaves open tells of everybody's chance in the group.
    assert [rows(made, "overview", code=code)[0]["rank_low"] for code in "AC"] == ["*", "*"]


# --- secret ballots ----------------------------------------------------------------------------------------------


def test_where_a_ballot_report_rounds_a_total_scores_have_no_more_decimals():
    made = english(cadres_run())

    assert made.disclosed.component("P2", "review") is Exactness.ROUNDED
    assert {str(row["score"]) for row in rows(made, "overview")} == {"86.62", "86.02"}
    texts = lines(made.explanation("P2"))
    assert "Democratic review 83.04 of 100" in " ".join(texts)
    assert any(text.startswith("Scores of this group are shown with 2 decimals") for text in texts)
    assert "038462" not in everything(made, "P2")


def test_a_hidden_total_hides_the_filed_figures_and_keeps_the_grade():
    made = english(cadres_run({"P1": TINY, "P2": TINY, "P3": TINY}))

    assert made.disclosed.withheld("P1")
    assert "90.5" not in everything(made, "P1")
    (row,) = rows(made, "overview", code="P1")
    assert row["score"] is not None
    assert row["remark"].endswith("figures of components are not shown, see the explanation")


def test_a_class_left_out_with_approval_shows_a_total_only_where_its_means_are_shown():
    classes = [{**CLASSES[0], "minimum": 20}, CLASSES[1]]
    approval = [Evidence("approval", code, "review", "", "A", "too few came", "考核办") for code in ("P1", "P2", "P3")]
    made = english(cadres_run(classes=classes, evidence=approval))
    means = {row["class"]: row["mean"] for row in made.disclosed.rounds["review"].rows("classes", "P1")}

    shown = made.disclosed.component("P1", "review")

    assert shown is (Exactness.HIDDEN if "*" in means.values() else Exactness.ROUNDED)
    assert any("approved by 考核办 because: too few came" in text for text in lines(made.explanation("P1")))


def test_a_level_that_its_test_hides_is_hidden_and_its_gate_stays():
    run = counties_run(
        scheme_=counties_scheme(
            levels=[
                {
                    "id": "political",
                    "zh": "政治素质",
                    "en": "Political",
                    "source": {"kind": "import"},
                    "values": ["好", "差"],
                }
            ],
            gates=[{**GATE, "when": {"kind": "level", "level": "political", "among": ["差"]}}],
        ),
        evidence=[figure(code, "political", "差", kind="level") for code in "ABC"],
    )
    made = english(run)

    (row,) = rows(made, "gates", code="A")
    assert row["sentence"] == "Good blocked: Political: 差, source 文件〔2026〕3号, confirmed by 考核办"


RESULT = ("code", "total", "stored", "proposal", "remark")


@pytest.mark.parametrize(
    ("cells", "figure", "expected"),
    [
        (("*", "*", "*", "protected"), "ballot", Exactness.HIDDEN),
        ((Decimal("84.04"), "*", None, None), "ballot", Exactness.ROUNDED),
        ((Decimal("84.04"), Decimal("84.038462"), None, None), "ballot", Exactness.EXACT),
        ((None, None, None, REPEAT), "ballot", Exactness.HIDDEN),
        ((None, None, None, "too few"), "ballot", Exactness.HIDDEN),
        ((None, None, "*", "too few"), "test_level", Exactness.HIDDEN),
        ((None, None, "好", None), "test_level", Exactness.EXACT),
    ],
)
def test_a_score_shows_no_more_than_the_rounds_own_report(cells, figure, expected):
    rows_ = (("P1", *cells),)
    tables = (Table("results", "Results", tuple(Column(key, key) for key in RESULT), rows_),)
    own = RoundReport(cadres_run().rounds["review"], tables, str)

    assert own.exactness(RoundSource(round="review", figure=figure), "P1", known=True) is expected


def test_remarks_never_stand_in_a_report_of_scores():
    tables = {table.name for table in score_tables(english(cadres_run({"P1": MANY, "P2": MANY, "P3": MANY})))}

    assert tables == {
        *("overview", "components", "gates", "adjustments", "quotas", "decisions", "method", "explanation"),
    }
