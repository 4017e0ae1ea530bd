"""Who asked for a job is told once how it ended; whoever may see one that waits is told that no worker is there."""

from datetime import timedelta

import pytest

from survey.core import clock
from survey.jobs import service, taking
from survey.jobs.models import JobState
from survey.jobs.news import get_news, see
from survey.jobs.rules import PATIENCE
from survey.staff.actor import Actor
from survey.storage.engine import unit_of_work

LI, WANG = Actor(1, "李"), Actor(2, "王")
WORKER = "a" * 16


def add(engine, actor=LI, office="62"):
    with unit_of_work(engine) as session:
        return service.add_job(session, "codes", office=office, title="Working", figures={}, payload={}, actor=actor).id


def finish(engine, state):
    with unit_of_work(engine) as session:
        taken = taking.take_next(session, WORKER, ["codes"], clock.now())
        assert taking.end(session, taken.id, WORKER, state, clock.now())


def news(engine, member=LI, offices=None, at=None):
    with unit_of_work(engine) as session:
        return get_news(session, member.id, offices, at or clock.now())


def told(engine, member=LI, offices=None):
    return [job.id for job in news(engine, member, offices).ended]


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_who_asked_for_it_is_told_until_they_have_seen_it(engine, state):
    job = add(engine)
    assert (told(engine), news(engine).under_way) == ([], 1)
    finish(engine, state)

    assert (told(engine), told(engine, WANG), news(engine).under_way) == ([job], [], 0)
    for member in (WANG, LI):
        with unit_of_work(engine) as session:
            see(session, service.get_job(session, job), member.id)
        assert told(engine) == ([job] if member is WANG else [])


def test_nobody_is_told_of_what_somebody_cancelled(engine):
    job = add(engine)
    with unit_of_work(engine) as session:
        service.ask_cancel(session, service.get_job(session, job))
    assert told(engine) == []


def test_nobody_is_told_of_an_office_that_they_see_no_more(engine):
    job = add(engine, office="62")
    finish(engine, JobState.DONE)
    assert (told(engine, offices=["61"]), told(engine, offices=["61", "62"])) == ([], [job])


def test_what_is_tried_again_is_news_again(engine):
    job = add(engine)
    for _ in range(2):
        finish(engine, JobState.FAILED)
        assert told(engine) == [job]
        with unit_of_work(engine) as session:
            row = service.get_job(session, job)
            see(session, row, LI.id)
            service.try_again(session, row)
        assert told(engine) == []


def test_a_missing_worker_is_told_to_whoever_may_see_what_waits(engine):
    add(engine)
    later = clock.now() + PATIENCE + timedelta(seconds=1)

    assert news(engine, WANG).waiting == 0
    late = news(engine, WANG, ["62"], later)
    assert (late.waiting, late.waits_since <= clock.now()) == (1, True)
    assert news(engine, WANG, ["61"], later).waiting == 0


def test_a_worker_that_is_busy_with_another_job_is_not_missing(engine):
    first, _waits = add(engine), add(engine)
    later = clock.now() + PATIENCE + timedelta(seconds=1)
    with unit_of_work(engine) as session:
        assert taking.take_next(session, WORKER, ["codes"], later).id == first
    assert news(engine, at=later).waiting == 0
