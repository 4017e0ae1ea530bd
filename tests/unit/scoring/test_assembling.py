from datetime import date
from fractions import Fraction

import pytest

from survey.core.errors import Invalid
from survey.scoring.assembling import assemble, ranking_group
from survey.scoring.evidence import Evidence
from survey.scoring.inputs import Decision, Reading
from survey.scoring.rules.explanation import Provenance
from survey.scoring.rules.gates import LevelFound
from survey.subjects.roster import Subject
from tests.factories.schemes import scheme

CITY = Subject(code="p1", name="甲州", unit_type="一类", group="市州", parent="p0")


def piece(kind, name, value, part="", source="doc.pdf", by="Li", on=None):
    return Evidence(kind, "p1", name, part, value, source, by, on)


def test_all_that_was_filed_stands_where_it_belongs():
    unit = assemble(
        scheme("gansu"),
        CITY,
        [
            piece("figure", "development", "95.2"),
            piece("figure", "routine", "94", "first-half", "one.pdf", "Li", date(2024, 7, 1)),
            piece("figure", "routine", "96", "second-half", "two.pdf", "Wang", date(2025, 1, 5)),
            piece("veto", "safety", "yes"),
            piece("history", "2023", "good"),
            piece("decision", "", "fair", source="Reasons"),
        ],
        {"public": Reading(Fraction(88))},
        {"political": LevelFound("好", Provenance("test", count="ab"))},
    )

    assert (unit.unit_type, unit.group, unit.parent) == ("first", "市州", "p0")
    assert unit.readings["development"].value == Fraction("95.2")
    routine = unit.readings["routine"]
    assert routine.value == {"first-half": 94, "second-half": 96}
    assert routine.provenance == Provenance("one.pdf; two.pdf", "Li; Wang", date(2025, 1, 5))
    assert unit.readings["public"].value == 88
    assert unit.vetoes[0].veto == "safety"
    assert unit.history == {2023: "good"}
    assert unit.decision == Decision("fair", "Reasons", "Li")


def test_a_filed_level_goes_before_a_counted_one_and_keeps_it():
    counted = {"political": LevelFound("好", Provenance("test", count="ab"))}

    unit = assemble(scheme("gansu"), CITY, [piece("level", "political", "较好")], {}, counted)

    assert (unit.levels["political"].value, unit.levels["political"].proposed) == ("较好", "好")


def test_places_are_whole_numbers_with_spaces():
    head = Subject(code="p1", name="x", kind="cadre", rank="head")
    rule = scheme("ruian")
    kind = rule.types[0]
    rule = rule.model_copy(update={"types": (kind.model_copy(update={"selects": ("head",), "apart": "正职"}),)})

    assert assemble(rule, head, [piece("figure", "ranking", "3 5 2 4")]).readings["ranking"].value == (3, 5, 2, 4)
    assert ranking_group(rule, head) == "·正职"
    for wrong in ("3,5", "0 1", "", "3.5", "３ 5"):
        with pytest.raises(Invalid, match="are no places"):
            assemble(rule, head, [piece("figure", "ranking", wrong)])


@pytest.mark.parametrize("value", ["", "95%", "NaN", "1e3", "+5", "９５", "1,000", " 95", "0x1", "--1", ".5", "5."])
def test_what_is_no_number_is_no_number(value):
    with pytest.raises(Invalid, match="is no number"):
        assemble(scheme("gansu"), CITY, [piece("figure", "development", value)])


@pytest.mark.parametrize("value", ["1234567890", "1.1234567890"])
def test_a_number_has_an_end(value):
    with pytest.raises(Invalid, match="too many digits; at most 9 before and 9 after the point"):
        assemble(scheme("gansu"), CITY, [piece("figure", "development", value)])
