"""A round is rehearsed, opened, run, closed, counted and published at the desk, each step by whoever may."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey.codes.models import Batch, Code, CodeState
from survey.codes.service import issue_codes
from survey.core import clock
from survey.core.keys import new_office_key, read_private_key
from survey.counting.service import count_file
from survey.jobs.models import Job, JobState
from survey.rounds.models import State
from survey.rounds.service import check_round, get_round, list_voter_groups
from survey.staff.models import AuditEntry
from survey.staff.roles import Role
from survey.storage.engine import reading, unit_of_work
from survey.worker.consumer import work_off
from tests.factories.rounds import PASSPHRASE, two_trustees
from tests.flow.deskwork import at_desk
from tests.flow.test_rehearsal import MARKS, draft

REASON = "按计划进行"


def times():
    now = clock.now()
    return {"opens_at": (now - timedelta(hours=1)).isoformat(), "closes_at": (now + timedelta(days=1)).isoformat()}


def issue(site, name="spring"):
    with unit_of_work(site.engine) as session:
        row = get_round(session, name)
        check_round(session, row, clock.now())
        key = site.app.extensions["minsheng"].code_key
        return [one.code for one in issue_codes(session, row, list_voter_groups(session, row), key)]


def state(site, name="spring"):
    with unit_of_work(site.engine) as session:
        return get_round(session, name).state


def log(site):
    with unit_of_work(site.engine) as session:
        return [row.sentence % row.figures for row in session.scalars(select(AuditEntry).order_by(AuditEntry.number))]


def work(site):
    held = site.app.extensions["minsheng"]
    work_off(held.settings, held.engine, held.code_key)


def closed(site, n=5, **fields):
    """Give a closed round with n answers."""
    codes = site.round(**fields)
    phone = site.phone()
    for code in codes[:n]:
        phone.vote(code)
    site.close()
    return codes


def key_file(site, name="office.key"):
    return (site.folder / name).open("rb")


# --- rehearsal ---


def test_a_rehearsal_is_made_tried_and_cleared_and_then_the_round_opens(site, phone):
    draft(site, **times())
    codes = issue(site)
    setter = at_desk(site, Role.SETTER)

    made = setter.submit("/desk/rounds/spring/rehearsal", form="rehearsal", codes="2").get_data(as_text=True)

    trials = re.findall(r'href="(/t/\d{20})"', made)
    assert len(trials) == 2
    assert made.count('class="trial"') == 2
    for path in trials:
        done = phone.send(phone.fill(phone.get(path)))
        assert all(mark in done.words for mark in MARKS)
    shown = setter.html("/desk/rounds/spring/rehearsal")
    assert "spring-test" in shown
    assert not re.search(r"\d{20}|\d{4} \d{4} \d{4}", shown), "codes are shown once"
    # The round is barred, and says what to do.
    blocked = setter.html("/desk/rounds/spring/run/open")
    assert "spring-test" in blocked
    assert 'name="reason"' not in blocked
    assert setter.post("/desk/rounds/spring/run/open", reason=REASON).status_code == 409
    assert state(site) == State.READY
    # Cleared, with the proof.
    proof = setter.submit("/desk/rounds/spring/rehearsal", form="clear").get_data(as_text=True)
    rows = re.findall(
        r'class="code">(\w+)</th>\s*<td class="number">([\d,]+)</td>\s*<td class="number">(\d+)</td>', proof
    )
    found = {table: (deleted, left) for table, deleted, left in rows}
    assert {left for _deleted, left in found.values()} == {"0"}
    assert found["envelope"] == ("2", "0")
    assert found["code"] == ("2", "0")
    assert phone.get(trials[0]).status == 404
    assert setter.post("/desk/rounds/spring/rehearsal/clear").status_code == 409
    # And it opens.
    assert setter.submit("/desk/rounds/spring/run/open", form="run/open", reason=REASON).status_code == 303
    assert state(site) == State.OPEN
    assert phone.vote(codes[0]).status == 200
    assert "不能再试填" in setter.html("/desk/rounds/spring/rehearsal") or "rehears" in setter.page.text
    assert setter.post("/desk/rounds/spring/rehearsal", codes="2").status_code == 409
    assert not [entry for entry in log(site) if re.search(r"\d{20}", entry)]
    assert any(entry.startswith("Made a rehearsal of the round spring with 2 codes") for entry in log(site))
    assert any(entry.startswith("Cleared the rehearsal of the round spring") for entry in log(site))


def test_the_codes_of_a_rehearsal_can_be_printed_while_they_are_shown(site):
    draft(site)
    setter = at_desk(site, Role.SETTER)
    made = setter.submit("/desk/rounds/spring/rehearsal", form="rehearsal", codes="3").get_data(as_text=True)
    codes = re.findall(r'name="code" value="(\d{20})"', made)

    slips = setter.post("/desk/rounds/spring/rehearsal/slips", {"code": codes})

    assert slips.status_code == 200
    assert slips.data.startswith(b"%PDF")
    assert setter.post("/desk/rounds/spring/rehearsal/slips", {"code": "0" * 20}).status_code == 409


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TELLER, Role.SUPERVISOR, Role.ADMIN])
def test_only_set_up_staff_rehearses_opens_and_closes(small_site, role):
    draft(small_site, **times())
    desk = at_desk(small_site, role)
    for path in ("rehearsal", "rehearsal/clear", "run/open", "run/close", "run/doors", "run/present"):
        assert desk.post(f"/desk/rounds/spring/{path}", reason=REASON).status_code == 403, path
    assert state(small_site) == State.DRAFT


def test_the_number_of_codes_is_checked(small_site):
    draft(small_site)
    setter = at_desk(small_site, Role.SETTER)
    for wrong in ("0", "21", "-1", "x", ""):
        assert setter.submit("/desk/rounds/spring/rehearsal", form="rehearsal", codes=wrong).status_code == 409


# --- opening, closing, the hall ---


def test_opening_shows_what_blocks_with_its_remedy_and_takes_no_short_reason(small_site):
    draft(small_site, closes_at=(clock.now() - timedelta(days=1)).isoformat(), opens_at="2026-01-01T00:00:00+08:00")
    setter = at_desk(small_site, Role.SETTER)
    page = setter.html("/desk/rounds/spring/run/open")
    assert "closes_at" in page
    assert 'name="reason"' not in page

    draft(small_site, name="autumn", **times())
    assert setter.submit("/desk/rounds/autumn/run/open", form="run/open", reason="no").status_code == 400
    assert state(small_site, "autumn") == State.DRAFT


def test_closing_states_in_figures_what_expires_and_counts_it(site, phone):
    codes = site.round()
    for code in codes[:4]:
        phone.vote(code)
    setter = at_desk(site, Role.SETTER)

    page = re.sub(r"<[^>]+>", " ", setter.html("/desk/rounds/spring/run/close"))
    assert "8" in re.findall(r"\d+", page), "8 of 12 codes expire"

    assert setter.submit("/desk/rounds/spring/run/close", form="run/close", reason=REASON).status_code == 303
    assert state(site) == State.CLOSED
    assert "Closed the round spring with 4 envelopes in the urn. Reason: 按计划进行" in log(site)
    assert setter.post("/desk/rounds/spring/run/close", reason=REASON).status_code == 409


def test_of_a_secret_round_the_figures_before_closing_move_in_steps(small_site, set_clock):
    voters = "group,class,planned,subjects\n620102,A,30,own\n"
    codes = small_site.round("democratic-ballot", kind="ballot", voters=voters)
    phone = small_site.phone()
    setter = at_desk(small_site, Role.SETTER)
    pages = []
    for n in range(7):
        phone.vote(codes[n])
        set_clock(timedelta(minutes=n))  # figures are read once a minute
        page = re.sub(r'value="[^"]*"', "", setter.html("/desk/rounds/spring/run/close"))
        pages.append(re.sub(r"\d\d:\d\d</span>", "", page))  # when it was printed
    # One to four look alike, five to seven look alike.
    assert len(set(pages[:4])) == 1
    assert len(set(pages[4:])) == 1
    assert pages[3] != pages[4]


def test_in_the_hall_doors_open_and_shut_by_one_tap_and_present_voters_are_written_down(small_site):
    voters = "group,class,planned,subjects\n620102,citizen,12,own\n620103,citizen,5,own\n"
    codes = small_site.round(voters=voters, meeting=True)
    phone = small_site.phone()
    setter = at_desk(small_site, Role.SETTER)
    run = "/desk/rounds/spring/run"
    assert phone.get(f"/t/{codes[0]}").status == 403

    assert setter.post(f"{run}/doors", open="*").status_code == 303
    assert phone.get(f"/t/{codes[0]}").status == 200
    assert setter.post(f"{run}/doors", shut="620102-citizen-1").status_code == 303
    assert setter.post(f"{run}/doors", open="no-such").status_code == 409
    assert setter.post(f"{run}/doors").status_code == 409
    assert setter.post(f"{run}/present", {"group": "620102", "class": "citizen", "present": "11"}).status_code == 303
    assert 'value="11"' in setter.html(run)
    for wrong in ("13", "-1", "x", "", "²"):
        fields = {"group": "620102", "class": "citizen", "present": wrong}
        assert setter.post(f"{run}/present", fields).status_code == 409
    assert sum("spring" in entry for entry in log(small_site)) == 3


# --- voiding a batch: two people ---


def test_a_batch_is_void_when_a_second_person_agrees(site, phone):
    codes = site.round()
    phone.vote(codes[0])
    setter, supervisor = at_desk(site, Role.SETTER), at_desk(site, Role.SUPERVISOR)
    both = at_desk(site, Role.SETTER, Role.SUPERVISOR)
    run = "/desk/rounds/spring/run"

    answer = both.submit(f"{run}/void/620102-citizen-1", form="/void/", reason="一叠票条丢失")
    assert answer.status_code == 303
    with reading(site.engine) as connection:
        assert connection.scalar(select(Batch.void)) is False
    assert "/confirm" not in both.html(run)
    assert both.post(f"{run}/void/1/confirm").status_code == 409, "the same person"
    assert setter.post(f"{run}/void/1/confirm").status_code == 403, "the wrong role"
    assert both.submit(f"{run}/void/620102-citizen-1", form="/void/", reason="一叠票条丢失").status_code == 409

    assert supervisor.submit(run, form="confirm").status_code == 303
    with reading(site.engine) as connection:
        assert connection.scalar(select(Batch.void)) is True
        states = connection.scalars(select(Code.state)).all()
    assert sorted(states) == [CodeState.SPENT] + [CodeState.VOID] * 11
    assert supervisor.post(f"{run}/void/1/confirm").status_code == 409
    assert "/void/1/" not in supervisor.html(run)
    assert any("Confirmed and voided the batch 620102-citizen-1" in entry for entry in log(site))


def test_what_was_proposed_can_be_refused_or_taken_back(small_site):
    small_site.round()
    setter, supervisor = at_desk(small_site, Role.SETTER), at_desk(small_site, Role.SUPERVISOR)
    run = "/desk/rounds/spring/run"
    for desk, verb in ((supervisor, "refuse"), (setter, "back")):
        setter.submit(f"{run}/void/620102-citizen-1", form="/void/", reason=REASON)
        assert desk.submit(run, form=verb).status_code == 303
        assert "/confirm" not in supervisor.html(run)
    with reading(small_site.engine) as connection:
        assert connection.scalar(select(Batch.void)) is False


# --- counting: two people, and the key ---


def test_a_count_needs_a_teller_a_supervisor_and_the_right_key(site):
    closed(site)
    teller, supervisor = at_desk(site, Role.TELLER), at_desk(site, Role.SUPERVISOR)
    both = at_desk(site, Role.TELLER, Role.SUPERVISOR)
    viewer = at_desk(site, Role.VIEWER)
    count = "/desk/rounds/spring/count"

    # Nobody counts alone, and nobody without the role.
    with key_file(site) as key:
        assert both.post(f"{count}/start", key=key, passphrase=PASSPHRASE).status_code == 409
    assert viewer.post(f"{count}/propose", reason=REASON).status_code == 403
    assert supervisor.post(f"{count}/propose", reason=REASON).status_code == 403
    assert both.submit(count, form="propose", reason=REASON).status_code == 303
    assert both.post(f"{count}/proposals/1/confirm").status_code == 409
    assert teller.post(f"{count}/proposals/1/confirm").status_code == 403
    assert state(site) == State.CLOSED
    assert supervisor.submit(count, form="confirm").status_code == 303

    # A wrong key, a wrong passphrase, no key: nothing happens.
    new_office_key(site.folder / "other.key", site.folder / "other.pub", PASSPHRASE)
    (site.folder / "junk.key").write_bytes(b"\x00 no key at all")
    with key_file(site, "other.key") as key:
        wrong = teller.post(f"{count}/start", key=key, passphrase=PASSPHRASE)
    assert wrong.status_code == 409
    assert "密钥不" in wrong.text or "This key does not fit" in wrong.text
    for name, passphrase in (("office.key", "wrong"), ("junk.key", PASSPHRASE), ("office.key", "")):
        with key_file(site, name) as key:
            answer = teller.post(f"{count}/start", key=key, passphrase=passphrase)
        assert answer.status_code == 409
        assert str(site.folder) not in answer.text
        assert "minsheng-" not in answer.text
    assert teller.post(f"{count}/start", passphrase=PASSPHRASE).status_code == 409
    assert state(site) == State.CLOSED

    # The right one: a job, which no second one joins.
    with key_file(site) as key:
        assert teller.post(f"{count}/start", key=key, passphrase=PASSPHRASE).status_code == 303
    with key_file(site) as key:
        assert teller.post(f"{count}/start", key=key, passphrase=PASSPHRASE).status_code == 409
    work(site)
    assert state(site) == State.COUNTED
    sheet = viewer.html(count)
    assert "620102" in sheet
    assert len(re.findall(r"[0-9a-f]{64}", sheet)) == 3
    with unit_of_work(site.engine) as session:
        job = session.scalars(select(Job)).one()
        assert (job.state, job.secret, job.result["envelopes"]) == (JobState.DONE, None, 5)
        stored = f"{job.payload} {job.figures} {job.result}"
    assert PASSPHRASE not in stored
    assert any(entry.startswith("Counted the round spring: 5 envelopes") for entry in log(site))
    assert both.post(f"{count}/propose", reason=REASON).status_code == 409


def test_a_count_whose_worker_dies_has_done_nothing_and_is_started_anew(site):
    closed(site)
    teller, supervisor = at_desk(site, Role.TELLER), at_desk(site, Role.SUPERVISOR)
    count = "/desk/rounds/spring/count"
    teller.submit(count, form="propose", reason=REASON)
    supervisor.submit(count, form="confirm")
    with key_file(site) as key:
        teller.post(f"{count}/start", key=key, passphrase=PASSPHRASE)
    with unit_of_work(site.engine) as session:  # a worker takes it, and is gone
        job = session.scalars(select(Job)).one()
        job.secret, job.state, job.worker = None, JobState.RUNNING, "gone"
        job.begun_at = job.beat_at = clock.now() - timedelta(hours=1)

    work(site)

    assert state(site) == State.CLOSED
    page = teller.html(count)
    assert "passphrase" in page
    with key_file(site) as key:
        assert teller.post(f"{count}/start", key=key, passphrase=PASSPHRASE).status_code == 303
    work(site)
    assert state(site) == State.COUNTED


def test_a_count_that_was_taken_back_meanwhile_is_not_kept(small_site):
    closed(small_site)
    teller, supervisor = at_desk(small_site, Role.TELLER), at_desk(small_site, Role.SUPERVISOR)
    count = "/desk/rounds/spring/count"
    teller.submit(count, form="propose", reason=REASON)
    supervisor.submit(count, form="confirm")
    with key_file(small_site) as key:
        teller.post(f"{count}/start", key=key, passphrase=PASSPHRASE)
    teller.submit(count, form="/back")
    work(small_site)
    assert state(small_site) == State.CLOSED
    with unit_of_work(small_site.engine) as session:
        assert session.scalars(select(Job.state)).one() == JobState.FAILED


def test_under_two_trustees_the_urn_goes_out_and_their_signed_count_comes_back(site, tmp_path):
    closed(site, **two_trustees(site.folder))
    teller, supervisor = at_desk(site, Role.TELLER), at_desk(site, Role.SUPERVISOR)
    count = "/desk/rounds/spring/count"
    assert teller.post(f"{count}/urn").status_code == 409
    teller.submit(count, form="propose", reason=REASON)
    supervisor.submit(count, form="confirm")
    with key_file(site, "party.key") as key:
        refused = teller.post(f"{count}/start", key=key, passphrase=PASSPHRASE)
    assert refused.status_code == 409

    job = teller.submit(count, form="/urn").headers["Location"]
    work(site)
    found = re.search(r'href="([^"]*spring\.urn)"', teller.html(job))
    urn = tmp_path / "carried.urn"
    with teller.get(found[1]) as sent:
        urn.write_bytes(sent.data)
    keys = [read_private_key(site.folder / f"{name}.key", PASSPHRASE) for name in ("party", "discipline")]
    count_file(urn, keys).write(tmp_path / "signed.count")

    spoilt = tmp_path / "spoilt.count"
    spoilt.write_bytes(re.sub(rb'("hash":"[0-9a-f]{63}).', rb"\g<1>x", (tmp_path / "signed.count").read_bytes()))
    for file in (urn, spoilt):
        with file.open("rb") as sent:
            assert teller.post(f"{count}/take", file=sent).status_code == 409
    assert state(site) == State.CLOSED
    with (tmp_path / "signed.count").open("rb") as sent:
        assert teller.post(f"{count}/take", file=sent).status_code == 303
    assert state(site) == State.COUNTED
    sheet = supervisor.html(count)
    assert len(re.findall(r"(?:[0-9a-f]{4} ){9}[0-9a-f]{4}", sheet)) == 2


@pytest.mark.parametrize("path", ["count/propose", "count/start", "count/urn", "count/take"])
def test_nothing_is_counted_while_the_round_is_open(small_site, path):
    small_site.round()
    desk = at_desk(small_site, *Role)
    assert desk.post(f"/desk/rounds/spring/{path}", reason=REASON, passphrase="x").status_code == 409
    assert state(small_site) == State.OPEN


# --- publishing ---


def test_publishing_is_a_step_of_its_own_of_a_supervisor_and_for_announced_rounds_only(small_site, phone_of):
    closed(small_site)
    setter, supervisor = at_desk(small_site, Role.SETTER), at_desk(small_site, Role.SUPERVISOR)
    publish = "/desk/rounds/spring/results/publish"
    assert supervisor.post(publish, reason=REASON).status_code == 403, "not counted"
    key = read_private_key(small_site.folder / "office.key", PASSPHRASE)
    count_here(small_site, key)
    assert phone_of.get("/results/spring").status == 403
    assert setter.post(publish, reason=REASON).status_code == 403
    assert supervisor.submit(publish, reason=REASON).status_code == 303
    assert phone_of.get("/results/spring").status == 200


def test_a_round_that_was_not_announced_is_never_published(small_site, phone_of):
    closed(small_site, announce=False)
    supervisor = at_desk(small_site, Role.SUPERVISOR)
    count_here(small_site, read_private_key(small_site.folder / "office.key", PASSPHRASE))
    page = supervisor.html("/desk/rounds/spring/results/publish")
    assert 'name="reason"' not in page
    assert supervisor.post("/desk/rounds/spring/results/publish", reason=REASON).status_code == 409
    assert phone_of.get("/results/spring").status == 403


@pytest.fixture
def phone_of(small_site):
    return small_site.phone()


def count_here(site, key):
    from survey.counting.service import count_round, keep_count

    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        keep_count(session, row, count_round(session, row, [key]), clock.now())


# --- rehearsals in the rooms of real rounds, other offices ---


def test_a_rehearsal_is_not_run_or_counted(small_site):
    draft(small_site)
    desk = at_desk(small_site, *Role)
    desk.submit("/desk/rounds/spring/rehearsal", form="rehearsal", codes="1")
    assert desk.get("/desk/rounds/spring-test/run").status_code == 409
    assert desk.get("/desk/rounds/spring-test/rehearsal").status_code == 409
    for path in ("run/open", "run/close", "count/propose"):
        assert desk.post(f"/desk/rounds/spring-test/{path}", reason=REASON).status_code == 409, path
    assert "spring-test" not in desk.html("/desk/rounds")
