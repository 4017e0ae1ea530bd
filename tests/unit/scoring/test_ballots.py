import random
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from survey.counting import service
from survey.counting.opening import Opened
from survey.counting.tally import tally_ballots
from survey.questionnaires.schema import Questionnaire
from survey.rounds.definition import FrozenRound, RoundDefinition, VoterGroup
from survey.rounds.rules import BallotClass
from survey.scoring.ballots import class_weight, score_ballots
from survey.scoring.rules.insufficient import Insufficient
from survey.subjects.roster import Subject

FOUR = [
    {"code": "a", "zh": "优秀", "en": "Excellent", "points": 100},
    {"code": "b", "zh": "称职", "en": "Competent", "points": 80},
    {"code": "c", "zh": "基本称职", "en": "Basically competent", "points": 60},
    {"code": "d", "zh": "不称职", "en": "Incompetent", "points": 0},
    {"code": "dk", "zh": "不了解", "en": "Don't know", "scored": False},
    {"code": "abstain", "zh": "弃权", "en": "Abstain", "scored": False, "counted": False},
]
W5_SCALE = [{"code": c, "zh": c, "en": c, "points": p} for c, p in zip("abcd", (100, 85, 70, 50), strict=True)]
W5_MAXIMA = (10, 5, 5, 10, 10, 10, 10, 10, 10, 10, 5, 5)
W5_CAST = {
    "A": ("AAAAAAAAAAAA", "AABAABAAABAA"),
    "B": ("AABABBAABBAA", "BBBBBBABBBAA", "AAAAABAAABAA"),
    "C": ("ABABBBABBCAA", "BBCBCCBBCCBB", "AAAAAAAAAAAA", "CCCCCCCCCCBB", "AABABBABBBAA"),
}


def item(item_id="grade", kind="scale", **fields):
    scale = {"scale": "four"} if kind == "scale" else {}
    return {"id": item_id, "kind": kind, "per": "subject", "zh": item_id, "en": item_id} | scale | fields


def asked(*items, scale=FOUR, **fields):
    return Questionnaire.model_validate(
        {
            "id": "ballot",
            "version": 1,
            "title": {"zh": "测评", "en": "Ballot"},
            "scales": {"four": scale},
            "items": list(items) or [item()],
        }
        | fields
    )


def head(code="x", **fields):
    return Subject.model_validate(
        {"code": code, "name": code, "kind": "cadre", "rank": "head", "unit_type": "organ", "group": "cadres"} | fields
    )


def voters(ballot_class="A", subjects=("x",), planned=20, group="office", **classes):
    return VoterGroup(group, ballot_class, planned, tuple(subjects), classes)


def ballot_class(code, **fields):
    return {"code": code, "zh": f"{code}票", "en": f"Class {code}", "minimum": 1} | fields


def frozen_round(subjects, groups, questions=None, kind="ballot", **rules):
    definition = {
        "id": "yearly",
        "title": {"zh": "年度测评", "en": "Yearly"},
        "organiser": {"zh": "考核办", "en": "Office"},
        "contact": "12380",
        "questionnaire": "ballot@1",
        "kind": kind,
        "voters": "voters.csv",
        "rules": {"minimum": 1} | rules,
        "opens_at": datetime(2026, 12, 1, tzinfo=UTC),
        "closes_at": datetime(2026, 12, 2, tzinfo=UTC),
    }
    return FrozenRound(
        RoundDefinition.model_validate(definition), questions or asked(), tuple(subjects), tuple(groups), ()
    )


def encoded(form, answers, size):
    numbers = {}
    for question in form.questions:
        value = answers.get(question.name)
        if isinstance(value, str):
            codes = [option.code for option in question.item.options]
            value = codes.index(value) + 1 if codes else value
        elif isinstance(value, list):
            codes = [option.code for option in question.item.options]
            value = tuple(codes.index(code) + 1 for code in value)
        if value is not None:
            numbers[question.name] = value
    return form.encode(numbers).ljust(size, b"\0")


def scored(frozen, cast, **options):
    """Score ballots by (group, class), each with its answers by question name, as the count tallies them."""
    opened = Opened(root="ab" * 32)
    ids = {(voter.group, voter.ballot_class): i for i, voter in enumerate(frozen.voters)}
    size = frozen.ballot_size
    for place, id_ in ids.items():
        ballots = cast.get(place, ())
        for number, form in enumerate(frozen.form(frozen.voter_group(*place).subjects).sheets, 1):
            data = b"".join(encoded(form, answers, size) for answers in ballots)
            table = np.frombuffer(data, np.uint8).reshape(len(ballots), size)
            opened.tallies[id_, number] = tally_ballots(form, table, frozen.definition.rules)
    return score_ballots(frozen, service._count(frozen, ids, opened, ()), **options)


def alike(name, **n):
    return [{name: option} for option, times in n.items() for _ in range(times)]


def w5_round():
    questions = asked(*(item(f"i{i}", weight=w) for i, w in enumerate(W5_MAXIMA)), scale=W5_SCALE)
    classes = [ballot_class(c, weight=w) for c, w in (("A", "0.4"), ("B", "0.3"), ("C", "0.3"))]
    return frozen_round([head()], [voters(c) for c in "ABC"], questions, classes=classes)


def w5_cast(*classes):
    return {
        ("office", code): [{f"i{i}:x": letter.lower() for i, letter in enumerate(one)} for one in W5_CAST[code]]
        for code in classes
    }


def test_w5_from_ballots_to_the_total():
    found = scored(w5_round(), w5_cast(*"ABC")).subject("x")

    assert [(one.code, one.n, one.mean) for one in found.classes] == [
        ("A", 2, Fraction("98.125")),
        ("B", 3, Fraction("92.75")),
        ("C", 5, Fraction("86.05")),
    ]
    assert (found.stored, found.rank) == (Decimal("92.890000"), 1)


def test_a_class_without_a_ballot_stops_the_total_until_staff_approve():
    short = scored(w5_round(), w5_cast("A", "B")).subject("x")
    approved = scored(w5_round(), w5_cast("A", "B"), renormalise={"C"}).subject("x")

    assert short.total.say() == "class C has 0 ballots, at least 1 are needed"
    assert (short.stored, short.exact, short.rank) == (None, None, None)
    assert (approved.stored, approved.total.left_out) == (Decimal("95.821429"), ("C",))


def test_the_order_of_ballots_changes_nothing():
    cast = w5_cast(*"ABC")
    shuffled = {place: random.Random(7).sample(ballots, len(ballots)) for place, ballots in cast.items()}  # noqa: S311

    assert scored(w5_round(), shuffled).subjects == scored(w5_round(), cast).subjects


def test_a_ballot_counts_as_another_class_for_some_subjects():
    groups = [voters("AB", "xy", x="A", y="B"), voters("A", "xy"), voters("B", "x")]
    classes = [ballot_class("A", weight=3), ballot_class("B", weight=1)]
    frozen = frozen_round([head("x"), head("y")], groups, classes=classes)
    cast = {
        ("office", "AB"): [{"grade:x": "a", "grade:y": "d"}],
        ("office", "A"): [{"grade:x": "b", "grade:y": "a"}],
        ("office", "B"): [{"grade:x": "c"}],
    }

    results = scored(frozen, cast)

    x, y = results.subject("x"), results.subject("y")
    assert [(one.code, one.n, one.mean) for one in x.classes] == [("A", 2, 90), ("B", 1, 60)]
    assert [(one.code, one.n, one.mean) for one in y.classes] == [("A", 1, 100), ("B", 1, 0)]
    assert [(own.ballot_class, own.ballots, own.counts["a"]) for own in x.item("grade").classes] == [
        ("A", 2, 1),
        ("B", 1, 0),
    ]
    assert (x.exact, y.exact) == (Fraction(330, 4), 75)


def test_the_weight_of_a_class_may_depend_on_the_subject():
    rule = BallotClass.model_validate(ballot_class("A", weight=1, weights={"type:basic": 2, "head": 3}))

    assert class_weight(rule, head()) == 3
    assert class_weight(rule, head(unit_type="basic")) == 2
    assert class_weight(rule, head(rank="deputy")) == 1


def test_a_class_that_does_not_rate_a_subject_is_not_missed():
    classes = [ballot_class("A"), ballot_class("B")]
    frozen = frozen_round([head()], [voters("A")], classes=classes)

    assert scored(frozen, {("office", "A"): alike("grade:x", a=1)}).subject("x").total.entered == ("A",)


def test_votes_tell_don_t_know_abstention_and_blank_apart():
    frozen = frozen_round([head()], [voters("A"), voters("B")])
    cast = {
        ("office", "A"): [*alike("grade:x", a=3, dk=2, abstain=1), {}],
        ("office", "B"): alike("grade:x", b=4, dk=1),
    }

    votes = scored(frozen, cast).subject("x").item("grade")

    assert votes.together.counts == {"a": 3, "b": 4, "c": 0, "d": 0, "dk": 3, "abstain": 1}
    assert (votes.together.ballots, votes.together.blank) == (12, 1)
    assert votes.together.mean.value == Fraction(3 * 100 + 4 * 80, 7)
    assert votes.together.shares["a"].value == Fraction(3, 10)
    assert "abstain" not in votes.together.shares
    assert [(own.ballot_class, own.ballots, own.blank) for own in votes.classes] == [("A", 7, 1), ("B", 5, 0)]


def test_the_overall_grade_is_shown_beside_the_items_and_feeds_the_score_only_when_the_rules_say_so():
    questions = asked(item("work"), item("all", overall=True))
    cast = {("office", "A"): [{"work:x": "a", "all:x": "b"}, {"work:x": "b", "all:x": "c"}]}

    by_items = scored(frozen_round([head()], [voters()], questions), cast).subject("x")
    by_overall = scored(frozen_round([head()], [voters()], questions, grade_by="overall"), cast).subject("x")

    assert (by_items.exact, by_overall.exact) == (90, 70)
    assert [one.item for one in by_items.grades] == ["all"]
    assert by_items.grades[0].together.counts["b"] == 1
    assert by_items.item("other") is None


def test_everybody_s_don_t_know_is_no_data():
    found = scored(frozen_round([head()], [voters()]), {("office", "A"): alike("grade:x", dk=9)}).subject("x")

    assert found.total.say() == "0 scored answers, at least 1 are needed"
    assert isinstance(found.item("grade").together.mean, Insufficient)


@pytest.mark.parametrize(("n", "enough"), [(2, False), (3, True)])
def test_the_minimum_of_a_round_and_of_a_class(n, enough):
    cast = {("office", "A"): alike("grade:x", a=n)}
    plain = frozen_round([head()], [voters()], minimum=3)
    classed = frozen_round([head()], [voters()], classes=[ballot_class("A", minimum=3)])

    for frozen in (plain, classed):
        assert isinstance(scored(frozen, cast).subject("x").total, Insufficient) is not enough


MARK = item("mark", "number", minimum=0, maximum=100, scored=True)


def marks(*numbers):
    return [{"mark:x": Decimal(number)} for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "mean"), [((95, 88, 90, 60, 85, 92), "88.7500"), ((95, 88, 90, 60, 85), "83.6000")]
)
def test_w17_the_ends_of_a_class_are_dropped(numbers, mean):
    frozen = frozen_round([head()], [voters(group="g1"), voters(group="g2")], asked(MARK), trim_above=5)

    found = scored(frozen, {("g1", "A"): marks(*numbers[:3]), ("g2", "A"): marks(*numbers[3:])}).subject("x")

    assert (found.exact, found.classes[0].n) == (Fraction(mean), len(numbers))
    assert found.item("mark").together.mean.n == len(numbers)
    assert found.item("mark").together.shares == {}


def test_every_class_is_trimmed_by_itself_though_the_classes_have_no_names():
    frozen = frozen_round([head()], [voters("A"), voters("B")], asked(MARK), trim_above=4)

    found = scored(frozen, {("office", "A"): marks(0, 40, 50, 60, 100), ("office", "B"): marks(80, 90)}).subject("x")

    assert (found.exact, found.classes[0].n) == (Fraction(40 + 50 + 60 + 80 + 90, 5), 7)


def test_heads_deputies_and_units_are_ranked_apart():
    subjects = [
        head("h1"),
        head("h2"),
        head("h3", group="other"),
        head("d1", rank="deputy"),
        head("d2", rank="deputy"),
        Subject(code="u1", name="u1", group="cadres"),
        head("c1", rank=""),
        head("nobody"),
    ]
    rated = tuple(one.code for one in subjects[:-1])
    frozen = frozen_round(subjects, [voters(subjects=rated)])
    cast = dict(zip((f"grade:{code}" for code in rated), ("b", "a", "d", "c", "c", "d", "a"), strict=True))

    results = scored(frozen, {("office", "A"): [cast]})

    assert {one.code: one.rank for one in results.subjects} == {
        "h1": 2,
        "h2": 1,
        "h3": 1,
        "d1": 1,
        "d2": 1,
        "u1": 1,
        "c1": 1,
    }


def test_other_kinds_of_items_are_counted_but_not_averaged():
    options = [{"code": c, "zh": c, "en": c, "points": 5} for c in ("slow", "far")]
    questions = asked(
        item(),
        item("why", "multiple", options=options),
        item("years", "number", minimum=0, maximum=9),
        item("note", "text", max_length=5),
        item("hall", per="ballot"),
    )
    ballot = {"grade:x": "a", "why:x": ["slow", "far"], "years:x": Decimal(3), "note:x": "好", "hall": "c"}

    results = scored(frozen_round([head()], [voters()], questions), {("office", "A"): [ballot]})

    found = {votes.item: votes.together for votes in results.subject("x").items}
    assert (found["why"].counts, found["why"].shares, found["why"].mean) == ({"slow": 1, "far": 1}, {}, None)
    assert (found["years"].counts, found["years"].mean) == ({"3": 1}, None)
    assert found["note"].counts == {"written": 1}
    assert [(votes.item, votes.together.counts["c"]) for votes in results.general] == [("hall", 1)]


LEVELS = {
    "item": "grade",
    "steps": [{"options": ["a"], "operator": ">=", "share": "1/2", "result": "优秀"}],
    "otherwise": "称职",
}


@pytest.mark.parametrize(
    ("base", "excellent", "result"),
    [("valid", 2, "优秀"), ("valid", 1, "称职"), ("expected", 5, "优秀"), ("expected", 4, "称职")],
)
def test_shares_of_votes_propose_a_level(base, excellent, result):
    frozen = frozen_round([head()], [voters(planned=10)], levels=LEVELS | {"base": base})

    found = scored(frozen, {("office", "A"): alike("grade:x", a=excellent, b=1, dk=1, abstain=3)}).subject("x")

    assert found.levels.result == result


def test_nothing_is_proposed_from_too_few_votes_or_for_whom_nobody_was_asked():
    questions = asked(item(only=["head"]), item("unit", only=["unit"]))
    groups = [voters("A", ("x", "u")), voters("B", ("x", "u"))]
    subjects = [head(), Subject(code="u", name="u")]
    classes = [ballot_class("A", minimum=2), ballot_class("B")]
    cast = {("office", "A"): alike("grade:x", a=1, abstain=1), ("office", "B"): alike("grade:x", a=1)}

    results = scored(frozen_round(subjects, groups, questions, classes=classes, levels=LEVELS), cast)

    assert results.subject("x").levels.say() == "class A has 1 ballots, at least 2 are needed"
    assert results.subject("u").levels is None
    plain = scored(frozen_round(subjects, groups, questions, minimum=3, levels=LEVELS), cast)
    assert plain.subject("x").levels.say() == "2 scored answers, at least 3 are needed"
    approved = scored(
        frozen_round(subjects, groups, questions, classes=classes, levels=LEVELS), cast, renormalise={"A"}
    )
    assert approved.subject("x").levels.result == "优秀"


POSITIVE = ((48, 9, 2, 1), (45, 12, 2, 1), (44, 12, 3, 1), (43, 13, 3, 1), (50, 8, 1, 1))
TEST_LEVELS = {
    "levels": [
        {"name": {"zh": z, "en": z}, "at_least": at} for z, at in (("好", 90), ("较好", 80), ("一般", 70), ("较差", 0))
    ],
    "signals": [
        {"share": share, "effect": effect, "note": {"zh": effect, "en": effect}}
        for share, effect in (("1/10", "notice"), ("1/5", "lower"), ("1/3", "lowest"))
    ],
}


def posneg(kind="posneg", **rules):
    questions = asked(
        *(item(f"p{i}") for i in range(len(POSITIVE))),
        item("n0", "statement", polarity="negative", sheet=2),
        item("n1", "statement", polarity="positive", sheet=2),
        sheets=[{"zh": "正向", "en": "Positive"}, {"zh": "反向", "en": "Negative"}],
    )
    return frozen_round([head()], [voters(planned=60)], questions, kind, **rules)


def posneg_cast(exists):
    columns = [[option for option, n in zip("abcd", votes, strict=True) for _ in range(n)] for votes in POSITIVE]
    ballots = [{f"p{i}:x": option for i, option in enumerate(row)} for row in zip(*columns, strict=True)]
    return {
        ("office", "A"): [
            ballot | {"n0:x": "yes" if i < exists else "no", "n1:x": "yes"} for i, ballot in enumerate(ballots)
        ]
    }


@pytest.mark.parametrize(
    ("exists", "level", "effect"),
    [(3, "好", None), (6, "好", "notice"), (12, "较好", "lower"), (20, "较差", "lowest")],
)
def test_w18_a_test_proposes_a_level(exists, level, effect):
    # The round's minimum is for indices; a test has its own.
    found = scored(posneg(minimum=100, test_levels=TEST_LEVELS), posneg_cast(exists)).subject("x").test

    assert (found.level.name.zh, found.signal and found.signal.effect, found.voters) == (level, effect, 60)
    assert found.worst.item == "n0"
    assert abs(found.mean - Fraction("93.26666667")) < Fraction(1, 10_000)


def test_a_test_of_short_classes_proposes_nothing():
    rules = {"test_levels": TEST_LEVELS, "classes": [ballot_class("A", minimum=61)]}

    assert scored(posneg(**rules), posneg_cast(3)).subject("x").test.say() == (
        "class A has 60 ballots, at least 61 are needed"
    )


def test_only_a_test_has_test_levels():
    frozen = posneg(kind="ballot", test_levels=TEST_LEVELS)

    assert scored(frozen, posneg_cast(3)).subject("x").test is None
    assert scored(posneg(), posneg_cast(3)).subject("x").test is None
