"""What was tried against the desk and the API by strangers and by members of staff, and what must come of it."""

import re
import threading
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select, text

from survey.core import clock
from survey.staff import passwords
from survey.staff.actor import TERMINAL, Actor
from survey.staff.audit import broken_links, record
from survey.staff.models import AuditEntry, Member
from survey.staff.roles import Role
from survey.staff.service import Grant, find_member, invite
from survey.storage.engine import reading, unit_of_work
from survey.web.desk import audit
from tests.factories.programs import program
from tests.factories.ratings import ZHEJIANG
from tests.flow.deskwork import ALL, PASSWORD, Desk, at_desk, hire, office
from tests.flow.site import Site

WRONG = "a wrong password altogether"


def stranger(site: Site) -> Desk:
    return Desk(site.app.test_client(), "")


def try_login(site: Site, login: str, password: str = WRONG, code: str = "", known: str = ""):
    desk = stranger(site)
    if known:
        desk.client.set_cookie("desk-known", known, path="/desk")
    return desk.submit("/desk/login", login=login, password=password, code=code)


def without_tokens(answer) -> str:
    """Return a page without what differs each time it is made."""
    return re.sub(r'value="[\w.@-]+"', "", answer.get_data(as_text=True))


def entries(site: Site) -> list[AuditEntry]:
    with unit_of_work(site.engine) as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.number)))


# --- coming in ---


def test_twenty_wrong_passwords_tell_nobody_whether_an_address_has_an_account(site, set_clock):
    login = hire(site, Role.VIEWER)
    set_clock(timedelta())
    known, unknown = ([try_login(site, one) for _ in range(20)] for one in (login, "nobody@example.gov.cn"))
    assert {answer.status_code for answer in (*known, *unknown)} == {401}
    assert {without_tokens(answer) for answer in known} == {without_tokens(answer) for answer in unknown}
    assert try_login(site, login, PASSWORD).status_code == 401, "the account waits, also for the right password"


def test_while_a_password_is_checked_voters_can_cast(small_site, monkeypatch):
    """A hash takes a tenth of a second; whoever sends many wrong ones must not hold the database meanwhile."""
    written = []
    checked = passwords.is_password

    def check_and_write(stored: str | None, password: str) -> bool:
        def write() -> None:
            with unit_of_work(small_site.engine) as session:
                record(session, TERMINAL, "", "Somebody wrote")
            written.append(True)

        voter = threading.Thread(target=write)
        voter.start()
        voter.join(5)
        assert written, "the database is held while a password is checked"
        return checked(stored, password)

    login = hire(small_site, Role.VIEWER)
    desk = at_desk(small_site, Role.VIEWER)
    monkeypatch.setattr(passwords, "is_password", check_and_write)
    assert try_login(small_site, login, PASSWORD).status_code == 303
    new = "another good password"
    desk.submit("/desk/account", form="/password", present=PASSWORD, password=new, again=new)
    assert len(written) == 2


def test_a_known_browser_cannot_try_out_one_time_passwords_without_end(site, set_clock):
    set_clock(timedelta())
    login = hire(site, Role.VIEWER)
    desk = stranger(site)
    desk.submit("/desk/login", login=login, password=PASSWORD)
    secret = re.search(r'<p class="code">([A-Z2-7]+)</p>', desk.html("/desk/account/totp"))[1]
    desk.submit("/desk/account/totp", code=pyotp.TOTP(secret).at(clock.now()))
    known = desk.client.get_cookie("desk-known", path="/desk").value
    for number in range(25):
        try_login(site, login, PASSWORD, code=f"{number:06d}", known=known)
    with unit_of_work(site.engine) as session:
        assert find_member(session, login).failures < 20, "they were all looked at"


def test_a_session_that_was_left_open_does_not_serve_to_find_out_the_password(small_site):
    desk = at_desk(small_site, Role.VIEWER)
    new = "another good password"
    for _ in range(12):
        desk.submit("/desk/account", form="/password", present=WRONG, password=new, again=new)
    answer = desk.submit("/desk/account", form="/password", present=PASSWORD, password=new, again=new)
    assert answer.status_code == 409
    assert try_login(small_site, desk.login, PASSWORD).status_code == 303, "nothing was changed"


def test_one_invitation_makes_one_account_however_many_accept_at_once(site):
    with unit_of_work(site.engine) as session:
        token = invite(session, TERMINAL, "li@example.gov.cn", [Grant(Role.VIEWER, "")], clock.now())
    link = f"/desk/invitations/{token}"
    # Given people who have all opened the page
    desks = [stranger(site) for _ in range(3)]
    tokens = [desk.token(link) for desk in desks]
    given = {"name": "李", "language": "zh", "password": PASSWORD, "again": PASSWORD, "role": "admin"}
    together, statuses = threading.Barrier(len(desks)), []

    def accept(desk: Desk, token: str) -> None:
        together.wait(10)
        statuses.append(desk.client.post(link, data=given | {"csrf_token": token}).status_code)

    threads = [threading.Thread(target=accept, args=one) for one in zip(desks, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # A third at the same moment may be told that too many are logging in.
    assert statuses.count(303) == 1
    assert set(statuses) <= {303, 404, 200}
    with reading(site.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(Member)) == 1


def test_a_page_asked_for_with_a_session_that_is_over_is_refused_and_offers_to_log_in(site, set_clock):
    desk = at_desk(site, Role.VIEWER)
    set_clock(timedelta(minutes=31))
    answer = desk.get("/desk/rounds")
    assert answer.status_code == 401
    assert 'action="/desk/login?next=/desk/rounds"' in answer.get_data(as_text=True)
    assert desk.get("/desk/rounds").status_code == 302, "told once"
    assert desk.submit("/desk/login", login=desk.login, password=PASSWORD).status_code == 303
    assert desk.get("/desk/rounds").status_code == 200


@pytest.mark.parametrize("where", ["/deskevil", "/desk@evil", "/desk/..//evil.example", "/desk//evil.example"])
def test_logging_in_leads_to_pages_of_the_desk_alone(small_site, where):
    login = hire(small_site, Role.VIEWER)
    desk = stranger(small_site)
    answer = desk.submit("/desk/login", login=login, password=PASSWORD, page=f"/desk/login?next={where}")
    assert answer.headers["Location"] == "/desk/"


def test_a_stranger_cannot_send_much(small_site):
    desk = stranger(small_site)
    sent = {"csrf_token": desk.token("/desk/login"), "login": "x" * 200_000, "password": WRONG}
    assert desk.client.post("/desk/login", data=sent).status_code == 413


# --- what is refused is written down ---


def test_whoever_tries_what_is_not_permitted_stands_in_the_log_once(site):
    office(site, "A")
    office(site, "B")
    site.round()
    with unit_of_work(site.engine) as session:
        session.execute(text("UPDATE round SET office = 'A'"))
    viewer, foreign = at_desk(site, Role.VIEWER, office="A"), at_desk(site, Role.SETTER, office="B")
    before = len(entries(site))
    for _ in range(3):
        assert viewer.post("/desk/rounds/spring/run/close", reason="without a right").status_code == 403
        assert foreign.get("/desk/rounds/spring/watch").status_code == 404
    new = entries(site)[before:]
    assert [(entry.office, entry.figures["thing"]) for entry in new] == [("A", "spring")] * 2
    assert new[0].figures["page"] == "POST /desk/rounds/<round_id>/run/close"
    # And whoever walks through many pages fills no log.
    for number in range(60):
        foreign.get(f"/desk/people/{number}")
        foreign.get(f"/desk/rounds/spring/{number}")
    assert len(entries(site)) < before + 30
    assert foreign.get("/desk/rounds/nothing/").status_code == 404


def test_a_page_that_does_not_exist_is_no_attempt(small_site):
    desk = at_desk(small_site, Role.VIEWER)
    before = len(entries(small_site))
    assert desk.get("/desk/rounds/nothing/").status_code == 404
    assert desk.get("/desk/nothing").status_code == 404
    assert len(entries(small_site)) == before


def test_results_before_the_count_are_forbidden(small_site):
    small_site.round()
    desk = at_desk(small_site, *ALL)
    for page in ("", "/report.csv", "/chart-1.svg", "/publish"):
        assert desk.get(f"/desk/rounds/spring/results{page}").status_code == 403, page


# --- odd values ---


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_that_no_row_has_is_a_page_that_does_not_exist(site, number):
    site.round()
    desk = at_desk(site, *ALL)
    for path in ("/desk/people/{}", "/desk/ratings/{}", "/desk/questionnaires/public-satisfaction/{}"):
        assert desk.get(path.format(number)).status_code == 404, path
    for path in ("count/proposals/{}/confirm", "run/void/{}/back", "voters/{}"):
        assert desk.post(f"/desk/rounds/spring/{path.format(number)}").status_code == 404, path
    assert desk.get("/desk/audit", before=str(number)).status_code == 200
    assert desk.get("/desk/audit", before=str(-number)).status_code == 200


def test_a_text_with_a_zero_byte_is_refused_everywhere(site):
    site.round()
    desk = at_desk(site, *ALL)
    assert try_login(site, "a\0b@example.gov.cn").status_code == 400
    assert desk.post("/desk/rounds/spring/run/doors", open="a\0b").status_code == 400
    assert desk.post("/desk/people/invite", login="a\0b@c.cn", role="viewer", office="").status_code == 400
    assert desk.get("/desk/rounds/spring/watch", unit="a\0b").status_code == 400


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/desk/rounds/spring/watch/target", "target"),
        ("/desk/rounds/spring/rehearsal", "codes"),
        ("/desk/rounds/spring/print/spare", "spare-spare"),
        ("/desk/api/tokens", "days"),
    ],
)
def test_a_number_of_four_hundred_digits_is_a_fault_of_the_form(small_site, path, field):
    small_site.round()
    desk = at_desk(small_site, *ALL)
    assert desk.post(path, {field: "9" * 400}).status_code in (400, 409)


def test_a_role_is_taken_by_a_number_that_is_one(small_site):
    desk = at_desk(small_site, *ALL)
    other = hire(small_site, Role.VIEWER)
    with unit_of_work(small_site.engine) as session:
        path = f"/desk/people/{find_member(session, other).id}"
    for which in ("²", "9", "", "-1"):
        fields = {"do": f"take:{which}", "reason": "gone elsewhere", "role": "viewer", "office": ""}
        assert desk.post(path, fields).status_code == 409, which


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_case_of_another_age_is_a_fault_of_the_request(small_site, moment):
    asks = program(small_site)
    case = {"plan": ZHEJIANG.id, "case_ref": "1", "item": "x", "unit": "y", "closed_at": moment}
    assert asks.post("/ratings/cases", json=case).status_code == 422


# --- the log ---


def test_an_entry_that_was_tampered_with_is_named_and_the_log_stays_readable(site):
    desk = at_desk(site, *ALL)
    with unit_of_work(site.engine) as session:
        entry = record(session, Actor(None, "terminal"), "", "Opened the round %(round)s", round="spring")
        session.execute(text("UPDATE audit_entry SET figures = '{}' WHERE number = :number"), {"number": entry.number})
    page = desk.html("/desk/audit")
    assert f"{entry.number}" in page
    assert "Opened the round" in page or "%(round)s" in page


def test_the_whole_chain_is_not_read_at_every_look_and_a_new_break_is_seen_at_once(small_site, monkeypatch):
    desk = at_desk(small_site, *ALL)
    desk.html("/desk/audit")
    read = []
    monkeypatch.setattr(
        audit, "broken_links", lambda session, after: read.append(after) or broken_links(session, after)
    )
    with unit_of_work(small_site.engine) as session:
        last = record(session, TERMINAL, "", "Somebody wrote").number
    desk.html("/desk/audit")
    assert read[-1][0] == last - 1, "only what was added"
    with unit_of_work(small_site.engine) as session:
        new = record(session, TERMINAL, "", "Somebody wrote").number
        session.execute(text("UPDATE audit_entry SET name = 'nobody' WHERE number = :number"), {"number": new})
    assert f"第 {new} 条断开" in desk.html("/desk/audit")


@pytest.mark.parametrize("reason", ["2026-02-30", "२०२६-०२-२०", "2026-02-30 25:61+99:99", "%(round)s %s %"])
def test_nobody_spoils_an_entry_by_its_reason(small_site, reason):
    small_site.round()
    desk = at_desk(small_site, *ALL)
    answer = desk.submit("/desk/rounds/spring/run/close", form="/close", reason=reason)
    assert answer.status_code == 303
    page = desk.html("/desk/audit")
    assert reason in page
    assert "%(reason)s" not in page
