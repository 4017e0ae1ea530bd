"""Every page of the desk tells how one's jobs ended, until one has seen it; and that no worker is there."""

import re
from datetime import timedelta

import pytest

from survey.jobs.models import Job, JobState
from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from survey.worker.consumer import work_off
from tests.flow.deskwork import PASSWORD, at_desk
from tests.flow.test_rehearsal import draft

PRINT = "/desk/rounds/spring/print"
ROUNDS = "/desk/rounds"


@pytest.fixture
def setter(site):
    """Somebody who asked for a poster."""
    draft(site)
    desk = at_desk(site, Role.SETTER)
    english(desk)
    desk.job = desk.submit(PRINT, form="/poster").headers["Location"]
    return desk


def english(desk):
    desk.post("/desk/account/language", language="en", next=ROUNDS)


def work(site):
    held = site.app.extensions["minsheng"]
    work_off(held.settings, held.engine, held.code_key)


def told(desk, page=ROUNDS):
    """Return what a page tells of jobs, and the number in its head."""
    html = desk.html(page)
    forms = re.findall(r'<form method="post" action="[^"]*/seen".*?</form>', html, re.DOTALL)
    number = re.search(r'class="count">\((\d+)<', html)
    return [" ".join(re.sub(r"<[^>]+>", " ", form).split()) for form in forms], int(number[1]) if number else 0


def test_who_asked_is_told_on_any_page_until_they_see_the_job(site, setter):
    other = at_desk(site, Role.SETTER)
    assert told(setter) == ([], 1)
    work(site)

    said = ["● done Print the poster of spring on A4 · Dismiss"]
    for page in (ROUNDS, PRINT, "/desk/jobs", "/desk/account", "/desk/rounds/spring/"):
        assert told(setter, page) == (said, 1)
    assert told(other) == ([], 0)
    # Another one who looks at the job changes nothing; who asked for it is told no more.
    other.html(setter.job)
    assert told(setter) == (said, 1)
    assert told(setter, setter.job) == ([], 0)
    assert told(setter) == ([], 0)


def test_the_part_of_the_page_that_renews_itself_is_seen_too(site, setter):
    work(site)
    setter.html(f"{setter.job}/progress")
    assert told(setter) == ([], 0)


def test_it_outlives_the_session_and_ends_with_a_button(site, setter):
    work(site)
    setter.post("/desk/logout")
    setter.submit("/desk/login", login=setter.login, password=PASSWORD)
    assert len(told(setter)[0]) == 1

    answer = setter.post(f"{setter.job}/seen", next=f"{PRINT}?x=1")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PRINT}?x=1")
    assert told(setter) == ([], 0)
    for foreign in ("https://elsewhere.example/", "//elsewhere.example"):
        assert setter.post(f"{setter.job}/seen", next=foreign).headers["Location"] == "/desk/jobs"


def test_nobody_else_can_put_it_away(site, setter):
    work(site)
    other = at_desk(site, Role.SETTER)
    assert other.post(f"{setter.job}/seen").status_code == 303
    assert len(told(setter)[0]) == 1


def test_a_job_that_failed_says_why(site, setter):
    with unit_of_work(site.engine) as session:
        job = session.get(Job, setter.job.rpartition("/")[2])
        job.state, job.error, job.error_figures = JobState.FAILED, "There is no rehearsal of %(name)s", {"name": "x"}
        job.ended_at = job.made_at
    [said], number = told(setter)
    assert (said, number) == (
        "▲ failed Print the poster of spring on A4 : There is no rehearsal of x · Dismiss",
        1,
    )
    # Others in the office find it at the top of the jobs.
    other = at_desk(site, Role.VIEWER)
    english(other)
    assert "Failed in the last 24 hours:" in other.html("/desk/jobs")
    assert "Failed in the last" not in setter.html("/desk/jobs")


def test_a_missing_worker_is_told_to_whoever_may_see_the_job(site, setter, set_clock):
    viewer = at_desk(site, Role.VIEWER)
    english(viewer)
    assert "no worker" not in viewer.html(ROUNDS)
    set_clock(timedelta(minutes=3))
    assert "Jobs wait since" in " ".join(viewer.html(ROUNDS).split())
    assert "no worker does them" in setter.html(setter.job)
    set_clock(timedelta())
    work(site)
    set_clock(timedelta(minutes=3))
    assert "no worker" not in viewer.html(ROUNDS)
