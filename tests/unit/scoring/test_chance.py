"""How far chance moves a score: through weighted sums, factors and adjustments, to places and to lines."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.chance import EXACT, added, error_of, moved_by, scaled
from survey.scoring.grades import grade_units
from survey.scoring.inputs import Reading
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.scheme import Scheme
from tests.factories.schemes import FILED, reading, unit

WORDS = {"zh": "名", "en": "Name"}
ROUND = {"kind": "round", "round": "autumn", "figure": "index"}
COMPONENTS = [
    {"id": "satisfaction", **WORDS, "source": ROUND},
    {"id": "safety", **WORDS, "source": ROUND | {"round": "spring"}},
    {"id": "targets", **WORDS, "source": {"kind": "import"}},
]
errors = st.decimals(0, 10, places=3)


def made(weights=None, **more):
    bands = [{"id": name, "zh": name, "en": name, "at_least": mark} for name, mark in (("a", 90), ("b", 80), ("c", 0))]
    types = [{"id": "unit", **WORDS, "weights": weights or {"satisfaction": 40, "targets": 60}} | more.pop("type", {})]
    return Scheme.model_validate(
        {
            "id": "made",
            "version": 1,
            "title": WORDS,
            "year": 2026,
            "components": more.pop("components", COMPONENTS),
            "types": types,
            "gradings": [{"id": "grades", "bands": bands}],
            **more,
        }
    )


def assessed(code, targets="80", **sampled):
    found = unit(code, "unit", "g", readings={"targets": targets})
    readings = {
        name: Reading(Fraction(value), FILED, error=None if error is None else Decimal(error))
        for name, (value, error) in sampled.items()
    }
    return replace(found, readings={**found.readings, **readings})


def margins(found):
    return [step.say() for step in found.steps if step.kind == "margin"]


def only(scheme, *units):
    return grade_units(scheme, units).units[0]


# --- the error of a score ------------------------------------------------------------------------------------


def test_a_sampled_component_brings_its_error_by_its_weight():
    assert only(made(), assessed("A", satisfaction=("85", "1.5"))).error == Decimal("0.60")


def test_rounds_are_drawn_apart_and_their_squares_add_up():
    both = made({"satisfaction": 50, "safety": 50})

    assert only(both, assessed("A", satisfaction=("85", 6), safety=("70", 8))).error == 5


def test_figures_of_one_round_move_together():
    twice = [COMPONENTS[0], COMPONENTS[1] | {"source": ROUND}, COMPONENTS[2]]
    both = made({"satisfaction": 50, "safety": 50}, components=twice)

    assert only(both, assessed("A", satisfaction=("85", 6), safety=("70", 8))).error == 7


def test_a_component_put_together_from_others_passes_their_errors_on():
    parts = {"id": "people", **WORDS, "source": {"kind": "parts"}, "of": {"satisfaction": 60, "safety": 40}}
    composed = made({"people": 50, "targets": 50}, components=[*COMPONENTS, parts])

    found = only(composed, assessed("A", satisfaction=("85", 1), safety=("70", "1.5")))

    # √((0.6 · 1)² + (0.4 · 1.5)²) = 0.848528, half of it
    assert float(found.error) == pytest.approx(0.424264, abs=1e-6)


def test_a_survey_s_index_without_an_error_leaves_that_of_the_score_unknown():
    found = only(made(), assessed("A", satisfaction=("85", None)))

    assert (found.error, found.rank_low, margins(found)) == (None, None, [])


def test_without_a_sample_there_is_no_chance():
    found = only(made({"targets": 100}), assessed("A"))

    assert (found.error, found.rank_low, margins(found)) == (0, None, [])


def test_a_factor_that_was_not_sampled_stretches_the_error_and_a_sampled_one_leaves_it_unknown():
    factor = {"least": "0.5", "most": "1.5", "par": 80}
    by_targets = made({"satisfaction": 100}, type={"multipliers": {"targets": factor}})
    by_survey = made({"targets": 100}, type={"multipliers": {"satisfaction": factor}})

    assert only(by_targets, assessed("A", "88", satisfaction=("85", 1))).error == Decimal("1.1")
    assert only(by_survey, assessed("A", satisfaction=("85", 1))).error is None


def test_points_that_a_sampled_figure_takes_off_leave_the_error_unknown():
    rule = {
        "id": "low",
        **WORDS,
        "sign": "minus",
        "graduated": {"component": "satisfaction", "steps": [{"below": 90, "per_point": "0.1"}]},
    }

    assert only(made(adjustments={"rules": [rule]}), assessed("A", satisfaction=("85", 1))).error is None


def test_figures_measured_against_the_best_have_no_known_error():
    best = [COMPONENTS[0] | {"scale": {"kind": "best"}}, *COMPONENTS[1:]]

    assert only(made(components=best), assessed("A", satisfaction=("85", 1))).error is None


def test_a_missing_figure_has_no_error():
    found = assessed("A")
    found = replace(found, readings={**found.readings, "satisfaction": reading(Insufficient("nobody answered"))})

    assert only(made(), found).error is None


@given(errors, errors, st.fractions(0, 5, max_denominator=20))
def test_errors_of_sums(one, other, by):
    together = added([moved_by("a", one), moved_by("b", other)])
    assert max(one, other) <= error_of(together) <= one + other
    assert error_of(added([moved_by("a", one), moved_by("a", other)])) == one + other
    assert float(error_of(scaled(together, by))) == pytest.approx(float(by) * float(error_of(together)))
    assert error_of(added([together, EXACT])) == error_of(together)
    assert error_of(added([together, None])) is None is scaled(None, by)


# --- what it leaves open -------------------------------------------------------------------------------------


def test_places_that_cannot_be_told_apart_and_the_next_line():
    units = [
        assessed("A", "95", satisfaction=("95", 1)),
        assessed("B", "85", satisfaction=("88", 2)),
        assessed("C", "85", satisfaction=("87", 2)),
    ]

    grades = grade_units(made(), units)

    assert [(one.rank, one.rank_low, one.rank_high) for one in grades.units] == [(1, 1, 1), (2, 2, 3), (3, 2, 3)]
    assert margins(grades.unit("A")) == [
        "place 1 is told apart from all others",
        "5 from the line 90 (a), at 95 % 4.216 to 5.784: on this side of it",
    ]
    assert margins(grades.unit("B")) == [
        "places 2-3 cannot be told apart",
        "-3.8 from the line 90 (a), at 95 % -5.368 to -2.232: on this side of it",
    ]
    document = grades.document()["units"][1]
    assert (document["error"], document["rank_low"], document["rank_high"]) == ("0.800000", 2, 3)


def test_a_line_within_chance_says_so():
    found = only(made(), assessed("A", "90", satisfaction=("89", 2)))

    assert margins(found)[1] == "-0.4 from the line 90 (a), at 95 % -1.968 to 1.168: chance could carry it across"


def test_a_gate_on_the_score_is_a_line_unless_it_only_flags():
    def gate(effect):
        when = {"kind": "score", "operator": "<", "value": 86}
        return made(gates=[{"id": "low", "zh": "低分", "en": "Low score", "when": when, "effect": effect}])

    one = assessed("A", "85", satisfaction=("88", 2))

    assert margins(only(gate("block_top"), one))[1].startswith("0.2 from the line 86 (Low score)")
    assert margins(only(gate("flag"), one))[1].startswith("-3.8 from the line 90 (a)")


def test_a_unit_whose_error_is_not_known_is_told_apart_from_nobody():
    units = [assessed("A", "99", satisfaction=("99", None)), assessed("B", "60", satisfaction=("60", 1))]

    grades = grade_units(made(), units)

    assert (grades.unit("A").rank_low, grades.unit("B").rank_low, grades.unit("B").rank_high) == (None, 1, 2)
