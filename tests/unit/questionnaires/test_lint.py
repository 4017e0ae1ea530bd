"""A leaning questionnaire is warned of, never refused (C14)."""

import json

import pytest

from config import Settings
from survey.application import create_app
from survey.questionnaires.lint import warnings
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import library_file
from tests.factories.questionnaires import FOLDER, fixture

NO_WAY_OUT = "nobody can pass this question by: leave out required, or add an option with scored: false (不了解)"


def told(questionnaire):
    return [f"{warning.where}: {warning.say()}" for warning in warnings(questionnaire)]


def scale_of(*points, **item):
    """A questionnaire with one scale of the points given; None stands for an option that is not scored."""
    steps = [
        {"code": f"s{i}", "zh": "步", "en": "Step"} | ({"scored": False} if worth is None else {"points": worth})
        for i, worth in enumerate(points)
    ]
    document = fixture("leaning").document() | {"scales": {"three": steps}}
    document["items"][0] |= {"required": False} | item
    return fixture("leaning").model_validate(document)


def test_two_ways_to_be_content_against_one_lean():
    assert told(fixture("leaning")) == [
        "scales.three: this scale leans: above the middle of its points (77.5) lie 1 scored options, below it 2",
        f"overall: {NO_WAY_OUT}",
    ]


BALANCED = [(100, 0), (100, 50, 0), (100, 80, 20, 0), (100, 80, 60, 40, 20), (2, 1, -1, -2), (100, 0, None), (7, 7)]
LEANING = [
    (100, 80, 60, 0),
    (100, 80, 60, 30, 0),
    (100, 75, 55),
    (100, 75, 55, None),
    (1, 0, 0),
    ("0.6", 1, 0),
]


@pytest.mark.parametrize("points", BALANCED, ids=str)
def test_as_many_options_above_as_below_are_balanced(points):
    assert told(scale_of(*points)) == []


@pytest.mark.parametrize("points", LEANING, ids=str)
def test_unequal_numbers_lean(points):
    (warning,) = told(scale_of(*points))
    assert warning.startswith("scales.three: this scale leans")


def test_an_option_that_is_not_scored_is_a_way_out():
    assert told(scale_of(100, 0, required=True)) == [f"overall: {NO_WAY_OUT}"]
    assert told(scale_of(100, 0, None, required=True)) == []
    assert told(scale_of(100, 0, required=False)) == []


@pytest.mark.parametrize("name", ["kinds", "per-subject", "show-if", "required"])
def test_nothing_is_said_of_what_does_not_lean(name):
    assert told(fixture(name)) == []


def test_the_library_is_told_the_truth_about_the_national_scale():
    # 100/80/60/30/0 (2009): three steps above the middle, two below.
    assert told(read_questionnaire(library_file("public-satisfaction"))) == [
        "scales.satisfaction5: this scale leans: above the middle of its points (50) lie 3 scored options, below it 2"
    ]


def test_the_check_of_a_file_warns_but_does_not_block(tmp_path):
    application = create_app(Settings(secret_key="s" * 32, database_url=f"sqlite:///{tmp_path / 'minsheng.db'}"))

    run = application.test_cli_runner().invoke(args=["questionnaires", "check", str(FOLDER / "leaning.yaml")])
    assert run.exit_code == 0
    assert "leaning@1" in run.stdout
    places = [line.split(" ")[:2] for line in run.stderr.splitlines()]
    assert places == [["warning:", "scales.three:"], ["warning:", "overall:"]]

    run = application.test_cli_runner().invoke(args=["questionnaires", "check", str(FOLDER / "leaning.yaml"), "--json"])
    assert len(json.loads(run.stdout)["warnings"]) == 2
