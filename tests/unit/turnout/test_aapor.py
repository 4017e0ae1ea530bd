from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.errors import Refused
from survey.turnout.aapor import (
    E_CASRO,
    E_NOT_NEEDED,
    E_STATED,
    LETTERS,
    Account,
    Eligibility,
    Participants,
    account_of_codes,
    casro,
    rates,
)
from survey.turnout.rules import Disposition

HALF = Fraction(1, 2)

accounts = st.lists(st.integers(0, 300), min_size=8, max_size=8).map(lambda numbers: Account(*numbers))
shares = st.fractions(0, 1, max_denominator=50)


def codes(*, waiting=0, spent=0, void=0, expired=0):
    return Disposition("g", "A", planned=100, waiting=waiting, spent=spent, void=void, expired=expired)


@given(accounts, shares)
def test_every_rate_lies_between_0_and_1(account, e):
    for rate in rates(account, Eligibility(e)).of.values():
        assert rate.value is None or 0 <= rate.value <= 1


@given(accounts.filter(lambda account: account.eligible), shares)
def test_rates_grow_as_fewer_of_the_unknown_count(account, e):
    found = {name: rate.value for name, rate in rates(account, Eligibility(e)).of.items()}

    assert found["RR1"] <= found["RR3"] <= found["RR5"]
    assert found["RR2"] <= found["RR4"] <= found["RR6"]
    assert found["REF1"] <= found["REF2"] <= found["REF3"]
    assert found["CON1"] <= found["CON2"] <= found["CON3"]
    for complete, with_partial in (("RR1", "RR2"), ("RR3", "RR4"), ("RR5", "RR6")):
        assert found[complete] <= found[with_partial]


@given(accounts.filter(lambda account: account.complete))
def test_e_of_one_gives_the_first_and_e_of_nought_the_last(account):
    all_count, none_counts = rates(account, Eligibility(Fraction(1))).of, rates(account, Eligibility(Fraction(0))).of

    assert (all_count["RR3"].value, none_counts["RR3"].value) == (all_count["RR1"].value, all_count["RR5"].value)
    assert (all_count["CON2"].value, none_counts["CON2"].value) == (all_count["CON1"].value, all_count["CON3"].value)
    assert all_count["COOP1"] == none_counts["COOP1"]


@given(accounts, st.integers(1, 9))
def test_twice_as_many_people_have_the_same_rates(account, times):
    larger = Account(*(times * n for n in vars(account).values()))

    one, other = rates(account, Eligibility(HALF)).of, rates(larger, Eligibility(HALF)).of
    assert {name: rate.value for name, rate in one.items()} == {name: rate.value for name, rate in other.items()}


def test_a_rate_shows_its_formula_and_figures():
    rate = rates(Account(5, 1, 2, 3, 1, 4, 2, 0), Eligibility(HALF)).of["RR4"]

    assert (rate.name, rate.formula) == ("RR4", "(I + P) / ((I + P) + (R + NC + O) + e(UH + UO))")
    assert (rate.above, rate.below, rate.value) == (6, 15, Fraction(2, 5))
    assert str(rate.stored) == "0.400000"


def test_with_nobody_to_divide_by_there_is_no_rate():
    found = rates(Account(not_reached=3)).of

    assert (found["COOP1"].value, found["COOP1"].stored) == (None, None)
    assert found["RR1"].value == 0


def test_e_is_stated_with_where_it_comes_from():
    account = Account(complete=6, not_eligible=2, unknown_other=4)

    assert casro(account) == Eligibility(Fraction(3, 4), E_CASRO)
    assert rates(account, Eligibility(HALF)).e.source == E_STATED
    assert rates(Account(complete=6)).e.source == E_NOT_NEEDED


def test_unknown_eligibility_needs_e():
    with pytest.raises(Refused) as refused:
        rates(Account(complete=6, unknown_household=3, unknown_other=1))

    assert str(refused.value) == "for 4 it is not known whether they are eligible; e must be stated"


def test_e_cannot_come_from_nobody():
    with pytest.raises(Refused, match="e cannot be worked out from 0 whose eligibility is known"):
        casro(Account(unknown_other=5))


@pytest.mark.parametrize("e", [Fraction(-1, 10), Fraction(11, 10)])
def test_e_outside_0_to_1_is_refused(e):
    with pytest.raises(Refused, match="the share of the unknown that is eligible lies between 0 and 1"):
        Eligibility(e)


@pytest.mark.parametrize("position", range(8))
def test_no_outcome_is_below_0(position):
    numbers = [0] * 8
    numbers[position] = -1

    with pytest.raises(Refused, match=f"^{LETTERS[position]} is -1; the number of an outcome cannot be below 0$"):
        Account(*numbers)


def test_a_poster_has_participants_and_never_a_rate():
    with pytest.raises(Refused) as refused:
        rates(Participants(1380), Eligibility(HALF))

    assert str(refused.value) == (
        "1380 participants through an open channel; nobody knows how many saw it, so there is no rate"
    )


@given(st.lists(st.integers(0, 50), min_size=4, max_size=4), st.data())
def test_every_code_has_one_outcome_and_rr5_is_rr1(numbers, data):
    part = codes(**dict(zip(("waiting", "spent", "void", "expired"), numbers, strict=True)))
    opened = data.draw(st.lists(shares, max_size=part.waiting + part.expired))

    found = account_of_codes([part, part], HALF, opened)

    assert sum(line.n for line in found.mapping) == 2 * part.made
    assert sum(vars(found.account).values()) == 2 * part.made
    assert found.account.eligible == 2 * part.issued
    of = rates(found.account).of
    assert of["RR1"].value == of["RR3"].value == of["RR5"].value


def test_the_response_rate_of_codes_is_the_one_the_turnout_page_shows():
    part = codes(spent=30, void=5, expired=20)

    found = rates(account_of_codes([part], HALF).account).of["RR1"]

    assert part.rate == round(found.value * 100, 2) == 60


def test_the_mapping_of_codes_is_printed_with_its_reasons():
    found = account_of_codes([codes(waiting=3, spent=30, void=5, expired=7)], HALF, [Fraction(1, 4), HALF, Fraction(1)])

    assert [(line.outcome, line.n) for line in found.mapping] == [("I", 30), ("P", 2), ("R", 1), ("NC", 7), ("NE", 5)]
    assert [line.say() for line in found.mapping] == [
        "code spent: a form was handed in",
        "opened, not handed in, at least 1/2 of the scored questions answered",
        "opened, not handed in, less than 1/2 of the scored questions answered",
        "code not used; who only opened the form or refused is not recorded and is counted here",
        "code taken back: not delivered, or no longer one of those asked",
    ]


def test_more_opened_forms_than_unused_codes_are_refused():
    with pytest.raises(Refused, match="2 forms were opened and not handed in, but only 1 codes are unused"):
        account_of_codes([codes(spent=9, expired=1)], HALF, [HALF, HALF])


@pytest.mark.parametrize("share", [Fraction(-1, 2), Fraction(3, 2)])
def test_an_opened_form_has_a_share_between_0_and_1(share):
    with pytest.raises(Refused, match="of its scored questions answered; that lies between 0 and 1"):
        account_of_codes([codes(expired=1)], HALF, [share])
