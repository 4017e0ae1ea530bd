"""A draft that nobody needs is removed, at the desk and by command; nothing that was issued or opened ever is."""

import json

import pytest
from sqlalchemy import func, select

from survey.core.errors import Invalid
from survey.rounds.drafting import RESERVED
from survey.rounds.models import Round, VoterGroupRow
from survey.staff.roles import Role
from survey.storage.engine import reading
from tests.factories.rounds import make_round
from tests.flow.deskwork import at_desk
from tests.flow.test_desk_running import issue, log, times
from tests.flow.test_rehearsal import draft, rehearse

REMOVE = "/desk/rounds/spring/remove"
REASON = "重复建立"


def rows(site):
    with reading(site.engine) as connection:
        counts = [select(func.count()).select_from(table) for table in (Round, VoterGroupRow)]
        return [connection.scalar(count) for count in counts]


def command(site, *words, typed=None):
    return site.app.test_cli_runner().invoke(args=["rounds", "remove", *words], input=typed)


def test_a_draft_is_removed_with_its_figures_a_reason_and_an_entry(site):
    draft(site)
    draft(site, name="autumn")
    setter = at_desk(site, Role.SETTER)
    assert "spring/remove" in setter.html("/desk/rounds/spring/")
    page = setter.html(REMOVE)
    assert "12" in page
    assert setter.submit(REMOVE, form="/remove", reason="x").status_code == 400

    assert setter.submit(REMOVE, form="/remove", reason=REASON).status_code == 303

    assert rows(site) == [1, 1]
    assert setter.get("/desk/rounds/spring/").status_code == 404
    assert log(site)[-1] == (
        "Removed the draft of the round spring, never opened and without codes: 1 groups and classes, "
        f"12 planned voters. Reason: {REASON}"
    )
    # Its name is free again, and nothing of the old one is remembered.
    draft(site)
    assert rows(site) == [2, 2]


def test_a_rehearsal_is_cleared_first_and_one_of_an_earlier_draft_counts_no_more(small_site):
    draft(small_site)
    rehearse(small_site)
    setter = at_desk(small_site, Role.SETTER)
    assert 'name="reason"' not in setter.html(REMOVE)
    assert setter.post(REMOVE, reason=REASON).status_code == 409
    assert setter.post("/desk/rounds/spring-test/remove", reason=REASON).status_code == 409
    before = setter.html("/desk/rounds/spring/")
    setter.submit("/desk/rounds/spring/rehearsal", form="clear")
    rehearsed = setter.html("/desk/rounds/spring/")
    assert setter.submit(REMOVE, form="/remove", reason=REASON).status_code == 303
    draft(small_site)
    anew = setter.html("/desk/rounds/spring/")
    assert before != rehearsed
    assert len({page.count('class="status ok"') for page in (rehearsed, anew)}) == 2


@pytest.mark.parametrize("opened", [False, True])
def test_what_was_issued_or_opened_is_never_removed(site, opened):
    if opened:
        site.round()
    else:
        draft(site, **times())
        issue(site)
    setter = at_desk(site, Role.SETTER)
    assert "spring/remove" not in setter.html("/desk/rounds/spring/")
    assert 'name="reason"' not in setter.html(REMOVE)
    assert setter.post(REMOVE, reason=REASON).status_code == 409
    refused = command(site, "spring", "--yes")
    assert refused.exit_code == 1
    assert ("was opened" if opened else "12 codes of spring are issued") in refused.stderr
    assert rows(site) == [1, 1]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TELLER, Role.SUPERVISOR, Role.ADMIN])
def test_only_set_up_staff_removes(small_site, role):
    draft(small_site)
    desk = at_desk(small_site, role)
    assert desk.get(REMOVE).status_code == 403
    assert desk.post(REMOVE, reason=REASON).status_code == 403
    assert "spring/remove" not in (desk.get("/desk/rounds/spring/").get_data(as_text=True))


def test_the_command_asks_for_the_name_once_more(site, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    draft(site)
    assert command(site, "autumn", "--yes").exit_code == 1
    assert command(site, "spring", typed="y\n").exit_code == 1
    assert rows(site) == [1, 1]
    assert command(site, "spring", "--reason", "made twice", typed="spring\n").exit_code == 0
    assert rows(site) == [0, 0]
    draft(site)
    assert json.loads(command(site, "spring", "--yes", "--json").stdout) == {
        "round": "spring",
        "groups": 1,
        "planned": 12,
    }


def test_a_round_never_gets_the_name_of_a_page(small_site, engine, tmp_path):
    rules = [rule.rule for rule in small_site.app.url_map.iter_rules()]
    fixed = {
        rule.split("/")[3]
        for rule in rules
        if rule.startswith("/desk/rounds/") and not rule.startswith("/desk/rounds/<")
    }
    assert fixed == RESERVED
    for name in RESERVED:
        with pytest.raises(Invalid, match="taken by a page"):
            make_round(engine, tmp_path, id=name)
