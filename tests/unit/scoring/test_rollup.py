from decimal import Decimal
from fractions import Fraction

import pytest

from survey.rounds.definition import VoterGroup
from survey.scoring.component import score_round
from tests.unit.scoring.made_rounds import count_ballots, frozen_round, same_answers, subject

BY_POPULATION = {"types": ("prefecture",), "weight": "population"}
BY_PLAN = {"types": ("prefecture",), "weight": "planned"}


def prefecture(code="P", **fields):
    return subject(code, unit_type="prefecture", group="prefecture", **fields)


def counties(**populations):
    return [subject(code, parent="P", population=population) for code, population in populations.items()]


def answers(code, **n):
    return {code: same_answers(f"safety:{code}", **n)}


def scored(subjects, cast, rollup, voters=None, **options):
    frozen = frozen_round(subjects, voters=voters, rollup=(rollup,), **options)
    return score_round(frozen, count_ballots(frozen, cast))


def groups(**planned):
    return [VoterGroup(code, "citizen", n, (code,)) for code, n in planned.items()]


def test_a_prefecture_is_the_mean_of_its_counties_by_population():
    components = scored(
        [prefecture(), *counties(A=3000, B=1000)],
        answers("A", vs=4) | answers("B", f=4),
        BY_POPULATION,
        groups(A=10, B=10),
    )

    unit = components.unit("P")

    assert (unit.index, unit.n, unit.rank) == (90, 8, 1)
    assert [(part.code, part.own, part.weight, part.index, part.n) for part in unit.parts] == [
        ("A", False, 3000, 100, 4),
        ("B", False, 1000, 60, 4),
    ]
    assert components.unit("A").rank == 1


def test_weights_by_plan_count_each_voter_group_once():
    components = scored(
        [prefecture(), *counties(A=None, B=None)], answers("A", vs=4) | answers("B", f=4), BY_PLAN, groups(A=10, B=30)
    )

    assert components.unit("P").index == 70


def test_own_answers_are_one_more_part():
    components = scored(
        [prefecture(population=1000), *counties(A=3000)],
        answers("P", d=2) | answers("A", vs=4),
        BY_POPULATION | {"own": True},
    )

    unit = components.unit("P")

    assert unit.index == Fraction(100 * 3 + 30, 4)
    assert [(part.code, part.own) for part in unit.parts] == [("A", False), ("P", True)]


def test_own_answers_stay_out_unless_the_round_says_so():
    components = scored(
        [prefecture(population=1000), *counties(A=3000)], answers("P", d=2) | answers("A", vs=4), BY_POPULATION
    )

    assert components.unit("P").index == 100
    assert components.unit("P").items[0].counts["d"] == 2


def test_a_prefecture_without_counties_uses_its_own_answers():
    components = scored(
        [prefecture(), prefecture("Q"), *counties(A=3000)],
        answers("Q", s=4) | answers("A", vs=4),
        BY_POPULATION,
        groups(Q=10, A=10),
    )

    assert components.unit("Q").index == 80
    assert components.unit("Q").parts == ()


def test_one_insufficient_county_makes_the_prefecture_insufficient_and_is_named():
    components = scored(
        [prefecture(), *counties(A=3000, B=1000)],
        answers("A", vs=4) | answers("B", f=3),
        BY_POPULATION,
        groups(A=10, B=10),
        minimum=4,
    )

    unit = components.unit("P")

    assert unit.index.say() == "insufficient in part: B"
    assert (unit.n, unit.rank, unit.interval) == (7, None, None)


def test_an_unknown_weight_makes_the_prefecture_insufficient():
    components = scored(
        [prefecture(), *counties(A=3000)], answers("P", s=4) | answers("A", vs=4), BY_POPULATION | {"own": True}
    )

    assert components.unit("P").index.say() == "no weight is known for: P"


def test_a_prefecture_whose_counties_nobody_rates_uses_its_own_answers():
    components = scored([prefecture(), *counties(A=3000)], answers("P", s=4), BY_POPULATION, groups(P=10))

    assert components.unit("P").index == 80
    assert [unit.code for unit in components.units] == ["P"]


def test_parts_without_any_weight_give_nothing():
    components = scored([prefecture(), *counties(A=3000)], answers("A", s=4), BY_PLAN, groups(A=0))

    assert components.unit("P").index.say() == "no part has a weight"
    assert components.unit("P").interval is None


def test_the_error_is_the_root_of_the_summed_squared_weighted_errors():
    components = scored(
        [prefecture(), *counties(A=3000, B=1000)],
        answers("A", vs=4, f=4) | answers("B", f=4, d=4),
        BY_POPULATION,
        groups(A=10, B=10),
    )

    unit, a, b = (components.unit(code) for code in "PAB")

    expected = ((Decimal("0.75") * a.error) ** 2 + (Decimal("0.25") * b.error) ** 2).sqrt()
    assert unit.error == expected
    width = unit.interval.high - unit.interval.low
    assert float(width) == pytest.approx(float(2 * Decimal("1.96") * expected), abs=1e-5)


def test_a_part_without_an_error_leaves_the_composite_without_an_interval():
    components = scored(
        [prefecture(), *counties(A=3000, B=1000)],
        answers("A", vs=4) | answers("B", f=1),
        BY_POPULATION,
        groups(A=10, B=10),
    )

    assert components.unit("P").index == 90
    assert (components.unit("P").error, components.unit("P").interval) == (None, None)


def test_a_province_is_made_of_composite_prefectures():
    province = subject("Z", unit_type="province", group="province")
    subjects = [
        province,
        prefecture(parent="Z", population=4000),
        prefecture("Q", parent="Z", population=4000),
        *counties(A=3000, B=1000),
    ]

    components = scored(
        subjects,
        answers("A", vs=4) | answers("B", f=4) | answers("Q", f=4),
        {"types": ("province", "prefecture"), "weight": "population"},
        groups(A=1, B=1, Q=1),
    )

    assert components.unit("Z").index == 75
    assert [part.code for part in components.unit("Z").parts] == ["P", "Q"]


def test_units_in_a_circle_end_as_insufficient():
    subjects = [prefecture(parent="Q", population=1), prefecture("Q", parent="P", population=1)]

    components = scored(subjects, answers("P", vs=4) | answers("Q", vs=4), BY_POPULATION)

    assert components.unit("P").index.say() == "insufficient in part: Q"
    assert components.unit("Q").index.say() == "insufficient in part: P"


def test_own_answers_weigh_by_their_own_plan():
    components = scored(
        [prefecture(), *counties(A=None)],
        answers("P", d=2) | answers("A", vs=4),
        BY_PLAN | {"own": True},
        groups(P=10, A=30),
    )

    assert [part.weight for part in components.unit("P").parts] == [30, 10]
