"""W4, W6-W10 and W21: from the scheme's file to scores, ranks and grades."""

from dataclasses import replace
from fractions import Fraction

import pytest

from survey.core.numbers import half_up
from survey.scoring.grades import grade_units
from survey.scoring.inputs import Entry, Reading
from survey.scoring.rules.composition import Votes
from tests.factories.schemes import FILED, gansu_unit, gansu_units, scheme, unit


def places(value, decimals=4):
    return str(half_up(value, decimals))


# --- W4 Rui'an ---------------------------------------------------------------------------------------------------

BALLOTS = {
    "62/12/4/2": (62, 12, 4, 2),
    "72/8/0/0 (90%)": (72, 8, 0, 0),
    "71/9/0/0 (88.75%)": (71, 9, 0, 0),
    "48/32/0/0 (60%)": (48, 32, 0, 0),
    "40/26/9/6 (low 18.5%)": (40, 26, 9, 6),
    "40/14/20/7 (1/3 exactly)": (40, 14, 20, 7),
}


def ruian_unit(code, votes, projects="873"):
    counts = dict(zip(("excellent", "competent", "basic", "incompetent"), votes, strict=True))
    ballot = Votes(counts, sum(votes))
    return unit(code, "head", readings={"projects": projects, "ranking": (3, 5, 2, 4), "ballot": ballot})


def test_w4_steps_best_and_places_make_a_thousand_points(golden):
    rule = scheme("ruian")
    units = [ruian_unit(code, votes) for code, votes in BALLOTS.items()]

    grades = grade_units(rule, [*units, ruian_unit("best", BALLOTS["62/12/4/2"], "921.5")])

    points = {code: grades.unit(code).components["ballot"][0] for code in BALLOTS}
    assert points == golden["W4"]["ballot_points"]
    first = grades.unit("62/12/4/2")
    assert places(first.components["projects"][0]) == golden["W4"]["performance_points"]
    assert places(first.components["ranking"][0]) == golden["W4"]["leader_rank_points"]
    assert places(first.score) == golden["W4"]["total_1000"]


# --- W6, W7, W8 --------------------------------------------------------------------------------------------------


def test_w6_a_village_with_plus_and_minus_points(golden):
    votes = Votes({"satisfied": 46, "rather": 21, "basically": 9, "dissatisfied": 4, "abstain": 6}, 80)
    entries = (Entry("plus", FILED, level="national"), Entry("minus", FILED, points=Fraction(1, 2)))
    village = unit("v", "village", readings={"ballot": votes, "township": "91.5"}, entries=entries)

    found = grade_units(scheme("village"), [village]).unit("v")

    assert places(found.components["ballot"][0]) == golden["W6"]["ballot"]
    assert places(found.score) == golden["W6"]["total"]


def yijun_unit(unit_type, entries=(), **satisfaction):
    readings = {"tasks": "92.40", "ballot": "88.60", **satisfaction}
    return unit(unit_type, unit_type, unit_type, readings=readings, entries=entries)


def test_w7_satisfaction_of_several_sides(golden):
    entries = (Entry("commended", FILED, level="provincial"), Entry("commended", FILED, level="municipal"))
    township = yijun_unit("township", entries, staff="90", served="84.5", departments="88", leaders="91")
    department = yijun_unit("department", staff="90", served="86", leaders="91")

    grades = grade_units(scheme("yijun"), [township, department])

    assert places(grades.unit("township").score) == golden["W7"]["township"]
    assert places(grades.unit("department").score) == golden["W7"]["department"]
    satisfaction = grades.unit("township").components["township-satisfaction"][0]
    assert places(satisfaction) == golden["W7"]["township_satisfaction_points"]


def test_w8_composites_of_composites(golden):
    third = {"state": 84, "private": "78.5", "foreign": 81, "npc": 90, "cppcc": 88, "organs": 92, "groups": 89}
    third |= {"universities": 86, "institutes": 87}
    clients = {"client-1": 80, "client-2": "85.5", "client-3": 91, "client-4": 88, "client-5": 93}
    rule = scheme("departments")

    found = grade_units(rule, [unit("d", "department", readings={**third, **clients, "inspection": "93.5"})]).unit("d")

    weights = rule.unit_type("department").weights
    assert sum(weights.values()) == golden["W8"]["weights_sum"]
    values = {name: value for name, (value, _) in found.components.items()}
    assert places(values["third-party"]) == golden["W8"]["third_party"]
    assert places(values["clients"]) == golden["W8"]["client_points_of_50"]
    assert places(values["third-party"] * 30 / 100) == golden["W8"]["third_points_of_30"]
    assert places(values["inspection"] * 20 / 100) == golden["W8"]["check_points_of_20"]
    assert places(found.score) == golden["W8"]["total"]


# --- W9 Gansu ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gansu():
    return grade_units(scheme("gansu"), gansu_units())


@pytest.mark.parametrize("code", ["甲州", "乙市", "丙市", "丁市", "戊州", "己州", "庚市"])
def test_w9_a_prefecture(golden, gansu, code):
    expected = golden["W9"]["units"][code]
    rule, found = gansu.scheme, gansu.unit(code)
    names = {gate.id: gate.zh for gate in rule.gates}
    words = {band.id: band.zh for band in rule.gradings[0].bands}
    kind = {"first": 1, "second": 2, "third": 3}[found.unit_type]

    assert {
        "econ": places(found.components[f"econ-{kind}"][0]),
        "year": places(found.components[f"year-{kind}"][0]),
        "composite": places(found.score),
        "eligible": found.eligible,
        "pre_quota": words[found.before_quota],
        "reasons": [names[reason] for reason in found.reasons],
        "final": words[found.proposed],
    } == expected


def test_w9_the_quota_and_the_ranks(golden, gansu):
    assert [use.allotment.places for use in gansu.quotas] == [golden["W9"]["quota"]]
    ranked = sorted(gansu.units, key=lambda one: one.rank)
    assert [one.code for one in ranked] == ["戊州", "甲州", "丙市", "乙市", "丁市", "庚市", "己州"]
    assert ranked[0].proposed != "excellent", "the highest composite may not be first class"


def test_w9_ten_points_of_public_opinion_move_half_a_point(golden):
    one, other = gansu_unit("one", public="80"), gansu_unit("other", public="90")
    grades = grade_units(scheme("gansu"), [one, other])
    assert (
        places(grades.unit("other").score - grades.unit("one").score, 2) == golden["W9"]["effect_of_10_public_points"]
    )


def test_w9_says_why(gansu):
    sentences = [step.say() for step in gansu.unit("乙市").steps]
    assert (
        "Excellent blocked: Routine assessment 89.9 < 90, source considerations.pdf, confirmed by assessment office"
        in sentences
    )
    assert "优秀 blocked: 平时考核 89.9 < 90" in " ".join(step.say(language="zh") for step in gansu.unit("乙市").steps)


# --- W10 Changsha ------------------------------------------------------------------------------------------------


def performing(code, unit_type, group, score, **more):
    return unit(code, unit_type, group, readings={"performance": score}, **more)


def test_w10_departments(golden):
    units = [performing(f"d{i}", "department", "市直部门", str(95 - i * Fraction(1, 10))) for i in range(99)]

    grades = grade_units(scheme("changsha"), units)

    proposed = [one.proposed for one in grades.units]
    numbers = [proposed.count(grade) for grade in ("first", "second", "third")]
    assert numbers == [18, 75, 6]
    assert numbers == [
        golden["W10"][name] for name in ("round_half_up_18pct_of_99", "remainder", "round_half_up_6pct_of_99")
    ]
    assert [places(Fraction(n * 100, 99), 2) for n in numbers] == golden["W10"]["dept_shares"]
    assert proposed == ["first"] * 18 + ["second"] * 75 + ["third"] * 6


def test_w10_cadres(golden):
    scores = [*("92",) * 163, *("80",) * 658, *("65",) * 11, *("50",) * 3]
    units = [performing(f"c{i}", "cadre", "cadres", score) for i, score in enumerate(scores)]

    grades = grade_units(scheme("changsha"), units)

    proposed = [one.proposed for one in grades.units]
    numbers = [proposed.count(grade) for grade in ("excellent", "competent", "basic", "incompetent")]
    assert numbers == [163, 658, 11, 3]
    assert sum(numbers) == golden["W10"]["cadre_sum"]
    assert [places(Fraction(n * 100, 835), 2) for n in numbers] == golden["W10"]["cadre_shares"]
    (use,) = grades.quotas
    assert use.allotment.places == golden["W10"]["cap_20pct_of_835"]
    assert use.allotment.empty == 4, "places that nobody earned stay empty"


def test_w10_districts_and_counties_are_ranked_apart(golden):
    districts = {"芙蓉": "93.12", "雨花": "92.44", "天心": "91.05", "开福": "91.05", "岳麓": "89.98"}
    counties = {"长沙县": "94.01", "浏阳": "92.33", "望城": "91.80", "宁乡": "90.20"}
    units = [performing(name, "county", "五区", score) for name, score in districts.items()]
    units += [performing(name, "county", "四县市", score) for name, score in counties.items()]

    grades = grade_units(scheme("changsha"), units)

    assert {name: grades.unit(name).rank for name in districts} == golden["W10b"]["district_rank"]
    assert {name: grades.unit(name).rank for name in counties} == golden["W10b"]["county_rank"]


def test_w10_two_years_in_the_third_class_are_flagged():
    units = [performing(f"d{i}", "department", "市直部门", str(90 - i)) for i in range(20)]
    units[19] = replace(units[19], history={2007: "third"})
    units[18] = replace(units[18], history={2007: "third"})

    grades = grade_units(scheme("changsha"), units)

    assert grades.unit("d19").proposed == "third"
    assert grades.unit("d19").flags == ("third-two-years",)
    assert grades.unit("d18").proposed == "second"
    assert grades.unit("d18").flags == ()


# --- W21 Wenzhou -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["95.9", "94.2", "88.5", "70.0"])
@pytest.mark.parametrize(("name", "words"), [("wenzhou", "proportional"), ("wenzhou-whole", "whole_points")])
def test_w21_a_deduction_that_follows_the_sense_of_safety(golden, value, name, words):
    county = unit("c", "county", readings={"work": "98", "safety": value})

    found = grade_units(scheme(name), [county]).unit("c")

    assert places(98 - found.score, 3) == golden["W21"][f"{value}_{words}"]


def test_w21_a_veto_takes_thirty_points_off():
    county = unit("c", "county", readings={"work": "98", "safety": "97"}, entries=(Entry("vetoed", FILED, "veto"),))
    assert grade_units(scheme("wenzhou"), [county]).unit("c").score == 68


def test_a_reading_from_a_round_needs_no_confirmation():
    village = unit("v", "village", readings={"township": "91.5"})
    votes = Votes({"satisfied": 10}, 10)
    village = replace(village, readings={**village.readings, "ballot": Reading(votes)})
    assert grade_units(scheme("village"), [village]).unit("v").score == Fraction("94.9")
