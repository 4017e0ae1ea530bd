"""Accounts, roles, sessions, the log: on both engines, through the real forms."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from survey.core import clock
from survey.staff import passwords
from survey.staff.actor import TERMINAL, Actor
from survey.staff.audit import broken_links, record
from survey.staff.models import AuditEntry, DeskSession, Member
from survey.staff.roles import Role
from survey.staff.service import Grant, find_member, invite, set_active, set_roles
from survey.storage.engine import reading, unit_of_work
from tests.flow.deskwork import ALL, PASSWORD, Desk, at_desk, hire, office


def stranger(site):
    return Desk(site.app.test_client(), "")


def log_in(site, login, password=PASSWORD, code=""):
    desk = Desk(site.app.test_client(), login)
    return desk, desk.submit("/desk/login", login=login, password=password, code=code)


def test_an_invitation_opens_one_account_and_then_no_more(site):
    with unit_of_work(site.engine) as session:
        token = invite(session, TERMINAL, " Li@Example.gov.cn", [Grant(Role.SETTER, "")], clock.now())
    desk = stranger(site)
    answer = desk.submit(f"/desk/invitations/{token}", name="李主任", language="zh", password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 303
    assert "li@example.gov.cn" in desk.html("/desk/account")
    assert stranger(site).get(f"/desk/invitations/{token}").status_code == 404


def test_a_short_or_mistyped_password_opens_no_account(site):
    with unit_of_work(site.engine) as session:
        token = invite(session, TERMINAL, "li@example.gov.cn", [Grant(Role.SETTER, "")], clock.now())
    page = f"/desk/invitations/{token}"
    for password, again in (("short", "short"), (PASSWORD, PASSWORD + "x")):
        answer = stranger(site).submit(page, name="李", language="zh", password=password, again=again)
        assert answer.status_code == 200
        assert "fault" in answer.get_data(as_text=True)
    with reading(site.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(Member)) == 0


def test_an_invitation_is_over_after_three_days(site, set_clock):
    with unit_of_work(site.engine) as session:
        token = invite(session, TERMINAL, "li@example.gov.cn", [Grant(Role.SETTER, "")], clock.now())
    set_clock(timedelta(days=3, seconds=1))
    assert stranger(site).get(f"/desk/invitations/{token}").status_code == 404


@pytest.mark.parametrize("login", ["nobody@example.gov.cn", ""])
def test_nobody_learns_whether_an_address_has_an_account(site, login):
    known = hire(site, Role.VIEWER)
    _, wrong = log_in(site, known, "a wrong password altogether")
    _, unknown = log_in(site, login or "also-nobody@example.gov.cn", "a wrong password altogether")
    assert wrong.status_code == unknown.status_code == 401
    said = [re.search(r"<li>(.*?)</li>", page.get_data(as_text=True))[1] for page in (wrong, unknown)]
    assert said[0] == said[1]


def test_many_wrong_passwords_delay_that_account_for_browsers_it_does_not_know(site, set_clock):
    login, other = hire(site, Role.VIEWER), hire(site, Role.VIEWER)
    known, _ = log_in(site, login)
    with unit_of_work(site.engine) as session:
        for _ in range(20):
            member = find_member(session, login)
            member.failures, member.failed_at = member.failures + 1, clock.now()
    _, late = log_in(site, login)
    assert late.status_code == 401, "the same as for any wrong password"
    known.post("/desk/logout")
    assert known.submit("/desk/login", login=login, password=PASSWORD).status_code == 303
    assert log_in(site, other)[1].status_code == 303
    with unit_of_work(site.engine) as session:
        member = find_member(session, login)
        member.failures, member.failed_at = 20, clock.now()
    set_clock(timedelta(minutes=10))
    assert log_in(site, login)[1].status_code == 303


def test_a_one_time_password_works_once(site, set_clock):
    desk = at_desk(site, Role.VIEWER)
    page = desk.html("/desk/account/totp")
    secret = re.search(r'<p class="code">([A-Z2-7]+)</p>', page)[1]
    app = pyotp.TOTP(secret)
    assert "设置" in desk.submit("/desk/account/totp", code="000000").get_data(as_text=True)
    assert desk.submit("/desk/account/totp", code=app.at(clock.now())).status_code == 303

    set_clock(timedelta(seconds=60))
    code = app.at(clock.now())
    assert log_in(site, desk.login)[1].status_code == 401
    assert log_in(site, desk.login, code=code)[1].status_code == 303
    assert log_in(site, desk.login, code=code)[1].status_code == 401, "the same one-time password again"
    with reading(site.engine) as connection:
        stored = connection.execute(select(Member.totp_secret)).scalar_one()
    assert secret.encode() not in stored


def test_a_session_ends_after_half_an_hour_of_silence_or_eight_hours(site, set_clock):
    desk = at_desk(site, Role.VIEWER)
    for minutes in range(25, 8 * 60, 25):
        set_clock(timedelta(minutes=minutes))
        assert desk.get("/desk/account").status_code == 200, minutes
    set_clock(timedelta(hours=8, minutes=2))
    assert desk.get("/desk/account").status_code == 401
    idle = at_desk(site, Role.VIEWER)
    set_clock(timedelta(hours=8, minutes=40))
    assert idle.get("/desk/account").status_code == 401


@pytest.mark.parametrize("what", ["off", "roles", "logout", "password"])
def test_a_session_ends_at_once_when_rights_change(site, what):
    desk = at_desk(site, Role.VIEWER)
    kept = desk.client.get_cookie("desk", path="/").value
    with unit_of_work(site.engine) as session:
        member = find_member(session, desk.login)
        if what == "off":
            set_active(session, member, active=False)
        elif what == "roles":
            set_roles(session, member, [Grant(Role.SETTER, "")])
    if what == "logout":
        desk.post("/desk/logout")
    elif what == "password":
        new = "another good password"
        desk.submit("/desk/account", form="/password", present=PASSWORD, password=new, again=new)
    again = Desk(site.app.test_client(), "")
    again.client.set_cookie("desk", kept)
    assert again.get("/desk/account").status_code == 401
    assert log_in(site, desk.login)[1].status_code == (401 if what in ("off", "password") else 303)


def test_a_post_without_our_token_does_nothing(site):
    desk = at_desk(site, *ALL)
    answer = desk.client.post("/desk/people/offices", data={"code": "6201", "name": "兰州", "parent": ""})
    assert answer.status_code == 400
    assert "6201" not in desk.html("/desk/people")


@pytest.mark.parametrize("where", ["//evil.example", "https:evil", "\\\\evil.example", "/desk\\@evil", "/t/1", ""])
def test_logging_in_leads_nowhere_else(site, where):
    login = hire(site, Role.ADMIN)
    client = site.app.test_client()
    desk = Desk(client, login)
    answer = desk.submit("/desk/login", login=login, password=PASSWORD, page=f"/desk/login?next={where}")
    assert answer.headers["Location"] == "/desk/"


def test_the_desk_has_headers_of_its_own_and_public_pages_have_no_cookie(site):
    desk = at_desk(site, Role.ADMIN)
    page = desk.get("/desk/people")
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert "connect-src 'self'" in page.headers["Content-Security-Policy"]
    public = desk.get("/privacy")
    assert "Set-Cookie" not in public.headers
    assert "Cookie" not in public.headers.get("Vary", "")
    assert public.headers["Referrer-Policy"] == "no-referrer"


def test_an_administrator_gives_and_takes_roles_in_the_own_branch_only(site):
    office(site, "A")
    office(site, "A1", "A")
    office(site, "B")
    desk = at_desk(site, Role.ADMIN, office="A")
    below, beside = hire(site, Role.VIEWER, office="A1"), hire(site, Role.VIEWER, office="B")
    page = desk.html("/desk/people")
    assert below in page
    assert beside not in page
    with unit_of_work(site.engine) as session:
        mine, others = find_member(session, below).id, find_member(session, beside).id
    assert desk.get(f"/desk/people/{others}").status_code == 404
    path = f"/desk/people/{mine}"
    answer = desk.submit(path, reason="新增职责", do="give:", role="teller", office="A1")
    assert answer.status_code == 303
    assert "计票员" in desk.html(path)
    assert desk.submit(path, reason="新增职责", do="give:", role="teller", office="B").status_code == 200
    assert desk.submit(path, reason="无", do="give:", role="setter", office="A").status_code == 200, "too short"
    assert "新增职责" in desk.html("/desk/audit")


def test_the_log_is_a_chain_that_shows_every_change(site):
    with unit_of_work(site.engine) as session:
        for number in range(5):
            record(session, Actor(None, "terminal"), "", "Opened the round %(round)s", round=f"r{number}")
    for change in (
        "UPDATE audit_entry SET name = 'nobody' WHERE number = 3",
        "UPDATE audit_entry SET figures = '{}' WHERE number = 3",
        "DELETE FROM audit_entry WHERE number = 3",
        "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE number = 3",
    ):
        with site.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(text(change))
            with Session(connection) as session:
                broken = list(broken_links(session))
            assert broken, change
            assert broken[0] in (3, 4), change
            transaction.rollback()
    with unit_of_work(site.engine) as session:
        assert list(broken_links(session)) == []
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 5


def test_sessions_are_kept_as_digests(site):
    desk = at_desk(site, Role.VIEWER)
    cookie = desk.client.get_cookie("desk", path="/").value
    with reading(site.engine) as connection:
        digest = connection.execute(select(DeskSession.digest)).scalar_one()
    assert digest.hex() not in cookie
    assert len(digest) == 32


def test_many_logins_at_once_keep_no_thread_waiting(small_site):
    login = hire(small_site, Role.VIEWER)
    with passwords._turn(), passwords._turn():
        _, answer = log_in(small_site, login)
    assert answer.status_code == 409
    assert log_in(small_site, login)[1].status_code == 303
