"""A disposition travels as plain data, with a count that is taken elsewhere."""

import pytest

from survey.turnout.rules import Disposition


def test_it_comes_back_as_it_went():
    part = Disposition("620102", "citizen", 20, waiting=0, spent=15, void=2, expired=3)
    assert Disposition.from_document(part.document()) == part


def test_what_is_none_is_refused():
    with pytest.raises(TypeError):
        Disposition.from_document({"group": "620102"})
