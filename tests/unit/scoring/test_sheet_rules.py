from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaires.words import Option
from survey.rounds import rules
from survey.scoring.rules.sheet import CountSheet, ItemVotes, check_sheet, item_votes

SHEET = CountSheet(
    expected=60, present=52, issued=52, returned=51, valid=48, void={"limit": 1, "equal": 1}, unreadable=1
)


def option(code, **flags):
    return Option(code=code, zh=code, en=code, **flags)


GRADES = (
    option("good", points=100),
    option("poor", points=0),
    option("dk", scored=False),
    option("abstain", scored=False, counted=False),
)


def test_a_sheet_that_adds_up_stands():
    found = check_sheet(SHEET)

    assert (found.stands, found.repeat, found.faults) == (True, False, ())
    assert SHEET.all_void == 3


def test_rates_have_two_decimals_half_up():
    # 1/16 is 6.25 %, 1/32 is 3.125 %
    sheet = replace(SHEET, expected=16, present=1, issued=32, returned=1, valid=1, void={}, unreadable=0)

    assert (sheet.attendance, sheet.return_rate) == (Decimal("6.25"), Decimal("3.13"))


def test_rates_of_nothing_are_no_figures():
    empty = CountSheet(0, None, 0, 0, 0, {})

    assert (empty.attendance, empty.return_rate, empty.valid_rate) == (None, None, None)
    assert check_sheet(empty).stands


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_returned_is_valid_and_void(valid, void, unreadable):
    sheet = replace(SHEET, valid=valid, void={"limit": void}, unreadable=unreadable)

    assert (check_sheet(sheet).faults == ()) == (valid + void + unreadable == sheet.returned)


def test_a_lost_ballot_is_named_with_the_figures_and_is_no_reason_to_vote_again():
    found = check_sheet(replace(SHEET, valid=47))

    assert [fault.say() for fault in found.faults] == ["51 ballots came back, but 47 valid and 3 void ones make 50"]
    assert (found.stands, found.repeat) == (False, False)


def test_one_ballot_more_than_issued_voids_the_vote():
    as_many = replace(SHEET, issued=51)
    stuffed = replace(SHEET, issued=50)

    assert check_sheet(as_many).stands
    assert check_sheet(stuffed).repeat
    assert check_sheet(stuffed).stuffed.say() == (
        "51 ballots came back, but only 50 were issued; the vote is void and must be repeated"
    )


@pytest.mark.parametrize(
    ("operator", "share", "present", "sentence"),
    [
        (">", "2/3", 40, "40 of 60 were present; more than 2/3 are needed"),
        (">", "2/3", 41, None),
        (">=", "2/3", 40, None),
        (">=", "2/3", 39, "39 of 60 were present; at least 2/3 are needed"),
        (">", "1/2", 30, "30 of 60 were present; more than 1/2 are needed"),
        (">", "1/2", 31, None),
        (">=", "1/3", 20, None),
        (">", "1/3", 20, "20 of 60 were present; more than 1/3 are needed"),
        (">=", "0.8", None, "how many of 60 were present was not entered; a quorum is needed"),
    ],
)
def test_a_quorum_at_its_edge(operator, share, present, sentence):
    found = check_sheet(replace(SHEET, present=present), rules.Quorum(operator=operator, share=share))

    assert (found.quorum and found.quorum.say()) == sentence
    assert found.repeat == (sentence is not None)


def test_a_quorum_of_nobody_is_missed():
    assert check_sheet(CountSheet(0, 0, 0, 0, 0, {}), rules.Quorum(share="0")).repeat


def test_don_t_know_and_abstention_are_told_apart_by_the_options_flags():
    votes = item_votes("grade:A", GRADES, {"good": 30, "poor": 5, "dk": 8, "abstain": 3, "": 2}, 48)

    assert votes == ItemVotes("grade:A", {"good": 30, "poor": 5}, abstained=5, unknown=8, ballots=48)
    assert check_sheet(SHEET, items=[votes]).stands


def test_an_item_whose_votes_do_not_add_up_is_named():
    votes = item_votes("grade:A", GRADES, {"good": 30, "dk": 8}, 48)

    found = check_sheet(SHEET, items=[votes])

    assert [(fault.where, fault.say()) for fault in found.faults] == [
        ("grade:A", "30 votes, 0 abstentions and 8 don't know make 38, but 48 valid ballots were asked")
    ]
    assert not found.stands
