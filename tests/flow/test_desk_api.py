"""The desk's pages on programs, and the commands that do the same."""

import json
import re
import shutil

import pytest
from sqlalchemy import select

from survey.staff.models import AuditEntry
from survey.staff.roles import Role
from survey.staff.service import Grant, find_member, set_roles
from survey.staff.token_models import ApiToken, Webhook, WebhookDelivery
from survey.storage.engine import reading, unit_of_work
from tests.factories.programs import Program, program
from tests.flow.deskwork import PASSWORD, Desk, at_desk, hire, office
from tests.flow.site import Site

REASON = "the program was replaced"


@pytest.fixture
def listed_site(migrated_sqlite, tmp_path):
    """Give a site whose operator listed a host for webhooks."""
    shutil.copy(migrated_sqlite, tmp_path / "minsheng.db")
    site = Site.at(f"sqlite:///{tmp_path / 'minsheng.db'}", tmp_path, webhook_hosts=("hooks.example.gov.cn",))
    yield site
    site.engine.dispose()


def shown(page):
    return re.search(r'class="card code">([^<]+)<', page.get_data(as_text=True))[1]


def asked(site, text):
    return Program(site.app.test_client(use_cookies=False), text)


def log(site):
    with reading(site.engine) as connection:
        entries = connection.execute(select(AuditEntry.sentence, AuditEntry.figures))
        return [sentence % figures for sentence, figures in entries]


def test_a_token_is_shown_once_works_for_its_office_and_is_revoked_with_a_reason(site):
    office(site, "A")
    site.round()
    desk = at_desk(site, Role.ADMIN)
    page = desk.submit("/desk/api", {"scopes": ["rounds:read"]}, form="/tokens", name="一窗受理", office="A", days="30")
    assert page.status_code == 200
    text = shown(page)
    assert asked(site, text).get("/rounds").json == {"items": [], "next": None}
    assert asked(site, text).get("/rounds/spring").status_code == 404
    listing = desk.html("/desk/api")
    assert text not in listing
    assert "一窗受理" in listing
    number = re.search(r"/desk/api/tokens/([0-9a-f]{16})", listing)[1]
    assert desk.submit(f"/desk/api/tokens/{number}", reason="x").status_code == 200
    assert asked(site, text).get("/rounds").status_code == 200
    assert desk.submit(f"/desk/api/tokens/{number}", reason=REASON).status_code == 303
    assert asked(site, text).get("/rounds").status_code == 401
    told = log(site)
    assert f"Made the API token 一窗受理 ({number}) for rounds:read, until" in " ".join(told)
    assert any(REASON in line for line in told)
    assert text.split(".")[1] not in repr(told)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"days": "0"},
        {"days": "400"},
        {"days": "x"},
        {"office": "nowhere"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": "a\u200bb"},
    ],
)
def test_a_token_that_cannot_be_is_not_made(listed_site, wrong):
    desk = at_desk(listed_site, Role.ADMIN)
    fields = {"name": "x", "days": "30", "office": "", "scopes": ["rounds:read"]} | wrong
    page = desk.submit("/desk/api", fields, form="/tokens")
    assert page.status_code == 400
    with reading(listed_site.engine) as connection:
        assert connection.execute(select(ApiToken)).all() == []


def test_an_administrator_of_a_branch_makes_and_sees_tokens_of_that_branch_only(listed_site):
    office(listed_site, "A")
    office(listed_site, "B")
    other, top = program(listed_site, office="B", name="of B"), program(listed_site, name="of the root")
    desk = at_desk(listed_site, Role.ADMIN, office="A")
    listing = desk.html("/desk/api")
    assert "of B" not in listing
    assert "of the root" not in listing
    fields = {"name": "x", "days": "30", "office": "B", "scopes": ["rounds:read"]}
    assert desk.submit("/desk/api", fields, form="/tokens").status_code == 400
    for number in (other.id, top.id, "0" * 16):
        assert desk.get(f"/desk/api/tokens/{number}").status_code == 404
        assert desk.post(f"/desk/api/tokens/{number}", reason=REASON).status_code == 404


def test_no_token_may_do_more_than_who_makes_it(listed_site):
    office(listed_site, "A")
    admin, teller = at_desk(listed_site, Role.ADMIN), at_desk(listed_site, Role.ADMIN, Role.TELLER)
    setter = at_desk(listed_site, *Role, office="A")

    def offered(desk):
        return set(re.findall(r'name="scopes" value="([a-z:]+)"', desk.html("/desk/api")))

    reads = {"rounds:read", "turnout:read", "results:read", "webhooks:manage"}
    assert offered(admin) == reads
    assert offered(teller) == reads | {"components:write"}
    assert offered(setter) == reads | {"components:write", "ratings:mint"}

    def asks(desk, scope, of=""):
        fields = {"name": "x", "days": "30", "office": of, "scopes": ["rounds:read", scope]}
        return desk.submit("/desk/api", fields, form="/tokens").status_code

    # What is not offered is not accepted either.
    assert asks(admin, "ratings:mint") == 400
    assert asks(admin, "components:write", "A") == 400
    assert asks(teller, "ratings:mint") == 400
    assert asks(teller, "components:write") == 200
    assert asks(setter, "ratings:mint", "A") == 200


def test_a_scope_that_is_allowed_in_another_office_only_is_refused_with_the_reason(listed_site):
    office(listed_site, "A")
    office(listed_site, "B")
    login = hire(listed_site, Role.ADMIN)
    with unit_of_work(listed_site.engine) as session:
        set_roles(session, find_member(session, login), [Grant(Role.ADMIN, ""), Grant(Role.TELLER, "A")])
    desk = Desk(listed_site.app.test_client(), login)
    desk.submit("/desk/login", login=login, password=PASSWORD)
    fields = {"name": "x", "days": "30", "scopes": ["components:write"]}
    refused = desk.submit("/desk/api", fields, form="/tokens", office="B")
    assert refused.status_code == 400
    assert "components:write" in "".join(re.findall(r'role="alert".*?</div>', refused.text, re.DOTALL))
    assert desk.submit("/desk/api", fields, form="/tokens", office="A").status_code == 200


@pytest.mark.parametrize("where", ["desk", "terminal"])
def test_when_an_account_is_switched_off_the_tokens_that_it_made_end(site, where):
    maker, other = at_desk(site, Role.ADMIN), at_desk(site, Role.ADMIN)
    made = [
        asked(site, shown(desk.submit("/desk/api", {"scopes": ["rounds:read"]}, form="/tokens", name=name, days="30")))
        for desk, name in ((maker, "one"), (maker, "two"), (other, "three"))
    ]
    kept = program(site)
    assert all(one.get("/rounds").status_code == 200 for one in made)
    if where == "desk":
        with unit_of_work(site.engine) as session:
            number = find_member(session, maker.login).id
        assert other.submit(f"/desk/people/{number}", reason=REASON, do="off").status_code == 303
    else:
        result = site.app.test_cli_runner().invoke(args=["staff", "disable", maker.login, "--json"])
        assert json.loads(result.stdout)["revoked"] == 2
    assert [one.get("/rounds").status_code for one in (*made, kept)] == [401, 401, 200, 200]
    assert sum(line.startswith("Revoked the API token") for line in log(site)) == 2


def test_a_webhook_is_added_tested_and_removed(listed_site):
    desk = at_desk(listed_site, Role.ADMIN)
    fields = {"url": "https://hooks.example.gov.cn/a", "receiver": "", "events": ["round.opened", "round.closed"]}
    page = desk.submit("/desk/api", fields, form="/webhooks")
    assert shown(page).startswith("whsec_")
    number = re.search(r"/desk/api/webhooks/([0-9a-f]{16})", desk.html("/desk/api"))[1]
    assert desk.submit(f"/desk/api/webhooks/{number}", form="/test").status_code == 303
    assert "webhook.test" in desk.html(f"/desk/api/webhooks/{number}")
    assert desk.submit(f"/desk/api/webhooks/{number}", form="/remove", reason="").status_code == 303
    with reading(listed_site.engine) as connection:
        assert len(connection.execute(select(Webhook)).all()) == 1
    assert desk.submit(f"/desk/api/webhooks/{number}", form="/remove", reason=REASON).status_code == 303
    with reading(listed_site.engine) as connection:
        assert connection.execute(select(Webhook)).all() == []
        assert connection.execute(select(WebhookDelivery)).all() == []
    assert any(REASON in line for line in log(listed_site))


def test_a_webhook_to_an_unlisted_host_is_refused_with_the_reason(listed_site):
    desk = at_desk(listed_site, Role.ADMIN)
    fields = {"url": "https://169.254.169.254/", "receiver": "", "events": ["round.opened"]}
    page = desk.submit("/desk/api", fields, form="/webhooks")
    assert page.status_code == 400
    assert "169.254.169.254" in page.get_data(as_text=True)
    with reading(listed_site.engine) as connection:
        assert connection.execute(select(Webhook)).all() == []


def test_where_no_host_is_listed_the_page_says_so(small_site):
    assert "MINSHENG_WEBHOOK_HOSTS" in at_desk(small_site, Role.ADMIN).html("/desk/api")


def test_the_commands_make_list_and_revoke(small_site, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    runner = small_site.app.test_cli_runner()

    def does(*words):
        result = runner.invoke(args=["api-tokens", *words, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    made = does("make", "one-stop", "--scope", "rounds:read", "--days", "7")
    assert asked(small_site, made["token"]).get("/rounds").status_code == 200
    (listed,) = does("list")["rows"]
    assert (listed["name"], listed["scopes"]) == ("one-stop", "rounds:read")
    assert made["token"] not in json.dumps(listed)
    assert does("revoke", made["id"])["name"] == "one-stop"
    assert asked(small_site, made["token"]).get("/rounds").status_code == 401
    nowhere = ["make", "x", "--office", "none", "--scope", "rounds:read"]
    for words in (["revoke", made["id"]], ["revoke", "none"], nowhere):
        result = runner.invoke(args=["api-tokens", *words])
        assert result.exit_code == 1
        assert "Traceback" not in result.output
