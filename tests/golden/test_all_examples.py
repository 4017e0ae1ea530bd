"""Every worked example of the domain is used by a test; the table names the tests for each."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = {
    "W1": ["test_indices_and_rates", "test_rounds_to_scores"],
    "W2": ["test_indices_and_rates", "test_rounds_to_scores"],
    "W3": ["test_ballots", "test_rounds_to_scores"],
    "W4": ["test_ballots", "test_rounds_to_scores", "test_schemes"],
    "W5": ["test_ballots", "test_rounds_to_scores"],
    "W6": ["test_schemes"],
    "W7": ["test_schemes"],
    "W8": ["test_schemes"],
    "W9": ["test_schemes"],
    "W10": ["test_schemes"],
    "W10b": ["test_schemes"],
    "W11": ["test_survey_statistics"],
    "W12": ["test_intervals", "test_survey_statistics"],
    "W13": ["test_survey_statistics"],
    "W14": ["test_service_ratings", "test_survey_statistics"],
    "W15": ["test_ballots", "test_rounds_to_scores"],
    "W16": ["test_indices_and_rates"],
    "W17": ["test_ballots", "test_rounds_to_scores"],
    "W18": ["test_ballots", "test_rounds_to_scores"],
    "W19": ["test_suppression"],
    "W20": ["test_ballots", "test_rounds_to_scores"],
    "W21": ["test_schemes"],
}


def used_by(example):
    files = [file for file in HERE.glob("test_*.py") if file.stem != "test_all_examples"]
    return sorted(file.stem for file in files if re.search(rf'golden\["{example}"\]', file.read_text("utf-8")))


def test_the_table_names_every_example(golden):
    assert sorted(TESTS) == sorted(golden)


@pytest.mark.parametrize("example", TESTS)
def test_an_example_is_used_by_the_tests_that_the_table_names(example):
    assert used_by(example) == TESTS[example]
