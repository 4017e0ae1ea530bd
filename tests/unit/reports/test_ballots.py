"""The report of a ballot: what is hidden stays hidden in every format, reasons are in words, both languages."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from survey.counting.figures import Text
from survey.reports.ballots import REPEAT, ballot_tables
from survey.reports.disclosure import HIDDEN
from survey.reports.disclosure.ballot import protect_ballots
from survey.reports.exports import write_report
from survey.rounds.definition import VoterGroup
from survey.scoring.ballots import score_ballots
from survey.scoring.sheets import count_sheets
from survey.subjects.roster import Subject
from survey.turnout.rules import Disposition
from tests.factories.ballots import questionnaire, review_items
from tests.unit.scoring.made_rounds import count_ballots, frozen_round

PEOPLE = (
    Subject(code="P1", name="王伟", kind="cadre", unit_type="cadres", group="cadres", rank="head"),
    Subject(code="P2", name="李丽", kind="cadre", unit_type="cadres", group="cadres", rank="deputy"),
)
CLASSES = [
    {"code": "A", "zh": "领导", "en": "leaders", "weight": 50, "minimum": 1},
    {"code": "B", "zh": "中层", "en": "sections", "weight": 50, "minimum": 1},
]
NUMBER = {
    "id": "n",
    "kind": "number",
    "scored": True,
    "minimum": 0,
    "maximum": 100,
    "per": "subject",
    "zh": "打分",
    "en": "Points",
}
OPTIONS = [{"code": f"o{i}", "zh": f"选{i}", "en": f"Option {i}"} for i in range(3)]
MANY = {"id": "m", "kind": "multiple", "zh": "多选", "en": "Several", "options": OPTIONS}
FEW = {"min_text": 5, "min_class": 5, "min_cell": 5}


def scored(items, cast, texts=(), codes=("P1",), **fields):
    """Score ballots given by voter group; the group's name is its class."""
    voters = [VoterGroup(name, name, 30, codes) for name in cast]
    definition = {"kind": "ballot", "rules": {"classes": CLASSES, "minimum": 1}, "disclosure": FEW} | fields
    frozen = frozen_round(PEOPLE, questionnaire(items, "made"), voters, **definition)
    return score_ballots(frozen, count_ballots(frozen, cast, texts))


def tables_of(results, language="zh"):
    turnout = ()
    sheets = count_sheets(results.frozen, results.count, turnout, {})
    made = ballot_tables(results, sheets, turnout, str, language=language)
    return {table.name: list(table.records()) for table in made}


def given(name, **n):
    return [{name: option} for option, times in n.items() for _ in range(times)]


def numbers(*marks):
    return [{"n:P1": Decimal(mark)} for mark in marks]


# --- classes -----------------------------------------------------------------------------------------------------


def test_a_small_class_is_hidden_and_never_follows():
    results = scored(
        review_items(reasons=False), {"A": given("overall:P1", ex=2, poor=1), "B": given("overall:P1", ex=9, ok=7)}
    )
    tables = tables_of(results)
    means = {row["class"]: row["mean"] for row in tables["classes"]}
    assert means["A"] == HIDDEN
    total = tables["results"][0]["total"]
    assert HIDDEN in (means["B"], total), "50 % each: the two would give the third"
    for option in ("ex", "ok", "poor"):
        shown = {row["class"]: row["votes"] for row in tables["votes"] if row["option"] == option}
        assert shown["A"] == HIDDEN
        assert HIDDEN in (shown["B"], shown["all classes"]), option


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_class_that_is_short_is_named_in_words(language):
    rules = {"classes": [one | {"minimum": 4} for one in CLASSES]}
    cast = {"A": given("overall:P1", ex=2), "B": given("overall:P1", ex=9)}
    (row, *_) = tables_of(scored(review_items(reasons=False), cast, rules=rules), language)["results"]
    name = {"zh": "A 领导", "en": "A leaders"}[language]
    assert row["remark"] == f"class {name} has 2 ballots, at least 4 are needed"
    assert row["total"] is None
    assert row["rank"] is None


def test_votes_all_alike_below_the_best_are_hidden():
    low = tables_of(scored(review_items(reasons=False), {"A": given("overall:P1", poor=20)}))
    assert low["results"][0]["total"] == HIDDEN
    assert {row["votes"] for row in low["votes"] if row["option"] in ("ex", "ok", "fair", "poor")} == {HIDDEN}
    best = tables_of(scored(review_items(reasons=False), {"A": given("overall:P1", ex=20)}))
    assert best["results"][0]["total"] == 95


# --- numbers -----------------------------------------------------------------------------------------------------


def test_the_mean_of_a_small_class_of_numbers_is_hidden_and_never_follows():
    results = scored([NUMBER], {"A": numbers(60, 61, 62), "B": numbers(*range(70, 80))})
    shown = protect_ballots(results)
    assert not shown.mean("P1", "A")
    assert not (shown.mean("P1", "B") and shown.total("P1")), "the two would give the third"
    assert shown.total("P1"), "the total is what the ballot is for"


def test_a_single_class_of_few_numbers_has_no_total():
    shown = protect_ballots(scored([NUMBER], {"A": numbers(60, 61, 62)}))
    assert not shown.total("P1")
    assert not shown.mean("P1", "A")


@pytest.mark.parametrize(
    ("marks", "unanimity", "visible"),
    [
        ((60,) * 9, "low", False),
        ((100,) * 9, "low", True),
        ((100,) * 9, "any", False),
        ((60,) * 9, "show", True),
        ((60,) * 8 + (61,), "low", True),
    ],
)
def test_numbers_all_alike(marks, unanimity, visible):
    shown = protect_ballots(scored([NUMBER], {"A": numbers(*marks)}, disclosure=FEW | {"unanimity": unanimity}))
    assert shown.total("P1") is visible
    assert shown.mean("P1", "A") is visible


def test_large_classes_of_numbers_are_shown_without_classes_too():
    cast = {"A": numbers(*range(50, 60)), "B": numbers(*range(70, 80))}
    tables = tables_of(scored([NUMBER], cast))
    assert [row["mean"] for row in tables["classes"]] == [Fraction(109, 2), Fraction(149, 2)]
    assert tables["results"][0]["total"] == Fraction(129, 2)
    assert tables_of(scored([NUMBER], cast, rules={"minimum": 5}))["results"][0]["total"] == Fraction(129, 2)


# --- items, remarks ----------------------------------------------------------------------------------------------


def test_the_base_of_several_choices_is_ballots():
    cast = {"A": [{"m": ["o0", "o1"]}] * 6 + [{"m": ["o1", "o2"]}] * 6 + [{}]}
    rows = {row["option"]: row for row in tables_of(scored([MANY, *review_items(reasons=False)], cast))["votes"]}
    assert (rows["o1"]["votes"], rows["o1"]["base"], rows["o1"]["share"]) == (12, 12, 100)
    assert rows["o0"]["share"] == 50


def poor_with_reasons(n_poor, **others):
    """Ballots of which every lowest grade has a reason, as the form requires."""
    cast = {"A": given("overall:P1", poor=n_poor, **others)}
    return scored(review_items(), cast, [Text("P1", "why", f"理由{i}") for i in range(n_poor)])


def test_reasons_are_listed_only_where_the_votes_they_belong_to_are_shown():
    shown = tables_of(poor_with_reasons(7, ex=9, ok=8))
    assert len(shown["texts"]) == 7
    # Seven low votes are hidden here, for they would give back the three others.
    hidden = tables_of(poor_with_reasons(7, ex=9, ok=3))
    poor = next(row for row in hidden["votes"] if row["option"] == "poor")
    assert (poor["votes"] == HIDDEN) == (hidden["texts"] == [])
    assert HIDDEN in {row["votes"] for row in hidden["votes"]}
    alike = tables_of(poor_with_reasons(20))
    assert alike["texts"] == [], "who is told that all wrote reasons knows that all voted low"


def test_fewer_remarks_than_allowed_are_not_listed():
    remark = {"id": "r", "kind": "text", "zh": "意见", "en": "Remark"}
    cast = {"A": given("overall:P1", ex=9, ok=9)}
    for n, listed in ((4, 0), (5, 5)):
        texts = [Text("", "r", f"意见{i}") for i in range(n)]
        assert len(tables_of(scored([*review_items(reasons=False), remark], cast, texts))["texts"]) == listed


def test_how_many_were_asked_does_not_tell_hidden_votes():
    more = {"id": "more", "kind": "single", "per": "subject", "options": OPTIONS, "zh": "何处", "en": "Where"}
    asked = [*review_items(reasons=False), more | {"show_if": {"overall": ["poor"]}}]
    cast = {"A": given("overall:P1", ex=9, ok=8) + [{"overall:P1": "poor", "more:P1": "o1"}] * 2}
    rows = [row for row in tables_of(scored(asked, cast))["votes"] if row["item"] == "more"]
    assert rows
    assert {row["votes"] for row in rows} == {HIDDEN}
    assert {row["base"] for row in rows} <= {HIDDEN, None}


# --- proposals ---------------------------------------------------------------------------------------------------

LEVELS = {
    "item": "overall",
    "steps": [{"options": ["ex"], "share": "1/2", "result": {"zh": "优", "en": "top"}}],
    "otherwise": "一般",
}


@pytest.mark.parametrize(
    ("votes", "said"),
    [({"ex": 9, "ok": 6}, {"zh": "优", "en": "top"}), ({"ex": 6, "ok": 9}, {"zh": "一般", "en": "一般"})],
)
def test_a_proposal_is_said_in_the_reader_s_language(votes, said):
    results = scored(
        review_items(reasons=False),
        {"A": given("overall:P1", **votes)},
        rules={"levels": LEVELS, "minimum": 1, "classes": CLASSES[:1]},
    )
    for language, words in said.items():
        assert tables_of(results, language)["results"][0]["proposal"] == words


def test_a_proposal_from_hidden_votes_is_hidden_though_there_is_no_total():
    # Given a class that weighs nothing, so that there is no total to be hidden
    rules = {"levels": LEVELS, "classes": [CLASSES[0] | {"weight": 0}]}
    (row, *_) = tables_of(scored(review_items(reasons=False), {"A": given("overall:P1", poor=9)}, rules=rules))[
        "results"
    ]
    assert row["remark"] == "no class of ballots has a weight"
    assert row["proposal"] == HIDDEN


def test_what_gives_no_points_says_so():
    statement = {"id": "s", "kind": "statement", "polarity": "positive", "per": "subject", "zh": "担当", "en": "Firm"}
    (row, *_) = tables_of(scored([statement], {"A": given("s:P1", yes=9, no=6)}))["results"]
    assert row["remark"] == "no item gives points"


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_every_format_is_written(tmp_path, suffix):
    results = scored(review_items(), {"A": given("overall:P1", ex=9, ok=7), "B": given("overall:P1", ex=3)})
    sheets = count_sheets(results.frozen, results.count, (), {})
    tables = ballot_tables(results, sheets, (), str)
    files = write_report(tables, tmp_path / f"r.{suffix}")
    assert all(file.stat().st_size for file in files)
    if suffix == "json":
        assert json.loads(files[0].read_bytes()).keys() == {table.name for table in tables}


# --- a vote that must be repeated ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("present", "stands"), [(20, True), (19, False)])
def test_without_a_quorum_no_result_is_reported(present, stands):
    rules = {"classes": CLASSES, "minimum": 1, "quorum": {"share": "2/3"}}
    results = scored(review_items(reasons=False), {"B": given("overall:P1", ex=9, ok=7)}, rules=rules)
    turnout = (Disposition("B", "B", 30, waiting=0, spent=16, void=0, expired=4),)
    sheets = count_sheets(results.frozen, results.count, turnout, {("B", "B"): present})

    tables = {table.name: list(table.records()) for table in ballot_tables(results, sheets, turnout, str)}

    (row,) = tables["results"]
    assert (row["total"] is not None) is stands
    assert (row["remark"] == REPEAT) is not stands
    assert (REPEAT in tables["sheet"][-1]["remark"]) is not stands
