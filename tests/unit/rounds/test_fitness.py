"""Rules that do not fit the questionnaire or its subjects block opening, each with what is wrong."""

import pytest

from survey.rounds.definition import RoundDefinition, VoterGroup
from survey.rounds.fitness import MOST_QUESTIONS, misfits
from survey.rounds.grading import feeding
from survey.subjects.roster import Subject
from tests.factories.ballots import annual_review, questionnaire, review_items, two_sheets
from tests.factories.rounds import CLOSES, OPENS

ROSTER = tuple(
    Subject(code=f"P{i}", name=f"某{i}", kind="cadre", unit_type="cadres", rank="deputy" if i else "head")
    for i in range(4)
)
HALL = VoterGroup("hall", "A", 5, tuple(subject.code for subject in ROSTER))
NUMBER = {"id": "n", "kind": "number", "minimum": 0, "maximum": 100, "zh": "打分", "en": "Points", "per": "subject"}
TEXT = {"id": "t", "kind": "text", "zh": "意见", "en": "Remark"}
SHEETS = [{"zh": "一", "en": "One"}, {"zh": "二", "en": "Two"}]
A_STEP = {"options": ["ex"], "share": "1/2", "result": "x"}
TEST_LEVELS = {
    "levels": [
        {"name": {"zh": "好", "en": "good"}, "at_least": 80},
        {"name": {"zh": "差", "en": "poor"}, "at_least": 0},
    ]
}


def told(asked, voters=(HALL,), kind="ballot", roster=ROSTER, **rules):
    definition = RoundDefinition.model_validate(
        {
            "id": "r",
            "title": {"zh": "测", "en": "Test"},
            "organiser": {"zh": "办", "en": "Office"},
            "contact": "1",
            "questionnaire": asked.reference,
            "kind": kind,
            "voters": "v.csv",
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "rules": rules,
        }
    )
    return [found.message % found.figures for found in misfits(definition, asked, voters, roster)]


def of(*items, **fields):
    return questionnaire(items, "made", **fields)


def test_what_fits_is_not_blocked():
    limit = {"item": "overall", "options": ["ex"], "share": "1/3"}
    rules = {"limits": [limit], "levels": {"item": "overall", "steps": [A_STEP], "otherwise": "y"}}
    assert told(annual_review(5), **rules, grade_by="overall") == []
    assert told(two_sheets(), kind="posneg") == []


LIMITS = {
    "an unknown item": ({"item": "x", "options": ["ex"]}, "A limit names the item x, which is not asked per subject"),
    "an item asked once": (
        {"item": "t", "options": ["ex"]},
        "A limit names the item t, which is not asked per subject",
    ),
    "an unknown option": (
        {"item": "overall", "options": ["ex", "zz"]},
        "The rules name the option zz, which overall does not have",
    ),
    "numbers of a scale": (
        {"item": "overall", "at_least": 90},
        "A limit counts numbers of overall, which is no number",
    ),
    "options of a number": ({"item": "n", "options": ["ex"]}, "The rules name the option ex, which n does not have"),
}


@pytest.mark.parametrize(("limit", "sentence"), LIMITS.values(), ids=LIMITS)
def test_a_limit_on_what_is_not_there(limit, sentence):
    asked = of(*review_items(), NUMBER, TEXT)
    assert told(asked, limits=[limit | {"most": 1}]) == [sentence]


def test_at_least_more_than_are_asked_about():
    limit = {"item": "overall", "options": ["ex"], "least": 5}
    assert told(annual_review(), limits=[limit]) == [
        "A limit asks for at least 5 of overall on a ballot about 4 subjects"
    ]
    assert told(annual_review(), limits=[limit | {"least": 4}]) == []


def test_at_least_more_than_an_item_is_asked_about():
    only_heads = of(*review_items(reasons=False), NUMBER | {"only": ["head"]})
    limit = {"item": "n", "at_least": 90, "least": 2}
    assert told(only_heads, limits=[limit]) == ["A limit asks for at least 2 of n on a ballot about 1 subjects"]


def test_a_class_that_is_used_but_not_named():
    two_kinds = (HALL, VoterGroup("hall", "B", 5, ("P0", "P1"), {"P1": "C"}))
    classes = [{"code": "A", "zh": "甲", "en": "a"}, {"code": "B", "zh": "乙", "en": "b"}]
    assert told(annual_review(), two_kinds, classes=classes) == [
        "Ballots count as class C, which the rules do not name"
    ]
    assert told(annual_review(), two_kinds) == [], "where no class is named, all weigh the same"


def test_a_test_needs_two_sheets():
    assert told(annual_review(), kind="posneg") == [
        "A positive/negative test needs two sheets; annual-review-1@1 has one form"
    ]


@pytest.mark.parametrize("scored", [NUMBER | {"scored": True}, review_items(reasons=False)[0]])
def test_only_the_first_sheet_is_scored(scored):
    asked = of(TEXT, scored | {"sheet": 2}, sheets=SHEETS)
    assert told(asked) == [
        f"The item {scored['id']} on the second sheet gives points; only the first sheet's can be scored"
    ]
    assert told(of(TEXT, scored | {"sheet": 2, "weight": 0}, sheets=SHEETS)) == []


def test_a_ballot_without_a_question_and_one_with_too_many():
    asked = of(NUMBER | {"only": ["head"]})
    assert told(asked, (VoterGroup("hall", "B", 5, ("P1",)),)) == [
        "The ballot of group hall, class B has a form without a question"
    ]
    many = tuple(Subject(code=f"Q{i}", name="某", kind="cadre", rank="head") for i in range(MOST_QUESTIONS + 1))
    voters = VoterGroup("hall", "A", 5, tuple(one.code for one in many))
    assert told(asked, (voters,), roster=many) == [
        f"The ballot of group hall, class A has {MOST_QUESTIONS + 1} questions; {MOST_QUESTIONS} fit"
    ]


def test_a_grade_that_is_not_there_or_gives_no_points():
    plain = of(*(item | {"overall": False} for item in review_items(reasons=False)))
    assert told(plain, grade_by="overall") == [
        "The score is to come from the overall grade, but no item is marked overall"
    ]
    weightless = of(*(item | {"weight": 0} for item in review_items(reasons=False)))
    assert told(weightless, grade_by="overall") == [
        "The score is to come from the overall grade overall, which gives no points"
    ]


def test_levels_look_at_what_is_there():
    levels = {"item": "overall", "steps": [A_STEP | {"options": ["ex", "zz"]}], "otherwise": "y"}
    assert told(annual_review(), levels=levels) == ["The rules name the option zz, which overall does not have"]
    assert told(annual_review(), levels=levels | {"item": "x"}) == [
        "The levels look at the item x, which does not exist"
    ]


def test_test_levels_are_for_tests_that_give_points():
    assert told(annual_review(), test_levels=TEST_LEVELS) == ["test_levels is for rounds of the kind posneg"]
    assert told(two_sheets(), kind="posneg", test_levels=TEST_LEVELS) == [
        "test_levels needs a positive mean, but no item gives points"
    ]


def test_an_opinion_survey_refuses_what_it_would_not_heed():
    steps = {"item": "overall", "steps": [A_STEP], "otherwise": "y"}
    found = told(annual_review(), kind="opinion", grade_by="overall", trim_above=5, levels=steps)
    assert found == [
        f"{field} is for rounds of the kinds ballot and posneg" for field in ("grade_by", "trim_above", "levels")
    ]
    assert told(of(NUMBER | {"scored": True}), kind="rating") == [
        "The number n is marked scored; that is for rounds of the kinds ballot and posneg"
    ]
    assert told(annual_review(), kind="opinion") == []


def test_what_gives_a_score():
    items = of(*review_items(3), NUMBER).items
    assert [item.id for item in feeding(items, "items")] == ["politics", "leading"]
    assert [item.id for item in feeding(items, "overall")] == ["overall"]
    alone = annual_review().items
    assert [item.id for item in feeding(alone, "items")] == ["overall"], "a ballot of one grade is scored by it"
    assert [item.id for item in feeding(items[:1], "overall")] == ["politics"]
    assert feeding(of(TEXT).items, "items") == []
