"""Weighted rounds: weighted figures beside those without weights, refusals with their figures, and composites."""

from copy import deepcopy
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.core.numbers import half_up
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.intervals import student, wilson, wilson_share
from survey.scoring.rules.variance import CALIBRATED, PLAIN
from tests.unit.scoring.made_rounds import subject
from tests.unit.scoring.weighted_rounds import AGE, CLASSES, ITEM, PLACE, RAKING, W13, scored, tens

ROADS = ITEM | {"id": "roads", "weight": 3}


def limited(**limits):
    return RAKING | {"limits": limits}


def merging(**into):
    margin = deepcopy(PLACE)
    for category in margin["categories"]:
        if category["id"] in into:
            category["merge_into"] = into[category["id"]]
    return RAKING | {"margins": [margin, AGE]}


def reason(index):
    assert isinstance(index, Insufficient)
    return index.say()


def test_the_index_and_the_rate_are_weighted_and_stand_beside_those_without_weights():
    unit = scored(W13).unit("A")
    item = unit.items[0]

    assert item.index.value == unit.unweighted == Fraction("74.55")
    assert item.weighted.index == unit.index
    assert half_up(unit.index, 4) == Decimal("77.1200")
    # From 80 points: 21 of 210, 45 of 90, 54 of 60 and 40 of 40.
    weights = [Fraction(w) for w in ("0.596580", "0.919091", "1.578636", "2.432046")]
    satisfied = sum(w * n for w, n in zip(weights, (21, 45, 54, 40), strict=True))
    assert item.weighted.rate == satisfied / sum(w * n for w, n in zip(weights, (210, 90, 60, 40), strict=True))
    assert item.rate.value == Fraction(160, 400)


def test_the_error_is_linearised_and_the_interval_has_the_effective_number():
    unit = scored(W13, subjects=[subject("A", population=20_000)]).unit("A")

    assert unit.weighting.method == CALIBRATED
    assert unit.interval == student(unit.index, unit.error, 298)
    assert unit.error < scored(W13).unit("A").error


def test_the_error_that_takes_the_weights_as_fixed_is_wider():
    plain = scored(W13, RAKING | {"error": "plain"}).unit("A")

    assert plain.weighting.method == PLAIN
    assert plain.error > scored(W13).unit("A").error


def test_without_the_block_nothing_is_weighted():
    unit = scored(W13, None).unit("A")

    assert (unit.weighting, unit.items[0].weighted) == (None, None)
    assert unit.index == unit.unweighted == unit.entering == Fraction("74.55")


def test_it_enters_a_score_as_it_is_printed():
    assert scored(W13).unit("A").entering == Fraction("77.12")


def test_a_category_with_too_few_answers_refuses_the_figure_with_its_numbers():
    few = W13 | {"country-young": {80: 5}, "country-older": {80: 4}}

    unit = scored(few, limited(most=100)).unit("A")

    assert reason(unit.index) == (
        "margin place: class country has 9 answers, at least 10 are needed for a weighted figure"
    )
    assert (unit.error, unit.interval, unit.rank, unit.entering) == (None, None, None, unit.index)
    assert isinstance(unit.unweighted, Fraction)


def test_weights_that_are_too_uneven_refuse_it():
    unit = scored(W13, limited(deff="1.3")).unit("A")

    assert reason(unit.index) == (
        "the weights are too uneven: design effect 1.342214 of 400 answers, at most 1.3 is allowed"
    )


def test_an_empty_category_is_merged_where_the_round_says_so_and_else_refuses():
    towns = {name: points for name, points in W13.items() if name.startswith("town")}

    assert reason(scored(towns).unit("A").index) == (
        "margin place: nobody answered of class country (0.48 of 1); name a class to merge"
    )
    merged = scored(towns, merging(country="town")).unit("A")
    assert half_up(merged.index, 4) == half_up(Fraction("0.55") * 71 + Fraction("0.45") * 75, 4)
    (merge,) = merged.weighting.weights.merges
    assert (merge.margin, merge.part, merge.into, merge.n) == ("place", "country", "town", 0)


def test_trimming_that_misses_a_target_by_too_much_refuses_it():
    unit = scored(W13, limited(most="1.2")).unit("A")

    assert reason(unit.index).startswith("margin ")
    assert "at most 0.01 off is allowed" in reason(unit.index)


def test_nobody_answered():
    unit = scored({}).unit("A")

    assert reason(unit.index) == reason(unit.unweighted)
    assert unit.n == 0


def test_an_item_that_a_category_left_open_refuses_the_index_it_enters():
    two = {
        name: [
            {"safety:A": f"p{worth}"} | ({} if name.startswith("country") else {"roads:A": f"p{worth}"})
            for worth, n in points.items()
            for _ in range(n)
        ]
        for name, points in W13.items()
    }

    unit = scored(two, asked=tens(ITEM, ROADS)).unit("A")

    assert reason(unit.index) == (
        "margin place: class country has 0 answers, at least 10 are needed for a weighted figure"
    )
    assert isinstance(unit.items[0].weighted.index, Fraction)


def test_items_enter_by_their_weights():
    two = {
        name: [{"safety:A": f"p{worth}", "roads:A": "p100"} for worth, n in points.items() for _ in range(n)]
        for name, points in W13.items()
    }

    unit = scored(two, asked=tens(ITEM, ROADS)).unit("A")

    assert unit.index == (unit.items[0].weighted.index + 3 * 100) / 4


def test_a_subject_may_have_targets_of_its_own():
    margin = deepcopy(PLACE)
    for category, share in zip(margin["categories"], ("1/2", "1/2"), strict=True):
        category["shares"] = {"B": share}
    weighting = {"method": "post-stratification", "margins": [margin]}
    subjects = [subject("A"), subject("B")]

    found = scored({"A": W13, "B": W13}, weighting, subjects=subjects, rated=("A", "B"))

    means = [Fraction(210 * 71 + 90 * 75, 300), Fraction(60 * 80 + 40 * 84, 100)]
    assert half_up(found.unit("A").index, 4) == half_up(Fraction("0.52") * means[0] + Fraction("0.48") * means[1], 4)
    assert half_up(found.unit("B").index, 4) == half_up(sum(means) / 2, 4)


def test_a_composite_is_made_of_the_weighted_parts():
    subjects = [
        subject("P", unit_type="prefecture", group="prefecture"),
        subject("A", parent="P", population=3000),
        subject("B", parent="P", population=1000),
    ]
    better = {name: {100: sum(points.values())} for name, points in W13.items()}
    rollup = ({"types": ("prefecture",), "weight": "population"},)

    found = scored({"A": W13, "B": better}, subjects=subjects, rated=("A", "B"), rollup=rollup)

    part = found.unit("A")
    assert found.unit("P").index == (3 * part.index + 100) / 4
    assert found.unit("P").unweighted == (3 * part.unweighted + 100) / 4
    assert found.unit("P").error == Decimal("0.75") * part.error
    assert found.unit("P").weighting.weights is None


def test_the_interval_of_a_share_is_wider_with_fewer_effective_answers():
    share = Fraction(344, 400)

    assert wilson_share(share, Decimal(400)) == wilson(344, 400)
    assert wilson_share(share, Decimal(250)).low < wilson(344, 400).low


points = st.dictionaries(st.sampled_from(range(0, 101, 10)), st.integers(1, 30), min_size=1, max_size=4)
answered = st.fixed_dictionaries(dict.fromkeys(CLASSES, points))
LOOSE = {"answers": 1, "least": "1/1000", "most": 1000, "deff": 1000, "off": 1}


@settings(deadline=None, max_examples=40)
@given(answered)
def test_a_weighted_index_lies_between_the_least_and_the_most_option_and_one_category_changes_nothing(answers):
    weighted = scored(answers, limited(**LOOSE)).unit("A")
    chosen = [worth for options in answers.values() for worth in options]
    assert min(chosen) <= weighted.index <= max(chosen)

    everybody = {"id": "all", "zh": "全体", "en": "All", "classes": list(CLASSES), "share": 1}
    margin = {"id": "one", "zh": "一", "en": "One", "categories": [everybody]}
    one = scored(answers, {"method": "post-stratification", "margins": [margin], "limits": LOOSE}).unit("A")
    plain = scored(answers, None).unit("A")
    assert (one.index, one.weighting.design_effect) == (plain.index, 1)
    assert one.interval == plain.interval
    assert float(one.error or 0) == pytest.approx(float(plain.error or 0))


@settings(deadline=None, max_examples=25)
@given(answered, st.randoms(use_true_random=False))
def test_neither_the_scale_of_targets_nor_the_order_of_margins_and_categories_changes_anything(answers, random):
    def people(times):
        margins = deepcopy(RAKING["margins"])
        for margin in margins:
            for category in margin["categories"]:
                category["population"] = int(Fraction(str(category.pop("share"))) * 100) * times
        return {"method": "raking", "margins": margins, "limits": LOOSE}

    shuffled = deepcopy(people(1))
    random.shuffle(shuffled["margins"])
    for margin in shuffled["margins"]:
        random.shuffle(margin["categories"])

    index = scored(answers, limited(**LOOSE)).unit("A").index
    assert scored(answers, people(1)).unit("A").index == index
    assert scored(answers, people(7)).unit("A").index == index
    assert float(scored(answers, shuffled).unit("A").index) == pytest.approx(float(index), abs=1e-3)
