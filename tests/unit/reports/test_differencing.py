"""Every pair of published reports is held side by side: none gives back what another one hides."""

import csv
import io
import itertools
import json
import zipfile
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from survey.core.numbers import half_up
from survey.reports.charts import ranking_chart
from survey.reports.disclosure import HIDDEN
from survey.reports.exports import write_report
from survey.reports.figures import report_tables
from tests.unit.reports.test_figures import same
from tests.unit.scoring.made_rounds import questionnaire, same_answers, scale_item

POINTS = {"vs": 100, "s": 80, "f": 60, "d": 30, "vd": 0}
SATISFIED = ("vs", "s", "f")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def small(make_components):
    """One item: a small cell, votes all alike, too few ballots, two small cells, single votes everywhere."""
    return make_components(
        A=same_answers("safety:A", vs=9, s=6, f=5, d=3, dk=2),
        B=same_answers("safety:B", d=9),
        C=same_answers("safety:C", s=3, d=1),
        D=same_answers("safety:D", vs=2, s=1, f=1, d=1, vd=1),
    )


@pytest.fixture
def two_items(make_components):
    """Two items that make one index; nearly all agree on the second."""
    asked = questionnaire(scale_item("safety"), scale_item("roads"))
    first, second = ["vs"] * 9 + ["s"] * 6 + ["d"] * 3, ["d"] * 18
    return make_components(
        asked,
        A=[{"safety:A": a, "roads:A": b} for a, b in zip(first, second, strict=True)],
        D=[{"safety:D": a, "roads:D": "vs" if i % 3 else "s"} for i, a in enumerate(first)],
    )


def in_json(tables, folder):
    return json.loads(write_report(tables, folder / "r.json")[0].read_bytes())


def in_csv(tables, folder):
    files = write_report(tables, folder / "r.csv")
    text = [file.read_bytes().decode("utf-8-sig") for file in files]
    return [list(csv.reader(io.StringIO(one, newline="")))[1:] for one in text]


def in_xlsx(tables, folder):
    """Read the cells of a workbook as they are stored."""
    (file,) = write_report(tables, folder / "r.xlsx")
    book = zipfile.ZipFile(file)
    sheets = sorted(
        (name for name in book.namelist() if "worksheets/sheet" in name), key=lambda name: (len(name), name)
    )
    return [
        [
            ["".join(text.text or "" for text in cell.iter() if text.tag in (f"{SHEET}v", f"{SHEET}t")) for cell in row]
            for row in ET.fromstring(book.read(sheet)).iter(f"{SHEET}row")  # noqa: S314 - our own file
        ][1:]
        for sheet in sheets
    ]


@pytest.mark.parametrize("made", ["small", "two_items"])
def test_every_format_hides_the_same_cells(made, request, tmp_path):
    tables = report_tables(request.getfixturevalue(made), (), same)

    as_json, as_csv, as_xlsx = (read(tables, tmp_path) for read in (in_json, in_csv, in_xlsx))

    for number, table in enumerate(tables):
        hidden = [[cell == HIDDEN for cell in row] for row in table.rows]
        assert hidden == [[cell == HIDDEN for cell in row] for row in as_csv[number]]
        assert hidden == [
            [row[column.key] == HIDDEN for column in table.columns] for row in as_json[table.name]["rows"]
        ]
        stars = sum(cell for row in hidden for cell in row)
        assert stars == sum(cell == HIDDEN for row in as_xlsx[number] for cell in row)
    assert any(cell == HIDDEN for table in tables for row in table.rows for cell in row)


@pytest.mark.parametrize("made", ["small", "two_items"])
def test_a_later_report_shows_and_hides_the_same(made, request):
    components = request.getfixturevalue(made)

    first, second = (report_tables(components, (), same, language=language) for language in ("zh", "en"))

    figures = [
        [
            [cell for cell in row if not isinstance(cell, str) or cell == HIDDEN]
            for table in report
            for row in table.rows
        ]
        for report in (first, second)
    ]
    assert figures[0] == figures[1]


def shares(total, options):
    """Give every way to share votes among options."""
    for cuts in itertools.combinations(range(total + options - 1), options - 1):
        ends = (-1, *cuts, total + options - 1)
        yield tuple(b - a - 1 for a, b in itertools.pairwise(ends))


def of(tables, name, **wanted):
    return [row for row in tables[name].records() if all(row[key] == value for key, value in wanted.items())]


def prints(votes, item, unit):
    """Tell whether votes would print the figures of an item and of a unit made of it alone."""
    n = sum(votes.values())
    total = sum(Fraction(POINTS[option] * votes[option]) for option in POINTS)
    squares = sum(POINTS[option] ** 2 * votes[option] for option in POINTS)
    index = total / n
    variance = (squares - total * total / n) / (n - 1)
    deviation = (Decimal(variance.numerator) / variance.denominator).sqrt()
    expected = {
        (item["index"], half_up(index, 2)),
        (unit["index"], half_up(index, 2)),
        (unit["stored"], half_up(index, 6)),
        (unit["deviation"], half_up(deviation, 2)),
        (item["rate"], half_up(Fraction(100 * sum(votes[option] for option in SATISFIED), n), 2)),
    }
    return all(shown in (HIDDEN, would) for shown, would in expected)


@pytest.mark.parametrize("code", ["A", "B", "C", "D"])
def test_no_hidden_count_follows_from_all_the_tables_together(small, code):
    tables = {table.name: table for table in report_tables(small, (), same)}
    (item,), (unit,) = of(tables, "items", code=code, item="safety"), of(tables, "units", code=code)
    options = {row["option"]: row["n"] for row in of(tables, "options", code=code) if row["option"] in POINTS}
    true = dict(small.unit(code).items[0].counts)
    # What is hidden of the totals, the response account knows.
    total = sum(true[option] for option in POINTS)

    possible = [
        votes
        for row in shares(total, len(POINTS))
        for votes in [dict(zip(POINTS, row, strict=True))]
        if all(shown in (HIDDEN, votes[option]) for option, shown in options.items()) and prints(votes, item, unit)
    ]

    hidden = [option for option in POINTS if options[option] == HIDDEN and true[option]]
    assert hidden
    for option in hidden:
        assert len({votes[option] for votes in possible}) >= 2


def test_the_index_of_two_items_does_not_give_the_hidden_one_back(two_items):
    tables = {table.name: table for table in report_tables(two_items, (), same)}
    (unit,) = of(tables, "units", code="A")
    shown = {row["item"]: row["index"] for row in of(tables, "items", code="A")}

    assert shown["roads"] == HIDDEN
    assert HIDDEN in (unit["index"], shown["safety"])
    assert {row["n"] for row in of(tables, "options", code="A", item="roads") if row["option"] != "dk"} == {HIDDEN}


def test_the_chart_draws_no_unit_that_the_table_hides(small):
    tables = {table.name: table for table in report_tables(small, (), same)}

    chart = ranking_chart(small, "county", same)

    for row in of(tables, "units", group="county"):
        assert (row["index"] == HIDDEN) == (chart is None or row["name"] not in chart.svg)


def test_a_composite_goes_with_a_part_whose_index_is_hidden(small):
    tables = {table.name: table for table in report_tables(small, (), same)}

    assert of(tables, "units", code="B")[0]["index"] == HIDDEN
    assert of(tables, "units", code="P")[0]["index"] == HIDDEN
    assert of(tables, "parts", part="B")[0]["index"] == HIDDEN
