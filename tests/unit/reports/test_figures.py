from dataclasses import replace
from decimal import Decimal

import pytest

from survey.counting.figures import Text
from survey.reports.disclosure import protect_components
from survey.reports.figures import report_tables
from survey.rounds.definition import VoterGroup
from survey.scoring.component import score_round
from tests.unit.scoring.made_rounds import count_ballots, frozen_round, questionnaire, same_answers, scale_item

MULTIPLE = {
    "id": "why",
    "kind": "multiple",
    "per": "subject",
    "weight": 0,
    "zh": "为什么",
    "en": "Why",
    "options": [
        {"code": "slow", "zh": "慢", "en": "Slow"},
        {"code": "far", "zh": "远", "en": "Far"},
        {"code": "dear", "zh": "贵", "en": "Dear"},
    ],
}


def same(sentence):
    return sentence


def report(components, turnout=(), language="zh"):
    return {table.name: table for table in report_tables(components, turnout, same, language=language)}


def too_small(components):
    return protect_components(components).too_small


def rows(table, **wanted):
    return [row for row in table.records() if all(row[key] == value for key, value in wanted.items())]


def row(table, **wanted):
    (found,) = rows(table, **wanted)
    return found


def test_a_report_has_its_tables_with_the_units_first(components, turnout):
    names = ["units", "parts", "items", "options", "turnout", "outcomes", "rates", "texts", "method"]
    assert list(report(components, turnout)) == names


def test_a_unit_shows_its_index_with_what_explains_it(components):
    unit = row(report(components)["units"], code="A")

    assert (unit["index"], unit["stored"], unit["n"], unit["rank"]) == (
        Decimal("74.44"),
        Decimal("74.444444"),
        90,
        3,
    )
    assert unit["low"] < unit["index"] < unit["high"]
    assert (unit["population"], unit["deviation"], unit["correction"]) == (3000, Decimal("20.72"), Decimal("0.9850"))


def test_an_insufficient_unit_has_a_reason_and_no_figure(make_components):
    unit = row(report(make_components(minimum=50))["units"], code="D")

    assert (unit["index"], unit["rank"], unit["n"]) == (None, None, 30)
    assert unit["remark"] == "30 scored answers (safety), at least 50 are needed"


def test_a_unit_under_the_smallest_cell_is_hidden_whole_and_so_is_the_unit_above_it(components):
    tables = report(components)

    for code in ("C", "Q"):
        unit = row(tables["units"], code=code)
        assert {unit[key] for key in ("rank", "index", "low", "high", "n", "stored")} == {"*"}
        assert unit["remark"] == "sample too small, not shown"
    part = row(tables["parts"], part="C")
    assert (part["index"], part["error"], part["n"]) == ("*", "*", "*")
    assert {option["n"] for option in rows(tables["options"], code="C")} == {"*"}
    assert row(tables["items"], code="C", item="safety")["answered"] == "*"


@pytest.mark.parametrize(("ballots", "is_hidden"), [(4, True), (5, False), (0, False)])
def test_the_edge_of_the_smallest_cell(make_components, ballots, is_hidden):
    components = make_components(minimum=1, C=same_answers("safety:C", s=ballots))

    assert ("C" in too_small(components)) == is_hidden


def test_an_item_with_few_answers_hides_the_unit_whose_index_would_give_it(make_components):
    asked = questionnaire(scale_item("safety"), scale_item("roads"))
    ballots = [{"safety:C": "s", "roads:C": "d"}] * 3 + [{"safety:C": "s"}] * 9

    assert "C" in too_small(make_components(asked, minimum=1, C=ballots))
    assert "C" not in too_small(make_components(asked, minimum=5, C=ballots))


def test_a_composite_with_few_answers_of_its_own_is_hidden_for_what_the_whole_would_give(components):
    assert "P" not in too_small(components)

    unit = components.unit("P")
    with_own = replace(unit, parts=(*unit.parts, replace(unit.parts[0], code="P", own=True, n=3)))
    changed = replace(components, units=tuple(with_own if u.code == "P" else u for u in components.units))
    assert "P" in too_small(changed)


def test_parts_list_the_weights_of_a_composite(components):
    parts = rows(report(components)["parts"], code="P")

    assert [(part["part"], part["weight"]) for part in parts] == [("A", 3000), ("B", 1000)]
    assert parts[0]["index"] == Decimal("74.44")


def test_the_parts_name_a_units_own_answers(components):
    unit = components.unit("P")
    with_own = replace(unit, parts=(replace(unit.parts[0], own=True),))
    changed = replace(components, units=(with_own,))

    assert report(changed)["parts"].rows[0][3] == "answers about the unit itself"


def test_an_item_shows_both_denominators(components):
    item = row(report(components)["items"], code="A", item="safety")

    assert (item["answered"], item["scored"], item["base"]) == (93, 90, 90)
    assert (item["index"], item["rate"]) == (Decimal("74.44"), Decimal("88.89"))
    assert item["low"] < item["rate"] < item["high"]
    assert item["remark"] == ""


def test_small_cells_are_hidden_with_what_would_give_them_back(components):
    tables = report(components)
    options = {option["option"]: option["n"] for option in rows(tables["options"], code="B", item="safety")}

    assert options == {"vs": "*", "s": "*", "f": "*", "d": "*", "vd": "*", "dk": 1}
    assert row(tables["items"], code="B", item="safety")["remark"] == "small cells are hidden"


def test_counts_stand_with_their_share_where_no_cell_is_small(components):
    options = rows(report(components)["options"], code="A", item="safety")

    assert [(option["option"], option["n"]) for option in options] == [
        ("vs", 20),
        ("s", 40),
        ("f", 20),
        ("d", 10),
        ("vd", 0),
        ("dk", 3),
    ]
    assert options[0]["share"] == Decimal("21.51")
    assert (options[0]["points"], options[-1]["points"]) == (100, None)


def test_a_rate_that_would_give_a_hidden_cell_is_given_up(make_components):
    asked = questionnaire(
        {
            "id": "safety",
            "kind": "single",
            "per": "subject",
            "zh": "是否满意？",
            "en": "Satisfied?",
            "options": [
                {"code": "s", "zh": "满意", "en": "Satisfied", "points": 100, "satisfied": True},
                {"code": "d", "zh": "不满意", "en": "Dissatisfied", "points": 0},
                {"code": "dk", "zh": "不了解", "en": "Don't know", "scored": False},
            ],
        }
    )
    cast = {code: same_answers(f"safety:{code}", s=40, d=20) for code in "ABD"}

    tables = report(make_components(asked, **cast | {"C": same_answers("safety:C", s=40, d=2)}))

    assert row(tables["items"], code="C")["rate"] == "*"
    assert row(tables["items"], code="C")["base"] == 42
    assert row(tables["items"], code="A")["rate"] == Decimal("66.67")


def test_an_item_beside_the_index_gives_up_its_own_index(make_components):
    yes_no = {
        "id": "kept",
        "kind": "single",
        "per": "subject",
        "weight": 0,
        "zh": "是否兑现？",
        "en": "Kept?",
        "options": [
            {"code": "y", "zh": "是", "en": "Yes", "points": 100},
            {"code": "n", "zh": "否", "en": "No", "points": 0},
        ],
    }
    ballots = [{"safety:C": "s", "kept:C": "y"}] * 30 + [{"safety:C": "s", "kept:C": "n"}] * 2

    item = row(
        report(make_components(questionnaire(scale_item("safety"), yes_no), C=ballots))["items"], code="C", item="kept"
    )

    assert (item["scored"], item["index"], item["rate"]) == (32, "*", None)


def test_multiple_choices_hide_small_cells_and_have_no_index(make_components):
    asked = questionnaire(scale_item("safety"), MULTIPLE)
    ballots = [{"safety:C": "s", "why:C": ("slow", "far")}] * 8 + [{"safety:C": "s", "why:C": ("dear",)}] * 2

    tables = report(make_components(asked, C=ballots))

    assert {option["option"]: option["n"] for option in rows(tables["options"], code="C", item="why")} == {
        "slow": 8,
        "far": "*",
        "dear": "*",
    }
    assert row(tables["items"], code="C", item="why")["answered"] == 10
    assert row(tables["items"], code="C", item="why")["index"] is None
    assert row(tables["options"], code="A", item="why", option="slow")["share"] is None


def test_insufficient_items_say_why(make_components):
    item = row(report(make_components(minimum=50))["items"], code="D", item="safety")

    assert (item["index"], item["rate"]) == (None, None)
    assert item["remark"] == (
        "30 scored answers, at least 50 are needed; 30 answers in the base, at least 50 are needed"
    )


def test_questions_about_no_subject_have_no_unit(make_components, subjects, cast):
    asked = questionnaire(scale_item("safety"), scale_item("life", per="ballot"))
    frozen = frozen_round(subjects[1:3], asked, [VoterGroup("all", "citizen", 9, ("A", "B"))])
    components = score_round(frozen, count_ballots(frozen, {"all": [{"life": "vs"}] * 6}))

    item = row(report(components)["items"], item="life")

    assert (item["code"], item["name"], item["index"]) == ("", "", 100)


def test_remarks_are_listed_only_from_the_least_number(components):
    texts = report(components)["texts"]

    assert [text["text"] for text in texts.records()] == [f"建议{i}" for i in range(10)]
    assert {text["code"] for text in texts.records()} == {"A"}


def test_remarks_about_a_hidden_unit_stay_hidden(make_components):
    components = make_components(texts=[Text("C", "remark", f"建议{i}") for i in range(12)])

    assert report(components)["texts"].rows == ()


def test_the_response_account_is_printed(components, turnout):
    account = row(report(components, turnout)["turnout"])

    assert account["group"] == "A县"
    assert (account["issued"], account["spent"], account["expired"], account["void"]) == (99, 93, 6, 1)
    assert account["rate"] == Decimal("93.94")


def test_the_method_names_versions_hashes_denominators_and_limits(components):
    notes = {note["note"]: note["value"] for note in report(components, language="en")["method"].records()}

    assert notes["Questionnaire"] == "satisfaction@3"
    assert notes["Hash of the questionnaire"] == components.frozen.questionnaire.content_hash
    assert notes["Hash of the frozen round"] == components.frozen.content_hash
    assert notes["Hash of the count"] == components.count.content_hash
    assert notes["Fewest scored answers for an index"] == 5
    assert notes["Rounding"].startswith("half up, on output only, to 2 decimals; ranked at 6")
    assert notes["Hidden figures"].startswith("* stands for figures of fewer than 5 ballots")
    assert notes["safety"] == (
        "weight 1; points: Very satisfied 100, Satisfied 80, Fairly satisfied 60, Dissatisfied 30, "
        "Very dissatisfied 0; base of the rate: Very satisfied, Satisfied, Fairly satisfied, Dissatisfied, "
        "Very dissatisfied; satisfied: Very satisfied, Satisfied, Fairly satisfied"
    )


@pytest.mark.parametrize(
    ("weight", "own", "said"),
    [
        ("population", False, "prefecture: units below by population"),
        (
            "planned",
            True,
            "prefecture: units below by planned ballots, with the answers about the unit itself as one more part",
        ),
    ],
)
def test_the_method_says_how_composites_were_made(subjects, weight, own, said):
    frozen = frozen_round(
        subjects,
        questionnaire(scale_item("safety"), MULTIPLE),
        rollup=({"types": ("prefecture",), "weight": weight, "own": own},),
    )

    method = report(score_round(frozen, count_ballots(frozen, {})), language="en")["method"]

    assert said in [note["value"] for note in method.records()]
    assert row(method, note="why")["value"].endswith("satisfied: none")


def test_every_word_of_the_program_goes_through_translate(components, turnout):
    asked_for = set()
    report_tables(components, turnout, lambda sentence: asked_for.add(sentence) or sentence)

    assert {"Units", "Index", "Satisfaction rate, %", "sample too small, not shown", "Hash of the count"} <= asked_for


def test_an_index_without_an_interval_leaves_its_ends_empty(components):
    unit = replace(components.unit("A"), variance=None, error=None, interval=None)

    shown = row(report(replace(components, units=(unit,)))["units"])

    assert (shown["index"], shown["low"], shown["high"], shown["error"], shown["deviation"]) == (
        Decimal("74.44"),
        None,
        None,
        None,
        None,
    )
