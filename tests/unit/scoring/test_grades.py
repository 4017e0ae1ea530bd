"""Grades: boundaries, ties, empty places, what is missing, what a person decides, and inputs that are refused."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.core.errors import Invalid, Refused
from survey.core.ids import content_hash
from survey.scoring.grades import grade_units
from survey.scoring.inputs import Decision, Entry, Reading
from survey.scoring.rules.classes import ClassMean, class_total
from survey.scoring.rules.composition import Votes
from survey.scoring.rules.explanation import Provenance
from survey.scoring.rules.gates import LevelFound, VetoFound
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.scheme import Scheme
from tests.factories.schemes import FILED, gansu_unit, gansu_units, scheme, unit

GANSU = scheme("gansu")


def made(**more):
    """Return a small scheme: one component, four grades, and whatever is named."""
    words = {"zh": "名", "en": "Name"}
    grades = ("a", "b", "c", "d")
    bands = [{"id": name, "zh": name, "en": name, "at_least": 90 - 10 * i} for i, name in enumerate(grades)]
    quotas = more.pop("quotas", [])
    types = [{"id": name, **words, "weights": {"score": 100}} for name in ("unit", "head")]
    return Scheme.model_validate(
        {
            "id": "made",
            "version": 1,
            "title": words,
            "year": 2024,
            "components": [{"id": "score", **words, "source": {"kind": "import"}}],
            "types": types,
            "gradings": [{"id": "grades", "bands": bands, "quotas": quotas}],
            **more,
        }
    )


def scored(code, score, unit_type="unit", group="g", **more):
    return unit(code, unit_type, group, readings={"score": score}, **more)


def graded(rule, *scores, **more):
    return grade_units(rule, [scored(f"u{i}", score, **more) for i, score in enumerate(scores)])


def proposed(grades):
    return [one.proposed for one in grades.units]


def say(found):
    def sentences(steps):
        for step in steps:
            yield step.say()
            yield from sentences(step.parts)

    return "\n".join(sentences(found.steps))


# --- bands and gates ---------------------------------------------------------------------------------------------


def test_exactly_90_passes_and_a_millionth_below_does_not():
    assert proposed(graded(made(), "90", "89.999999", "89.9999996")) == ["a", "b", "a"]


def test_scores_are_compared_at_the_schemes_decimals():
    rough = made(rounding={"compared": 1, "shown": 1})
    grades = graded(rough, "89.95", "89.94", "89.96")
    assert proposed(grades) == ["a", "b", "a"]
    assert [one.rank for one in grades.units] == [1, 3, 1]


def gate(name, when, effect, **more):
    return {"id": name, "zh": name, "en": name, "when": when, "effect": effect, **more}


def test_gates_are_applied_in_order_whatever_the_file_says():
    high = {"kind": "score", "operator": ">=", "value": 0}
    gates = [gate("down", high, "lower", by=1), gate("cap", high, "cap", grade="b"), gate("block", high, "block_top")]
    found = graded(made(gates=gates), "95").units[0]
    assert (found.band, found.before_quota, found.reasons) == ("a", "c", ("block", "down", "cap"))
    assert found.eligible is False


def test_a_cap_at_the_best_grade_leaves_a_unit_eligible():
    high = {"kind": "score", "operator": ">=", "value": 0}
    found = graded(made(gates=[gate("cap", high, "cap", grade="a")]), "95").units[0]
    assert (found.eligible, found.proposed) == (True, "a")


def test_a_fair_unit_bars_its_head_whatever_the_order():
    barred = gate("unit-fair", {"kind": "parent", "grades": ["c", "d"]}, "block_top", types=["head"])
    heads = [scored("h1", "95", "head", "heads", parent="fair"), scored("h2", "95", "head", "heads", parent="good")]
    units = [scored("fair", "75"), scored("good", "95")]

    grades = grade_units(made(gates=[barred]), [*heads, *units])

    assert {one.code: one.proposed for one in grades.units} == {"h1": "b", "h2": "a", "fair": "c", "good": "a"}
    assert "the unit above, fair, is rated c" in say(grades.unit("h1"))


def test_a_head_follows_what_was_decided_about_the_unit():
    barred = gate("unit-fair", {"kind": "parent", "grades": ["c"]}, "block_top", types=["head"])
    above = scored("u", "95", decision=Decision("c", "verified facts", "party committee"))
    grades = grade_units(made(gates=[barred]), [above, scored("h", "95", "head", "heads", parent="u")])
    assert grades.unit("h").proposed == "b"


def test_a_chain_of_units_is_graded_from_the_top():
    barred = gate("above", {"kind": "parent", "grades": ["b", "c"]}, "lower", by=1)
    chain = [scored("low", "95", group="1", parent="mid"), scored("mid", "95", group="2", parent="top")]
    above = [scored("top", "85", group="3", parent="root"), scored("root", "95", group="4", unit_type="head")]
    grades = grade_units(made(gates=[{**barred, "types": ["unit"]}]), [*chain, *above])
    assert [one.proposed for one in grades.units] == ["b", "b", "b", "a"]


def test_a_gate_that_cannot_be_told_leaves_no_grade():
    barred = gate("unit-fair", {"kind": "parent", "grades": ["c"]}, "block_top", types=["head"])
    found = grade_units(made(gates=[barred]), [scored("h", "95", "head", parent="elsewhere")]).unit("h")
    assert (found.score, found.rank, found.band) == (95, 1, "a")
    assert (found.proposed, found.eligible) == (None, None)
    assert "unit-fair cannot be told: the unit above has no grade" in say(found)
    assert "no grade before this is known: unit-fair" in say(found)


def test_circular_gates_are_refused():
    barred = gate("above", {"kind": "parent", "grades": ["c"]}, "block_top")
    circle = [scored("x", "95", group="one", parent="y"), scored("y", "95", group="two", parent="x")]
    with pytest.raises(Refused, match="in a circle: the ranking groups one, two wait for each other"):
        grade_units(made(gates=[barred]), circle)
    with pytest.raises(Refused, match="the ranking groups g wait"):
        grade_units(made(gates=[barred]), [scored("x", "95", parent="y"), scored("y", "95")])


def test_three_years_running_are_flagged_with_what_was_decided():
    excellent = {2022: "excellent", 2023: "excellent"}
    one = gansu_unit("one", history=excellent)
    lowered = replace(one, code="lowered", decision=Decision("good", "interviews", "party committee"))
    grades = grade_units(GANSU, [replace(one, group="other"), lowered])
    assert grades.unit("lowered").flags == ()
    alone = grade_units(GANSU, [gansu_unit(f"p{i}", public="90") for i in range(2)] + [one])
    assert alone.unit("one").flags == ("three-years",)


# --- quotas ------------------------------------------------------------------------------------------------------


def top(share="0.5", **more):
    return {"grade": "a", "share": share, **more}


@pytest.mark.parametrize(("rounding", "n"), [("half_up", 3), ("floor", 2)])
def test_half_a_place_is_rounded_as_the_scheme_says(rounding, n):
    grades = graded(made(quotas=[top(rounding=rounding)]), 99, 98, 97, 96, 95)
    assert proposed(grades) == ["a"] * n + ["b"] * (5 - n)


def test_places_that_nobody_earned_stay_empty():
    grades = graded(made(quotas=[top()]), 95, 85, 84, 83)
    assert proposed(grades) == ["a", "b", "b", "b"]
    assert grades.quotas[0].allotment.empty == 1
    assert "1 of the places stay empty" in [part.say() for part in grades.quotas[0].step.parts]


def test_a_tie_at_the_cut_is_left_to_the_organ():
    grades = graded(made(quotas=[top()]), 99, 95, 95, 91)
    assert proposed(grades) == ["a", None, None, "b"]
    assert [one.rank for one in grades.units] == [1, 2, 2, 4]
    assert grades.unit("u1").open == ("a", "b")
    assert "tied at 95: u1, u2; 1 of the places are left, the organ decides" in say(grades.unit("u1"))
    assert "to be decided between a, b" in say(grades.unit("u1"))
    assert grades.unit("u1").grade is None


def two_quotas():
    return made(quotas=[top("0.25"), {"grade": "b", "share": "0.5"}])


def test_a_lower_quota_waits_for_a_tie_above_it_only_where_it_matters():
    tight = graded(two_quotas(), 95, 95, 85, 84)
    assert proposed(tight) == [None] * 4
    assert tight.unit("u2").open == ("b", "c")
    assert "the quota of b waits until the organ has decided on those tied above" in say(tight.unit("u2"))
    assert [use.waiting for use in tight.quotas] == [False, True]

    roomy = graded(two_quotas(), 95, 95, 75, 74)
    assert proposed(roomy) == [None, None, "c", "c"]


def test_a_decided_tie_lets_the_lower_quota_go_on():
    decide = [Decision(grade, "length of service", "party committee") for grade in ("a", "b")]
    units = [scored(f"u{i}", score) for i, score in enumerate((95, 95, 85, 84))]
    units[:2] = [replace(one, decision=decision) for one, decision in zip(units, decide, strict=False)]

    grades = grade_units(two_quotas(), units)

    assert [one.grade for one in grades.units] == ["a", "b", "b", "c"]
    assert grades.unit("u0").proposed is None, "the rules did not choose between them"
    assert "decided by party committee: a (the rules propose no grade), because: length of service" in say(
        grades.unit("u0")
    )


def bottom(count=1):
    return {"grade": "d", "side": "bottom", "count": count}


def test_the_last_places_go_to_the_lowest():
    assert proposed(graded(made(quotas=[bottom()]), 95, 94, 93)) == ["a", "a", "d"]


def test_who_is_there_already_takes_one_of_the_last_places():
    assert proposed(graded(made(quotas=[bottom(2)]), 95, 94, 50)) == ["a", "d", "d"]
    assert proposed(graded(made(quotas=[bottom()]), 95, 94, 50)) == ["a", "a", "d"]


def test_a_tie_for_the_last_place_is_left_to_the_organ():
    grades = graded(made(quotas=[bottom()]), 95, 91, 91)
    assert proposed(grades) == ["a", None, None]
    assert grades.unit("u2").open == ("a", "d")


def test_who_is_tied_above_may_be_among_the_last_as_well():
    first = {"grade": "a", "count": 1}
    grades = graded(made(quotas=[first, bottom(2)]), 95, 95, 85)
    assert proposed(grades) == [None, None, "d"]
    assert grades.unit("u0").open == ("a", "b", "d")
    assert proposed(graded(made(quotas=[first, bottom()]), 95, 95, 85)) == [None, None, "d"]
    assert proposed(graded(made(quotas=[first, bottom(3)]), 95, 95, 85)) == ["d", "d", "d"]


def test_the_last_places_wait_for_a_tie_that_may_fill_them():
    quotas = [{"grade": "c", "count": 1}, bottom()]
    grades = graded(made(quotas=quotas), 75, 75, 95)
    assert proposed(grades) == [None, None, "a"]
    assert grades.unit("u0").open == ("c", "d")
    assert grades.quotas[-1].waiting


def test_a_quota_holds_inside_its_groups_only():
    rule = made(quotas=[{"grade": "a", "count": 1, "groups": ["g"]}])
    units = [scored("x", 95), scored("y", 94), scored("other", 93, group="h"), scored("more", 92, group="h")]
    assert proposed(grade_units(rule, units)) == ["a", "b", "a", "a"]


# --- what is missing ---------------------------------------------------------------------------------------------


def test_a_missing_component_is_insufficient_for_one_unit_and_never_zero():
    units = gansu_units()
    units[0] = replace(units[0], readings={name: one for name, one in units[0].readings.items() if name != "party"})

    grades = grade_units(GANSU, units)

    found = grades.unit("甲州")
    assert isinstance(found.score, Insufficient)
    assert (found.stored, found.rank, found.proposed, found.grade, found.band) == (None, None, None, None, None)
    assert "no score: insufficient in part: Yearly assessment" in say(found)
    assert "Party building: no figure, no figure was read" in say(found)
    assert grades.unit("丁市").proposed == "excellent"
    assert sorted(one.rank for one in grades.units if one.rank) == [1, 2, 3, 4, 5, 6]


def test_an_empty_class_of_ballots_is_insufficient_up_to_the_grade():
    classes = [ClassMean("A", Fraction(1), 3, 9, Fraction(95)), ClassMean("C", Fraction(1), 3, 0, None)]
    short = class_total(classes)
    one = gansu_unit("one")
    one = replace(one, readings={**one.readings, "evaluation": Reading(short)})
    found = grade_units(GANSU, [one]).unit("one")
    assert isinstance(found.score, Insufficient)
    assert "Evaluation: no figure, too few ballots in class: C" in say(found)


def test_a_missing_half_year_and_a_missing_level():
    half = gansu_unit("half")
    half = replace(half, readings={**half.readings, "routine": Reading({"first-half": Fraction(95)}, FILED)})
    grades = grade_units(GANSU, [half, gansu_unit("level", political="")])
    assert "no figure for the period: Second half" in say(grades.unit("half"))
    assert grades.unit("level").score == 95
    assert grades.unit("level").proposed is None


def test_a_deduction_that_cannot_be_told_leaves_no_score():
    found = grade_units(scheme("wenzhou"), [unit("c", "county", readings={"work": "98"})]).unit("c")
    assert "no score: points to take off cannot be told without Sense of safety" in say(found)


# --- multipliers, adjustments, ends ------------------------------------------------------------------------------


def multiplied(**bounds):
    words = {"zh": "民意", "en": "Opinion"}
    components = [
        {"id": "score", **words, "source": {"kind": "import"}},
        {"id": "opinion", **words, "source": {"kind": "round", "round": "r", "figure": "index"}},
    ]
    types = [{"id": "unit", **words, "weights": {"score": 100}, "multipliers": {"opinion": bounds}}]
    return made(components=components, types=types)


@pytest.mark.parametrize(("opinion", "score"), [("95", "76"), ("50", "72"), ("100", "80")])
def test_a_bounded_multiplier(opinion, score):
    one = unit("u", "unit", readings={"score": "80", "opinion": opinion})
    found = grade_units(multiplied(), [one]).unit("u")
    assert found.score == Fraction(score)
    assert f"Opinion {opinion} / 100, between 0.9 and 1.05" in say(found)


def test_a_multiplier_that_is_missing_leaves_no_score():
    found = grade_units(multiplied(), [unit("u", "unit", readings={"score": "80"})]).unit("u")
    assert "no score: no factor to multiply by: Opinion" in say(found)


PLUS = {"rules": [{"id": "plus", "zh": "加", "en": "Plus", "sign": "plus", "types": ["unit"]}]}


def test_a_score_ends_at_the_full_mark_and_says_so():
    entry = Entry("plus", FILED, points=Fraction(4))
    found = graded(made(adjustments=PLUS), "98", entries=(entry,)).units[0]
    assert found.score == 100
    assert "102 lies outside 0 to 100 and becomes 100" in say(found)
    assert "Plus: +4, document considerations.pdf, confirmed by assessment office" in say(found)


def test_plus_points_count_up_to_their_limit():
    entries = (Entry("plus", FILED, points=Fraction(4)), Entry("plus", FILED, points=Fraction(4)))
    found = graded(made(adjustments=PLUS), "80", entries=entries).units[0]
    assert found.score == 85
    assert "plus 8, minus 0 (they count as 5 and 0)" in say(found)


def test_a_rule_of_other_types_does_not_enter():
    assert graded(made(adjustments=PLUS), "80", unit_type="head").units[0].score == 80


def test_votes_that_reach_no_step_say_so():
    counts = {"excellent": 40, "competent": 40}
    readings = {"projects": "900", "ranking": (1,), "ballot": Votes(counts, 80)}
    found = grade_units(scheme("ruian"), [unit("h", "head", readings=readings)]).unit("h")
    assert found.score == 960
    assert "votes excellent 40, competent 40 of 80 reach no step, so 160 points" in say(found)


@pytest.mark.parametrize(("within", "points"), [("group", 600), ("all", 300)])
def test_the_best_is_taken_inside_the_group_or_of_all(within, points):
    document = scheme("ruian").document()
    document["components"][0]["scale"]["within"] = within
    ballot = {"ranking": (1,), "ballot": Votes({"excellent": 80}, 80)}
    units = [
        unit(group, "head", group, readings={**ballot, "projects": own}) for group, own in (("g", 450), ("h", 900))
    ]
    grades = grade_units(Scheme.model_validate(document), units)
    assert grades.unit("g").components["projects"][0] == points
    assert grades.unit("h").components["projects"][0] == 600


def test_figures_that_give_no_points_are_insufficient():
    readings = {"projects": "0", "ranking": (), "ballot": Votes({"excellent": 0}, 0)}
    found = grade_units(scheme("ruian"), [unit("h", "head", readings=readings)]).unit("h")
    assert isinstance(found.score, Insufficient)
    assert found.score.parts == ("projects", "ranking", "ballot")


def test_the_result_is_plain_data_without_floats():
    units = [*gansu_units(), gansu_unit("short", political="")]
    units[0] = replace(units[0], decision=Decision("good", "verified facts", "party committee"))
    document = grade_units(GANSU, units).document()
    assert content_hash(document) == content_hash(json.loads(json.dumps(document)))
    first = document["units"][0]
    assert (first["score"], first["stored"]) == ("58986/625", "94.377600")
    assert first["decision"] == {"grade": "good", "reason": "verified facts", "by": "party committee"}
    assert document["units"][-1]["proposed"] is None
    assert document["quotas"][0]["places"] == 2
    assert document["scheme"] == {"reference": "gansu-yearly@1", "hash": GANSU.content_hash}


# --- properties --------------------------------------------------------------------------------------------------

points = st.decimals(0, 100, places=1).map(str)


@settings(max_examples=60)
@given(st.lists(points, min_size=1, max_size=8), st.randoms())
def test_the_order_of_the_inputs_changes_nothing(found, random):
    rule = made(quotas=[top("0.3"), {"grade": "b", "share": "0.4"}, bottom()])
    units = [scored(f"u{i}", score) for i, score in enumerate(found)]
    before = {one.code: (one.proposed, one.open, one.rank) for one in grade_units(rule, units).units}
    random.shuffle(units)
    assert {one.code: (one.proposed, one.open, one.rank) for one in grade_units(rule, units).units} == before


@settings(max_examples=60)
@given(st.lists(points, min_size=2, max_size=8))
def test_the_better_score_never_has_the_worse_grade_and_quotas_hold(found):
    rule = made(quotas=[top("0.3")])
    grades = grade_units(rule, [scored(f"u{i}", score) for i, score in enumerate(found)])
    order = {"a": 0, "b": 1, "c": 2, "d": 3}
    known = [one for one in grades.units if one.proposed]
    for one in known:
        assert all(order[one.proposed] <= order[two.proposed] for two in known if one.score > two.score)
    assert sum(one.proposed == "a" for one in grades.units) <= grades.quotas[0].allotment.places


# --- decisions and refusals --------------------------------------------------------------------------------------


def test_a_decision_and_the_proposal_are_both_kept():
    found = graded(made(), "95", decision=Decision("b", "verified facts", "party committee")).units[0]
    assert (found.proposed, found.grade) == ("a", "b")
    assert "decided by party committee: b (the rules propose a), because: verified facts" in say(found)


def faults(rule, *units):
    with pytest.raises(Invalid) as caught:
        grade_units(rule, units)
    return caught.value.say()


NOBODY = Provenance("")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit_type": "fourth"}, "u: there is no unit type fourth; allowed: first, second, third"),
        ({"readings": {"econ-1": Reading(Fraction(1))}}, "u econ-1: there is no component econ-1 to be read; allowed"),
        ({"readings": {"party": Reading(Fraction(101), FILED)}}, "u party: 101 lies outside 0 to 100"),
        ({"readings": {"party": Reading(Fraction(-1), FILED)}}, "u party: -1 is negative"),
        ({"readings": {"party": Reading((1, 2), FILED)}}, "u party: a number is needed here"),
        ({"readings": {"party": Reading(Fraction(1))}}, "u party: the source, or the document, is not named"),
        ({"readings": {"party": Reading(Fraction(1), Provenance("x"))}}, "u party: it does not say who confirmed it"),
        ({"readings": {"routine": Reading(Fraction(1), FILED)}}, "u routine: figures for periods are needed here"),
        ({"readings": {"routine": Reading({"third": Fraction(1)}, FILED)}}, "u routine: there is no period third"),
        ({"readings": {"routine": Reading({"first-half": Fraction(101)}, FILED)}}, "u routine: 101 lies outside"),
        (
            {"levels": {"politics": LevelFound("好", FILED)}},
            "u politics: there is no level politics; allowed: political",
        ),
        ({"levels": {"political": LevelFound("不好", FILED)}}, "u political: the level is never 不好; allowed: 好"),
        ({"levels": {"political": LevelFound("好")}}, "u political: it does not say who confirmed it"),
        ({"vetoes": (VetoFound("fire", FILED),)}, "u fire: there is no veto fire; allowed: safety"),
        ({"vetoes": (VetoFound("safety", NOBODY),)}, "u safety: the source, or the document, is not named"),
        ({"entries": (Entry("plus", FILED),)}, "u plus: there is no rule of adjustment plus; allowed: -"),
        ({"decision": Decision("top", "r", "b")}, "u decision: there is no grade top; allowed: excellent, good"),
        ({"decision": Decision("good", " ", "b")}, "u decision: a decision needs a reason"),
        ({"decision": Decision("good", "r", "")}, "u decision: it does not say who decided"),
    ],
)
def test_inputs_that_are_refused(change, said):
    assert said in faults(GANSU, replace(gansu_unit("u"), **change))


def test_a_subject_that_stands_twice_and_a_group_of_two_kinds_of_grades():
    assert "the subject u stands here twice" in faults(GANSU, gansu_unit("u"), gansu_unit("u"))
    units = [unit(kind, kind, "g", readings={"performance": "90"}) for kind in ("department", "cadre")]
    assert "the ranking group g would mix two sets of grades, units and cadres" in faults(scheme("changsha"), *units)


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ({"ballot": Votes({"excellent": -1}, 3)}, "u ballot: votes are needed here"),
        ({"ranking": (0,)}, "u ranking: whole places from 1 are needed here"),
        ({"projects": "-1"}, "u projects: -1 is negative"),
    ],
)
def test_readings_that_do_not_fit_their_scale(reading, said):
    assert said in faults(scheme("ruian"), unit("u", "head", readings=reading))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (Entry("plus", FILED, level="world"), "u plus: there is no level world; allowed: national, provincial"),
        (Entry("minus", FILED), "u minus: an entry of this rule says its points, from 0 upwards"),
        (Entry("minus", FILED, points=Fraction(-1)), "u minus: an entry of this rule says its points"),
        (Entry("minus", NOBODY, points=Fraction(1)), "u minus: the source, or the document, is not named"),
    ],
)
def test_entries_that_are_refused(entry, said):
    assert said in faults(scheme("village"), unit("u", "village", entries=(entry,)))


def test_an_entry_of_a_rule_for_other_types_is_refused():
    entry = Entry("plus", FILED, points=Fraction(1))
    rule = made(adjustments=PLUS)
    assert "u plus: this rule does not hold for the type head" in faults(
        rule, scored("u", "80", "head", entries=(entry,))
    )
