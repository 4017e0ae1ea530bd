"""Jobs are added, taken by one worker, cancelled, tried again, and forgotten; their files with them."""

import io
from datetime import timedelta

import pytest

from config import Settings
from survey.core import clock
from survey.core.errors import AlreadyDone, NotFound, Refused, TooLarge
from survey.jobs import keeping, service, taking
from survey.jobs.models import JobFile, JobPart, JobState
from survey.jobs.queue import open_queue, wake
from survey.jobs.rules import KEPT, LISTED, SILENCE
from survey.jobs.sealing import seal, unseal
from survey.staff.actor import Actor
from survey.storage.engine import reading, unit_of_work
from tests.factories.jobs import SECRET

LI = Actor(1, "李")
WORKER, OTHER = "a" * 16, "b" * 16


def add(engine, kind="codes", **fields):
    given = {"office": "62", "title": "Working", "figures": {}, "payload": {}, "actor": LI} | fields
    with unit_of_work(engine) as session:
        return service.add_job(session, kind, **given).id


def take(engine, worker=WORKER, at=None):
    with unit_of_work(engine) as session:
        return taking.take_next(session, worker, ["codes", "poster"], at or clock.now())


def seen(engine, job_id):
    with unit_of_work(engine) as session:
        return service.get_job(session, job_id)


def give_back(engine, at=None, dead=""):
    with unit_of_work(engine) as session:
        return taking.give_back_lost(session, at or clock.now(), dead=dead)


def finish(engine, job_id, state=JobState.DONE, at=None):
    with unit_of_work(engine) as session:
        assert taking.end(session, job_id, WORKER, state, at or clock.now())


def test_jobs_are_taken_once_in_the_order_they_came(engine):
    first, second = add(engine), add(engine, kind="poster")
    add(engine, kind="unheard of")
    assert [take(engine).id, take(engine, OTHER).id, take(engine)] == [first, second, None]
    assert (seen(engine, first).state, seen(engine, first).worker) == (JobState.RUNNING, WORKER)


def test_a_secret_leaves_the_table_with_the_worker(engine):
    # Given a job with something only its worker may read
    job = add(engine, secret=b"passphrase", secret_key=SECRET)
    stored = seen(engine, job).secret
    assert b"passphrase" not in stored
    # When a worker takes it
    taken = take(engine)
    # Then the worker can read it, the table has it no more, and neither another key nor another job opens it
    assert unseal(taken.sealed, SECRET, job) == b"passphrase"
    assert seen(engine, job).secret is None
    for key, of in ((SECRET + "x", job), (SECRET, "0" * 16)):
        with pytest.raises(Refused):
            unseal(stored, key, of)
    with pytest.raises(ValueError, match="encrypted"):
        seal(b"passphrase", "", job)


def test_a_job_whose_secret_is_gone_fails_instead_of_waiting(engine):
    job = add(engine, secret=b"passphrase", secret_key=SECRET)
    take(engine)
    assert give_back(engine, dead=WORKER) == 1
    found = seen(engine, job)
    assert (found.state, found.error) == (JobState.FAILED, taking.SECRET_GONE)
    with unit_of_work(engine) as session, pytest.raises(Refused):
        service.try_again(session, service.get_job(session, job))


def test_a_silent_or_dead_worker_loses_its_job_and_a_living_one_does_not(engine):
    job = add(engine)
    start = clock.now()
    take(engine, at=start)
    assert give_back(engine, start + SILENCE, dead=OTHER) == 0
    with unit_of_work(engine) as session:
        assert taking.give_back_lost(session, start + SILENCE * 9, alive=WORKER) == 0
    assert give_back(engine, start + SILENCE + timedelta(seconds=1)) == 1
    assert take(engine, OTHER).id == job
    # And the first one can no longer write into it
    with unit_of_work(engine) as session:
        assert not taking.hold(session, job, WORKER)
        taking.beat(session, job, WORKER, taking.Mark(9, 9, "slips", 0, start), start)
        assert not taking.end(session, job, WORKER, JobState.DONE, start)
    with reading(engine) as connection:
        assert taking.wanted(connection, job, WORKER) is None
        assert taking.wanted(connection, job, OTHER) is False
    assert seen(engine, job).done == 0


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_worker_in_a_long_transaction_keeps_its_job_and_nobody_waits_for_it(engine):
    # Given a worker that writes for long, and could not show that it lives
    job = add(engine)
    start = clock.now()
    take(engine, at=start)
    with unit_of_work(engine) as session:
        assert taking.hold(session, job, WORKER)
        # When others look, cancel, and write its progress meanwhile
        assert give_back(engine, start + SILENCE * 9) == 0
        with unit_of_work(engine) as other:
            service.ask_cancel(other, service.get_job(other, job))
            taking.beat(other, job, WORKER, taking.Mark(1, 2, "slips", 0, start), start)
    # Then it still is its job, and it is told
    assert (seen(engine, job).worker, seen(engine, job).done, seen(engine, job).cancelling) == (WORKER, 1, True)


def test_cancelling_is_at_once_for_what_waits_and_a_wish_for_what_runs(engine):
    waiting = add(engine)
    with unit_of_work(engine) as session:
        service.ask_cancel(session, service.get_job(session, waiting))
    assert seen(engine, waiting).state == JobState.CANCELLED
    running = add(engine)
    take(engine)
    with unit_of_work(engine) as session:
        service.ask_cancel(session, service.get_job(session, running))
    assert (seen(engine, running).state, seen(engine, running).cancelling) == (JobState.RUNNING, True)
    with reading(engine) as connection:
        assert taking.wanted(connection, running, WORKER) is True
    with unit_of_work(engine) as session, pytest.raises(AlreadyDone):
        service.ask_cancel(session, service.get_job(session, waiting))


def test_a_job_that_was_begun_is_cancelled_by_a_worker_who_puts_away_what_it_left(engine):
    job = add(engine)
    take(engine)
    give_back(engine, dead=WORKER)
    with unit_of_work(engine) as session:
        service.ask_cancel(session, service.get_job(session, job))
    assert seen(engine, job).state == JobState.QUEUED
    assert take(engine).cancelling


def test_what_failed_can_be_tried_again_for_a_day_and_nothing_else_can(engine):
    job = add(engine)
    take(engine)
    finish(engine, job, JobState.FAILED)
    with unit_of_work(engine) as session:
        service.try_again(session, service.get_job(session, job))
    assert take(engine).id == job
    finish(engine, job, JobState.FAILED, clock.now() - KEPT)
    with unit_of_work(engine) as session, pytest.raises(Refused):
        service.try_again(session, service.get_job(session, job))


def test_lists_show_an_offices_jobs_the_newest_first(engine):
    old, new = add(engine, round_name="spring"), add(engine, office="6201")
    with unit_of_work(engine) as session:
        assert [job.id for job in service.list_jobs(session, None)] == [new, old]
        assert [job.id for job in service.list_jobs(session, {"62"})] == [old]
        assert [job.id for job in service.list_jobs(session, None, round_name="spring")] == [old]
        assert service.list_jobs(session, set()) == []
        with pytest.raises(NotFound):
            service.get_job(session, "f" * 16)


def made(engine, files, at):
    """Return a job that ended at a moment, with a chunk and a file."""
    job = add(engine)
    take(engine)
    folder = keeping.folder_of(files, job)
    (folder / "slips.zip").write_bytes(b"slips")
    with unit_of_work(engine) as session:
        taking.keep_part(session, job, "issue-1", "issue-1.csv")
        taking.give_file(
            session,
            JobFile(job_id=job, name="slips.zip", mimetype="application/zip", size=5, once=True, taken=0, made_at=at),
        )
    finish(engine, job, at=at)
    return job


def test_files_go_after_a_day_and_jobs_after_a_week(engine, tmp_path):
    files = tmp_path / "files"
    (files / "somebody-elses").mkdir(parents=True)
    now = clock.now()
    fresh, old, forgotten = (made(engine, files, now - age) for age in (KEPT - timedelta(minutes=1), KEPT, LISTED))
    orphan = keeping.folder_of(files, "f" * 16)
    with unit_of_work(engine) as session:
        keeping.sweep(session, files, now + timedelta(minutes=59))
    assert {place.name for place in files.iterdir()} == {orphan.name, "somebody-elses"}
    with unit_of_work(engine) as session:
        assert session.get(JobFile, (fresh, "slips.zip")).removed_at is not None
        assert session.get(JobPart, (old, "issue-1")) is None
        with pytest.raises(NotFound):
            service.get_file(session, service.get_job(session, old), "slips.zip")
        with pytest.raises(NotFound):
            service.get_job(session, forgotten)
        keeping.sweep(session, files, now + timedelta(hours=2))
    assert [place.name for place in files.iterdir()] == ["somebody-elses"]


def test_fresh_files_stay_until_somebody_removes_them(engine, tmp_path):
    job = made(engine, tmp_path, clock.now())
    with unit_of_work(engine) as session:
        keeping.sweep(session, tmp_path, clock.now())
        file = service.get_file(session, service.get_job(session, job), "slips.zip")
        service.note_taken(session, file)
    with unit_of_work(engine) as session:
        [file] = service.list_files(session, service.get_job(session, job))
        assert (file.taken, file.removed_at) == (1, None)
        keeping.remove_file(session, tmp_path, file, clock.now())
    assert list((tmp_path / job).iterdir()) == []


def test_an_upload_is_its_owners_alone_and_not_too_large(tmp_path, monkeypatch):
    place = keeping.put_upload(tmp_path, "1" * 16, io.BytesIO(b"batch,group"))
    assert place.read_bytes() == b"batch,group"
    assert (place.stat().st_mode & 0o777, place.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    monkeypatch.setattr(keeping, "LARGEST_UPLOAD", 10)
    with pytest.raises(TooLarge):
        keeping.put_upload(tmp_path, "2" * 16, io.BytesIO(b"batch,group"))
    assert list((tmp_path / ("2" * 16)).iterdir()) == []


def test_a_message_says_nothing_and_one_without_our_signature_is_not_read(tmp_path):
    settings = Settings(secret_key=SECRET, queue=tmp_path / "queue.db")
    looked = []
    wake(settings)
    queue = open_queue(settings, look=lambda: looked.append(1))
    [message] = queue.huey.storage.enqueued_items()
    assert b"look" in message
    queue.huey.execute(queue.huey.dequeue())
    assert looked == [1]
    foreign = Settings(secret_key="x" * 32, queue=settings.queue)
    wake(foreign)
    with pytest.raises(ValueError, match="mismatch"):
        queue.huey.dequeue()


def test_a_queue_file_that_cannot_be_opened_keeps_nobody_from_working(tmp_path):
    (tmp_path / "file").write_text("")
    wake(Settings(secret_key=SECRET, queue=tmp_path / "file" / "queue.db"))
