"""A sentence in Chinese holds no English word of the program: such a word among its figures is marked as one."""

import ast
from pathlib import Path

import pytest

from survey.core.language import translator
from survey.ratings.rules import NAMES
from survey.rounds.models import KEYS, SEALS, WORDS

SOURCE = Path(__file__).parents[2] / "survey"
OURS = {"state", "step"}
"""Figures that are words of the program; none of them is ever a name that somebody gave."""
FEWEST = 10
MARKED = ("Word(", "WORDS[")
REFUSALS = {"Refused", "NotFound", "AlreadyDone", "SurveyError"}


def figures():
    """Yield every figure of a sentence, in the source, that is a word of the program."""
    for file in sorted(SOURCE.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in REFUSALS:
                yield from (
                    (f"{file.relative_to(SOURCE)}:{one.value.lineno}", one.arg, ast.unparse(one.value))
                    for one in call.keywords
                    if one.arg in OURS
                )


def test_words_among_the_figures_are_marked():
    found = list(figures())
    assert len(found) >= FEWEST
    assert [one for one in found if not one[2].startswith(MARKED)] == []


@pytest.mark.parametrize("word", [*WORDS.values(), *SEALS.values(), *KEYS.values(), *NAMES.values()])
def test_each_has_its_chinese(word):
    assert not translator("zh")(word).isascii()
