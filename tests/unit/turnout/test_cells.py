"""The lines of the watch page's tables."""

from decimal import Decimal
from fractions import Fraction

import pytest

from survey.turnout.rules import Disposition
from survey.turnout.watching.rules import USUAL
from survey.turnout.watching.rules.cells import SORTED_BY, Aim, Axis, Cell, in_order, keys_below, make_cell
from survey.turnout.watching.rules.masking import Mask
from survey.turnout.watching.rules.pace import Standing
from survey.turnout.watching.rules.sums import Key, Part, Reading, roll_up, sum_parts


def account(spent, waiting, void=0, planned=50):
    return Disposition("u", "A", planned, waiting=waiting, spent=spent, void=void, expired=0)


def test_a_line_has_its_figures_rates_shortfall_and_standing():
    cell = make_cell(Key("u"), account(20, 20, void=4), None, Aim(70, Fraction(1, 2)), USUAL)

    assert cell == Cell(
        Key("u"), 50, 40, Decimal("80.00"), 20, Decimal("50.00"), 4, missing=8, standing=Standing.ON_TARGET
    )


def test_without_a_target_there_is_neither_shortfall_nor_standing():
    cell = make_cell(Key("u"), account(20, 20), None, Aim(), USUAL)
    assert (cell.missing, cell.standing) == (None, None)


@pytest.mark.parametrize("mask", Mask)
def test_a_masked_line_has_what_is_planned_and_the_reason_alone(mask):
    assert make_cell(Key("u"), account(3, 4, planned=7), mask, Aim(70), USUAL) == Cell(Key("u"), 7, mask=mask)


def test_a_batch_has_no_plan_of_its_own():
    cell = make_cell(Key("u", "A", "u-A-1"), account(20, 20, planned=0), None, Aim(), USUAL)
    assert (cell.planned, cell.issue_rate, cell.issued) == (None, None, 40)


def reading():
    parts = [
        Part(f"{unit}-{ballot_class}-{number}", Disposition(unit, ballot_class, 0, 1, 2, 0, 0))
        for unit, ballot_class, number in [("v", "A", 1), ("u", "B", 1), ("u", "A", 1), ("u", "A", 2)]
    ]
    places = dict.fromkeys((part.account.group, part.account.ballot_class) for part in parts)
    return Reading(sum_parts([Disposition(*place, 10, 0, 0, 0, 0) for place in places], parts), tuple(parts))


@pytest.mark.parametrize(
    ("key", "axis", "below"),
    [
        (Key(), Axis.UNIT, [Key("v"), Key("u")]),
        (Key(), Axis.CLASS, [Key(None, "A"), Key(None, "B")]),
        (Key("u"), Axis.CLASS, [Key("u", "B"), Key("u", "A")]),
        (Key(None, "A"), Axis.UNIT, [Key("v", "A"), Key("u", "A")]),
        (Key("u"), Axis.BATCH, [Key("u", "B", "u-B-1"), Key("u", "A", "u-A-1"), Key("u", "A", "u-A-2")]),
        (Key("u", "A"), Axis.BATCH, [Key("u", "A", "u-A-1"), Key("u", "A", "u-A-2")]),
        (Key("u", "A", "u-A-2"), Axis.BATCH, [Key("u", "A", "u-A-2")]),
    ],
)
def test_what_a_sum_is_made_of(key, axis, below):
    sums = roll_up(reading())

    assert list(keys_below(sums, key, axis)) == below
    assert sum(sums[one].spent for one in below) == sums[key].spent
    assert all(part.key in sums for part in reading().parts)


@pytest.mark.parametrize("column", SORTED_BY)
@pytest.mark.parametrize("falling", [True, False])
def test_lines_are_ordered_by_any_column_and_those_without_a_figure_come_last(column, falling):
    lines = [
        make_cell(Key(name), account(spent, waiting, void, planned), mask, Aim(70), USUAL)
        for name, spent, waiting, void, planned, mask in [
            ("masked", 1, 1, 0, 0, Mask.SMALL),
            ("a", 10, 90, 1, 150, None),
            ("b", 60, 200, 3, 300, None),
            ("c", 90, 20, 0, 120, None),
        ]
    ]
    ordered = in_order(lines, column, falling=falling)
    values = [SORTED_BY[column](cell) for cell in ordered if SORTED_BY[column](cell) is not None]

    assert values == sorted(values, reverse=falling)
    assert len(values) >= 3
    assert {cell.key for cell in ordered} == {cell.key for cell in lines}
    if column != "planned":
        assert ordered[-1].key == Key("masked")
