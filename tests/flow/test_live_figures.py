"""The reminder attack: whoever asks for the response after every single vote of an open secret ballot."""

import itertools

import pytest
from sqlalchemy.orm import Session

from survey.codes.service import issue_codes, void_batch
from survey.core.errors import Refused
from survey.rounds.service import get_round, list_voter_groups
from survey.storage.engine import reading, unit_of_work
from survey.turnout.queries import get_turnout

VOTERS = "group,class,planned,subjects\n620102,citizen,12,own\n620103,citizen,4,own\n"
ONE_GROUP = "group,class,planned,subjects\n620102,citizen,12,own\n"


def polled(site, name="spring"):
    with reading(site.engine) as connection, Session(connection) as session:
        return get_turnout(session, get_round(session, name))


def spent(site):
    return [part.spent for part in polled(site)]


@pytest.fixture
def secret(site):
    """A round of two groups, of 12 and of 4, that is secret."""
    codes = site.round(voters=VOTERS, kind="ballot")
    return site, codes


def test_voting_one_by_one_never_moves_a_figure_by_one(secret):
    site, codes = secret
    phone = site.phone()
    seen = [spent(site)]
    for number, code in enumerate(codes):
        phone.vote(code, choice=number % 2)
        seen.append(spent(site))

    assert site.ballots() == 16
    for before, after in itertools.pairwise(seen):
        assert all(b - a in (0, 5) for a, b in zip(before, after, strict=True))
    # The group of four never shows; the group of twelve never shows complete.
    assert seen[-1] == [10, 0]
    assert [part.waiting for part in polled(site)] == [2, 4]
    assert [part.issued for part in polled(site)] == [12, 4]


def test_what_was_answered_changes_nothing_that_is_polled(site):
    # Given two rounds of one group each, one content, one bitter
    content = site.round(voters=ONE_GROUP, kind="ballot")
    bitter = site.round(name="autumn", voters=ONE_GROUP, kind="ballot")
    phone = site.phone()
    seen = {"spring": [], "autumn": []}
    for one, other in zip(content, bitter, strict=True):
        for name, code, choice in (("spring", one, 0), ("autumn", other, 3)):
            phone.vote(code, choice=choice)
            seen[name].append(polled(site, name))
    # Then whoever polls after every vote sees the same of both
    assert seen["spring"] == seen["autumn"]
    assert [parts[0].spent for parts in seen["spring"]] == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]


def test_after_closing_the_figures_are_exact(secret):
    site, codes = secret
    phone = site.phone()
    for code in codes[:7]:
        phone.vote(code)
    assert sum(spent(site)) in (0, 5)

    site.close()

    assert sum(spent(site)) == 7
    assert {part.step for part in polled(site)} == {1}


def test_a_survey_that_is_no_secret_ballot_shows_every_code(site):
    codes = site.round(voters=VOTERS)
    site.phone().vote(codes[0])

    assert sum(spent(site)) == 1


def test_a_step_of_another_size(site):
    codes = site.round(voters=VOTERS, kind="ballot", disclosure={"live_step": 3})
    phone = site.phone()
    for code in codes:
        phone.vote(code)

    assert spent(site) == [9, 3]


def test_what_is_issued_for_a_void_batch_tells_nobody_how_many_of_it_were_used(secret):
    site, codes = secret
    phone = site.phone()
    for code in codes[:3]:
        phone.vote(code)
    key = site.app.extensions["minsheng"].code_key
    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        void_batch(session, row, "620102-citizen-1")
        groups = list_voter_groups(session, row)
        with pytest.raises(Refused, match="would tell how many"):
            issue_codes(session, row, groups, key)
        assert len(issue_codes(session, row, groups[:1], key, spare=12)) == 12
