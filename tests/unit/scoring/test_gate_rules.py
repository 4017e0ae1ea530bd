import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from survey.questionnaires.words import Words
from survey.scoring.rules.explanation import Provenance, Step, plain, sourced
from survey.scoring.rules.gates import Evidence, LevelFound, Parent, VetoFound, after, find, in_order, looks_back
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.scheme_grading import (
    Gate,
    OnComponent,
    OnHistory,
    OnLevel,
    OnParent,
    OnScore,
    OnVeto,
)

FILED = Provenance("file 7", "office", date(2024, 12, 31))
EVIDENCE = Evidence(
    score=Decimal("91.5"),
    components={"routine": (Fraction("89.9"), FILED), "none": (Insufficient("nothing"), None)},
    levels={"political": LevelFound("好", FILED)},
    vetoes=(VetoFound("fire", FILED),),
    parent=Parent("县", "fair", Words(zh="一般", en="Fair")),
    history={2022: "good", 2023: "good"},
    year=2024,
    places=6,
    words={("veto", "fire"): Words(zh="火灾", en="Fire"), ("grade", "good"): Words(zh="良好", en="Good")},
)


@pytest.mark.parametrize(
    ("operator", "at_90", "at_89"),
    [("<", False, True), ("<=", True, True), (">", False, False), (">=", True, False), ("==", True, False),
     ("!=", False, True)],
)  # fmt: skip
def test_exactly_at_the_limit(operator, at_90, at_89):
    when = OnComponent(component="routine", operator=operator, value=90)
    found = {
        value: find(when, replace(EVIDENCE, components={"routine": (Fraction(value), None)})).holds
        for value in ("90", "89")
    }
    assert found == {"90": at_90, "89": at_89}


@pytest.mark.parametrize(
    ("when", "holds", "said"),
    [
        (OnScore(operator=">=", value=90), True, "score 91.5 >= 90"),
        (OnScore(operator="<", value=90), False, "score 91.5, not < 90"),
        (
            OnComponent(component="routine", operator="<", value=90),
            True,
            "routine 89.9 < 90, source file 7, confirmed by office",
        ),
        (OnComponent(component="none", operator="<", value=90), None, "none is not known"),
        (OnLevel(level="political", among=("差",)), False, "political: 好, source file 7, confirmed by office"),
        (OnLevel(level="political", among=("好",)), True, "political: 好, source file 7, confirmed by office"),
        (OnLevel(level="economic", among=("好",)), None, "economic is not known"),
        (OnVeto(), True, "confirmed: Fire, source file 7, confirmed by office"),
        (OnVeto(among=("flood",)), False, "no veto is confirmed"),
        (OnParent(grades=("fair",)), True, "the unit above, 县, is rated Fair"),
        (OnParent(grades=("good",)), False, "the unit above, 县, is rated Fair"),
        (OnHistory(grades=("good",), years=2, this_year=False), True, "grades by year: 2022 Good, 2023 Good"),
        (OnHistory(grades=("good",), years=2), False, "grades by year: 2023 Good, 2024 not known"),
        (OnHistory(grades=("fair",), years=1, this_year=False), False, "grades by year: 2023 Good"),
    ],
)
def test_what_a_gate_finds(when, holds, said):
    found = find(when, EVIDENCE)
    assert found.holds is holds
    assert found.say() == said


def test_a_unit_above_without_a_grade_tells_nothing():
    assert find(OnParent(grades=("fair",)), replace(EVIDENCE, parent=None)).holds is None


def gate(effect, when=None, **more):
    return Gate(id=effect.replace("_", "-"), zh=effect, en=effect, when=when or OnVeto(), effect=effect, **more)


GRADES = ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        (gate("block_top"), [1, 1, 2, 3]),
        (gate("lower", by=2), [2, 3, 3, 3]),
        (gate("cap", grade="c"), [2, 2, 2, 3]),
        (gate("flag"), [0, 1, 2, 3]),
    ],
)
def test_no_gate_ever_raises_a_grade(rule, places):
    assert [after(rule, place, GRADES) for place in range(4)] == places


def test_eligibility_first_then_lowering_then_ceilings():
    gates = [gate("flag"), gate("cap", grade="c"), gate("lower", by=1), gate("block_top")]
    assert [one.effect for one in in_order(gates)] == ["block_top", "lower", "cap", "flag"]


def test_only_history_with_this_year_waits_for_the_grade():
    assert looks_back(gate("flag", OnHistory(grades=("a",))))
    assert not looks_back(gate("flag", OnHistory(grades=("a",), this_year=False)))
    assert not looks_back(gate("flag"))


# --- explanations ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "text"), [("90", "90"), ("89.90", "89.9"), ("1/3", "0.333333"), ("100", "100")])
def test_a_number_in_a_sentence_has_no_idle_zeros(value, text):
    assert plain(Fraction(value)) == text


def test_a_finding_without_provenance_stays_as_it_is():
    finding = Step("finding", "found")
    assert sourced(finding, None) is finding
    assert sourced(finding, Provenance("file 7")) is finding


def test_a_step_speaks_both_languages_and_is_plain_data():
    reason = Insufficient("short of %(parts)s", {"n": Fraction(1, 3)}, ("x",))
    words = Words(zh="优秀", en="Excellent")
    inner = Step("finding", "%(n)s", {"n": Fraction(1, 3)})
    figures = {"grade": words, "why": reason, "list": (words, inner), "day": date(2024, 12, 31), "n": 3, "none": None}
    step = Step("gate", "%(grade)s; %(why)s; %(list)s; %(n)s", figures, (inner,), holds=True)

    assert step.say() == "Excellent; short of x; Excellent, 0.333333; 3"
    assert step.say(language="zh").startswith("优秀; ")
    document = step.document()
    assert json.loads(json.dumps(document)) == document
    assert document["figures"]["grade"] == {"zh": "优秀", "en": "Excellent"}
    assert document["parts"][0]["figures"] == {"n": "1/3"}
    assert document["figures"]["why"] == {"insufficient": "short of %(parts)s", "parts": ["x"], "figures": {"n": "1/3"}}
