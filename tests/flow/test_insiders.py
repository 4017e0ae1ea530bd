"""What members of staff could learn, or keep, beyond what their pages are meant to show."""

import io
import re
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import text

from survey.core import clock
from survey.core.keys import read_private_key
from survey.counting.service import count_round, keep_count
from survey.jobs.keeping import put_upload
from survey.jobs.models import JobFile, JobState
from survey.jobs.service import add_job, get_job
from survey.rounds.service import get_round
from survey.staff.actor import TERMINAL, Actor
from survey.staff.roles import Role
from survey.staff.service import Grant, find_member, set_roles
from survey.storage.engine import unit_of_work
from survey.worker.running import run_waiting
from survey.worker.work import Workshop
from tests.factories.rounds import PASSPHRASE
from tests.flow.deskwork import PASSWORD, Desk, at_desk


def test_the_pages_of_running_show_no_figure_newer_than_the_watch_page(small_site, small_desk, set_clock):
    """Whoever reloads them would otherwise see by +1 that the person who has just come out has voted."""
    set_clock(timedelta())
    codes = small_site.round()
    small_desk.html("/desk/rounds/spring/watch")
    pages = ("/desk/rounds/spring/run", "/desk/rounds/spring/run/close")
    before = [figures_on(small_desk.html(page)) for page in pages]
    small_site.phone().vote(codes[0])
    assert [figures_on(small_desk.html(page)) for page in pages] == before
    set_clock(timedelta(minutes=1))
    assert [figures_on(small_desk.html(page)) for page in pages] != before


def figures_on(html):
    return re.findall(r"<dd>\s*(.*?)\s*</dd>", html, re.DOTALL)


def test_whoever_lost_the_right_to_print_gets_no_codes_any_more(small_site):
    """Not even of a job of the own."""
    desk = at_desk(small_site, Role.SETTER)
    small_site.round()
    with unit_of_work(small_site.engine) as session:
        member = find_member(session, desk.login)
        actor = Actor(member.id, member.name)
        job = add_job(session, "codes", office="", title="Codes", figures={}, payload={}, actor=actor).id
        session.add(
            JobFile(job_id=job, name="codes.zip", mimetype="application/zip", size=1, once=True, made_at=clock.now())
        )
        set_roles(session, member, [Grant(Role.VIEWER, "")])
    place = small_site.app.extensions["minsheng"].settings.files / job
    place.mkdir(parents=True)
    (place / "codes.zip").write_bytes(b"x")
    again = Desk(small_site.app.test_client(), desk.login)
    again.submit("/desk/login", login=desk.login, password=PASSWORD)
    assert again.get(f"/desk/jobs/{job}/files/codes.zip").status_code == 403
    assert again.get(f"/desk/jobs/{job}").status_code == 200


@pytest.mark.parametrize("used", [0, 4])
def test_printing_slips_again_tells_nobody_who_of_a_secret_group_has_voted(small_site, used):
    codes = small_site.round(kind="ballot", voters="group,class,planned,subjects\n620102,A,4,own\n")
    for code in codes[:used]:
        small_site.phone().vote(code)
    job = print_again(small_site, codes)
    assert (job.state, job.result["slips"]) == (JobState.DONE, 4)


def test_a_survey_says_how_many_codes_are_not_printed_again(small_site):
    codes = small_site.round()
    small_site.phone().vote(codes[0])
    job = print_again(small_site, codes[:2])
    assert (job.state, job.error_figures) == (JobState.FAILED, {"n": 1, "all": 2})


def print_again(site, codes):
    made = site.app.extensions["minsheng"]
    rows = "".join(f"620102-A-1,620102,A,{code},http://x/t/{code}\n" for code in codes)
    payload = {"round": "spring", "layout": "24", "language": "zh"}
    with unit_of_work(site.engine) as session:
        job = add_job(session, "slips", office="", title="Slips", figures={}, payload=payload, actor=TERMINAL)
        put_upload(made.settings.files, job.id, io.BytesIO(f"batch,group,class,code,url\n{rows}".encode()))
    run_waiting(Workshop(made.settings, site.engine, made.code_key, "w", Event()))
    with unit_of_work(site.engine) as session:
        return get_job(session, job.id)


def test_the_doctor_names_a_count_that_somebody_changed(site):
    site.round(name="spring")
    site.close("spring")
    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        key = read_private_key(site.folder / "office.key", PASSPHRASE)
        keep_count(session, row, count_round(session, row, [key]), clock.now())
    assert "stored count of spring was changed" not in doctor(site)
    with site.engine.begin() as connection:
        connection.execute(text("UPDATE count SET document = :other"), {"other": b"x"})
    assert "stored count of spring was changed" in doctor(site)


def doctor(site):
    return site.app.test_cli_runner().invoke(args=["doctor", "--json"]).output


@pytest.mark.parametrize("name", ["x" * 5000, "\N{GRINNING FACE}" * 80, "../library/public-safety", ""])
def test_only_names_of_the_library_are_taken_from_it(small_site, name):
    setter = at_desk(small_site, Role.SETTER)
    assert setter.submit("/desk/questionnaires", form="/take", name=name).status_code == 404
