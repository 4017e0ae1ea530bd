"""Faults of nested values name the field and what is allowed, whatever the model looks like around it."""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from survey.core.errors import Invalid
from survey.core.model import Frozen
from survey.core.validation import validate


class Circle(Frozen):
    kind: Literal["circle"] = "circle"
    radius: int


class Square(Frozen):
    kind: Literal["square"] = "square"
    side: int


class Picture(Frozen):
    shape: Annotated[Circle | Square, Field(discriminator="kind")] | None = None


def test_an_unknown_kind_of_an_optional_choice_names_those_that_are_allowed():
    with pytest.raises(Invalid) as fault:
        validate({"shape": {"kind": "star"}}, Picture, "picture.yaml")

    assert [problem.say() for problem in fault.value.problems] == ["'star' is not allowed; allowed: circle, square"]
    assert fault.value.problems[0].where == "picture.yaml shape.kind"
