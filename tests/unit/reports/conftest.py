"""One scored round: a good county, one with small cells, one too small, a prefecture above, and remarks."""

import pytest

from survey.counting.figures import Text
from survey.scoring.component import score_round
from survey.turnout.rules import Disposition
from tests.unit.scoring.made_rounds import (
    count_ballots,
    frozen_round,
    questionnaire,
    same_answers,
    scale_item,
    subject,
)


@pytest.fixture
def subjects():
    return [
        subject("P", unit_type="prefecture", group="prefecture", name="甲州"),
        subject("A", parent="P", population=3000),
        subject("B", parent="P", population=1000, name="=1+2县"),
        subject("C", parent="Q", population=9),
        subject("Q", unit_type="prefecture", group="prefecture", name="乙州"),
        subject("D", parent="Q", population=500),
    ]


@pytest.fixture
def cast():
    return {
        "A": same_answers("safety:A", vs=20, s=40, f=20, d=10, vd=0, dk=3),
        "B": same_answers("safety:B", vs=60, s=90, f=40, d=8, vd=2, dk=1),
        "C": same_answers("safety:C", vs=4),
        "D": same_answers("safety:D", vs=10, s=10, f=10, dk=9),
    }


@pytest.fixture
def make_components(subjects, cast):
    def make(asked=None, texts=(), minimum=5, **more_ballots):
        frozen = frozen_round(
            subjects,
            asked
            or questionnaire(
                scale_item("safety"),
                {
                    "id": "remark",
                    "kind": "text",
                    "per": "subject",
                    "zh": "有何建议？",
                    "en": "Any remarks?",
                },
            ),
            minimum=minimum,
            rollup=({"types": ("prefecture",), "weight": "population"},),
        )
        return score_round(frozen, count_ballots(frozen, cast | more_ballots, texts))

    return make


@pytest.fixture
def components(make_components):
    return make_components(
        texts=[Text("A", "remark", f"建议{i}") for i in range(10)] + [Text("B", "remark", f"意见{i}") for i in range(9)]
    )


@pytest.fixture
def turnout():
    return (Disposition("A", "citizen", 100, waiting=0, spent=93, void=1, expired=6),)
