from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaires.form import Form
from survey.questionnaires.schema import Questionnaire
from survey.rounds.limits import all_equal, all_equal_rows, breaches, breaching_rows
from survey.rounds.rules import Limit
from survey.subjects.roster import Subject

PADDING = 5
GRADES = [
    {"code": "excellent", "zh": "优秀", "en": "Excellent", "points": 100},
    {"code": "competent", "zh": "称职", "en": "Competent", "points": 80},
    {"code": "poor", "zh": "不称职", "en": "Incompetent", "points": 0},
    {"code": "dk", "zh": "不了解", "en": "Don't know", "scored": False},
    {"code": "abstain", "zh": "弃权", "en": "Abstain", "counted": False},
]


def item(item_id, kind, **fields):
    return {"id": item_id, "kind": kind, "per": "subject", "zh": item_id, "en": item_id} | fields


MARK = item("mark", "number", minimum=0, maximum=100, places=1)
ITEMS = (
    item("grade", "scale", scale="four"),
    item("overall", "scale", scale="four"),
    item("stars", "scale", scale="two"),
    MARK,
    item("other", "number", minimum="-5", maximum=5),
    item("traits", "multiple", options=[{"code": f"t{i}", "zh": f"{i}", "en": f"{i}"} for i in range(10)]),
    item("remark", "text", max_length=2),
    {"id": "general", "kind": "scale", "scale": "four", "zh": "总", "en": "All"},
)


def form_of(items, subjects):
    asked = Questionnaire.model_validate(
        {
            "id": "ballot",
            "version": 1,
            "title": {"zh": "测评", "en": "Ballot"},
            "scales": {"four": GRADES, "two": GRADES[:2]},
            "items": list(items),
        }
    )
    return Form(asked, [Subject(code=f"s{i}", name=f"s{i}") for i in range(subjects)])


def limit(item_id="grade", **fields):
    return Limit.model_validate({"item": item_id} | fields)


def grades(*numbers):
    return {f"grade:s{i}": number for i, number in enumerate(numbers) if number}


def rows(form, *ballots):
    data = b"".join(form.encode(answers) + bytes(PADDING) for answers in ballots)
    return np.frombuffer(data, np.uint8).reshape(len(ballots), form.size + PADDING)


CAP = limit(options=["excellent"], share="0.3")
FORTY = form_of(ITEMS[:1], 40)


def test_a_cap_names_itself_with_its_figures():
    (breach,) = breaches([CAP], FORTY, grades(*[1] * 13, *[2] * 27))
    problem = breach.problem(FORTY, "en")

    assert (breach.given, breach.allowed) == (13, 12)
    assert (problem.where, problem.say()) == ("grade:s0", "Excellent: at most 12 of 40; this ballot gives 13")
    assert breach.problem(FORTY).say().startswith("优秀: at most")


def test_exactly_the_cap_is_kept():
    assert breaches([CAP], FORTY, grades(*[1] * 12, *[2] * 28)) == ()


def test_too_few_of_something_is_a_breach_too():
    least = limit(options=["poor", "dk"], least=2)
    few, enough = grades(3, 1, 1), grades(3, 1, 4)

    (breach,) = breaches([least], FORTY, few)
    assert breach.problem(FORTY, "en").say() == ("Incompetent / Don't know: at least 2 of 40; this ballot gives 1")
    assert breaches([least], FORTY, enough) == ()


def test_numbers_are_counted_from_and_below():
    form = form_of([MARK], 3)
    band = limit("mark", at_least="90", below="95.5", most=1)
    answers = {"mark:s0": Decimal("90.0"), "mark:s1": Decimal("95.4"), "mark:s2": Decimal("95.5")}

    (breach,) = breaches([band], form, answers)

    assert breach.problem(form, "en").say() == "mark >= 90 & < 95.5: at most 1 of 3; this ballot gives 2"


@pytest.mark.parametrize("bound", ["-1", "0", "0.05", "50", "99.95", "100", "100.1", "1e30"])
@pytest.mark.parametrize("side", ["at_least", "below"])
def test_the_count_draws_the_line_at_the_same_number(side, bound):
    form = form_of([MARK], 1)
    marks = [{"mark:s0": Decimal(n)} for n in ("0.0", "0.1", "49.9", "50.0", "50.1", "99.9", "100.0")] + [{}]
    none = limit("mark", **{side: bound}, most=0)

    found = breaching_rows([none], form, rows(form, *marks))

    assert found.tolist() == [bool(breaches([none], form, answers)) for answers in marks]


def test_a_limit_on_what_is_not_asked_has_no_say():
    stray = limit("absent", options=["excellent"], least=1)

    assert breaches([stray], FORTY, grades(1)) == ()
    assert not breaching_rows([stray], FORTY, rows(FORTY, grades(1))).any()


def answers_to(form, draw):
    answers = {}
    for question in form.questions:
        asked = question.item
        one = {
            "scale": st.integers(1, len(asked.options)) if asked.options else st.nothing(),
            "number": st.sampled_from([Decimal(n) for n in ("0", "1", "4", "5")]),
            "multiple": st.sets(st.integers(1, 10), min_size=1).map(lambda chosen: tuple(sorted(chosen))),
            "text": st.just("好"),
        }[asked.kind]
        answer = draw(st.none() | one)
        if answer is not None:
            answers[question.name] = answer
    return answers


options = st.lists(st.sampled_from([o["code"] for o in GRADES] + [f"t{i}" for i in range(10)]), min_size=1, unique=True)
bounds = st.sampled_from([Decimal(n) for n in ("-1000", "-5", "-0.05", "0", "0.95", "1", "4.01", "5", "100", "1e30")])
counts = options.map(lambda codes: {"options": codes}) | st.tuples(bounds, st.none() | bounds).map(
    lambda pair: {"at_least": pair[0], "below": pair[1]}
)
sizes = st.fixed_dictionaries({"most": st.integers(0, 3)}) | st.fixed_dictionaries({"least": st.integers(1, 3)})
sizes |= st.sampled_from(["0", "1/3", "1/2", "1"]).map(lambda share: {"share": share})
some_limits = st.lists(
    st.tuples(st.sampled_from([one["id"] for one in ITEMS[:6]]), counts, sizes).map(
        lambda parts: limit(parts[0], **parts[1], **parts[2])
    ),
    max_size=3,
)


@given(some_limits, st.integers(1, 4), st.data())
def test_the_count_finds_the_same_breaches_as_the_page(limits, subjects, data):
    form = form_of(ITEMS, subjects)
    ballots = [answers_to(form, data.draw) for _ in range(data.draw(st.integers(0, 3)))]

    found = breaching_rows(limits, form, rows(form, *ballots))

    assert found.tolist() == [bool(breaches(limits, form, answers)) for answers in ballots]


@pytest.mark.parametrize(
    ("cast", "equal"),
    [
        (grades(1, 1, 1), True),
        (grades(2, 2, 2), True),
        (grades(1, 1, 2), False),
        (grades(1, 1, 0), True),  # a blank says nothing
        (grades(1, 0, 0), False),  # about one subject only
        (grades(1, 1, 4), False),  # tells the unknown apart from the known
        (grades(4, 4, 4), False),  # no mark at all
        (grades(5, 5, 5), False),
        ({}, False),
    ],
)
def test_a_ballot_that_says_the_same_of_everybody(cast, equal):
    form = form_of(ITEMS[:1], 3)

    assert all_equal(form, cast) is equal
    assert all_equal_rows(form, rows(form, cast)).tolist() == [equal]


def test_marks_are_compared_within_one_scale():
    form = form_of(ITEMS, 2)
    same = grades(2, 2) | {"overall:s0": 2, "stars:s0": 1, "mark:s0": Decimal("7.0"), "mark:s1": Decimal("7.0")}

    assert all_equal(form, same)
    assert not all_equal(form, same | {"overall:s1": 1})
    assert not all_equal(form, same | {"mark:s1": Decimal("7.1")})


def test_one_answer_on_each_of_two_scales_compares_nothing():
    form = form_of(ITEMS, 2)

    assert not all_equal(form, {"grade:s0": 1, "stars:s1": 1})


def test_other_questions_have_no_say():
    form = form_of(ITEMS, 2)

    assert all_equal(form, grades(1, 1) | {"general": 3, "traits:s0": (1,), "remark:s1": "好"})
    assert not all_equal(form, {"general": 1, "traits:s0": (1,), "traits:s1": (1,)})


@given(st.integers(1, 4), st.sampled_from([ITEMS, ITEMS[:2], ITEMS[2:3], ITEMS[3:4], ITEMS[5:]]), st.data())
def test_the_count_finds_the_same_equal_ballots_as_the_page(subjects, items, data):
    form = form_of(items, subjects)
    ballots = [answers_to(form, data.draw) for _ in range(data.draw(st.integers(0, 3)))]
    # Ballots drawn one answer at a time are seldom equal.
    ballots += [grades(*[n] * subjects) for n in range(1, 6) if items[0]["id"] == "grade"]

    assert all_equal_rows(form, rows(form, *ballots)).tolist() == [all_equal(form, answers) for answers in ballots]
