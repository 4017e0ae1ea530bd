"""W1-W5, W15, W17, W18 and W20: from ballots to scores, through rounds that were counted and a scheme's file."""

from decimal import Decimal

import pytest

from survey.core.numbers import half_up
from survey.scoring.evidence import Evidence
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.run import RunInputs, score_run
from tests.factories.counted import LEVELS, alike, asked, columns, counted, frozen_round, item, scale, subject, voters
from tests.factories.schemes import scheme


def places(value, decimals=4):
    return str(half_up(value, decimals))


def run(name, subjects, rounds, evidence=()):
    return score_run(RunInputs.of(scheme(name), subjects, evidence, rounds))


def figure(subject_code, component, value):
    return Evidence("figure", subject_code, component, "", value, "filed.pdf", "office")


# --- surveys -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [({"scored": False, "counted": False}, "score_dk_excluded"), ({"points": 0}, "score_dk_zero_in_denominator")],
)
def test_w1_an_index_with_and_without_those_who_do_not_know(golden, unknown, expected):
    options = [*scale(100, 80, 60, 30, 0), {"code": "f", "zh": "不了解", "en": "Don't know"} | unknown]
    frozen = frozen_round("opinion", [subject("A")], [voters("A", ["A"], planned=600)], asked(options=options))
    votes = [*golden["W1"]["counts"], golden["W1"]["dk"]]

    grades = run(
        "satisfaction", frozen.subjects, [counted(frozen, {("A", "citizen"): columns({"safety:A": votes})})]
    ).grades

    assert places(grades.unit("A").score) == golden["W1"][expected]


PHONE = (
    "410,380,130,50 350,400,170,50 480,350,100,40 300,420,200,50 "
    "390,330,120,130 360,380,130,100 520,320,90,40 310,400,190,70"
)
PAPER = "70,40,8,2 60,48,10,2 75,38,5,2 55,50,13,2 68,40,7,5 62,45,8,5 80,34,5,1 50,52,15,3"


def survey_of(name, written):
    rows = [[int(n) for n in row.split(",")] for row in written.split()]
    questions = asked(*(item(f"i{i}") for i in range(len(rows))), options=scale(100, 75, 55, None))
    city = subject("rizhao", name="日照市", unit_type="city")
    frozen = frozen_round(name, [city], [voters("rizhao", ["rizhao"], planned=1000)], questions)
    return counted(frozen, {("rizhao", "citizen"): columns({f"i{i}:rizhao": row for i, row in enumerate(rows)})})


def test_w2_two_surveys_six_to_four(golden):
    phone, paper = survey_of("phone", PHONE), survey_of("paper", PAPER)

    found = run("shandong", phone.frozen.subjects, [phone, paper]).grades.unit("rizhao")

    assert places(found.components["phone"][0]) == golden["W2"]["phone"]
    assert places(found.components["paper"][0]) == golden["W2"]["paper"]
    assert places(found.score) == golden["W2"]["total"]


# --- votes -------------------------------------------------------------------------------------------------------

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


def delegates(votes, members):
    matters = {f"m{i}": subject(f"m{i}", name=name, unit_type="matter") for i, name in enumerate(votes)}
    questions = asked(item("satisfied"), options=scale(100, 60, 0))
    frozen = frozen_round(
        "delegates", list(matters.values()), [voters("g", list(matters), "A", members)], questions, "ballot"
    )
    cast = columns({f"satisfied:m{i}": row for i, row in enumerate(votes.values())})
    found = run("zhenhai", frozen.subjects, [counted(frozen, {("g", "A"): cast})]).grades
    words = {band.id: band.zh for band in found.scheme.gradings[0].bands}
    return {one.name: words[one.grade] for one in found.units}


@pytest.mark.parametrize("members", [29, 34, 35])
def test_w3_delegates_votes_over_all_members(golden, members):
    assert delegates(MATTERS, members) == golden["W3"][f"N{members}"]


@pytest.mark.parametrize(("satisfied", "fairly"), [(15, 0), (14, 2), (14, 1)])
def test_w3_edges(golden, satisfied, fairly):
    found = delegates({"only": (satisfied, fairly, 0)}, 30)

    assert found == {"only": golden["W3"]["edge"][f"{satisfied}+{fairly} of 30"]}


RUIAN = {
    "62/12/4/2": (62, 12, 4, 2),
    "72/8/0/0 (90%)": (72, 8, 0, 0),
    "71/9/0/0 (88.75%)": (71, 9, 0, 0),
    "48/32/0/0 (60%)": (48, 32, 0, 0),
    "40/26/9/6 (low 18.5%)": (40, 26, 9, 6),
    "40/14/20/7 (1/3 exactly)": (40, 14, 20, 7),
}


def test_w4_the_votes_of_a_counted_round(golden):
    rule = scheme("ruian")
    source = rule.component("ballot").source
    options = [
        {"code": code, "zh": code, "en": code, "points": 50}
        for code in ("excellent", "competent", "basic", "incompetent")
    ]
    questions = asked(item(source.item), options=options)
    kind = rule.types[0]
    heads = [subject(f"h{i}", kind="cadre", rank="head", unit_type="heads", name=name) for i, name in enumerate(RUIAN)]
    frozen = frozen_round(source.round, heads, [voters(h.code, [h.code], "A", 90) for h in heads], questions, "ballot")
    cast = {
        (head.code, "A"): [
            {f"{source.item}:{head.code}": options[i]["code"]} for i, n in enumerate(votes) for _ in range(n)
        ]
        for head, votes in zip(heads, RUIAN.values(), strict=True)
    }
    if kind.selects == ():
        rule = rule.model_copy(update={"types": (kind.model_copy(update={"selects": ("head",)}),)})
    evidence = [figure(head.code, "projects", "873") for head in heads[1:]] + [figure("h0", "projects", "921.5")]
    evidence += [figure(head.code, "ranking", "3 5 2 4") for head in heads]

    found = score_run(RunInputs.of(rule, heads, evidence, [counted(frozen, cast)])).grades

    assert {one.name: one.components["ballot"][0] for one in found.units} == golden["W4"]["ballot_points"]
    other = found.unit("h1")
    assert places(other.score - other.components["ballot"][0] + 180) == golden["W4"]["total_1000"]


# --- ballots -----------------------------------------------------------------------------------------------------

MAXIMA = (10, 5, 5, 10, 10, 10, 10, 10, 10, 10, 5, 5)
CLASSES = (("A", 40), ("B", 30), ("C", 30))
CAST = {
    "A": ("AAAAAAAAAAAA", "AABAABAAABAA"),
    "B": ("AABABBAABBAA", "BBBBBBABBBAA", "AAAAABAAABAA"),
    "C": ("ABABBBABBCAA", "BBCBCCBBCCBB", "AAAAAAAAAAAA", "CCCCCCCCCCBB", "AABABBABBBAA"),
}
HEAD = subject("x", kind="cadre", rank="head", unit_type="organ", group="cadres")


def yearly(cast):
    questions = asked(*(item(f"i{i}", weight=most) for i, most in enumerate(MAXIMA)), options=scale(100, 85, 70, 50))
    classes = [{"code": code, "zh": code, "en": code, "weight": weight, "minimum": 1} for code, weight in CLASSES]
    groups = [voters("hall", ["x"], code, 5) for code, _ in CLASSES]
    frozen = frozen_round("yearly", [HEAD], groups, questions, "ballot", classes=classes)
    ballots = {
        ("hall", code): [{f"i{i}:x": letter.lower() for i, letter in enumerate(one)} for one in letters]
        for code, letters in cast.items()
    }
    return counted(frozen, ballots)


def test_w5_classes_of_ballots(golden):
    assert places(run("leaders", [HEAD], [yearly(CAST)]).grades.unit("x").score, 3) == golden["W5"]["total"]


def test_w5_an_empty_class_gives_no_score_and_never_a_number(golden):
    short = yearly({code: CAST[code] for code in "AB"})
    approval = Evidence("approval", "x", "ballot", "", "C", "No staff representatives", "Wang")

    refused = run("leaders", [HEAD], [short]).grades.unit("x")
    approved = run("leaders", [HEAD], [short], [approval]).grades.unit("x")

    assert isinstance(refused.score, Insufficient)
    assert "class C has 0 ballots, at least 1 are needed" in str(refused.steps[0].parts[0].say())
    assert places(approved.score, 3) == golden["W5"]["no_C_class_renormalised"]


def test_w5_ballots_that_are_too_many_are_no_reason_to_leave_a_class_out(golden):
    approval = Evidence("approval", "x", "ballot", "", "C", "They vote badly", "Wang")

    assert places(run("leaders", [HEAD], [yearly(CAST)], [approval]).grades.unit("x").score, 3) == golden["W5"]["total"]


DIMENSIONS = (15, 10, 30, 30, 15)
SELF = [(95, 90, 95, 90, 100)]
OFFICE = [(90, 85, 90, 85, 95), (85, 85, 85, 80, 90), (95, 90, 95, 90, 95), (80, 75, 80, 75, 85)]
PEERS = [(85, 80, 85, 80, 90), (90, 85, 90, 90, 95)]
ASSESSOR = [(90, 85, 90, 90, 95)]
MARK = {"kind": "number", "minimum": 0, "maximum": 100, "scored": True}


def sheets_of(name, *classes):
    questions = asked(*(item(f"d{i}", weight=weight, **MARK) for i, weight in enumerate(DIMENSIONS)))
    rules = [{"code": code, "zh": code, "en": code, "weight": weight, "minimum": 1} for code, weight, _ in classes]
    person = subject("x", kind="cadre", unit_type="staff")
    frozen = frozen_round(
        name, [person], [voters("g", ["x"], code, 9) for code, *_ in classes], questions, "ballot", classes=rules
    )
    cast = {
        ("g", code): [{f"d{i}:x": Decimal(mark) for i, mark in enumerate(marks)} for marks in sheets]
        for code, _, sheets in classes
    }
    return counted(frozen, cast)


def test_w15_quarterly_sheets_and_the_year(golden):
    colleagues = sheets_of("colleagues", ("self", 10, SELF), ("office", 55, OFFICE), ("peers", 35, PEERS))
    assessor = sheets_of("assessor", ("assessor", 1, ASSESSOR))
    filed = [figure("x", name, value) for name, value in (("second", "88.75"), ("third", "90.10"), ("fourth", "89.40"))]

    found = run("quarters", assessor.frozen.subjects, [colleagues, assessor], [*filed, figure("x", "team", "4.2")])

    one = found.grades.unit("x")
    values = {name: places(value) for name, (value, _) in one.components.items()}
    expected = golden["W15"]
    assert [values[name] for name in ("assessor", "rated", "first")] == [
        expected[name] for name in ("assessor", "rated", "quarter")
    ]
    assert places(one.score) == expected["year"]


@pytest.mark.parametrize(
    ("name", "marks"), [("six_raters", [95, 88, 90, 60, 85, 92]), ("five_raters", [95, 88, 90, 60, 85])]
)
def test_w17_more_than_five_raters_are_trimmed(golden, name, marks):
    frozen = frozen_round(
        "yearly", [HEAD], [voters("g", ["x"], "A")], asked(item("mark", **MARK)), "ballot", trim_above=5
    )
    cast = {("g", "A"): [{"mark:x": Decimal(mark)} for mark in marks]}

    assert places(run("leaders", [HEAD], [counted(frozen, cast)]).grades.unit("x").score) == golden["W17"][name]


POSITIVE = ((48, 9, 2, 1), (45, 12, 2, 1), (44, 12, 3, 1), (43, 13, 3, 1), (50, 8, 1, 1))


def political(exists):
    questions = asked(
        *(item(f"p{i}") for i in range(len(POSITIVE))),
        item("n0", "statement", polarity="negative", sheet=2),
        options=scale(100, 80, 60, 0),
        sheets=[{"zh": "正向", "en": "Positive"}, {"zh": "反向", "en": "Negative"}],
    )
    frozen = frozen_round("political", [HEAD], [voters("g", ["x"], "A", 60)], questions, "posneg", test_levels=LEVELS)
    ballots = columns({f"p{i}:x": votes for i, votes in enumerate(POSITIVE)})
    cast = [ballot | {"n0:x": "yes" if i < exists else "no"} for i, ballot in enumerate(ballots)]
    return counted(frozen, {("g", "A"): cast})


@pytest.mark.parametrize(("name", "exists"), [("clean", 3), ("ten_percent", 6), ("fifth", 12), ("third", 20)])
def test_w18_the_level_of_a_test_bars_the_best_grade(golden, name, exists):
    best = dict.fromkeys("ABC", ("A" * 12,))

    done = run("leaders", [HEAD], [yearly(best), political(exists)])

    expected = golden["W18"][name]["level"]
    assert done.unit("x").levels["political"].value == expected
    assert done.grades.unit("x").grade == ("excellent" if expected == "好" else "competent")


# --- a vote that does not count ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "operator"), [("exactly_two_thirds_strict", ">"), ("exactly_two_thirds_ge", ">=")])
def test_w20_a_vote_without_its_quorum_gives_no_score(golden, name, operator):
    quorum = {"share": "2/3", "operator": operator}
    frozen = frozen_round("yearly", [HEAD], [voters("g", ["x"], "A", 60)], asked(), "ballot", quorum=quorum)
    cast = {("g", "A"): alike("safety:x", vs=40)}

    found = run("leaders", [HEAD], [counted(frozen, cast, {("g", "A"): 40})]).grades.unit("x")

    assert isinstance(found.score, Insufficient) != golden["W20"][name]["quorum_ok"]
    if isinstance(found.score, Insufficient):
        assert "40 of 60 were present; more than 2/3 are needed" in found.steps[0].parts[0].say()
