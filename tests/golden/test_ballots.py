"""W3, W4, W5, W15, W17, W18, W20: ballots of meetings, from their marks to what they amount to."""

from decimal import Decimal
from fractions import Fraction

import pytest

from survey.core.numbers import half_up
from survey.questionnaires.form import Form
from survey.questionnaires.schema import Questionnaire
from survey.rounds import rules
from survey.rounds.limits import all_equal, breaches
from survey.scoring.rules.classes import ClassMean, class_total
from survey.scoring.rules.index import Mean, Part, item_index, weighted_mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.posneg import propose, statement_share
from survey.scoring.rules.sheet import CountSheet, check_sheet
from survey.scoring.rules.steps import evaluate
from survey.scoring.rules.trimming import trimmed_mean
from survey.subjects.roster import Subject


def shown(value, places):
    return str(half_up(value, places))


def weigh(*parts):
    """The weighted mean of (weight, value) pairs."""
    return weighted_mean([Part(str(i), Fraction(w), Fraction(v)) for i, (w, v) in enumerate(parts)])


def weighted_sum(*parts):
    return sum(Fraction(weight) * Fraction(value) for weight, value in parts)


# --- W3 and W4: votes to results, step by step ------------------------------------------------------------------

MATTERS = {
    "教育惠民补短强基": (28, 1, 0),
    "公共卫生服务能力提升": (20, 8, 1),
    "老旧小区改造": (26, 3, 0),
    "食品安全供应保障": (29, 0, 0),
    "老年护理照料中心建设": (17, 11, 1),
    "交通治堵工程": (26, 3, 0),
    "隧道口停车场新建工程": (17, 11, 1),
    "住房保障行动": (28, 1, 0),
}
DELEGATES = rules.StepTable.model_validate(
    {
        "item": "satisfied",
        "base": "expected",
        "steps": [
            {"options": ["s"], "operator": ">=", "share": "1/2", "result": "满意"},
            {"options": ["s", "f"], "operator": ">", "share": "1/2", "result": "基本满意"},
        ],
        "otherwise": "不满意",
    }
)


def delegates(votes, members):
    counts = dict(zip("sfd", votes, strict=False))
    return evaluate(DELEGATES, counts, sum(votes), members).result


@pytest.mark.parametrize("members", [29, 34, 35])
def test_w3_delegates_votes_over_all_members(golden, members):
    assert {name: delegates(votes, members) for name, votes in MATTERS.items()} == golden["W3"][f"N{members}"]


@pytest.mark.parametrize(("satisfied", "fairly"), [(15, 0), (14, 2), (14, 1)])
def test_w3_edges(golden, satisfied, fairly):
    assert delegates((satisfied, fairly), 30) == golden["W3"]["edge"][f"{satisfied}+{fairly} of 30"]


GRADES = ("excellent", "competent", "basic", "incompetent")
RUIAN = rules.StepTable.model_validate(
    {
        "item": "grade",
        "steps": [
            *(
                {"options": ["excellent"], "share": f"0.{tens}", "result": str(110 + 10 * tens)}
                for tens in (9, 8, 7, 6)
            ),
            {"options": ["basic", "incompetent"], "share": "1/3", "result": "130"},
        ],
        "otherwise": "160",
    }
)


def ruian(written):
    votes = dict(zip(GRADES, map(int, written.split()[0].split("/")), strict=True))
    return evaluate(RUIAN, votes, sum(votes.values()), 0)


def test_w4_points_of_a_ballot(golden):
    expected = golden["W4"]["ballot_points"]
    # 200 stands for the first step, 190 for the second, and so on down.
    assert {written: int(ruian(written).result) for written in expected} == expected


def test_w4_exactly_a_third_of_low_votes(golden):
    written = next(name for name in golden["W4"]["ballot_points"] if "1/3" in name)

    assert ruian(written).held.share == Fraction(1, 3)


def test_w4_total(golden):
    projects = weighted_sum((600, Fraction(Decimal(873)) / Fraction("921.5")))
    places = weigh(*((1, 200 * (1 - Fraction("0.02") * (place - 1))) for place in (3, 5, 2, 4)))
    ballot = int(ruian("62/12/4/2").result)

    assert shown(projects, 4) == golden["W4"]["performance_points"]
    assert shown(places, 4) == golden["W4"]["leader_rank_points"]
    assert shown(projects + places + ballot, 4) == golden["W4"]["total_1000"]


# --- W5: classes -------------------------------------------------------------------------------------------------

MAXIMA = (10, 5, 5, 10, 10, 10, 10, 10, 10, 10, 5, 5)
LETTERS = {"A": 100, "B": 85, "C": 70, "D": 50}
CAST = {
    "A": ("AAAAAAAAAAAA", "AABAABAAABAA"),
    "B": ("AABABBAABBAA", "BBBBBBABBBAA", "AAAAABAAABAA"),
    "C": ("ABABBBABBCAA", "BBCBCCBBCCBB", "AAAAAAAAAAAA", "CCCCCCCCCCBB", "AABABBABBBAA"),
}
CLASS_WEIGHTS = {"A": "0.4", "B": "0.3", "C": "0.3"}


def ballot_score(letters):
    return weigh(*((most, LETTERS[letter]) for most, letter in zip(MAXIMA, letters, strict=True)))


def classes(cast):
    found = []
    for code, weight in CLASS_WEIGHTS.items():
        scores = [ballot_score(letters) for letters in cast.get(code, ())]
        mean = Mean(sum(scores), len(scores)).value if scores else None
        found.append(ClassMean(code, Fraction(weight), 1, len(scores), mean))
    return found


def test_w5_ballots_class_means_and_total(golden):
    expected = golden["W5"]
    found = classes(CAST)

    assert {code: [shown(ballot_score(one), 4) for one in cast] for code, cast in CAST.items()} == expected["ballots"]
    assert {one.code: shown(one.mean, 6) for one in found} == expected["means"]
    assert shown(class_total(found).value, 3) == expected["total"]


def test_w5_an_empty_class_gives_no_total(golden):
    found = class_total(classes({code: CAST[code] for code in "AB"}))

    assert isinstance(found, Insufficient)
    assert found.say() == "class C has 0 ballots, at least 1 are needed"


def test_w5_weights_are_shared_out_only_when_approved_and_never_lost(golden):
    found = class_total(classes({code: CAST[code] for code in "AB"}), frozenset("C"))

    assert shown(found.value, 3) == golden["W5"]["no_C_class_renormalised"]
    assert shown(found.value, 3) != golden["W5"]["no_C_class_weights_not_renormalised"]
    assert (found.entered, found.left_out) == (("A", "B"), ("C",))


# --- W15: a department's quarterly sheet -------------------------------------------------------------------------

DIMENSIONS = (15, 10, 30, 30, 15)
SELF = (95, 90, 95, 90, 100)
OFFICE = ((90, 85, 90, 85, 95), (85, 85, 85, 80, 90), (95, 90, 95, 90, 95), (80, 75, 80, 75, 85))
PEERS = ((85, 80, 85, 80, 90), (90, 85, 90, 90, 95))
ASSESSOR = (90, 85, 90, 90, 95)


def sheet_score(marks):
    return weigh(*zip(DIMENSIONS, marks, strict=True))


def rater_class(code, weight, sheets):
    scores = [sheet_score(marks) for marks in sheets]
    return ClassMean(code, Fraction(weight), 1, len(scores), Mean(sum(scores), len(scores)).value)


def test_w15_quarterly_sheet_and_year(golden):
    expected = golden["W15"]
    rated = class_total(
        [
            rater_class("self", "0.10", [SELF]),
            rater_class("office", "0.55", OFFICE),
            rater_class("peers", "0.35", PEERS),
        ]
    ).value
    quarter = class_total(
        [rater_class("assessor", "0.6", [ASSESSOR]), ClassMean("rated", Fraction("0.4"), 1, 7, rated)]
    ).value
    quarters = weigh(*((1, value) for value in (quarter, "88.75", "90.10", "89.40")))

    assert shown(sheet_score(SELF), 4) == expected["self_"]
    assert [shown(sheet_score(marks), 4) for marks in OFFICE] == expected["office"]
    assert [shown(sheet_score(marks), 4) for marks in PEERS] == expected["peers"]
    assert shown(sheet_score(ASSESSOR), 4) == expected["assessor"]
    assert shown(rated, 4) == expected["rated"]
    assert shown(quarter, 4) == expected["quarter"]
    assert shown(weighted_sum(("0.95", quarters)) + Fraction("4.2"), 4) == expected["year"]


def test_w15_cap_of_excellent_marks(golden):
    cap = rules.Limit.model_validate({"item": "grade", "options": ["excellent"], "share": "0.2"})

    assert cap.allowed(9) == golden["W15"]["excellent_cap_of_9_colleagues"]


# --- W17: forced distribution and trimming -----------------------------------------------------------------------

MARKS = (
    (95, 92, 91, 85, 80, 75, 68, 66),
    (95, 92, 91, 90, 80, 75, 68, 66),
    (100,) * 8,
    (89, 88, 85, 85, 80, 75, 70, 69),
)
FORCED = tuple(
    rules.Limit.model_validate({"item": "mark", "breach": "void", **limit})
    for limit in ({"at_least": 90, "most": 3}, {"below": 70, "least": 2})
)


@pytest.fixture(scope="module")
def mark_sheet():
    asked = Questionnaire.model_validate(
        {
            "id": "marks",
            "version": 1,
            "title": {"zh": "评分", "en": "Marks"},
            "items": [
                {
                    "id": "mark",
                    "kind": "number",
                    "per": "subject",
                    "minimum": 0,
                    "maximum": 100,
                    "zh": "分",
                    "en": "Mark",
                }
            ],
        }
    )
    return Form(asked, [Subject(code=str(i), name=str(i)) for i in range(8)])


def verdict(form, marks):
    answers = {f"mark:{i}": Decimal(mark) for i, mark in enumerate(marks)}
    if all_equal(form, answers):
        return "无效:全部同分"
    found = breaches(FORCED, form, answers)
    if not found:
        return "有效"
    return "无效:低分不足" if found[0].limit.least else "无效:优秀超限"


def test_w17_verdicts(golden, mark_sheet):
    assert [verdict(mark_sheet, marks) for marks in MARKS] == golden["W17"]["verdicts"]


@pytest.mark.parametrize(
    ("name", "marks"), [("six_raters", [95, 88, 90, 60, 85, 92]), ("five_raters", [95, 88, 90, 60, 85])]
)
def test_w17_more_than_five_raters_are_trimmed(golden, name, marks):
    found = trimmed_mean(len(marks), Fraction(sum(marks)), Fraction(min(marks) + max(marks)), 5)

    assert shown(found.value, 4) == golden["W17"][name]


# --- W18: positive and negative test -----------------------------------------------------------------------------

POSITIVE = ((48, 9, 2, 1), (45, 12, 2, 1), (44, 12, 3, 1), (43, 13, 3, 1), (50, 8, 1, 1))
POINTS = {"a": Fraction(100), "b": Fraction(80), "c": Fraction(60), "d": Fraction(0)}
VOTERS = 60


@pytest.mark.parametrize(("name", "exists"), [("clean", 3), ("ten_percent", 6), ("fifth", 12), ("third", 20)])
def test_w18_proposed_level(golden, name, exists):
    expected = golden["W18"]
    flags = [expected[step]["flag"] for step in ("ten_percent", "fifth", "third")]
    rule = rules.TestLevels.model_validate(
        {
            "levels": [
                {"name": {"zh": level, "en": level}, "at_least": mean}
                for level, mean in (("好", 90), ("较好", 80), ("一般", 70), ("较差", 0))
            ],
            "signals": [
                {"share": share, "effect": effect, "note": {"zh": flag, "en": flag}}
                for share, effect, flag in zip(
                    ("1/10", "1/5", "1/3"), ("notice", "lower", "lowest"), flags, strict=True
                )
            ],
        }
    )
    positive = weigh(*((1, item_index(dict(zip("abcd", votes, strict=True)), POINTS).value) for votes in POSITIVE))
    statements = [
        statement_share(item, {"yes": hits, "no": VOTERS - hits}, "yes", "no")
        for item, hits in (("mild", 1), ("worst", exists), ("none", 0))
    ]

    found = propose(rule, positive, VOTERS, statements)

    assert shown(found.mean, 4) == expected[name]["positive"]
    assert shown(found.worst.value * 100, 2) == expected[name]["worst_negative_share"]
    assert found.level.name.zh == expected[name]["level"]
    assert (found.signal and found.signal.note.zh) == expected[name]["flag"]
    assert found.proposed
    assert found.verify == (expected[name]["flag"] is not None)


# --- W20: count sheet --------------------------------------------------------------------------------------------

SHEETS = {
    "normal": (CountSheet(60, 52, 52, 51, 49, {"limit": 2}), ">"),
    "exactly_two_thirds_strict": (CountSheet(60, 40, 40, 40, 40, {}), ">"),
    "exactly_two_thirds_ge": (CountSheet(60, 40, 40, 40, 40, {}), ">="),
    "stuffed": (CountSheet(60, 52, 52, 53, 53, {}), ">"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_w20_count_sheets(golden, name):
    sheet, operator = SHEETS[name]
    found = check_sheet(sheet, rules.Quorum(operator=operator, share="2/3"))

    assert {
        "attendance": str(sheet.attendance),
        "quorum_ok": found.quorum is None,
        "count_ok": found.stuffed is None,
        "valid": sheet.valid,
        "return_rate": str(sheet.return_rate),
        "valid_rate": str(sheet.valid_rate),
        "outcome": "无效,须重新测评" if found.repeat else "有效",
    } == golden["W20"][name]
