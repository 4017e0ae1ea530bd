"""A questionnaire written out and read again is the same, whatever its words are."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from survey.core.errors import Invalid
from survey.core.validation import validate
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.questionnaires.service import list_library
from survey.questionnaires.written import write_out

FILES = sorted((Path(__file__).parents[2] / "data" / "questionnaires").glob("*.yaml"))
FORMULA_LIKE = [
    "on",
    "null",
    "1.0",
    "0x1",
    "2026-03-01",
    "- a",
    "a: b",
    "# a",
    "{a}",
    "[a",
    "'",
    '"',
    "*a",
    "&a",
    "!a",
    "%",
    "a\\b",
]


def again(questionnaire, tmp_path):
    file = tmp_path / "again.yaml"
    file.write_text(write_out(questionnaire), encoding="utf-8")
    return read_questionnaire(file)


@pytest.mark.parametrize("questionnaire", [*list_library(), *map(read_questionnaire, FILES)], ids=lambda one: one.id)
def test_it_is_the_same_when_read_again(tmp_path, questionnaire):
    assert again(questionnaire, tmp_path).content_hash == questionnaire.content_hash


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=40) | st.sampled_from(FORMULA_LIKE), st.decimals(-100, 100, places=2))
@example("a\nb", 1)
@example("是：否，#1", 0)
def test_any_words_and_points_come_back(tmp_path, words, points):
    options = [{"code": "a", "zh": words, "en": "A", "points": points}, {"code": "b", "zh": "b", "en": words}]
    document = {
        "id": "any",
        "version": 3,
        "title": {"zh": words, "en": words},
        "items": [{"id": "one", "kind": "single", "zh": words, "en": "One?", "options": options}],
    }
    try:
        questionnaire = validate(document, Questionnaire, "any")
        found = again(questionnaire, tmp_path)
    except Invalid:
        return  # nobody can have written such words into a file
    assert found.content_hash == questionnaire.content_hash


def test_what_is_as_usual_is_left_out():
    written = write_out(next(one for one in list_library() if one.id == "public-satisfaction"))

    assert "required: false" not in written
    assert "per: ballot" not in written
    assert "show_if: null" not in written
