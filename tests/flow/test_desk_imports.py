"""Long tables at the desk: the worker takes them, all or nothing, and says how far it is and what is wrong."""

import html
import io
from threading import Event

import pytest

from survey.core import clock
from survey.jobs.models import Job, JobState
from survey.rounds.models import State
from survey.rounds.service import get_round, list_voter_groups, open_round
from survey.staff.audit import list_entries
from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from survey.subjects.service import list_subjects
from survey.web.desk import upload
from survey.worker import importing
from survey.worker.running import run_waiting
from survey.worker.work import Work, Workshop
from tests.factories.rounds import SUBJECTS, VOTERS
from tests.flow.deskwork import ALL, at_desk, office
from tests.flow.test_rehearsal import draft

HEADER = SUBJECTS.splitlines()[0]
N = 2500


def roster(n=N, *more):
    return "\n".join([HEADER, *(f"u{i:05},第{i}村,unit,village,{i % 9},,,{i + 1}" for i in range(n)), *more]).encode()


@pytest.fixture(autouse=True)
def low(monkeypatch):
    """Take every table for a long one."""
    monkeypatch.setattr(upload, "LONG", 0)


def send(desk, content, path="/desk/subjects", name="名册.csv"):
    """Upload a table and return the address of its job."""
    answer = desk.client.post(path, data={"csrf_token": desk.token(), "file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def work_off(site, stopping=None):
    made = site.app.extensions["minsheng"]
    run_waiting(Workshop(made.settings, site.engine, made.code_key, "0" * 16, stopping or Event()))


def job_of(site, address):
    with unit_of_work(site.engine) as session:
        return session.get_one(Job, address.rpartition("/")[2])


def folder(site, address):
    return site.folder / "files" / address.rpartition("/")[2]


def subjects(site):
    with unit_of_work(site.engine) as session:
        return len(list_subjects(session))


def log(site):
    with unit_of_work(site.engine) as session:
        return [f"{one.name}: {one.sentence % one.figures}" for one in list_entries(session, None)]


def english(desk):
    desk.post("/desk/account/language", language="en")
    return desk


def test_a_long_roster_is_taken_by_the_worker(site):
    # Given a roster that somebody of the root office uploads
    desk = english(at_desk(site, Role.SETTER))
    job = send(desk, roster())
    # Then it waits where only the program reads it, and nothing is stored yet
    [kept] = folder(site, job).iterdir()
    assert (kept.name, kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == ("名册.csv", 0o600, 0o700)
    assert subjects(site) == 0
    # When the worker comes
    work_off(site)
    # Then all of it is there, the upload is gone, and the log says whose it was
    assert job_of(site, job).state == JobState.DONE
    assert subjects(site) == N
    assert not folder(site, job).exists()
    page = desk.html(job)
    assert "2,500" in page
    assert "/desk/subjects" in page
    assert log(site)[0].endswith("Imported 2500 subjects from the file 名册.csv")
    assert log(site)[0].partition(":")[0] == job_of(site, job).maker_name


def test_the_next_roster_replaces_what_has_the_same_code(site):
    desk = at_desk(site, Role.SETTER)
    send(desk, roster())
    work_off(site)
    send(desk, roster(1, "u00001,新村,cadre,,,u00000,head,", "x,另村,unit,,,,,"))
    work_off(site)
    with unit_of_work(site.engine) as session:
        found = {one.code: one for one in list_subjects(session)}
    assert len(found) == N + 1
    assert (found["u00001"].name, found["u00001"].rank, found["u00001"].population) == ("新村", "head", None)
    assert found["u00002"].name == "第2村"


def test_faults_are_told_on_the_job_s_page_and_nothing_is_stored(site):
    desk = english(at_desk(site, Role.SETTER))
    wrong = ["a,x,dog,,,,,many", "u00007,again,unit,,,,,", *(f"城{i},x,unit,,,,," for i in range(500))]
    job = send(desk, roster(N, *wrong))
    work_off(site)

    assert job_of(site, job).state == JobState.FAILED
    assert subjects(site) == 0
    page = html.unescape(desk.html(job))
    assert "名册.csv:2502 kind: 'dog' is not allowed; allowed: unit, cadre" in page
    assert "名册.csv:2502 population: 'many' is not a whole number" in page
    assert "名册.csv:2503: the code u00007 stands here and on line 9" in page
    assert "and 303 more" in page
    # It would fail again, and nobody keeps what is of no use.
    assert f"{job}/again" not in page
    assert list(folder(site, job).iterdir()) == []
    assert not any("Imported" in line for line in log(site))


def test_a_file_that_is_no_table_fails_with_its_sentence(small_site):
    desk = english(at_desk(small_site, Role.SETTER))
    job = send(desk, b"\xff\xfe\xff", name="x.xlsx")
    work_off(small_site)
    assert "x.xlsx: the file is neither UTF-8 nor UTF-16" in html.unescape(desk.html(job))


@pytest.mark.parametrize("unit", [importing.READ, importing.CHECKED, importing.STORED])
def test_cancelled_anywhere_nothing_is_stored(site, monkeypatch, unit):
    desk = at_desk(site, Role.SETTER)
    job = send(desk, roster())
    step = Work.step

    def cancel_at(self, n=1):
        if self.mark.unit == unit and self.mark.done + n > N // 2:
            self.cancelled.set()
        step(self, n)

    monkeypatch.setattr(Work, "step", cancel_at)
    work_off(site)

    found = job_of(site, job)
    assert (found.state, found.unit) == (JobState.CANCELLED, unit)
    assert N // 2 < found.done < N
    assert subjects(site) == 0
    assert not folder(site, job).exists()
    assert not any("Imported" in line for line in log(site))


def test_a_worker_that_stops_in_the_middle_leaves_it_to_the_next(site, monkeypatch):
    desk = at_desk(site, Role.SETTER)
    job = send(desk, roster())
    stopping, step = Event(), Work.step

    def stop(self, n=1):
        if self.mark.unit == importing.STORED and self.mark.done:
            stopping.set()
        step(self, n)

    with monkeypatch.context() as patched:
        patched.setattr(Work, "step", stop)
        work_off(site, stopping)
    assert job_of(site, job).state == JobState.QUEUED
    assert subjects(site) == 0

    work_off(site)
    assert job_of(site, job).state == JobState.DONE
    assert subjects(site) == N


def test_one_that_waits_is_cancelled_with_its_file(small_site):
    desk = at_desk(small_site, Role.SETTER)
    job = send(desk, roster(3))
    desk.submit(job, form="/cancel")
    assert job_of(small_site, job).state == JobState.CANCELLED
    assert not folder(small_site, job).exists()


def test_long_voters_make_a_round_ready(site):
    draft(site)
    send(at_desk(site, Role.SETTER), roster())
    work_off(site)
    desk = at_desk(site, Role.SETTER)
    lines = "".join(f"u{i:05},citizen,{i % 5 + 1},own\n" for i in range(N))
    job = send(desk, (VOTERS.splitlines()[0] + "\n" + lines).encode(), "/desk/rounds/spring/voters/file", "v.csv")
    work_off(site)

    assert job_of(site, job).result == {"rows": N, "planned": 3 * N}
    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        assert row.state == State.READY
        assert [one.group for one in list_voter_groups(session, row)][::1000] == ["u00000", "u01000", "u02000"]
    assert "spring has 2500 lines of voters, 7500 ballots, from the file v.csv" in log(site)[0]
    assert "/desk/rounds/spring/voters" in desk.html(job)


def test_voters_of_a_round_that_was_opened_meanwhile_are_not_taken(small_site):
    small_site.round(name="other")
    draft(small_site)
    desk = english(at_desk(small_site, *ALL))
    job = send(desk, VOTERS.encode(), "/desk/rounds/spring/voters/file", "v.csv")
    with unit_of_work(small_site.engine) as session:
        open_round(session, get_round(session, "spring"), clock.now())
    work_off(small_site)

    assert job_of(small_site, job).state == JobState.FAILED
    assert "spring was opened" in desk.html(job)
    with unit_of_work(small_site.engine) as session:
        assert len(list_voter_groups(session, get_round(session, "spring"))) == 1


def test_who_may_stop_one_and_who_sees_it(small_site):
    office(small_site, "gansu")
    office(small_site, "qinghai")
    draft(small_site)
    with unit_of_work(small_site.engine) as session:
        get_round(session, "spring").office = "gansu"
    setter, other = (at_desk(small_site, Role.SETTER, office="gansu") for _ in range(2))
    viewer, teller = (at_desk(small_site, role, office="gansu") for role in (Role.VIEWER, Role.TELLER))
    stranger = at_desk(small_site, Role.SETTER, office="qinghai")
    voters = send(setter, VOTERS.encode(), "/desk/rounds/spring/voters/file", "v.csv")
    whole = send(at_desk(small_site, Role.SETTER), roster(3))

    for desk in (viewer, teller):
        assert desk.get(voters).status_code == 200
        assert desk.post(f"{voters}/cancel").status_code == 403
    assert stranger.get(voters).status_code == 404
    # The roster is the whole installation's.
    assert setter.get(whole).status_code == 404
    assert other.post(f"{voters}/cancel").status_code == 303
    assert job_of(small_site, voters).state == JobState.CANCELLED


def test_a_short_table_is_taken_at_once(small_site, monkeypatch):
    monkeypatch.setattr(upload, "LONG", len(SUBJECTS.encode()))
    desk = at_desk(small_site, Role.SETTER)
    assert send(desk, SUBJECTS.encode()) == "/desk/subjects"
    assert subjects(small_site) == 3
    assert send(desk, SUBJECTS.encode() + b"\n").startswith("/desk/jobs/")
