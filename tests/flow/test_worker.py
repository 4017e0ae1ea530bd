"""Workers are killed in the middle of issuing and printing; no batch is doubled, and every code is printed once."""

import signal
import subprocess
import time

import pytest
from sqlalchemy import func, select

from survey.codes.models import Code, CodeState
from survey.core import clock
from survey.jobs.models import JobPart, JobState
from survey.jobs.queue import wake
from survey.rounds.rehearsal import make_rehearsal
from survey.rounds.service import get_round
from survey.storage.engine import reading, unit_of_work
from tests.factories.jobs import Bench, codes_of, printed_codes

GROUPS, PLANNED = 8, 12
SUBJECTS = "code,name,kind,unit_type,group,parent,rank\n620102,城关区,unit,county,counties,,\n"
VOTERS = "group,class,planned,subjects\n" + "".join(f"g{n:02d},citizen,{PLANNED},620102\n" for n in range(GROUPS))


@pytest.fixture
def bench(engine, database_url, tmp_path):
    bench = Bench.at(engine, database_url, tmp_path, subjects=SUBJECTS, voters=VOTERS)
    yield bench
    bench.end_workers()


def until(seen, seconds=300):
    end = time.monotonic() + seconds
    while not (found := seen()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
    return found


def parts(bench, kind):
    with reading(bench.engine) as connection:
        return connection.scalar(select(func.count()).where(JobPart.name.startswith(kind)))


def let_die(bench, place, kind, n):
    """Let a worker do the job until it is killed at this place."""
    process = bench.start(dying=(place, kind, str(n)))
    _, errors = process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL, errors.decode()


def test_killed_workers_double_no_batch_and_the_last_prints_every_code_once(bench):
    # Given a job that issues and prints the codes of many voter groups
    job = bench.ask(layout="10")
    # When a worker is killed in the transaction that issues the fourth group's codes
    let_die(bench, "inside", "issue-", 4)
    assert (parts(bench, "issue-"), len(bench.batches())) == (3, 3)
    assert bench.job(job).state == JobState.RUNNING
    # And the next one between two groups, the third one while it keeps what it printed, the fourth one after that
    let_die(bench, "between", "issue-", 2)
    assert (parts(bench, "issue-"), len(bench.batches())) == (5, 5)
    let_die(bench, "inside", "slips-", 3)
    assert (parts(bench, "issue-"), parts(bench, "slips-")) == (GROUPS, 2)
    let_die(bench, "between", "slips-", 3)
    assert parts(bench, "slips-") == 5
    # And a last one comes
    last = bench.start("--once")
    _, errors = last.communicate(timeout=300)
    # Then the job is done, and every group has one batch of the planned size
    assert last.returncode == 0, errors.decode()
    assert bench.job(job).state == JobState.DONE
    assert [(size, void) for _name, size, void in bench.batches()] == [(PLANNED, False)] * GROUPS
    # And the codes of the files are those of the database, each printed exactly once
    archive = bench.archive(job)
    codes = codes_of(archive)
    assert sorted(bench.digest(code) for code in codes) == bench.digests()
    assert len(codes) == len(set(codes)) == GROUPS * PLANNED
    assert sorted(printed_codes(archive)) == sorted(codes)
    # And no code stands anywhere else in the job's folder
    assert [place.name for place in bench.folder(job).iterdir()] == [f"{bench.round.name}-codes.zip"]


def test_a_stopped_worker_leaves_between_two_chunks_and_the_next_goes_on(bench):
    # Given a worker that is asked to stop when it has issued two groups' codes
    job = bench.ask(layout="24")
    process = bench.start(dying=("stopped", "issue-", "2"))
    _, errors = process.communicate(timeout=300)
    # Then it ends by itself, and the job waits for the next one
    assert process.returncode == 0, errors.decode()
    assert (bench.job(job).state, parts(bench, "issue-")) == (JobState.QUEUED, 2)
    bench.start("--once").communicate(timeout=300)
    assert bench.job(job).state == JobState.DONE
    assert len(bench.batches()) == GROUPS


def test_made_up_voters_go_on_where_a_killed_worker_left_them(bench):
    # Given a rehearsal in which made-up voters answer
    with unit_of_work(bench.engine) as session:
        twin = make_rehearsal(session, get_round(session, bench.round.name), clock.now()).name
    job = bench.ask("demo", about=twin, voters=24)
    # When a worker is killed in the transaction that issues their codes, and the next one after the first vote
    let_die(bench, "inside", "issue-", 1)
    assert (parts(bench, "issue-"), bench.batches()) == (0, [])
    let_die(bench, "between", "issue-", 1)
    assert parts(bench, "issue-") == 1
    # And a last one comes
    last = bench.start("--once")
    _, errors = last.communicate(timeout=300)
    # Then so many have voted as were asked for, and nobody came with the codes that were lost
    assert last.returncode == 0, errors.decode()
    assert (bench.job(job).state, bench.job(job).result["cast"]) == (JobState.DONE, 24)
    with reading(bench.engine) as connection:
        states = dict(connection.execute(select(Code.state, func.count()).group_by(Code.state)).all())
    assert states == {CodeState.SPENT: 24, CodeState.ISSUED: 23}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_second_worker_of_the_same_queue_is_refused(bench):
    first = bench.start()
    first.stdout.readline()
    second = bench.start()
    out, errors = second.communicate(timeout=300)
    assert second.returncode == 1, out
    assert b"error: Another worker serves the queue" in errors
    first.send_signal(signal.SIGINT)
    assert first.wait(300) == 0
    first.communicate()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_waiting_worker_is_woken_by_the_desk(bench):
    process = bench.start("--threads", "1")
    process.stdout.readline()
    job = bench.ask("poster", paper="A3")
    wake(bench.settings)
    until(lambda: bench.job(job).state == JobState.DONE)
    process.send_signal(signal.SIGTERM)
    assert process.wait(300) == 0
    process.communicate()
    assert bench.files(job) == [f"{bench.round.name}-poster-A3.pdf"]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_files_are_their_owners_alone(bench):
    job = bench.ask("poster")
    process = bench.start("--once")
    process.communicate(timeout=300)
    assert isinstance(process, subprocess.Popen)
    places = [bench.settings.queue, bench.settings.files, bench.folder(job), *bench.folder(job).iterdir()]
    assert all(place.stat().st_mode & 0o077 == 0 for place in places if place.exists())
