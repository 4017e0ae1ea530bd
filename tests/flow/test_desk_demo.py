"""Made-up voters are let into a rehearsal at the desk; staff watch, and nothing of them stays."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey.jobs.models import Job, JobState
from survey.staff.models import AuditEntry
from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from survey.worker import demo
from survey.worker.consumer import work_off
from tests.flow.deskwork import at_desk
from tests.flow.test_rehearsal import MARKS, draft, rehearse

PAGE = "/desk/rounds/spring/rehearsal"
WATCH = "/desk/rounds/spring-test/watch"


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(demo, "PER_SECOND", 10_000)


def work(site):
    held = site.app.extensions["minsheng"]
    work_off(held.settings, held.engine, held.code_key)


def figures(desk):
    """Return planned, issued, submitted and the rate, as the watch page of the rehearsal shows them."""
    return re.findall(r"<dd>([^<]*)</dd>", desk.html(WATCH))[:4]


def test_made_up_voters_answer_are_watched_and_are_cleared(site, set_clock):
    draft(site)
    rehearse(site)
    setter = at_desk(site, Role.SETTER)
    assert f'href="{WATCH}"' in setter.html(PAGE)
    assert all(mark in setter.html(WATCH) for mark in MARKS)

    begun = setter.submit(PAGE, form="/voters", voters="30")

    assert begun.status_code == 303
    job = begun.headers["Location"]
    # Until they have come, nobody lets more come.
    assert f'href="{job}"' in setter.html(PAGE)
    assert setter.post(f"{PAGE}/voters", voters="30").status_code == 409
    work(site)
    html = setter.html(job)
    assert f'href="{WATCH}"' in html
    assert ">30</dd>" in html
    with unit_of_work(site.engine) as session:
        [row] = session.scalars(select(Job))
        assert (row.state, row.kind, row.round_name, row.done) == (JobState.DONE, "demo", "spring-test", 30)
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.sentence.startswith("Let ")))
        assert entry.figures == {"voters": 30, "round": "spring"}
    assert site.ballots() == 30
    # The watch page reads once a minute.
    set_clock(timedelta(minutes=2))
    assert figures(setter)[:3] == ["33", "33", "30"]
    proof = setter.submit(PAGE, form="/clear").get_data(as_text=True)
    rows = re.findall(r'class="code">(\w+)</th>\s*<td class="number">([\d,]+)</td>\s*<td class="number">(\d+)', proof)
    assert {left for _table, _deleted, left in rows} == {"0"}
    assert ("job", "1", "0") in rows
    assert site.ballots() == 0
    assert setter.get(job).status_code == 404


@pytest.mark.parametrize("voters", ["0", "501", "many", ""])
def test_so_many_and_no_more(small_site, voters):
    draft(small_site)
    rehearse(small_site)
    setter = at_desk(small_site, Role.SETTER)
    assert setter.post(f"{PAGE}/voters", voters=voters).status_code == 409
    assert setter.post(f"{PAGE}/voters", voters="500").status_code == 303


def test_without_a_rehearsal_and_of_a_rehearsal_there_is_no_demonstration(small_site):
    small_site.round(name="real")
    draft(small_site)
    setter, viewer = at_desk(small_site, Role.SETTER), at_desk(small_site, Role.VIEWER)
    assert setter.post("/desk/rounds/real/rehearsal/voters", voters="5").status_code == 409
    assert setter.post(f"{PAGE}/voters", voters="5").status_code == 409
    rehearse(small_site)
    assert setter.post("/desk/rounds/spring-test/rehearsal/voters", voters="5").status_code == 409
    assert "/voters" not in viewer.html(PAGE)
    assert viewer.post(f"{PAGE}/voters", voters="5").status_code == 403
    with unit_of_work(small_site.engine) as session:
        assert session.scalars(select(Job)).all() == []
