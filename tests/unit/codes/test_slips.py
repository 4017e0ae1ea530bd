"""One slip is void: which, why not, who votes with it at the same moment, and what the figures tell of the others."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from survey.ballots.models import Envelope
from survey.casting import UnknownCode, reconcile
from survey.codes.generator import digest, draw_codes
from survey.codes.models import Batch, Code, CodeState
from survey.codes.service import left_to_issue, void_batch
from survey.codes.slips import USED, Slip, find_slip, void_slip
from survey.core.errors import AlreadyDone, NotFound, Refused
from survey.rounds.models import State
from survey.rounds.service import get_round, list_voter_groups
from survey.storage.engine import reading, unit_of_work
from survey.turnout.queries import get_reading
from tests.factories.casting import admitted, cast_with
from tests.factories.rounds import DURING, KEY, make_round

WORK = {"first": "1", "work:620102": "2"}
VOTERS = "group,class,planned,subjects\n620102,citizen,12,own\n"


@pytest.fixture
def made(engine, tmp_path):
    made = make_round(engine, tmp_path)
    made.open()
    return made


def mine(made, group="620102"):
    return [one.code for one in made.issue() if one.group == group]


def void(made, code):
    with unit_of_work(made.engine) as session:
        return void_slip(session, get_round(session, made.name), digest(code, KEY))


def states(made):
    with reading(made.engine) as connection:
        return sorted(connection.scalars(select(Code.state)).all())


def shown(made):
    """Return what everybody sees of the first batch."""
    with unit_of_work(made.engine) as session:
        account = get_reading(session, get_round(session, made.name)).parts[0].account
        return account.spent, account.void, account.waiting


def test_a_void_slip_can_never_be_used_and_the_others_can(made):
    codes = mine(made)
    opened = admitted(made.engine, codes[0])

    assert void(made, codes[0]) == Slip("620102-citizen-1", "620102", "citizen")

    assert states(made).count(CodeState.VOID) == 1
    with pytest.raises(UnknownCode):
        admitted(made.engine, codes[0])
    with pytest.raises(UnknownCode):
        cast_with(made.engine, opened, WORK)
    cast_with(made.engine, admitted(made.engine, codes[1]), WORK)
    with reading(made.engine) as connection:
        assert reconcile(connection, 1) == 1
        assert connection.scalar(select(Batch.void).where(Batch.name == "620102-citizen-1")) is False


def test_what_cannot_be_void_is_refused_with_its_reason(made, engine, tmp_path):
    codes = mine(made)
    other = make_round(engine, tmp_path, id="autumn")
    other.open()
    foreign = mine(other)[0]
    cast_with(engine, admitted(engine, codes[0]), WORK)
    void(made, codes[1])

    # Unknown and foreign look alike: of other rounds nobody learns here.
    said = set()
    for code in (draw_codes(1)[0], foreign):
        with pytest.raises(NotFound) as refusal:
            void(made, code)
        said.add(str(refusal.value))
    assert len(said) == 1
    with pytest.raises(AlreadyDone, match="stays in the urn") as used:
        void(made, codes[0])
    assert str(used.value) == USED
    with pytest.raises(AlreadyDone, match="void already"):
        void(made, codes[1])
    made.close(DURING)
    with pytest.raises(Refused, match="accounted for"):
        void(made, codes[2])
    assert states(made).count(CodeState.VOID) == 1
    assert not any(code in str(error) for code in codes for error in (refusal.value, used.value))


def test_of_a_vote_and_a_void_at_the_same_moment_exactly_one_happens(made):
    codes = mine(made) + mine_of_spare(made)
    opened = [admitted(made.engine, code) for code in codes]
    start = Barrier(2)

    def vote(one):
        start.wait(20)
        cast_with(made.engine, one, WORK)

    def take(code):
        start.wait(20)
        void(made, code)

    won = {"vote": 0, "void": 0}
    with ThreadPoolExecutor(2) as both:
        for code, one in zip(codes, opened, strict=True):
            tried = {"vote": both.submit(vote, one), "void": both.submit(take, code)}
            lost = {name: error for name, future in tried.items() if (error := future.exception(30))}
            assert len(lost) == 1, lost
            (loser,) = lost
            won["void" if loser == "vote" else "vote"] += 1
            assert isinstance(lost[loser], UnknownCode if loser == "vote" else AlreadyDone)

    assert sum(won.values()) == len(codes)
    assert (states(made).count(CodeState.SPENT), states(made).count(CodeState.VOID)) == (won["vote"], won["void"])
    with reading(made.engine) as connection:
        assert reconcile(connection, 1) == won["vote"] == len(connection.execute(select(Envelope.round_id)).all())


def mine_of_spare(made):
    return [one.code for one in made.issue(spare=10) if one.group == "620102"]


def test_a_round_that_closes_meanwhile_voids_nothing_any_more(made):
    code = mine(made)[0]
    with unit_of_work(made.engine) as session:
        row = get_round(session, made.name)
    made.close(DURING)
    # The session of whoever came before the close still thinks that it is open.
    with unit_of_work(made.engine) as session:
        session.add(row)
        assert row.state == State.OPEN
        with pytest.raises(Refused, match="accounted for"):
            void_slip(session, row, digest(code, KEY))
    assert CodeState.VOID not in states(made)


def test_a_void_slip_still_fills_the_plan_but_not_one_of_a_void_batch(made):
    codes = mine(made)
    void(made, codes[0])
    with unit_of_work(made.engine) as session:
        row = get_round(session, made.name)
        groups = list_voter_groups(session, row)
        assert set(left_to_issue(session, row, groups).values()) == {0}
        void_batch(session, row, "620102-citizen-1")
        assert left_to_issue(session, row, groups)[groups[0].id] == 5


@pytest.fixture
def secret(engine, tmp_path):
    """A secret round of twelve codes, whose figures move in steps of five."""
    made = make_round(engine, tmp_path, voters=VOTERS, kind="ballot")
    made.open()
    return made


def test_void_slips_never_make_the_figures_of_a_secret_round_tell_who_is_left(secret):
    # Given ten of twelve used, which shows
    codes = mine(secret)
    for code in codes[:10]:
        cast_with(secret.engine, admitted(secret.engine, code), WORK)
    assert shown(secret) == (10, 0, 2)
    # When one of the two others is void, then "10 of 11" may still be all or not; one void more would tell.
    void(secret, codes[10])
    with pytest.raises(Refused, match="10 other codes"):
        void(secret, codes[11])
    # Then nothing that was shown has moved back
    assert shown(secret) == (10, 0, 2)


@pytest.mark.parametrize("used", range(8))
def test_voiding_moves_no_figure_of_used_codes(secret, used):
    codes = mine(secret)
    for code in codes[:used]:
        cast_with(secret.engine, admitted(secret.engine, code), WORK)
    before, refused = shown(secret), 0
    for code in codes[used:]:
        try:
            void(secret, code)
        except Refused:
            refused += 1
        assert shown(secret)[0] == before[0]
    # Only what the figures themselves tell decides on a refusal: five shown, and five others left.
    assert refused == (1 if used == 5 else 0)


def test_looking_at_a_slip_changes_nothing(made):
    code = mine(made)[0]
    with unit_of_work(made.engine) as session:
        assert find_slip(session, get_round(session, made.name), digest(code, KEY)).batch == "620102-citizen-1"
    assert CodeState.VOID not in states(made)
