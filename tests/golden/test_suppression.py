"""W19: small cells of one row, and the next smallest that would give them away."""

import pytest

from survey.reports.disclosure import HIDDEN, protect

ROWS = {"one": (38, 21, 6, 2), "two": (30, 12, 3, 1), "none": (30, 12, 6, 0)}
GRADES = ("优秀", "称职", "基本称职", "不称职")


@pytest.mark.parametrize("name", ROWS)
def test_w19_rows(golden, name):
    cells = dict(zip(GRADES, ROWS[name], strict=True))

    hidden = protect(cells, 5).hidden

    assert {grade: HIDDEN if grade in hidden else n for grade, n in cells.items()} == golden["W19"][name]
