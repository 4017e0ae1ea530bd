from datetime import date

import pytest

from survey.core.errors import Invalid
from survey.scoring.evidence import Evidence, applies, check_evidence, put, read_components, read_history
from survey.subjects.roster import Subject
from tests.factories.schemes import scheme

HEAD = "subject,component,value,source,confirmed_by,period,confirmed_on\n"
CITY = Subject(code="p1", name="甲州", unit_type="一类", group="市州")


def piece(kind="figure", name="development", part="", value="95", **more):
    return Evidence(kind, "p1", name, part, value, more.pop("source", "doc.pdf"), more.pop("by", "Li"), **more)


@pytest.fixture
def gansu():
    return scheme("gansu")


def test_a_piece_says_the_same_after_it_was_plain_data():
    for one in (piece(), piece("history", "2023", value="good"), piece(confirmed_on=date(2026, 1, 5))):
        assert Evidence.from_document(one.document()) == one


def test_every_kind_is_read_from_one_table(gansu, tmp_path):
    file = tmp_path / "c.csv"
    file.write_text(
        HEAD
        + "p1,development,95.2,gdp.pdf,Li,,2025-01-20\n"
        + "p1,routine,94,h1.pdf,Li,first-half,\n"
        + "p1,political,较好,talks.pdf,Li,,\n"
        + "p1,safety,yes,notice.pdf,Li,,\n"
    )

    found = read_components(file, gansu, [CITY])

    assert [(one.kind, one.name, one.part, one.value) for one in found] == [
        ("figure", "development", "", "95.2"),
        ("figure", "routine", "first-half", "94"),
        ("level", "political", "", "较好"),
        ("veto", "safety", "", "yes"),
    ]
    assert found[0].confirmed_on == date(2025, 1, 20)


def test_points_are_filed_by_their_document(tmp_path):
    file = tmp_path / "c.csv"
    rows = ["v1,plus,national,one.pdf,Li,,", "v1,plus,national,two.pdf,Li,,"]
    file.write_text(HEAD + "\n".join(rows))
    village = scheme("village")
    kind = village.types[0]
    village = village.model_copy(update={"types": (kind.model_copy(update={"selects": ("unit",)}),)})

    found = read_components(file, village, [Subject(code="v1", name="村")])

    assert [(one.kind, one.part) for one in found] == [("entry", "one.pdf"), ("entry", "two.pdf")]


def test_all_faults_are_told_at_once(gansu, tmp_path):
    file = tmp_path / "c.csv"
    file.write_text(HEAD + "p1,evaluation,95,d.pdf,Li,,\np1,year-1,95,d.pdf,Li,,\np1,political,好,d.pdf,Li,h1,\n")

    with pytest.raises(Invalid) as caught:
        read_components(file, gansu, [CITY])

    assert [str(one.say()) for one in caught.value.problems] == [
        "the component evaluation is counted in the round democratic-2024; nobody files it",
        "the component year-1 is put together from others; file those",
        "only figures have a period; this is the name of another kind",
    ]


def test_history_may_be_taken_back(gansu, tmp_path):
    file = tmp_path / "h.csv"
    file.write_text("subject,year,grade,source,confirmed_by\np1,2023,-,minutes.pdf,Li\n")

    (found,) = read_history(file, gansu, [CITY])

    assert put([piece("history", "2023", value="good")], [found]) == ()


def test_what_is_put_on_top_replaces(gansu):
    stands = put([piece(), piece(name="party")], [piece(value="99")])

    assert [(one.name, one.value) for one in stands] == [("development", "99"), ("party", "95")]
    with pytest.raises(Invalid, match="nothing of this is filed"):
        put(stands, [piece(name="other", value="-")])


@pytest.mark.parametrize(
    ("one", "used"),
    [
        (piece(), True),
        (piece(name="routine", part="first-half"), True),
        (piece(name="routine", part="third"), False),
        (piece(name="routine"), False),
        (piece(name="gone"), False),
        (piece(name="evaluation"), False),
        (piece("approval", "evaluation", value="C"), True),
        (piece("approval", "development", value="C"), False),
        (piece("level", "political", value="好"), True),
        (piece("veto", "fire", value="yes"), False),
        (piece("entry", "plus", value="2"), False),
        (piece("decision", ""), True),
        (piece("history", "2023"), True),
    ],
)
def test_what_a_scheme_has_a_use_for(gansu, one, used):
    assert applies(gansu, gansu.type_of(CITY), one) is used


def test_a_grade_of_this_year_is_no_history(gansu):
    (problem,) = check_evidence(gansu, CITY, piece("history", "2024", value="good"))
    assert problem.say() == "2024 is no year before 2024"


@pytest.mark.parametrize("year", ["abcd", "", "99999"])
def test_a_year_that_somebody_wrote_into_the_table_is_none(gansu, year):
    (problem,) = check_evidence(gansu, CITY, piece("history", year, value="good"))
    assert "is no year; write it with four digits" in problem.say()
