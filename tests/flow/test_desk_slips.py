"""A slip is void by scanning it: one proposes, another confirms, and its code is written nowhere."""

import logging
import re

import pytest
from sqlalchemy import inspect, select, text

from survey.casting import close
from survey.codes.generator import draw_codes, grouped
from survey.codes.models import Code, CodeState
from survey.codes.service import issue_codes
from survey.core import clock
from survey.rounds.service import get_round, list_voter_groups
from survey.staff.models import ProposalRow
from survey.staff.roles import Role
from survey.storage.engine import reading, unit_of_work
from tests.flow.deskwork import at_desk
from tests.flow.test_desk_running import log

RUN = "/desk/rounds/spring/run"
PAGE = f"{RUN}/void-one"
REASON = "票条打印模糊"


def propose(desk, code, reason=REASON):
    return desk.submit(PAGE, form="/void-one", reason=reason, code=code)


def states(site):
    with reading(site.engine) as connection:
        return sorted(connection.scalars(select(Code.state)).all())


def payloads(site):
    with reading(site.engine) as connection:
        return connection.scalars(select(ProposalRow.payload).order_by(ProposalRow.id)).all()


def everything(site):
    """Return all that the database holds, as text."""
    with reading(site.engine) as connection:
        names = inspect(connection).get_table_names()
        return "\n".join(
            repr(tuple(row)) for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))
        )


def test_a_slip_is_void_when_a_second_person_agrees_and_nothing_keeps_its_code(site, caplog):
    codes = site.round()
    setter, supervisor = at_desk(site, Role.SETTER), at_desk(site, Role.SUPERVISOR)
    both = at_desk(site, Role.SETTER, Role.SUPERVISOR)
    pages = []
    with caplog.at_level(logging.DEBUG):
        # As a hand scanner types it: the whole address
        answer = propose(both, f"http://127.0.0.1:8000/T/{codes[0]}?from=chat")
        assert answer.status_code == 303
        pages.append(both.html(RUN))
        assert "/confirm" not in pages[-1]
        assert both.post(f"{RUN}/void/1/confirm").status_code == 409, "the same person"
        assert setter.post(f"{RUN}/void/1/confirm").status_code == 403, "the wrong role"
        assert propose(setter, grouped(codes[0])).status_code == 409, "proposed already"
        assert states(site).count(CodeState.VOID) == 0
        assert supervisor.submit(RUN, form="confirm").status_code == 303
        pages.append(supervisor.html(RUN))
    assert states(site).count(CodeState.VOID) == 1
    assert site.phone().get(f"/t/{codes[0]}").status == 404
    assert payloads(site) == [{"batch": "620102-citizen-1", "slip": ""}]
    told = [entry for entry in log(site) if "slip" in entry]
    assert [entry.split(" of the batch")[0] for entry in told] == [
        "Proposed to void one slip",
        "Confirmed and voided one slip",
    ]
    seen = "\n".join([*pages, *told, caplog.text, everything(site)])
    assert codes[0] not in seen.replace(" ", "")


def test_a_wrong_or_used_slip_is_refused_and_never_shown_again(site, phone):
    codes = site.round()
    foreign = site.round(name="autumn")[0]
    setter = at_desk(site, Role.SETTER)
    phone.vote(codes[0])
    said = {}
    for name, code in {
        "used": codes[0],
        "unknown": draw_codes(1)[0],
        "foreign": foreign,
        "short": codes[1][:19],
        "mistyped": codes[1][:19] + str((int(codes[1][19]) + 1) % 10),
    }.items():
        answer = propose(setter, code)
        assert answer.status_code == 409, name
        page = answer.get_data(as_text=True)
        assert code not in page
        said[name] = re.findall(r'<div class="summary".*?</div>', page, re.DOTALL)
        assert said[name], name
    assert said["unknown"] == said["foreign"] != said["used"]
    assert payloads(site) == []
    assert log(site)[-1:] == ["Logged in"], "who only looked at a slip wrote nothing into the log"


def test_a_code_that_was_scanned_into_the_reason_is_neither_kept_nor_shown(small_site):
    codes = small_site.round()
    setter = at_desk(small_site, Role.SETTER)
    for reason in (f"HTTP://127.0.0.1:8000/T/{codes[0]}", grouped(codes[0]), f"{REASON} {codes[0]}"):
        answer = propose(setter, codes[1], reason)
        assert answer.status_code == 400
        assert codes[0] not in answer.get_data(as_text=True).replace(" ", "")
        assert codes[1] not in answer.get_data(as_text=True)
    # Two telephone numbers are no code.
    assert propose(setter, codes[1], "见 13800000000 13900000000").status_code == 303


@pytest.mark.parametrize("verb", ["refuse", "back"])
def test_a_proposal_that_is_dropped_forgets_the_slip(small_site, verb):
    codes = small_site.round()
    setter, supervisor = at_desk(small_site, Role.SETTER), at_desk(small_site, Role.SUPERVISOR)
    propose(setter, codes[0])
    assert payloads(small_site)[0]["slip"]
    assert (supervisor if verb == "refuse" else setter).submit(RUN, form=verb).status_code == 303
    assert payloads(small_site) == [{"batch": "620102-citizen-1", "slip": ""}]
    assert CodeState.VOID not in states(small_site)
    assert any("one slip" in entry for entry in log(small_site)[-1:])


def test_a_slip_that_was_used_meanwhile_stays_used(site, phone):
    codes = site.round()
    setter, supervisor = at_desk(site, Role.SETTER), at_desk(site, Role.SUPERVISOR)
    propose(setter, codes[0])
    phone.vote(codes[0])

    assert supervisor.submit(RUN, form="confirm").status_code == 409

    assert states(site).count(CodeState.SPENT) == 1
    assert site.ballots() == 1
    assert supervisor.submit(RUN, form="refuse").status_code == 303
    assert payloads(site)[0]["slip"] == ""


def test_when_the_round_closes_what_waits_is_forgotten(site):
    codes = site.round()
    setter, supervisor = at_desk(site, Role.SETTER), at_desk(site, Role.SUPERVISOR)
    propose(setter, codes[0])
    with unit_of_work(site.engine) as session:
        close(session, get_round(session, "spring"), clock.now())

    assert payloads(site) == [{"batch": "620102-citizen-1", "slip": ""}]
    assert "/confirm" not in supervisor.html(RUN)
    assert supervisor.post(f"{RUN}/void/1/confirm").status_code == 409
    assert 'name="code"' not in setter.html(PAGE)
    fields = {"reason": REASON, "code": codes[1]}
    assert setter.post(PAGE, fields).status_code == 409


def test_the_report_counts_void_and_spare_codes(site):
    codes = site.round()
    setter, supervisor = at_desk(site, Role.SETTER), at_desk(site, Role.SUPERVISOR)
    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        key = site.app.extensions["minsheng"].code_key
        spare = [one.code for one in issue_codes(session, row, list_voter_groups(session, row), key, spare=5)]
    phone = site.phone()
    for code in codes[1:8]:
        phone.vote(code)
    propose(setter, codes[0])
    supervisor.submit(RUN, form="confirm")
    phone.vote(spare[0])
    site.count()

    page = setter.html("/desk/rounds/spring/results", table="turnout")

    row = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[-1]
    numbers = re.findall(r">\s*(\d+)\s*<", row)
    # planned, issued (12 + 5 - 1), spent, waiting, expired, void, and how many were spare
    assert numbers[-7:] == ["12", "16", "8", "0", "8", "1", "5"]


def test_a_rehearsal_and_other_roles_have_no_such_page(small_site):
    codes = small_site.round()
    for role in (Role.VIEWER, Role.TELLER, Role.SUPERVISOR, Role.ADMIN):
        desk = at_desk(small_site, role)
        assert desk.get(PAGE).status_code == 403
        assert desk.post(PAGE, {"reason": REASON, "code": codes[0]}).status_code == 403
