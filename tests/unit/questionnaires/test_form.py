"""A questionnaire compiled for the subjects of a ballot: read, check, carry back, encode, decode."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.errors import Invalid
from survey.questionnaires.form import Form
from tests.factories.questionnaires import SUBJECTS, fields, fixture, form


def problems_of(compiled, posted):
    with pytest.raises(Invalid) as refused:
        compiled.read(posted)
    return [(problem.where, problem.say()) for problem in refused.value.problems]


def missing(compiled, posted):
    return [(problem.where, problem.say()) for problem in compiled.missing(compiled.read(posted))]


def names(questions):
    return [question.name for question in questions]


# --- order ---


def test_a_run_of_items_per_subject_is_repeated_subject_by_subject():
    assert names(form("per-subject").questions) == [
        "first",
        "work:620102", "conduct:620102", "why:620102",
        "work:620103", "conduct:620103", "why:620103",
        "last",
    ]  # fmt: skip


def test_answers_to_one_subject_are_not_anothers():
    compiled = form("per-subject")

    answers = compiled.read(fields(work__620102="1", work__620103="4"))

    assert answers == {"work:620102": 1, "work:620103": 4}
    assert [compiled.shown(answers, question, "en") for question in compiled.questions[1:5]] == ["Good", "", "", "Bad"]


def test_no_byte_of_a_ballot_belongs_to_two_questions():
    compiled = form("per-subject")
    places = [question.place for question in compiled.questions]

    assert places[0].start == 0
    assert all(before.stop == after.start for before, after in pairwise(places))
    assert places[-1].stop == compiled.size


# --- reading ---


def test_unknown_fields_are_ignored():
    assert form("kinds").read(fields(scale="1", hacker="1", csrf_token="x", work__999="1")) == {"scale": 1}


def test_every_fault_is_told_at_once_each_at_its_question():
    posted = fields(scale=["1", "2"], single="9", multiple=["1", "12345"], number="x", text="好" * 13)

    assert problems_of(form("kinds"), posted) == [
        ("scale", "choose one option only; 2 were sent"),
        ("single", "this option does not exist; please choose again"),
        ("multiple", "this option does not exist; please choose again"),
        ("number", "please write a number, in digits"),
        ("text", "this text has 13 characters; at most 12 fit"),
    ]


def test_fields_carry_every_answer_back():
    compiled = form("kinds")
    posted = fields(scale="2", single="3", multiple=["9", "1"], statement="1", number="4.5", text="好\r\n的")
    answers = compiled.read(posted)

    again = compiled.fields(answers)

    assert sorted(again) == [
        ("multiple", "1"), ("multiple", "9"), ("number", "4.5"), ("scale", "2"), ("single", "3"), ("statement", "1"),
        ("text", "好\n的"),
    ]  # fmt: skip
    assert compiled.read(type(posted)(again)) == answers


@pytest.mark.parametrize("text", ["\0", "a\ud800", "\u202eabc", "\u200b" * 99, "\x1b", "𠮷" * 12])
def test_no_text_whatever_breaks_reading_and_storing(text):
    compiled = form("kinds")

    answers = compiled.read(fields(text=text))

    assert compiled.decode(compiled.encode(answers)) == answers


# --- conditions ---

FOLLOWED = {
    "asked": ({"first": "4", "second": "1", "third": "三天"}, {"first": 4, "second": 1, "third": "三天"}),
    "the other option that asks": ({"first": "3", "second": "2"}, {"first": 3, "second": 2}),
    "not asked": ({"first": "1", "second": "1"}, {"first": 1}),
    "asker left blank": ({"second": "1"}, {}),
    "chain broken at its start": ({"first": "1", "second": "1", "third": "三天"}, {"first": 1}),
    "chain broken in the middle": ({"first": "4", "second": "2", "third": "三天"}, {"first": 4, "second": 2}),
    "one of several choices": ({"reasons": ["1", "3"], "where": "城关"}, {"reasons": (1, 3), "where": "城关"}),
    "none of several choices": ({"reasons": ["1"], "where": "城关"}, {"reasons": (1,)}),
}


@pytest.mark.parametrize(("posted", "kept"), FOLLOWED.values(), ids=FOLLOWED)
def test_answers_to_questions_that_were_not_asked_are_dropped(posted, kept):
    assert form("show-if").read(fields(**posted)) == kept


def test_a_fault_in_a_hidden_answer_troubles_nobody():
    # Given a page that shows the follow-up only after "bad", and a remark in it that is too long
    posted = fields(first="1", second="1", third="好" * 99)
    # Then the hidden fault, which nobody could find, does not keep the ballot back
    assert form("show-if").read(posted) == {"first": 1}


def test_a_follow_up_belongs_to_its_own_subject():
    posted = fields(conduct__620102="1", conduct__620103="4", why__620102="x", why__620103="y")

    assert form("per-subject").read(posted) == {"conduct:620102": 1, "conduct:620103": 4, "why:620103": "y"}


# --- gaps and required questions ---


def test_gaps_are_what_is_asked_but_blank_remarks_aside():
    compiled = form("show-if")

    assert names(compiled.gaps(compiled.read(fields(first="1")))) == ["reasons"]
    assert names(compiled.gaps(compiled.read(fields(first="4")))) == ["second", "reasons"]
    assert names(compiled.gaps(compiled.read(fields(first="4", second="1", reasons="2")))) == []


def test_a_required_question_is_missed_a_remark_too():
    told = "please answer this question; it is required"

    assert missing(form("required"), fields(may="1")) == [("must", told), ("say", told)]
    assert missing(form("required"), fields(must="1", say="\u200b")) == [("say", told)]
    assert missing(form("required"), fields(must="5", say="好")) == []


def test_an_empty_ballot_points_at_its_first_question():
    assert missing(form("kinds"), fields()) == [("scale", "nothing is answered yet; please start here")]
    assert missing(form("kinds"), fields(text="好")) == []


def test_a_required_question_that_is_not_asked_is_not_missed():
    document = fixture("show-if").document()
    document["items"][1]["required"] = True
    compiled = Form(fixture("show-if").model_validate(document), SUBJECTS)

    assert missing(compiled, fields(first="1")) == []
    assert names(compiled.gaps(compiled.read(fields(first="4")))) == ["second", "reasons"]


# --- stored form ---

CHOICE = st.sampled_from(["", "1", "2", "3", "4", "5"])


@given(st.dictionaries(st.sampled_from(names(form("per-subject").questions)), CHOICE | st.text(max_size=20)))
def test_a_ballot_has_one_size_whatever_was_answered(posted):
    compiled = form("per-subject")
    try:
        answers = compiled.read(fields(**posted))
    except Invalid:
        return
    stored = compiled.encode(answers)

    assert len(stored) == compiled.size == 1 + 2 * (1 + 1 + 80) + 80
    assert compiled.decode(stored) == answers
    assert compiled.read(type(fields())(compiled.fields(answers))) == answers


def test_a_blank_ballot_is_all_zero():
    assert form("kinds").encode({}) == bytes(form("kinds").size)
    assert form("kinds").decode(bytes(form("kinds").size)) == {}


def test_bytes_that_no_answers_give_are_refused():
    with pytest.raises(ValueError, match="no such option"):
        form("kinds").decode(b"\xff" * form("kinds").size)


def test_the_values_of_options_have_one_length():
    # Given a list of ten options, the tenth with two digits
    document = fixture("kinds").document()
    document["items"][2]["options"].append({"code": "more", "zh": "其他", "en": "Other"})
    question = Form(fixture("kinds").model_validate(document), ()).questions[2]
    # Then no choice shows in a request's size
    assert {len(value) for value, _option in question.choices} == {2}
