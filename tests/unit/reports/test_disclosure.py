from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.reports.disclosure import Protection, protect
from survey.reports.disclosure.rows import is_unanimous

FIVE = {"vs": 100, "s": 80, "f": 60, "d": 30, "vd": 0}
SATISFIED = {"vs": 1, "s": 1, "f": 1}

rows = st.lists(st.integers(0, 40), min_size=2, max_size=6).map(lambda row: {f"o{i}": n for i, n in enumerate(row)})


def test_nothing_small_hides_nothing():
    assert protect({"s": 5, "d": 0}, 5, [FIVE]) == Protection(frozenset(), 1)


def test_a_cell_of_exactly_the_smallest_is_shown_and_one_less_is_hidden():
    assert protect({"a": 50, "b": 5, "c": 20}, 5).hidden == frozenset()
    assert protect({"a": 50, "b": 4, "c": 20}, 5).hidden == {"b", "c"}


def test_a_row_of_too_few_ballots_is_hidden_whole():
    assert protect({"s": 4, "f": 0, "d": 0}, 5, [FIVE]) == Protection(frozenset({"s", "f", "d"}), 0)


def test_no_ballot_at_all_is_shown():
    assert protect({"s": 0, "d": 0}, 5).hidden == frozenset()


@pytest.mark.parametrize("small", [(1, 1), (2, 1)], ids=["each is one", "each is one or two"])
def test_two_hidden_cells_with_a_small_sum_need_a_third(small):
    assert protect({"a": 30, "b": 12, "c": small[0], "d": small[1]}, 5).hidden == {"b", "c", "d"}


def test_an_index_beside_the_row_needs_more_hidden_cells():
    row = {"vs": 60, "s": 90, "f": 40, "d": 8, "vd": 2}

    assert protect(row, 5).hidden == {"d", "vd"}
    assert protect(row, 5, [FIVE]).hidden == {"f", "d", "vd"}
    assert protect(row, 5, [FIVE, SATISFIED]) == Protection(frozenset(row), 2), "vd would be 2 or 6"


def test_the_last_figure_is_given_up_when_hiding_every_cell_is_not_enough():
    three = {"s": 150, "f": 45, "d": 3}

    # In steps of 5, d could be 3, 8, 13: but something here is below 5, and only 3 is.
    assert protect(three, 5, [{"s": 100, "f": 75, "d": 55}, {"s": 1, "f": 1}]) == Protection(frozenset("fd"), 0)
    assert protect(three | {"vd": 2}, 5, [FIVE, SATISFIED]) == Protection(frozenset({"f", "d", "vd"}), 1)


def test_with_two_options_no_figure_can_stand_beside_a_small_cell():
    assert protect({"yes": 3, "no": 197}, 5, [{"yes": 100}]) == Protection(frozenset({"yes", "no"}), 0)


def test_single_ballots_everywhere_end_with_everything_hidden():
    row = dict.fromkeys("abcdef", 1)

    assert protect(row, 5, [dict.fromkeys("abc", 1)]) == Protection(frozenset(row), 1)


@pytest.mark.parametrize(
    ("cells", "rule", "is_hidden"),
    [
        ({"a": 0, "d": 9}, "low", True),
        ({"a": 9, "d": 0}, "low", False),
        ({"a": 9, "d": 0}, "any", True),
        ({"a": 0, "d": 9}, "show", False),
        ({"a": 1, "d": 9}, "any", False),
        ({"a": 0, "d": 0}, "any", False),
    ],
)
def test_votes_all_alike(cells, rule, is_hidden):
    assert is_unanimous(cells, rule, {"a"}) == is_hidden


def test_where_no_option_is_better_nothing_is_low():
    assert not is_unanimous({"far": 9, "slow": 0}, "low", frozenset())
    assert is_unanimous({"far": 9, "slow": 0}, "any", frozenset())


@given(rows, st.integers(2, 8))
def test_small_cells_are_always_hidden_and_zeros_only_as_cover(row, smallest):
    hidden = protect(row, smallest).hidden

    assert {option for option, n in row.items() if 0 < n < smallest} <= hidden
    if not any(0 < n < smallest for n in row.values()):
        assert not hidden


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 12), min_size=3, max_size=4).filter(lambda row: sum(row) >= 5),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_no_hidden_cell_can_be_solved_for(row, factors):
    """Some other counts, moving every hidden cell, would print the same figures."""
    cells = {f"o{i}": n for i, n in enumerate(row)}
    figure = {f"o{i}": factors[i] for i in range(len(row))}
    found = protect(cells, 5, [figure])
    printed = [dict.fromkeys(cells, 1), figure][: 1 + found.figures]
    hidden = sorted(found.hidden)
    moved = set()
    for shift in product(range(-3, 4), repeat=len(hidden)):
        change = dict(zip(hidden, shift, strict=True))
        if all(sum(Fraction(f.get(o, 0)) * change[o] for o in hidden) == 0 for f in printed):
            moved |= {option for option in hidden if change[option]}
    assert moved >= {option for option in hidden if cells[option]}
