"""The points of the watch page's drawings."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from survey.turnout.watching.rules.pace import Period
from survey.web.desk.watching.charts import BAR_WIDTH, BOTTOM, HEIGHT, LEFT, TOP, bar_lengths, pace_chart, thinned

OPENS = datetime(2026, 3, 1, 1, tzinfo=UTC)
LONG = Period(OPENS, OPENS + timedelta(days=8))
SHORT = Period(OPENS, OPENS + timedelta(hours=2))
START, HALF = (Fraction(0), Fraction(0)), (Fraction(1, 2), Fraction(50))


def test_a_curve_runs_between_the_edges_of_its_axes():
    chart = pace_chart({"actual": [START, HALF], "compared": []}, LONG, 100)

    assert chart.lines == {"actual": f"{LEFT},{HEIGHT - BOTTOM} 335,141"}
    assert chart.end == ("335", "141")
    assert chart.target == str(TOP)
    assert [tick.label for tick in chart.rates] == ["0", "20", "40", "60", "80", "100"]
    assert [tick.label for tick in chart.times] == ["1 Mar", "3 Mar", "5 Mar", "7 Mar", "9 Mar"]


def test_of_a_short_round_the_axis_tells_hours_in_the_countrys_time():
    assert [tick.label for tick in pace_chart({}, SHORT, None).times][:2] == ["1 Mar 09:00", "1 Mar 09:30"]


def test_without_points_and_target_only_the_grid_is_there():
    chart = pace_chart({"actual": []}, LONG, None)
    assert (chart.lines, chart.end, chart.target) == ({}, None, None)


@pytest.mark.parametrize(("n", "most"), [(1, 24), (24, 24), (25, 24), (1440, 24), (1441, 400)])
def test_thinning_leaves_the_last_point_and_no_more_than_asked_for(n, most):
    kept = thinned(range(n), most)

    assert len(kept) <= most
    assert kept[-1] == n - 1
    assert kept == sorted(kept)


def test_the_longest_bar_has_the_full_width():
    assert bar_lengths([306, 153, 1]) == [str(BAR_WIDTH), "60", "0.4"]
    assert bar_lengths([]) == []
