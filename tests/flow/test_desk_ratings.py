"""Bad ratings at the desk: by people with roles, through the real forms, on both engines."""

import csv
import io
import re
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select

from survey.core import clock
from survey.ratings import service
from survey.ratings.models import RatingEvent, ServiceCase
from survey.staff.models import AuditEntry
from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from tests.factories.ratings import TO_REPLY, ZHEJIANG, minted, rate, steps
from tests.flow.deskwork import at_desk, office

NOTE = "已经电话联系并处理"


@pytest.fixture
def offices(site):
    return office(site, "6201"), office(site, "6202")


def bad_case(site, ref="2026-0001", level="l1", of="6201", ago=timedelta(0), walked=()):
    """Mint a case, rate it as bad, and return its number."""
    now = clock.now() - ago
    with unit_of_work(site.engine) as session:
        case = minted(session, case_ref=ref, office=of, closed_at=now - timedelta(hours=1))
        rate(session, case, level, now=now, text="等了三个小时")
        steps(session, case, *walked, now=now)
        return case.id


def look(desk, address):
    path, _, query = address.partition("?")
    answer = desk.get(path, **dict(parse_qsl(query)))
    assert answer.status_code == 200, address
    return answer


def history(site, case_id):
    with unit_of_work(site.engine) as session:
        return [row.step for row in service.events_of(session, service.get_case(session, case_id))]


def test_the_most_urgent_come_first_with_word_and_symbol(site, offices):
    bad_case(site, "new")
    bad_case(site, "old", ago=timedelta(days=9))
    done = ("assigned", "contacted", "no_ground", "explained", "replied", "closed")
    bad_case(site, "done", ago=timedelta(days=1), walked=done)
    desk = at_desk(site, Role.SETTER)

    html = desk.html("/desk/ratings", lang="en")
    assert html.index(">old<") < html.index(">new<")
    assert ">done<" not in html
    late = html[html.index(">old<") : html.index(">new<")]
    assert re.search(r'status bad"><span aria-hidden="true">▲</span>', late)

    assert ">old<" in look(desk, "/desk/ratings?overdue=1").get_data(as_text=True)
    assert ">new<" not in look(desk, "/desk/ratings?overdue=1").get_data(as_text=True)
    assert ">done<" in look(desk, "/desk/ratings?state=closed").get_data(as_text=True)
    everything = look(desk, "/desk/ratings?state=all&page=1").get_data(as_text=True)
    assert all(f">{ref}<" in everything for ref in ("new", "old", "done"))
    assert "<table" not in look(desk, "/desk/ratings?state=appealed").get_data(as_text=True)
    for odd in ("state=nonsense", "page=x", "page=-3", "page=99999999"):
        look(desk, f"/desk/ratings?{odd}").get_data(as_text=True)


def test_a_case_is_followed_to_its_end_by_forms(site, offices, set_clock):
    case_id = bad_case(site)
    desk = at_desk(site, Role.SETTER, office="6201")
    path = f"/desk/ratings/{case_id}"
    assert "等了三个小时" in desk.html(path)
    for step in TO_REPLY:
        answer = desk.submit(path, form="/step", step=step, note=NOTE)
        assert (answer.status_code, answer.location) == (303, path)
    assert history(site, case_id) == ["received", *TO_REPLY]
    page = desk.html(path)
    assert "/step" not in page  # the person may re-rate first
    set_clock(timedelta(days=40))
    desk = at_desk(site, Role.SETTER, office="6201")
    assert desk.submit(path, form="/step", step="closed", note="").status_code == 303
    assert history(site, case_id)[-1] == "closed"
    with unit_of_work(site.engine) as session:
        events = session.scalars(select(RatingEvent).where(RatingEvent.step != "received")).all()
        assert all(event.member_id for event in events)
        sentences = session.scalars(select(AuditEntry.sentence)).all()
    assert sum("Bad rating of case" in sentence for sentence in sentences) == len(TO_REPLY) + 1


def test_what_may_not_follow_comes_back_with_its_reason(site, offices):
    case_id = bad_case(site, walked=("assigned", "contacted"))
    desk = at_desk(site, Role.SETTER)
    path = f"/desk/ratings/{case_id}"
    for data in (
        {"step": "misjudged", "note": ""},
        {"step": "closed", "note": NOTE},
        {"note": NOTE},
        {"step": "valid", "note": "x" * 501},
    ):
        answer = desk.post(f"{path}/step", data)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.get_data(as_text=True)
    # What was written is still there.
    answer = desk.post(f"{path}/step", {"step": "misjudged", "note": "误评"})
    assert "误评</textarea>" in answer.get_data(as_text=True)
    assert history(site, case_id) == ["received", "assigned", "contacted"]


def test_an_appeal_is_decided_by_a_supervisor(site, offices):
    case_id = bad_case(site, walked=("assigned", "contacted"))
    setter, supervisor = at_desk(site, Role.SETTER), at_desk(site, Role.SUPERVISOR)
    path = f"/desk/ratings/{case_id}"
    assert "<form" in setter.html(path)
    assert "/step" not in supervisor.html(path)
    assert supervisor.post(f"{path}/step", step="valid", note=NOTE).status_code == 403
    assert supervisor.post(f"{path}/appeal", step="misjudged", note=NOTE).status_code == 409
    assert setter.submit(path, form="/step", step="appealed", note=NOTE).status_code == 303
    assert "/appeal" not in setter.html(path)
    assert setter.post(f"{path}/step", step="misjudged", note=NOTE).status_code == 409
    assert setter.post(f"{path}/appeal", step="misjudged", note=NOTE).status_code == 403
    assert supervisor.submit(path, form="/appeal", step="misjudged", note=NOTE).status_code == 303
    assert history(site, case_id)[-1] == "misjudged"


def test_whoever_appealed_cannot_decide_even_with_all_roles(site, offices):
    case_id = bad_case(site, walked=("assigned", "contacted"))
    desk = at_desk(site, *Role)
    path = f"/desk/ratings/{case_id}"
    desk.submit(path, form="/step", step="appealed", note=NOTE)
    answer = desk.submit(path, form="/appeal", step="valid", note=NOTE)
    assert answer.status_code == 400
    assert history(site, case_id)[-1] == "appealed"


def test_an_office_sees_its_own_cases_only(site, offices):
    mine, theirs = bad_case(site, "mine", of="6201"), bad_case(site, "theirs", of="6202")
    desk = at_desk(site, Role.SETTER, office="6201")
    html = desk.html("/desk/ratings")
    assert ">mine<" in html
    assert ">theirs<" not in html
    assert desk.get(f"/desk/ratings/{mine}").status_code == 200
    for number in (theirs, 999, 10**30):
        assert desk.get(f"/desk/ratings/{number}").status_code == 404
        assert desk.post(f"/desk/ratings/{number}/step", step="assigned", note=NOTE).status_code == 404
    assert history(site, theirs) == ["received"]
    rows = list(
        csv.DictReader(io.StringIO(look(desk, "/desk/ratings/indicators.csv?by=office").get_data(as_text=True)[1:]))
    )
    assert [row["name"] for row in rows] == ["6201"]


def test_lookers_look_and_take_no_step(site, offices):
    case_id = bad_case(site)
    desk = at_desk(site, Role.VIEWER, office="6201")
    assert "/step" not in desk.html(f"/desk/ratings/{case_id}")
    assert desk.post(f"/desk/ratings/{case_id}/step", step="assigned", note=NOTE).status_code == 403
    nobody = site.app.test_client()
    for path in ("/desk/ratings", f"/desk/ratings/{case_id}", "/desk/ratings/indicators"):
        assert nobody.get(path).status_code in (302, 303)
    assert site.app.test_client().post(f"/desk/ratings/{case_id}/step").status_code in (302, 303, 400)


def test_the_indicators_are_those_of_the_period_and_a_file(site, offices):
    desk = at_desk(site, Role.VIEWER)
    assert "flask ratings plan" in desk.html("/desk/ratings/indicators")
    bad_case(site, "old", ago=timedelta(days=20))
    with unit_of_work(site.engine) as session:
        rate(session, minted(session, case_ref="good", item="=cmd|calc", closed_at=clock.now()), "l5", now=clock.now())
        minted(session, case_ref="unrated", closed_at=clock.now())
    html = desk.html("/desk/ratings/indicators")
    assert "66.67" in html
    assert "50.00" in html
    today = (clock.now() + timedelta(hours=8)).date()
    first = today - timedelta(days=2)
    assert "66.67" not in look(desk, f"/desk/ratings/indicators?from={first}&to={today}&by=unit").get_data(as_text=True)
    answer = look(desk, f"/desk/ratings/indicators.csv?by=item&from={first}&plan=nonsense")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True)[1:])))
    assert [(row["name"], row["rated"], row["index"]) for row in rows] == [
        ("'=cmd|calc", "100.00", "100.0000"),
        ("不动产登记", "0.00", ""),
    ]
    assert "no-store" in answer.headers["Cache-Control"]
    look(desk, "/desk/ratings/indicators?from=2026-13-01&by=nonsense").get_data(as_text=True)


def test_a_case_nobody_rated_says_so(site, offices):
    with unit_of_work(site.engine) as session:
        case_id = minted(session).id
    desk = at_desk(site, Role.SETTER)
    assert "<textarea" not in desk.html(f"/desk/ratings/{case_id}")
    assert desk.post(f"/desk/ratings/{case_id}/step", step="assigned", note=NOTE).status_code == 400
    with unit_of_work(site.engine) as session:
        assert session.get(ServiceCase, case_id).state == ""


def test_after_the_plan_changed_old_cases_keep_their_words(site, offices):
    case_id = bad_case(site)
    changed = type(ZHEJIANG).model_validate(ZHEJIANG.document() | {"version": 2, "contact": "110"})
    with unit_of_work(site.engine) as session:
        service.add_plan(session, changed)
    assert "zhejiang-2019@1" in at_desk(site, Role.VIEWER).html(f"/desk/ratings/{case_id}")
