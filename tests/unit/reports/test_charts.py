import re
from xml.etree import ElementTree as ET

import pytest

from survey.reports.charts import ranking_chart
from survey.scoring.component import score_round
from tests.unit.scoring.made_rounds import count_ballots, frozen_round, same_answers, subject

SVG = "{http://www.w3.org/2000/svg}"


def same(sentence):
    return sentence


@pytest.fixture
def chart(components):
    return ranking_chart(components, "county", same)


def texts(chart):
    return [element.text for element in ET.fromstring(chart.svg).iter(f"{SVG}text")]  # noqa: S314 - our own drawing


def test_bars_stand_in_the_order_of_their_places_with_their_index(chart):
    written = texts(chart)

    names = [text for text in written if text.endswith("县")]
    assert names == ["D县", "=1+2县", "A县"]
    assert [text for text in written if re.fullmatch(r"\d+\.\d\d", text)] == ["80.00", "79.20", "74.44"]
    assert "Index of county, with 95 % intervals" in written


def test_hidden_and_insufficient_units_are_not_drawn(chart):
    assert "C县" not in texts(chart)


def test_the_alternative_text_gives_the_first_and_the_last(chart):
    assert chart.alt == (
        "Bar chart: index of the 3 units of county. First D县 with 80.00, last A县 with 74.44. "
        "The figures stand in the table of units."
    )


def test_the_same_figures_give_the_same_bytes_without_dates_or_programs(components, chart):
    assert ranking_chart(components, "county", same) == chart
    assert not re.search(r"<dc:date>|<dc:creator>|20\d\d-\d\d-\d\d", chart.svg)
    assert not re.search(r"<script|href=\"http", chart.svg)


def test_a_group_without_ranked_units_has_no_chart(components):
    assert ranking_chart(components, "nobody", same) is None


def test_names_are_drawn_as_they_are_and_one_ballot_has_no_whisker():
    frozen = frozen_round([subject("A", name="$x^2$ <b>&龑", group="")])
    components = score_round(frozen, count_ballots(frozen, {"A": same_answers("safety:A", vs=6)}))

    chart = ranking_chart(components, "", same)

    assert "$x^2$ <b>&龑" in texts(chart)
    assert "Index of all units, with 95 % intervals" in texts(chart)


def test_a_name_longer_than_the_margin_is_shortened_in_the_drawing_only():
    frozen = frozen_round([subject("A", name="甲" * 17), subject("B", name="乙" * 16)])
    cast = {code: same_answers(f"safety:{code}", s=6, f=1) for code in "AB"}

    chart = ranking_chart(score_round(frozen, count_ballots(frozen, cast)), "county", same)

    assert {"甲" * 15 + "…", "乙" * 16} <= set(texts(chart))
    assert "甲" * 17 in chart.alt
