"""The curve of a round: whole rounds, full steps, ten minutes, while it is open; and the target."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from survey.codes.generator import digest
from survey.codes.models import Code, CodeState
from survey.core.errors import Invalid
from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work
from survey.turnout.history import BUCKET, bucket, get_history, note_open_rounds, note_turnout, now_point
from survey.turnout.models import TurnoutPoint
from survey.turnout.queries import get_reading, get_turnout
from survey.turnout.service import set_target
from survey.turnout.watching.rules.pace import Point
from tests.factories.rounds import CLOSES, DURING, KEY, make_round

MINUTES = timedelta(minutes=1)


def spend(engine, issued, n, batch=None):
    digests = [digest(one.code, KEY) for one in issued if batch in (None, one.batch)][:n]
    with unit_of_work(engine) as session:
        session.execute(update(Code).where(Code.digest.in_(digests)).values(state=CodeState.SPENT, cast_key=bytes(32)))


def note(made, now):
    with unit_of_work(made.engine) as session:
        return note_turnout(session, get_round(session, made.name), now)


def history(made):
    with unit_of_work(made.engine) as session:
        return get_history(session, get_round(session, made.name))


@pytest.fixture
def made(engine, tmp_path):
    """A round of 12 codes that is open."""
    made = make_round(engine, tmp_path)
    made.open()
    return made


def test_a_point_is_the_whole_round_in_full_steps_at_the_beginning_of_ten_minutes(engine, made):
    spend(engine, made.issue(), 8)

    assert note(made, DURING + 7 * MINUTES)
    assert history(made) == (Point(DURING, 12, 5),)


def test_of_ten_minutes_the_first_point_counts_whatever_comes_after(engine, made):
    issued = made.issue()
    assert note(made, DURING)
    spend(engine, issued, 12)

    assert not any(note(made, DURING + minute * MINUTES) for minute in range(10))
    assert note(made, DURING + BUCKET)
    assert [point.spent for point in history(made)] == [0, 10]


def test_a_vote_by_itself_never_moves_the_curve(engine, made):
    issued = made.issue()
    for number in range(13):
        spend(engine, issued, number)
        note(made, DURING + number * BUCKET)

    assert [point.spent for point in history(made)] == [0] * 5 + [5] * 5 + [10] * 3


def test_nothing_is_kept_before_opening_and_after_closing(engine, tmp_path):
    made = make_round(engine, tmp_path)
    assert not note(made, DURING)
    made.open()
    made.issue()
    made.close()
    assert not note(made, CLOSES)
    assert history(made) == ()


def test_every_open_round_is_noted(engine, tmp_path, made):
    made.issue()
    make_round(engine, tmp_path, id="autumn").open()
    make_round(engine, tmp_path, id="draft")
    with unit_of_work(engine) as session:
        assert note_open_rounds(session, DURING) == 2
        assert note_open_rounds(session, DURING + MINUTES) == 0
        assert session.scalar(select(func.count()).select_from(TurnoutPoint)) == 2


def test_the_present_point_is_in_the_same_steps_and_is_not_kept(engine, made):
    spend(engine, made.issue(), 9)
    with unit_of_work(engine) as session:
        row = get_round(session, made.name)
        assert now_point(get_turnout(session, row), row, DURING) == Point(DURING, 12, 5)
    assert history(made) == ()


@pytest.mark.parametrize("minute", [0, 1, 9])
def test_a_bucket_begins_on_full_ten_minutes(minute):
    assert bucket(DURING + minute * MINUTES + timedelta(seconds=3, microseconds=5)) == DURING


def test_the_sums_of_a_secret_round_are_the_sums_of_its_batches_as_shown(engine, tmp_path):
    made = make_round(engine, tmp_path, kind="ballot", voters="group,class,planned,subjects\n620102,A,12,own\n")
    made.open()
    issued = made.issue() + made.issue(spare=7)
    # Given four of the one and four of the other batch, which together would be a full step
    spend(engine, issued, 4, "620102-A-1")
    spend(engine, issued, 4, "620102-A-2")
    with unit_of_work(engine) as session:
        reading = get_reading(session, get_round(session, made.name))

    assert [part.account.spent for part in reading.parts] == [0, 0]
    assert [(group.spent, group.issued, group.step) for group in reading.groups] == [(0, 19, 5)]
    assert [(part.batch, part.spare, part.door) for part in reading.parts] == [
        ("620102-A-1", False, "open"),
        ("620102-A-2", True, "open"),
    ]


@pytest.mark.parametrize("target", [1, 70, 100, None])
def test_a_target_is_kept_and_taken_away(engine, made, target):
    with unit_of_work(engine) as session:
        assert set_target(session, get_round(session, made.name), 60) is None
    with unit_of_work(engine) as session:
        assert set_target(session, get_round(session, made.name), target) == 60
    with unit_of_work(engine) as session:
        assert get_round(session, made.name).target == target


@pytest.mark.parametrize("target", [0, 101, -5])
def test_a_target_is_a_percentage(engine, made, target):
    with unit_of_work(engine) as session, pytest.raises(Invalid, match=f"{target} is no target"):
        set_target(session, get_round(session, made.name), target)
