"""The response account: every code in one disposition, and a rate that can be checked by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from survey.codes.generator import digest
from survey.codes.models import Code, CodeState
from survey.codes.service import void_batch
from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work
from survey.turnout.queries import get_turnout
from survey.turnout.rules import Disposition, stepped, stepped_void, sum_up
from tests.factories.rounds import KEY, make_round

numbers = st.integers(0, 10_000)
accounts = st.builds(
    Disposition, st.just("g"), st.just("A"), numbers, waiting=numbers, spent=numbers, void=numbers, expired=numbers
)

RATES = {
    (0, 7): "0.00",
    (7, 7): "100.00",
    (1, 3): "33.33",
    (2, 3): "66.67",
    (1, 800): "0.13",  # 0.125: half goes up
    (5, 800): "0.63",  # 0.625: banker's rounding would say 0.62
    (199_999, 200_000): "100.00",
}


def disposition(**states):
    return Disposition("g", "A", 10, **(dict.fromkeys(("waiting", "spent", "void", "expired"), 0) | states))


@pytest.mark.parametrize(("spent", "issued"), RATES)
def test_the_rate_is_spent_of_issued_in_percent_half_up(spent, issued):
    account = disposition(spent=spent, waiting=issued - spent, void=50)

    assert account.rate == Decimal(RATES[spent, issued])
    assert str(account.rate) == RATES[spent, issued]


def test_nothing_issued_is_no_rate_not_zero():
    assert disposition().rate is None
    assert disposition(void=3).rate is None


@given(accounts)
def test_the_states_sum_to_all_that_were_made(account):
    assert account.made == account.waiting + account.spent + account.void + account.expired
    assert account.issued == account.made - account.void
    assert account.rate is None or 0 <= account.rate <= 100


@given(st.lists(accounts, max_size=5))
def test_groups_sum_up(parts):
    total = sum_up(tuple(parts), "all")

    assert total.made == sum(part.made for part in parts)
    assert total.spent == sum(part.spent for part in parts)
    assert total.planned == sum(part.planned for part in parts)
    assert (total.group, total.ballot_class) == ("all", "")


@given(st.lists(accounts, max_size=5), st.integers(2, 20))
def test_in_steps_nothing_moves_by_one_and_no_group_looks_complete(parts, step):
    shown = stepped(parts, step)

    for before, after in zip(parts, shown, strict=True):
        assert after.spent % step == 0
        assert 0 <= after.spent <= before.spent
        assert after.made == before.made
        assert after.void % step == 0
        assert 0 <= before.void - after.void < step
        assert after.spent < after.issued or after.spent == 0
    assert sum_up(shown, "all").spent % step == 0


@given(st.integers(1, 60), st.data(), st.integers(2, 20))
def test_a_batch_that_is_void_as_a_whole_shows_what_it_showed_before_and_nothing_more(made, data, step):
    spent = data.draw(st.integers(0, made))
    before = stepped([disposition(spent=spent, waiting=made - spent)], step)[0]
    after = stepped_void(disposition(spent=spent, void=made - spent), step)

    assert (after.spent, after.made) == (before.spent, made)
    assert after.void <= made - spent
    assert after.waiting >= 0
    # Whatever it shows is the same for all numbers that looked alike before.
    alike = [n for n in range(made + 1) if stepped([disposition(spent=n, waiting=made - n)], step)[0] == before]
    assert {stepped_void(disposition(spent=n, void=made - n), step) for n in alike} == {after}


def test_spare_codes_are_told_apart_only_where_there_are_some():
    assert "spare" not in disposition(spent=3).document()
    part = disposition(spent=3, spare=2)
    assert part.document()["spare"] == 2
    assert Disposition.from_document(part.document()) == part
    assert sum_up((part, part, disposition()), "all").spare == 4


@pytest.mark.parametrize(("spent", "shown"), [(0, 0), (4, 0), (5, 5), (9, 5), (10, 5)])
def test_the_steps_of_a_group_of_ten(spent, shown):
    (account,) = stepped([disposition(spent=spent, waiting=10 - spent)], 5)

    assert (account.spent, account.waiting, account.step) == (shown, 10 - shown, 5)
    assert account.rate == Decimal(shown * 10)


def turnout(made):
    with unit_of_work(made.engine) as session:
        return get_turnout(session, get_round(session, made.name))


def test_codes_move_from_waiting_to_spent_void_and_only_after_the_close_to_expired(engine, tmp_path):
    # Given an open round without codes
    made = make_round(engine, tmp_path)
    made.open()
    assert [(account.group, account.made, account.rate) for account in turnout(made)] == [
        ("620102", 0, None),
        ("620103", 0, None),
        ("offices", 0, None),
    ]
    # When codes are issued, some spent, a batch voided
    issued = made.issue()
    mine = [digest(one.code, KEY) for one in issued if one.group == "620102"]
    with unit_of_work(engine) as session:
        session.execute(update(Code).where(Code.digest.in_(mine[:2])).values(state=CodeState.SPENT, cast_key=bytes(32)))
        void_batch(session, get_round(session, made.name), "offices-A-1")
    # Then each is in one disposition, and none expired
    first = Disposition("620102", "citizen", 5, waiting=3, spent=2, void=0, expired=0)
    second = Disposition("620103", "citizen", 4, waiting=4, spent=0, void=0, expired=0)
    third = Disposition("offices", "A", 3, waiting=0, spent=0, void=3, expired=0)
    assert turnout(made) == (first, second, third)
    assert first.rate == Decimal("40.00")
    # And when the round is closed, what was waiting has expired, and no rate has changed
    made.close()
    after = turnout(made)
    assert [(account.waiting, account.expired) for account in after] == [(0, 3), (0, 4), (0, 0)]
    assert [account.rate for account in after] == [account.rate for account in (first, second, third)]
    assert sum_up(after, "").made == len(issued)


def test_codes_of_another_round_are_not_counted(engine, tmp_path):
    made = make_round(engine, tmp_path)
    made.open()
    made.issue()
    other = make_round(engine, tmp_path, id="autumn")
    other.open()
    other.issue(spare=9)

    assert [account.made for account in turnout(made)] == [5, 4, 3]
    assert [account.made for account in turnout(other)] == [9, 9, 9]
