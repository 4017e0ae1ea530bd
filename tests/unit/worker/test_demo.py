"""Made-up voters answer in a rehearsal, and only there; nothing of them stays when it is cleared."""

import pytest
from sqlalchemy import MetaData, Table, func, inspect, select

from survey import casting
from survey.clearing import clear_rehearsal
from survey.codes.service import list_batches, shut_batch
from survey.core import clock
from survey.jobs import taking
from survey.jobs.models import JobPart, JobState
from survey.questionnaires.service import add_questionnaire
from survey.rounds.rehearsal import make_rehearsal
from survey.rounds.service import get_round
from survey.storage.engine import reading, unit_of_work
from survey.turnout.queries import get_reading
from survey.turnout.rules import sum_up
from survey.worker import demo, running
from survey.worker.work import Work
from tests.factories.ballots import CADRES_ONLY, annual_review, ballot_round, roster, two_sheets
from tests.factories.jobs import Bench
from tests.factories.rounds import two_trustees

CODES = 9
"""Planned in the rehearsal besides, and not issued here."""


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(demo, "PER_SECOND", 10_000)


@pytest.fixture
def bench(engine, database_url, tmp_path):
    return rehearsed(Bench.at(engine, database_url, tmp_path))


def rehearsed(bench):
    with unit_of_work(bench.engine) as session:
        make_rehearsal(session, get_round(session, bench.round.name), clock.now())
    return bench


def ask(bench, voters):
    return bench.ask("demo", about="spring-test", voters=voters)


def response(bench, name="spring-test"):
    """Return codes issued and ballots; the urn agrees, and as many are planned as issued."""
    with unit_of_work(bench.engine) as session:
        row = get_round(session, name)
        account = sum_up(get_reading(session, row).groups, "")
        sheets = max(1, len(casting.frozen_round(session, row.id).questionnaire.sheets))
        assert casting.reconcile(session.connection(), row.id) == account.spent * sheets
        assert (account.planned, account.void, account.spare) == (account.issued + CODES, 0, 0)
        return account.issued, account.spent


def rows_of_all_tables(engine):
    with reading(engine) as connection:
        names = inspect(connection).get_table_names()
        tables = [Table(name, MetaData(), autoload_with=connection) for name in names]
        return {table.name: len(connection.execute(select(table)).all()) for table in tables}


def test_so_many_voters_cast_in_the_rehearsal_and_none_in_the_round(bench):
    job = ask(bench, 40)
    bench.work_off()

    found = bench.job(job)
    assert (found.state, found.error, found.done, found.total) == (JobState.DONE, "", 40, 40)
    assert found.result == {"cast": 40, "turned_away": 0}
    assert response(bench) == (40, 40)
    with unit_of_work(bench.engine) as session:
        assert list_batches(session, get_round(session, "spring")) == []


def test_no_code_of_theirs_stands_in_a_file_or_a_row(bench, monkeypatch):
    seen, admit = [], casting.admit

    def overheard(connection, code, **more):
        seen.append(code)
        return admit(connection, code, **more)

    monkeypatch.setattr(casting, "admit", overheard)
    job = ask(bench, 5)
    stop_after(monkeypatch, 3, lambda _work: bench.stopping.set())
    bench.work_off()

    assert len(seen) == 3
    places = [place for place in bench.round.folder.rglob("*") if place.is_file()]
    assert bench.folder(job) / "batches-1.json" in places
    assert not any(code.encode() in place.read_bytes() for code in seen for place in places)


def test_of_a_cleared_rehearsal_no_row_of_theirs_is_left(engine, database_url, tmp_path):
    bench = Bench.at(engine, database_url, tmp_path)
    before = rows_of_all_tables(engine)
    rehearsed(bench)
    ask(bench, 20)
    bench.work_off()

    with unit_of_work(engine) as session:
        cleared = clear_rehearsal(session, get_round(session, "spring"))

    assert {one.table: one.deleted for one in cleared.tables}["envelope"] == 20
    assert {one.left for one in cleared.tables} == {0}
    assert rows_of_all_tables(engine) == before


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (annual_review(3), {}),
        (annual_review(), {"meeting": True}),
        (two_sheets(), {"kind": "posneg", "rules": {"minimum": 3}}),
    ],
    ids=["ballot", "meeting", "two sheets"],
)
def test_secret_rounds_under_two_keys_of_one_and_of_two_sheets_and_in_a_hall(
    engine, database_url, tmp_path, asked, fields
):
    written = ballot_round(**fields) | two_trustees(tmp_path) | {"questionnaire": asked.reference}
    with unit_of_work(engine) as session:
        add_questionnaire(session, asked)
    voters = CADRES_ONLY if "kind" not in fields else "group,class,planned,subjects\nhall,A,9,type:cadres\n"
    bench = rehearsed(Bench.at(engine, database_url, tmp_path, voters=voters, subjects=roster(5), **written))
    job = ask(bench, 12)
    bench.work_off()

    assert (bench.job(job).state, bench.job(job).error) == (JobState.DONE, "")
    with unit_of_work(engine) as session:
        row = get_round(session, "spring-test")
        sheets = max(1, len(casting.frozen_round(session, row.id).questionnaire.sheets))
        assert casting.reconcile(session.connection(), row.id) == 12 * sheets


def test_a_round_without_a_rehearsal_is_refused(engine, database_url, tmp_path):
    bench = Bench.at(engine, database_url, tmp_path)
    job = ask(bench, 5)
    bench.work_off()

    found = bench.job(job)
    assert (found.state, found.error) == (JobState.FAILED, "There is no rehearsal of %(name)s")
    assert rows_of_all_tables(engine)["code"] == 0


def stop_after(monkeypatch, n, act):
    """Do something when so many have voted."""
    step, steps = Work.step, []

    def stepped(work, done=1):
        steps.append(done)
        if sum(steps) == n:
            act(work)
        step(work, done)

    monkeypatch.setattr(Work, "step", stepped)


def test_when_a_job_is_cancelled_nobody_more_comes(bench, monkeypatch):
    job = ask(bench, 30)
    stop_after(monkeypatch, 10, lambda work: work.cancelled.set())
    bench.work_off()

    found = bench.job(job)
    assert (found.state, found.result["cast"]) == (JobState.CANCELLED, 10)
    assert response(bench) == (30, 10)


def test_a_worker_that_stops_leaves_the_rest_to_the_next(bench, monkeypatch):
    job = ask(bench, 30)
    with monkeypatch.context() as patch:
        stop_after(patch, 10, lambda _work: bench.stopping.set())
        bench.work_off()
    assert bench.job(job).state == JobState.QUEUED
    bench.stopping.clear()
    bench.work_off()

    found = bench.job(job)
    assert (found.state, found.done, found.result["cast"]) == (JobState.DONE, 30, 30)
    assert response(bench) == (50, 30)


def test_a_job_that_was_lost_to_another_worker_casts_no_more(bench, monkeypatch):
    job = ask(bench, 30)

    def lose(_work):
        with unit_of_work(bench.engine) as session:
            taking.give_back_lost(session, clock.now(), dead="0" * 16)

    stop_after(monkeypatch, 10, lose)
    with unit_of_work(bench.engine) as session:
        taken = taking.take_next(session, "0" * 16, ["demo"], clock.now())
    running._run(bench.shop(), taken)

    assert bench.job(job).state == JobState.QUEUED
    assert response(bench)[1] == 10


def test_when_the_host_shuts_the_door_the_others_are_turned_away(engine, database_url, tmp_path, monkeypatch):
    bench = rehearsed(Bench.at(engine, database_url, tmp_path, meeting=True))
    job = ask(bench, 20)

    def shut(_work):
        with unit_of_work(engine) as session:
            shut_batch(session, get_round(session, "spring-test"), None, clock.now())

    stop_after(monkeypatch, 8, shut)
    bench.work_off()

    found = bench.job(job)
    assert (found.state, found.done, found.result) == (JobState.DONE, 20, {"cast": 8, "turned_away": 12})


def test_clearing_while_they_come_ends_it_and_leaves_nothing(bench, monkeypatch):
    job = ask(bench, 20)

    def clear(work):
        with unit_of_work(bench.engine) as session:
            clear_rehearsal(session, get_round(session, "spring"))
        work.lost.set()

    stop_after(monkeypatch, 8, clear)
    bench.work_off()

    counts = rows_of_all_tables(bench.engine)
    assert (counts["job"], counts["code"], counts["envelope"], counts["batch"]) == (0, 0, 0, 0)
    with reading(bench.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(JobPart)) == 0
    assert job
