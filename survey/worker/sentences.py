"""What a job says about its input goes into a table and onto pages: nothing that looks like a code may stand in it."""

import re
from collections.abc import Mapping
from typing import Any

from survey.core.errors import Invalid, SurveyError

MOST_FAULTS = 200
"""Faults of a file that a job's page lists; it says how many there are in all."""

_CODE = re.compile(r"\d(?:[\s\-]?\d){15,}")
_LONGEST = 300


def sentence_of(error: SurveyError) -> tuple[str, dict[str, Any]]:
    """Return a sentence and its figures as JSON values; of several faults the first, its place, and how many more."""
    if isinstance(error, Invalid) and error.problems:
        first = error.problems[0]
        return first.message, _masked({**first.figures, "where": first.where, "more": len(error.problems) - 1})
    return error.message, _masked(error.figures)


def faults_of(error: SurveyError) -> dict[str, Any]:
    """Return the faults of an input, as a job's result keeps them: how many, and the first of them."""
    problems = error.problems if isinstance(error, Invalid) else ()
    listed = [
        {"where": _plain(one.where), "message": one.message, "figures": _masked(one.figures)}
        for one in problems[:MOST_FAULTS]
    ]
    return {"faults": listed, "n": len(problems)}


def _masked(figures: Mapping[str, object]) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else _plain(_written(value)) for name, value in figures.items()}


def _written(value: object) -> str:
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _plain(text: str) -> str:
    return _CODE.sub("…", text)[:_LONGEST]
