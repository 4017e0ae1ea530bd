"""Codes and paper at the desk: asked for in the browser, done by the worker, downloaded by the few who may."""

import io
import zipfile
from threading import Event

import pytest

from survey.core import clock
from survey.core.errors import N_
from survey.jobs.models import Job, JobFile, JobState
from survey.jobs.queue import open_queue
from survey.jobs.service import add_job
from survey.questionnaires.service import add_questionnaire
from survey.rounds.service import check_round, create_round, get_round
from survey.staff.actor import Actor
from survey.staff.audit import list_entries
from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from survey.worker.running import run_waiting
from survey.worker.work import Workshop
from tests.factories.jobs import codes_of, printed_codes
from tests.factories.questionnaires import fixture
from tests.factories.rounds import DURING, write_round
from tests.flow.deskwork import at_desk, office

PRINT = "/desk/rounds/spring/print"


@pytest.fixture
def spring(site):
    """A round of the office 6201 that is ready, and nothing issued."""
    office(site, "6201")
    office(site, "6202")
    file = write_round(site.folder)
    with unit_of_work(site.engine) as session:
        add_questionnaire(session, fixture("per-subject"))
        row = create_round(session, file)
        row.office = "6201"
        assert check_round(session, row, DURING) == ()
    return site


def made(site):
    return site.app.extensions["minsheng"]


def work_off(site):
    shop = Workshop(made(site).settings, site.engine, made(site).code_key, "0" * 16, Event())
    run_waiting(shop)


def job_of(answer):
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def log(site):
    with unit_of_work(site.engine) as session:
        return [entry.sentence % entry.figures for entry in list_entries(session, None)][::-1]


def fetch(desk, path):
    """Download a file to its end, as a browser does."""
    answer = desk.get(path)
    answer.get_data()
    answer.close()
    return answer


def archive(answer):
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_planned_codes_are_issued_printed_and_downloaded(spring):
    # Given a printer of the office
    desk = at_desk(spring, Role.SETTER, office="6201")
    # When the planned codes are asked for
    page = job_of(desk.submit(PRINT, form="/codes", **{"planned-layout": "10", "planned-language": "en"}))
    # Then the worker is woken, and the page says that the job waits and renews itself
    assert open_queue(made(spring).settings).huey.pending_count() == 1
    html = desk.html(page)
    assert f'data-refresh="{page}/progress 2"' in html
    assert f'href="{page}"' in desk.html("/desk/jobs")
    # And asking twice is refused
    assert desk.submit(PRINT, form="/codes").status_code == 409
    # When the worker has done it
    work_off(spring)
    html = desk.html(page)
    assert "data-refresh" not in html
    assert f"{page}/files/spring-codes.zip" in html
    assert f"{page}/progress" not in html
    # Then the archive has every code once, and the database the same ones
    answer = fetch(desk, f"{page}/files/spring-codes.zip")
    assert answer.headers["Cache-Control"] == "no-store"
    codes = codes_of(archive(answer))
    assert sorted(codes) == sorted(printed_codes(archive(answer)))
    assert len(codes) == 12
    # And the round's page tells the batches, the log who did what, and nothing tells a code
    html = desk.html(PRINT)
    assert "620102-citizen-1" in html
    said = log(spring)
    assert "Asked for the planned codes of spring to be issued" in said
    assert "Issued the batch offices-A-1 of 3 codes for the round spring" in said
    assert said[-1] == "Downloaded spring-codes.zip"
    everything = html + desk.html(page) + "".join(said)
    assert not any(code in everything for code in codes)


def test_the_fragment_of_the_page_is_the_pages_own_part(spring):
    desk = at_desk(spring, Role.SETTER, office="6201")
    page = job_of(desk.submit(PRINT, form="/poster"))
    fragment = desk.html(f"{page}/progress")
    assert fragment.startswith('<div id="job-progress" data-refresh=')
    assert "<html" not in fragment
    work_off(spring)
    fragment = desk.html(f"{page}/progress")
    assert "data-refresh" not in fragment
    assert "spring-poster-A4.pdf" in fragment


def test_only_who_asked_or_may_print_gets_a_file_with_codes(spring):
    setter, other = at_desk(spring, Role.SETTER, office="6201"), at_desk(spring, Role.SETTER, office="6201")
    viewer, elsewhere = at_desk(spring, Role.VIEWER, office="6201"), at_desk(spring, Role.SETTER, office="6202")
    page = job_of(setter.submit(PRINT, form="/codes"))
    poster = job_of(setter.submit(PRINT, form="/poster"))
    work_off(spring)
    codes, picture = f"{page}/files/spring-codes.zip", f"{poster}/files/spring-poster-A4.pdf"
    assert [fetch(desk, codes).status_code for desk in (setter, other, viewer, elsewhere)] == [200, 200, 403, 404]
    assert [fetch(desk, picture).status_code for desk in (setter, other, viewer, elsewhere)] == [200, 200, 200, 404]
    assert codes not in viewer.html(page)
    assert picture in viewer.html(poster)
    for path in ("/codes", "/spare", "/slips", "/poster"):
        assert viewer.post(PRINT + path).status_code == 403
        assert elsewhere.post(PRINT + path).status_code == 404
    for path in ("/cancel", "/again", "/files/spring-codes.zip/remove"):
        assert viewer.post(page + path).status_code == 403
    assert "/codes" not in viewer.html(PRINT)
    assert elsewhere.get(page).status_code == 404
    assert page not in elsewhere.html("/desk/jobs")


def test_a_file_is_removed_by_a_button_and_then_gone(spring):
    desk = at_desk(spring, Role.SETTER, office="6201")
    page = job_of(desk.submit(PRINT, form="/codes"))
    work_off(spring)
    file = f"{page}/files/spring-codes.zip"
    assert desk.submit(page, form="/remove").status_code == 303
    assert desk.get(file).status_code == 404
    assert file not in desk.html(page)
    assert list((made(spring).settings.files / page.rsplit("/", 1)[1]).iterdir()) == []
    assert log(spring)[-1] == "Removed spring-codes.zip"
    assert desk.get(f"{page}/files/..%2Fminsheng.db").status_code == 404


def test_spare_codes_for_one_group_and_their_slips_once_more(spring):
    desk = at_desk(spring, Role.SETTER, office="6201")
    page = job_of(desk.submit(PRINT, form="/spare", **{"spare-spare": "2", "spare-voters": "offices A"}))
    work_off(spring)
    files = archive(fetch(desk, f"{page}/files/spring-codes.zip"))
    codes = codes_of(files)
    assert len(codes) == 2
    sent = (io.BytesIO(files["codes-offices-A.csv"]), "codes-offices-A.csv")
    again = job_of(desk.submit(PRINT, form="/slips", **{"slips-file": sent, "slips-layout": "1"}))
    work_off(spring)
    assert sorted(printed_codes(archive(fetch(desk, f"{again}/files/spring-slips.zip")))) == sorted(codes)


@pytest.mark.parametrize("spare", ["0", "", "many", "100001"])
def test_a_number_of_spare_codes_that_is_none_is_said_at_its_field(spring, spare):
    desk = at_desk(spring, Role.SETTER, office="6201")
    answer = desk.submit(PRINT, form="/spare", **{"spare-spare": spare})
    assert answer.status_code == 400
    assert 'class="field faulty"' in answer.get_data(as_text=True)


def test_a_list_that_is_missing_or_none_is_said(spring):
    desk = at_desk(spring, Role.SETTER, office="6201")
    assert desk.submit(PRINT, form="/slips").status_code == 400
    page = job_of(desk.submit(PRINT, form="/slips", **{"slips-file": (io.BytesIO(b"one,two\n1,2\n"), "list.csv")}))
    work_off(spring)
    html = desk.html(page)
    assert 'role="alert"' in html
    assert "upload:1" in html


def test_a_waiting_job_is_cancelled_and_a_failed_one_tried_again(spring):
    desk = at_desk(spring, Role.SETTER, office="6201")
    page = job_of(desk.submit(PRINT, form="/codes"))
    assert desk.submit(page, form="/cancel").status_code == 303
    assert "data-refresh" not in desk.html(page)
    work_off(spring)
    assert desk.get(f"{page}/files/spring-codes.zip").status_code == 404
    assert desk.post(f"{page}/cancel").status_code == 409
    # A job that failed has a button
    page = job_of(desk.submit(PRINT, form="/poster"))
    with unit_of_work(spring.engine) as session:
        job = session.get(Job, page.rsplit("/", 1)[1])
        job.state, job.ended_at = JobState.FAILED, clock.now()
        job.error, job.error_figures = N_("There are no slips to print"), {}
    assert desk.submit(page, form="/again").status_code == 303
    work_off(spring)
    assert f"{page}/files/spring-poster-A4.pdf" in desk.html(page)


def test_progress_is_told_in_words_and_figures(spring):
    desk = at_desk(spring, Role.SETTER, office="6201")
    with unit_of_work(spring.engine) as session:
        job = add_job(
            session,
            "codes",
            office="6201",
            title=N_("Issue and print the planned codes of %(round)s"),
            figures={"round": "spring"},
            payload={},
            actor=Actor(None, "李"),
        )
        job.state, job.worker = JobState.RUNNING, "0" * 16
        job.begun_at = clock.now()
        job.beat_at = job.begun_at.replace(year=job.begun_at.year)
        job.done, job.total, job.unit = 38_000, 118_400, "slips"
        from datetime import timedelta

        job.begun_at -= timedelta(seconds=60)
        session.add(
            JobFile(
                job_id=job.id, name="x.zip", mimetype="application/zip", size=1, once=True, taken=0, made_at=clock.now()
            )
        )
    html = desk.html(f"/desk/jobs/{job.id}")
    assert "38,000" in html
    assert "118,400" in html
    assert "(32 %)" in html
    assert '<progress max="100" value="32"' in html
    assert "633" in html
    # A file of a job that still runs is not offered
    assert "x.zip" not in html


def test_a_round_that_is_over_or_a_draft_takes_no_codes(spring):
    desk = at_desk(spring, Role.SETTER, office="6201")
    token = desk.token(PRINT)
    for state in ("draft", "closed"):
        with unit_of_work(spring.engine) as session:
            row = get_round(session, "spring")
            row.state, row.frozen_hash = state, "0" * 64
        assert "/print/codes" not in desk.html(PRINT)
        answer = desk.client.post(
            f"{PRINT}/codes",
            data={"csrf_token": token, "planned-csrf_token": token, "planned-layout": "24", "planned-language": "zh"},
        )
        assert answer.status_code == 409


def test_the_links_of_a_meeting_stand_there_and_the_hosts_only_for_those_who_run_it(site):
    office(site, "6201")
    site.round(meeting=True, name="hall")
    with unit_of_work(site.engine) as session:
        get_round(session, "hall").office = "6201"
    setter, teller = at_desk(site, Role.SETTER, office="6201"), at_desk(site, Role.TELLER, office="6201")
    assert "/hall/hall." in setter.html("/desk/rounds/hall/print")
    assert "/host/hall." in setter.html("/desk/rounds/hall/print")
    assert "/hall/hall." in teller.html("/desk/rounds/hall/print")
    assert "/host/" not in teller.html("/desk/rounds/hall/print")
