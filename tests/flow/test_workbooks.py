"""What commands read as CSV they read from a workbook, too, and name its rows and columns."""

from pathlib import Path

import pytest

from tests.factories.workbooks import workbook
from tests.flow.scoring_desk import COMPONENTS, ROSTER, desk_at


@pytest.fixture
def desk(tmp_path, monkeypatch, migrated_sqlite):
    database = tmp_path / "minsheng.db"
    database.write_bytes(Path(migrated_sqlite).read_bytes())
    with desk_at(f"sqlite:///{database}", tmp_path, monkeypatch) as desk:
        yield desk


def rows_of(table):
    return [tuple(cell or None for cell in line.split(",")) for line in table.splitlines()]


def test_a_roster_may_be_a_workbook(desk):
    desk.write("roster.xlsx", workbook(rows=rows_of(ROSTER)))

    assert desk.does("subjects import roster.xlsx")["subjects"] == 4


def test_a_fault_in_a_workbook_names_row_and_column(desk):
    rows = rows_of(ROSTER)
    rows[2] = (*rows[2][:6], "chief")
    desk.write("roster.xlsx", workbook(rows=rows))

    assert desk.is_refused("subjects import roster.xlsx") == (
        "roster.xlsx:3 rank: 'chief' is not allowed; allowed: head, deputy"
    )


def test_components_may_be_a_workbook_with_real_numbers_and_dates(desk):
    header, *rows = rows_of(COMPONENTS)
    value = header.index("value")
    rows = [
        (*row[:value], float(row[value]) if row[value] != "national" else row[value], *row[value + 1 :]) for row in rows
    ]
    desk.write("components.xlsx", workbook(rows=[header, *rows]))

    desk.does("components import villages components.xlsx")

    found = {(one.subject, one.name, one.part): one.value for one in desk.filed()}
    assert found["v1", "work", ""] == "95"
    assert found["v1", "routine", "h2"] == "89.5"
    assert found["v2", "work", ""] == "93.5"


def test_a_percentage_in_a_workbook_is_not_taken_for_a_share(desk):
    header, *rows = rows_of(COMPONENTS)
    rows[0] = (*rows[0][:2], (0.95, {"num_format": "0%"}), *rows[0][3:])
    desk.write("components.xlsx", workbook(rows=[header, *rows]))

    assert desk.is_refused("components import villages components.xlsx").startswith("components.xlsx:2 work: ")
