from decimal import Decimal
from fractions import Fraction
from statistics import stdev

import pytest

from survey.core.numbers import half_up
from survey.rounds.definition import VoterGroup
from survey.scoring.component import score_round
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.intervals import student, wilson
from tests.unit.scoring.made_rounds import (
    count_ballots,
    frozen_round,
    questionnaire,
    same_answers,
    scale_item,
    subject,
)

W1 = {"vs": 120, "s": 210, "f": 110, "d": 40, "vd": 20, "dk": 30}
POINTS = {"vs": 100, "s": 80, "f": 60, "d": 30, "vd": 0}


def scored(frozen, cast):
    return score_round(frozen, count_ballots(frozen, cast))


@pytest.fixture
def w1():
    frozen = frozen_round([subject("A", population=5000)], minimum=30)
    return scored(frozen, {"A": [*same_answers("safety:A", **W1), {}, {}]}).unit("A")


def test_an_item_shows_its_counts_and_both_denominators(w1):
    item = w1.items[0]

    assert item.counts == W1
    assert (item.blank, item.answered) == (2, 530)
    assert (item.index.total, item.index.n) == (36600, 500)
    assert (item.rate.options, item.rate.hits, item.rate.base) == (("vs", "s", "f"), 440, 500)
    assert item.rate_interval == wilson(440, 500)


def test_the_index_of_w1(w1):
    assert w1.index == Fraction("73.2")
    assert w1.stored == Decimal("73.200000")
    assert w1.n == 500
    assert w1.rank == 1


def test_the_interval_comes_from_the_ballots_own_indices(w1):
    values = [POINTS[option] for option, n in W1.items() if option != "dk" for _ in range(n)]
    error = Decimal(stdev(values)) / Decimal(500).sqrt() * (Decimal(4500) / Decimal(4999)).sqrt()

    assert float(w1.deviation) == pytest.approx(stdev(values))
    assert float(w1.error) == pytest.approx(float(error))
    assert w1.interval == student(Decimal("73.2"), error, 500)


def test_items_enter_by_their_weights():
    asked = questionnaire(scale_item("a", weight=3), scale_item("b"), scale_item("aside", weight=0))
    frozen = frozen_round([subject("A")], asked)

    unit = scored(frozen, {"A": [{"a:A": "vs", "b:A": "f", "aside:A": "vd"}] * 2}).unit("A")

    assert unit.index == 90
    assert unit.items[2].index.value == 0


def test_one_item_under_the_minimum_makes_the_unit_insufficient_and_is_named():
    asked = questionnaire(scale_item("a"), scale_item("b"))
    frozen = frozen_round([subject("A")], asked, minimum=3)

    unit = scored(frozen, {"A": [{"a:A": "vs", "b:A": "f"}] * 2 + [{"a:A": "s"}]}).unit("A")

    assert unit.index.say() == "2 scored answers (b), at least 3 are needed"
    assert (unit.n, unit.interval, unit.rank, unit.stored) == (3, None, None, None)


def test_exactly_the_minimum_is_enough():
    frozen = frozen_round([subject("A")], minimum=3)

    assert scored(frozen, {"A": same_answers("safety:A", vs=3, dk=9)}).unit("A").index == 100


@pytest.mark.parametrize("cast", [[], same_answers("safety:A", dk=40)])
def test_no_opinion_is_insufficient_never_zero(cast):
    unit = scored(frozen_round([subject("A")]), {"A": cast}).unit("A")

    assert isinstance(unit.index, Insufficient)
    assert unit.index.say() == "0 scored answers (safety), at least 1 are needed"
    assert isinstance(unit.items[0].rate, Insufficient)


def test_a_questionnaire_without_points_gives_no_index():
    asked = questionnaire(
        {
            "id": "fraud",
            "kind": "statement",
            "polarity": "negative",
            "per": "subject",
            "zh": "遇到过诈骗",
            "en": "Met with fraud",
        }
    )

    unit = scored(frozen_round([subject("A")], asked), {"A": same_answers("fraud:A", yes=3, no=9, dk=1)}).unit("A")

    assert unit.index.say() == "no item gives points"
    assert (unit.items[0].index, unit.items[0].rate) == (None, None)
    assert unit.items[0].answered == 13


def test_a_multiple_choice_counts_ballots_that_answered_not_crosses():
    asked = questionnaire(
        scale_item("safety"),
        {
            "id": "why",
            "kind": "multiple",
            "per": "subject",
            "weight": 0,
            "zh": "为什么",
            "en": "Why",
            "options": [
                {"code": "slow", "zh": "慢", "en": "Slow", "points": 1},
                {"code": "far", "zh": "远", "en": "Far"},
            ],
        },
    )

    unit = scored(
        frozen_round([subject("A")], asked),
        {
            "A": [{"safety:A": "d", "why:A": ("slow", "far")}] * 2 + [{"safety:A": "vs"}],
        },
    ).unit("A")

    why = unit.items[1]
    assert (dict(why.counts), why.answered, why.blank, why.index) == ({"slow": 2, "far": 2}, 2, 1, None)


def test_voter_groups_and_classes_that_rate_one_subject_are_summed():
    voters = [VoterGroup("east", "citizen", 50, ("A",)), VoterGroup("west", "cadre", 50, ("A",))]
    frozen = frozen_round([subject("A")], voters=voters)

    unit = scored(frozen, {"east": same_answers("safety:A", vs=3), "west": same_answers("safety:A", vd=1)}).unit("A")

    assert (unit.index, unit.n) == (75, 4)
    assert float(unit.deviation) == 50


def test_a_population_smaller_than_the_ballots_corrects_nothing():
    frozen = frozen_round([subject("A", population=3)])

    unit = scored(frozen, {"A": same_answers("safety:A", vs=2, vd=2)}).unit("A")

    assert unit.correction == 1


def test_a_census_has_no_sampling_error():
    frozen = frozen_round([subject("A", population=4)])

    unit = scored(frozen, {"A": same_answers("safety:A", vs=2, vd=2)}).unit("A")

    assert (unit.error, unit.interval.low, unit.interval.high) == (0, 50, 50)


def test_an_interval_stays_inside_the_points():
    unit = scored(frozen_round([subject("A")]), {"A": same_answers("safety:A", vs=5, vd=1)}).unit("A")

    assert unit.interval.high == 100


def test_one_ballot_has_an_index_but_no_interval():
    unit = scored(frozen_round([subject("A")]), {"A": same_answers("safety:A", s=1)}).unit("A")

    assert (unit.index, unit.interval, unit.deviation) == (80, None, None)


def test_a_question_of_the_ballot_is_about_its_only_subject():
    frozen = frozen_round([subject("A"), subject("B")], questionnaire(scale_item("safety", per="ballot")))

    components = scored(frozen, {"A": same_answers("safety", vs=2), "B": same_answers("safety", vd=1)})

    assert [(unit.index, unit.n) for unit in components.units] == [(100, 2), (0, 1)]
    assert components.general == ()


def test_a_question_of_a_ballot_with_several_subjects_is_about_none():
    asked = questionnaire(scale_item("safety"), scale_item("life", per="ballot"))
    frozen = frozen_round([subject("A"), subject("B")], asked, [VoterGroup("all", "citizen", 9, ("A", "B"))])

    components = scored(frozen, {"all": [{"safety:A": "vs", "safety:B": "d", "life": "f"}] * 2})

    assert [unit.index for unit in components.units] == [100, 30]
    assert [unit.n for unit in components.units] == [2, 2]
    assert [(item.item, item.index.value) for item in components.general] == [("life", 60)]


def test_two_spreads_of_the_same_ballots_are_never_added():
    asked = questionnaire(scale_item("safety"), scale_item("life", per="ballot"))

    unit = scored(frozen_round([subject("A")], asked), {"A": [{"safety:A": "vs", "life": "f"}] * 3}).unit("A")

    assert (unit.index, unit.n) == (80, 3)


def test_ranks_run_inside_each_group_and_leave_the_insufficient_out():
    subjects = [subject("A"), subject("B"), subject("C"), subject("D"), subject("E", group="city")]
    frozen = frozen_round(subjects)

    components = scored(
        frozen,
        {
            "A": same_answers("safety:A", s=2),
            "B": same_answers("safety:B", s=3),
            "C": same_answers("safety:C", d=2),
            "E": same_answers("safety:E", vd=2),
        },
    )

    assert {unit.code: unit.rank for unit in components.units} == {"A": 1, "B": 1, "C": 3, "D": None, "E": 1}


def test_an_all_best_ballot_never_lowers_a_unit():
    frozen = frozen_round([subject("A")])
    before = scored(frozen, {"A": same_answers("safety:A", **W1)}).unit("A")
    after = scored(frozen, {"A": same_answers("safety:A", **W1 | {"vs": 121})}).unit("A")

    assert after.index > before.index
    assert half_up(before.index, 2) == Decimal("73.20")
