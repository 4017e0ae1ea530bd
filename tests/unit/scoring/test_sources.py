"""What a scheme reads of counted rounds: an index, a ballot's total, votes, a test's level, or why there is none."""

from fractions import Fraction

import pytest

from survey.core.errors import Refused
from survey.core.numbers import half_up
from survey.scoring.rules.composition import Votes
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.scheme import Scheme
from survey.scoring.sources import Approval, CountedRound, check_sources, levels_of, readings_of
from tests.factories.counted import LEVELS, alike, asked, counted, frozen_round, item, scale, subject, voters
from tests.unit.scoring.weighted_rounds import W13, weighted_round

NAMED = {"zh": "x", "en": "x"}


def made(figure, *, level=False, **source):
    """A scheme with one component or level that reads the round r."""
    read = {"id": "read", **NAMED, "source": {"kind": "round", "round": "r", "figure": figure, **source}}
    if figure == "votes":
        read["scale"] = {"kind": "options", "points": {"a": 100, "b": 80}}
    other = {"id": "other", **NAMED, "source": {"kind": "import"}}
    levels = [{**read, "values": ["好", "较好", "一般", "较差"]}] if level else []
    return Scheme.model_validate(
        {
            "id": "s",
            "version": 1,
            "title": NAMED,
            "year": 2026,
            "components": [other] if level else [read, other],
            "types": [{"id": "t", **NAMED, "selects": ["type:county"], "weights": {"other" if level else "read": 100}}],
            "levels": levels,
            "gradings": [{"id": "g", "bands": [{"id": "a", **NAMED, "at_least": 90}, {"id": "b", **NAMED}]}],
        }
    )


def round_(kind="opinion", cast=None, questions=None, planned=20, **rules):
    frozen = frozen_round(
        "r",
        [subject("A"), subject("B")],
        [voters("g", ["A"], "A", planned), voters("h", ["A"], "B", planned)],
        questions or asked(options=scale(100, 80, None)),
        kind,
        **rules,
    )
    return counted(
        frozen, cast or {("g", "A"): alike("safety:A", a=3, b=1), ("h", "B"): alike("safety:A", a=1, b=3, c=2)}
    )


def read(figure, made_round, code="A", approval=None, **source):
    approvals = {(code, "read"): approval} if approval else {}
    return readings_of(made(figure, **source), code, {"r": made_round}, approvals)["read"]


CLASSES = [{"code": code, **NAMED, "weight": 50, "minimum": 2} for code in "AB"]


def test_an_index_of_a_survey():
    found = read("index", round_())

    assert found.value == Fraction(4 * 100 + 4 * 80, 8)
    assert found.provenance.source == "r"
    assert len(found.provenance.count) == 16


def test_a_ballots_total_by_classes():
    assert read("ballot", round_("ballot", classes=CLASSES)).value == (95 + 85) / Fraction(2)


@pytest.mark.parametrize("kind", ["opinion", "ballot"])
def test_votes_for_an_item(kind):
    found = read("votes", round_(kind), item="safety").value

    assert found == Votes({"a": 4, "b": 4, "c": 2}, 10, 40)


def test_a_tests_level():
    questions = asked(item(), item("n", "statement", polarity="negative"), options=scale(100, 80))
    ballots = [{"safety:A": "a", "n:A": "yes" if i < 3 else "no"} for i in range(12)]
    done = round_("posneg", {("g", "A"): ballots, ("h", "B"): ballots}, questions, test_levels=LEVELS)

    found = levels_of(made("test_level", level=True), "A", {"r": done})["read"]

    assert (found.value, found.provenance.source) == ("较好", "r")
    assert levels_of(made("test_level", level=True), "B", {"r": done}) == {}
    assert levels_of(made("test_level", level=True), "A", {}) == {}


# --- no figure ---------------------------------------------------------------------------------------------------


def why(reading):
    assert isinstance(reading.value, Insufficient)
    return reading.value.say()


def test_a_round_without_a_count():
    assert why(readings_of(made("index"), "A", {}, {})["read"]) == "no count of the round r is here yet"


@pytest.mark.parametrize(("figure", "kind"), [("index", "opinion"), ("ballot", "ballot")])
def test_a_subject_that_nobody_rates(figure, kind):
    assert why(read(figure, round_(kind), "B")) == "the round r does not assess this subject"


@pytest.mark.parametrize(("figure", "more"), [("index", {}), ("votes", {"item": "safety"})])
def test_too_few_answers(figure, more):
    assert isinstance(read(figure, round_(minimum=30), **more).value, Insufficient)


@pytest.mark.parametrize(("figure", "more"), [("ballot", {}), ("votes", {"item": "safety"})])
def test_a_short_class_and_its_approval(figure, more):
    short = round_("ballot", {("g", "A"): alike("safety:A", a=4)}, classes=CLASSES)
    approval = Approval(frozenset("B"), "Nobody of them came", "Wang")

    refused, approved = read(figure, short, **more), read(figure, short, approval=approval, **more)

    assert refused.value.figures["reason"].say() == "class B has 0 ballots, at least 2 are needed"
    assert refused.notes == ()
    assert approved.value == (100 if figure == "ballot" else Votes({"a": 4, "b": 0, "c": 0}, 4, 40))
    (note,) = approved.notes
    assert note.say() == (
        "class B left out where it is short of ballots, approved by Wang because: Nobody of them came"
    )


def test_an_approval_without_need_changes_nothing_and_says_nothing():
    full = round_("ballot", classes=CLASSES)

    found = read("ballot", full, approval=Approval(frozenset("B"), "They vote badly", "Wang"))

    assert (found.value, found.notes) == (90, ())


QUORUM = {"share": "2/3", "operator": ">="}


@pytest.mark.parametrize(
    ("present", "sentence"),
    [(26, "26 of 40 were present; at least 2/3 are needed"), (27, None)],
)
def test_a_vote_without_its_quorum_does_not_count(present, sentence):
    frozen = round_("ballot", quorum=QUORUM).frozen
    cast = {("g", "A"): alike("safety:A", a=4)}

    found = read("ballot", counted(frozen, cast, {("g", "A"): 13, ("h", "B"): present - 13}))

    if sentence is None:
        assert found.value == 100
    else:
        assert found.value.figures["reason"].say() == sentence


def test_nobody_wrote_down_how_many_came():
    frozen = round_("ballot", quorum=QUORUM).frozen

    found = read("ballot", counted(frozen, {("g", "A"): alike("safety:A", a=4)}, {}))

    assert found.value == 100
    assert "how many of 40 were present was not entered" in found.notes[0].say()


# --- what a scheme must not ask ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "kind", "more"),
    [("index", "ballot", {}), ("ballot", "opinion", {}), ("votes", "opinion", {"item": "peace"})],
)
def test_a_figure_that_the_round_does_not_give(figure, kind, more):
    with pytest.raises(Refused, match="read reads the"):
        check_sources(made(figure, **more), {"r": round_(kind)})


def test_a_level_of_a_round_that_is_no_test():
    with pytest.raises(Refused, match="read reads the figure test_level, which the round r, of kind ballot"):
        check_sources(made("test_level", level=True), {"r": round_("ballot")})


def test_an_option_that_the_item_does_not_offer():
    with pytest.raises(Refused, match="read counts votes for b, which the item safety"):
        check_sources(made("votes", item="safety"), {"r": counted_with("a", "x")})


def counted_with(*codes):
    options = [{"code": code, **NAMED, "points": 50} for code in codes]
    return round_(cast={("g", "A"): []}, questions=asked(options=options))


def test_of_an_error_no_more_decimals_enter_a_score_than_its_report_prints():
    found = read("index", CountedRound(*weighted_round({"A": W13}, id="r")))
    plain = read("index", round_())

    assert found.error == half_up(found.error, 2)
    assert found.error > 0
    assert plain.error == half_up(plain.error, 4)
