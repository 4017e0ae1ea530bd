"""Masked cells of the watch page: no small one is shown, and none can be worked out from all that is shown."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.turnout.rules import Disposition
from survey.turnout.watching.rules import USUAL
from survey.turnout.watching.rules.masking import Mask, mask
from survey.turnout.watching.rules.sums import Key, Part, Reading, roll_up, sum_parts

LEAST = USUAL.least_issued


def part(unit, ballot_class, number, issued, *, spent=0, void=0):
    account = Disposition(unit, ballot_class, 0, waiting=issued - spent, spent=spent, void=void, expired=0)
    return Part(f"{unit}-{ballot_class}-{number}", account)


def sums_of(*parts, planned=()):
    places = dict.fromkeys([(one.account.group, one.account.ballot_class) for one in parts] + list(planned))
    groups = sum_parts((Disposition(*place, 20, 0, 0, 0, 0) for place in places), parts)
    return roll_up(Reading(groups, parts))


def solvable(sums, masked):
    """Return the masked sums that follow from the shown ones, by elimination over the rationals.

    The unknowns are the batches; every sum is the sum of its batches. What has no codes is 0, and everybody knows.
    """
    batches = [key for key in sums if key.batch is not None]
    place = {key: i for i, key in enumerate(batches)}

    def row(key):
        parts = [one for one in batches if all(a in (None, b) for a, b in zip(key, one, strict=True))]
        return {place[one]: Fraction(1) for one in parts}

    pivots = {}

    def reduced(vector):
        vector = dict(vector)
        while vector:
            lead = min(vector)
            if lead not in pivots:
                return vector
            factor = vector[lead]
            for at, value in pivots[lead].items():
                vector[at] = vector.get(at, Fraction(0)) - factor * value
                if not vector[at]:
                    del vector[at]
        return vector

    # The lead must be reduced in order, so later leads come up as the earlier ones vanish.
    for key in sums:
        if key not in masked:
            left = reduced(row(key))
            if left:
                lead = min(left)
                pivots[lead] = {at: value / left[lead] for at, value in left.items()}
    return {key for key in masked if not reduced(row(key))}


def test_the_judge_itself_finds_what_follows():
    sums = sums_of(part("a", "A", 1, 5), part("b", "A", 1, 40))
    assert solvable(sums, {Key("a", "A", "a-A-1"): Mask.SMALL}) == {Key("a", "A", "a-A-1")}
    assert solvable(sums, dict.fromkeys(sums, Mask.SMALL)) == set()


batches = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("ABC"), st.integers(1, 3)),
    st.tuples(st.integers(0, 25), st.integers(0, 5)),
    min_size=1,
    max_size=14,
)


@given(batches)
@settings(max_examples=400)
def test_no_masked_cell_follows_from_all_that_is_shown(drawn):
    sums = sums_of(*(part(*key, issued, void=void) for key, (issued, void) in drawn.items() if issued + void))
    masked = mask(sums, LEAST)

    small = {key for key, account in sums.items() if account.made and account.issued < LEAST}
    assert small <= set(masked)
    assert all((masked[key] is Mask.SMALL) == (key in small) for key in masked)
    assert solvable(sums, masked) == set()


@given(batches)
def test_the_whole_round_is_masked_only_when_it_is_small_itself(drawn):
    sums = sums_of(*(part(*key, issued, void=void) for key, (issued, void) in drawn.items() if issued + void))

    assert (Key() in mask(sums, LEAST)) == (sums.get(Key()) is not None and sums[Key()].issued < LEAST)


def test_one_small_unit_takes_the_smallest_neighbour_with_it():
    sums = sums_of(part("a", "A", 1, 9), part("b", "A", 1, 30), part("c", "A", 1, 20))

    masked = mask(sums, LEAST)
    units = {key.unit: why for key, why in masked.items() if key.ballot_class is None}
    assert units == {"a": Mask.SMALL, "c": Mask.BESIDE}
    assert Key() not in masked
    assert Key(None, "A") not in masked


def test_two_small_units_hide_each_other():
    sums = sums_of(part("a", "A", 1, 9), part("b", "A", 1, 3), part("c", "A", 1, 20))

    assert {key.unit for key in mask(sums, LEAST)} == {"a", "b"}


def test_nothing_issued_is_no_secret():
    sums = sums_of(part("a", "A", 1, 12), part("b", "A", 1, 30), planned=[("c", "A")])

    assert sums[Key("c")].made == 0
    assert mask(sums, LEAST) == {}


def test_a_batch_of_which_every_code_was_taken_back_is_small():
    sums = sums_of(part("a", "A", 1, 0, void=40), part("b", "A", 1, 30), part("c", "A", 1, 20))

    assert mask(sums, LEAST)[Key("a")] is Mask.SMALL


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [((3, 40, 60), {1: Mask.SMALL, 2: Mask.BESIDE}), ((3, 4, 60), {1: Mask.SMALL, 2: Mask.SMALL}), ((12, 40), {})],
)
def test_spare_batches_below_a_cell_that_is_shown(sizes, hidden):
    parts = [part("a", "A", number, size) for number, size in enumerate(sizes, start=1)]
    masked = mask(sums_of(*parts, part("b", "A", 1, 50)), LEAST)

    assert masked == {Key("a", "A", f"a-A-{number}"): why for number, why in hidden.items()}


def test_all_batches_below_a_masked_cell_are_masked():
    sums = sums_of(part("a", "A", 1, 9), part("b", "A", 1, 30), part("b", "A", 2, 5), part("b", "A", 3, 40))

    below = {key.batch: why for key, why in mask(sums, LEAST).items() if key.unit == "b" and key.batch}
    assert below == {"b-A-1": Mask.BESIDE, "b-A-2": Mask.SMALL, "b-A-3": Mask.BESIDE}


def test_two_rings_of_masked_cells_and_what_joins_them():
    # Given small cells of which each row and column has two, and one more that joins the two squares
    small = [("a", "A"), ("a", "B"), ("b", "A"), ("b", "B"), ("c", "C"), ("c", "D"), ("d", "C"), ("d", "D"), ("b", "C")]
    parts = [part(*cell, 1, 4) for cell in small]
    parts += [part(u, c, 1, 30) for u in "abcd" for c in "ABCD" if (u, c) not in small]
    sums = sums_of(*parts)
    masked = mask(sums, LEAST)
    # Then the ninth would follow, so more is masked
    assert len([key for key in masked if key.batch is None]) > len(small)
    assert solvable(sums, masked) == set()


def test_of_every_unit_with_one_small_class_a_second_class_is_masked_and_no_more():
    parts = []
    for unit in range(400):
        for ballot_class, size in (("A", 3 + unit % 9), ("B", 20 + unit % 50), ("C", 200)):
            parts.append(part(f"{unit:04}", ballot_class, 1, size))
    masked = mask(sums_of(*parts), LEAST)

    small = [key for key, why in masked.items() if why is Mask.SMALL and key.batch is None]
    beside = [key for key, why in masked.items() if why is Mask.BESIDE and key.batch is None]
    assert {key.unit for key in small} == {key.unit for key in beside}
    assert {key.ballot_class for key in beside} == {"B"}
    assert len(beside) == len(small)
