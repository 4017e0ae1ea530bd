"""A test's level counts as a proposal until a person confirms or changes it; the explanation says which."""

from dataclasses import replace

from survey.scoring.grades import grade_units
from survey.scoring.rules.explanation import Provenance
from survey.scoring.rules.gates import LevelFound
from tests.factories.schemes import FILED, gansu_unit, scheme


def sentences(level):
    unit = replace(gansu_unit("u"), levels={"political": level})
    return [step.say() for step in grade_units(scheme("gansu"), [unit]).unit("u").steps]


def test_nobody_has_confirmed_it_yet():
    counted = LevelFound("较好", Provenance("posneg-2024", count="8d3c51aa00000000"))
    said = " ".join(sentences(counted))
    assert "较好, as the test proposes; nobody has confirmed it yet, counted in the round posneg-2024" in said


def test_a_person_named_another():
    said = " ".join(sentences(LevelFound("好", FILED, proposed="较好")))
    assert "好 (the test proposes 较好), source considerations.pdf, confirmed by assessment office" in said
