"""Tables of reports: which of their columns a page shows."""

from survey.reports.table import make_table

HEADINGS = (("name", "Name"), ("score", "Score"), ("remark", "Note"))


def keys(columns):
    return [column.key for column in columns]


def test_a_column_that_says_nothing_in_any_row_is_left_out():
    rows = [{"name": "a", "score": 0}, {"name": "b"}]
    table = make_table("scores", "Scores", HEADINGS, rows, str)
    assert keys(table.filled()) == ["name", "score"]
    assert keys(table.filled([{"name": "a", "remark": "why"}])) == ["name", "score", "remark"]


def test_a_column_that_is_looked_for_stays():
    table = make_table("scores", "Scores", HEADINGS, [{"name": "a"}], str)
    assert keys(table.filled()) == ["name"]
    assert keys(table.filled(kept=["score"])) == ["name", "score"]


def test_a_table_without_rows_keeps_its_columns():
    assert keys(make_table("scores", "Scores", HEADINGS, [], str).filled()) == ["name", "score", "remark"]
