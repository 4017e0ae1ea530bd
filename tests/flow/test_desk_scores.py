"""Scores at the desk: from a scheme's file to a published run, by people with roles."""

import io
from threading import Event

import pytest

from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from survey.subjects.service import import_roster
from survey.worker.running import run_waiting
from survey.worker.work import Workshop
from tests.flow.deskwork import _Forms, at_desk, office
from tests.flow.scoring_desk import COMPONENTS, REST, ROSTER, SCHEME

SHOW = "/desk/schemes/villages"
DECISIONS = "subject,grade,reason,confirmed_by\nv2,good,一票否决,党组会\n"


def upload(text, name="table.csv"):
    return (io.BytesIO(text.encode("utf-8-sig" if name.endswith("csv") else "utf-8")), name)


@pytest.fixture
def teller(site):
    """Hire a teller of the root office; a roster is there."""
    file = site.folder / "roster.csv"
    file.write_text(ROSTER, encoding="utf-8")
    with unit_of_work(site.engine) as session:
        import_roster(session, file)
    return at_desk(site, Role.TELLER)


@pytest.fixture
def supervisor(site):
    return at_desk(site, Role.SUPERVISOR)


@pytest.fixture
def with_scheme(teller):
    assert teller.submit("/desk/schemes", file=upload(SCHEME, "scheme.yaml")).status_code == 303
    return teller


def files(desk, text, kind="components", name="table.csv"):
    """Send a table; return the page of what would change."""
    return desk.submit(SHOW, form="/file", kind=kind, file=upload(text, name))


def keeps(desk, page, **fields):
    """File what the page shows."""
    action, found = fields_of(page)
    return desk.client.post(action, data=found | fields)


def fields_of(page):
    """Return where the form of a preview goes, and what it sends."""
    reader = _Forms()
    reader.feed(page.get_data(as_text=True))
    chosen = next(one for one in reader.forms if one["action"].endswith("/file/keep"))
    return chosen["action"], dict(chosen["fields"])


@pytest.fixture
def filed(with_scheme, supervisor):
    """File everything; the plus points are confirmed by the supervisor."""
    assert keeps(with_scheme, files(with_scheme, COMPONENTS), reason="获奖通报").status_code == 303
    assert keeps(with_scheme, files(with_scheme, REST)).status_code == 303
    assert supervisor.submit(f"{SHOW}/proposals/1", form="/confirm").status_code == 303
    return with_scheme


@pytest.fixture
def scored(filed):
    answer = filed.submit(SHOW, form="/score")
    assert answer.headers["Location"] == f"{SHOW}/runs/1"
    return filed


# --- schemes -----------------------------------------------------------------------------------------------------


def test_a_scheme_is_added_and_shows_what_is_missing(with_scheme):
    assert "村考核 2025" in with_scheme.html("/desk/schemes")
    page = with_scheme.html(SHOW)
    assert "villages@1" in page
    rows = with_scheme.html(f"{SHOW}/missing.csv").splitlines()
    assert "v1,routine,,,,h1" in rows
    assert len(rows) == 1 + 3 * 3


def test_the_faults_of_a_scheme_are_told_by_line_and_nothing_is_added(teller):
    answer = teller.submit(
        "/desk/schemes", file=upload(SCHEME.replace("weights: {work: 60", "weights: {werk: 60"), "s.yaml")
    )
    assert answer.status_code == 400
    assert "s.yaml:" in answer.get_data(as_text=True)
    assert "werk" in answer.get_data(as_text=True)
    assert teller.get(SHOW).status_code == 404


def test_nobody_below_the_root_office_sees_scores(site, filed):
    office(site, "620102")
    for role in (Role.TELLER, Role.SUPERVISOR, Role.VIEWER):
        below = at_desk(site, role, office="620102")
        for path in ("/desk/schemes", SHOW, f"{SHOW}/evidence", f"{SHOW}/runs/1"):
            assert below.get(path).status_code == 403, (role, path)


def test_a_viewer_sees_everything_and_changes_nothing(site, scored):
    viewer = at_desk(site, Role.VIEWER)
    for path in ("/desk/schemes", SHOW, f"{SHOW}/evidence", f"{SHOW}/runs/1", f"{SHOW}/runs/1/units/v1"):
        assert viewer.get(path).status_code == 200, path
    for path in ("/score", "/file", "/file/keep", "/what-if", "/approve", "/runs/1/publish", "/runs/1/bundle"):
        assert viewer.post(SHOW + path).status_code == 403, path


# --- filing ------------------------------------------------------------------------------------------------------


def test_what_would_change_is_shown_before_anything_is_filed(with_scheme):
    page = files(with_scheme, REST)
    assert page.status_code == 200
    assert "first.pdf" in page.get_data(as_text=True)
    assert "first.pdf" not in with_scheme.html(f"{SHOW}/evidence")
    assert keeps(with_scheme, page).status_code == 303
    assert "first.pdf" in with_scheme.html(f"{SHOW}/evidence")


def test_faults_are_told_by_row_column_and_value_and_nothing_is_taken(with_scheme):
    answer = files(with_scheme, REST + "v9,work,90,w.pdf,Zhang,\nv1,work,ninety,w.pdf,Zhang,\n")
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert "table.csv:4" in page
    assert "v9" in page
    assert "table.csv:5" in page
    assert "ninety" in page
    assert "first.pdf" not in with_scheme.html(f"{SHOW}/evidence")


def test_a_preview_is_not_filed_when_somebody_filed_meanwhile(with_scheme):
    first, second = files(with_scheme, REST), files(with_scheme, REST.replace("95", "80"))
    assert keeps(with_scheme, second).status_code == 303
    answer = keeps(with_scheme, first)
    assert answer.status_code == 400
    assert "80" in with_scheme.html(f"{SHOW}/evidence")


def test_a_preview_that_was_changed_or_is_somebody_elses_is_not_filed(site, with_scheme):
    page = files(with_scheme, REST)
    assert keeps(with_scheme, page, pieces="forged").status_code == 409
    other = at_desk(site, Role.TELLER)
    assert other.post(f"{SHOW}/file/keep", pieces=fields_of(page)[1]["pieces"]).status_code == 409


# --- two persons -------------------------------------------------------------------------------------------------


def test_plus_points_wait_for_a_second_person(site, with_scheme, supervisor):
    # Given a table with figures and plus points
    page = files(with_scheme, COMPONENTS)
    assert keeps(with_scheme, page).status_code == 400, "without a reason nothing is filed"
    assert "award.pdf" not in with_scheme.html(f"{SHOW}/evidence")
    # When it is filed
    assert keeps(with_scheme, page, reason="获奖通报").status_code == 303
    # Then the figures are there, the points are not
    evidence = with_scheme.html(f"{SHOW}/evidence")
    assert "work.pdf" in evidence
    assert "award.pdf" not in evidence
    # And a teller cannot confirm, nor a supervisor what she proposed herself
    assert with_scheme.post(f"{SHOW}/proposals/1/confirm").status_code == 403
    # When a second person confirms
    assert "获奖通报" in supervisor.html(f"{SHOW}/proposals/1")
    assert supervisor.submit(f"{SHOW}/proposals/1", form="/confirm").status_code == 303
    # Then they are filed, once, and the log names both
    assert "award.pdf" in with_scheme.html(f"{SHOW}/evidence")
    assert supervisor.post(f"{SHOW}/proposals/1/confirm").status_code == 409
    log = supervisor.html("/desk/audit")
    assert "获奖通报" in log


def test_who_has_both_roles_still_needs_somebody_else(site, with_scheme):
    both = at_desk(site, Role.TELLER, Role.SUPERVISOR)
    assert keeps(both, files(both, COMPONENTS), reason="获奖通报").status_code == 303
    assert both.post(f"{SHOW}/proposals/1/confirm").status_code == 409
    assert "award.pdf" not in both.html(f"{SHOW}/evidence")
    # And takes it back
    assert both.submit(f"{SHOW}/proposals/1", form="/reject", reason="分数写错了").status_code == 303
    assert both.post(f"{SHOW}/proposals/1/confirm").status_code == 409


def test_decided_grades_wait_for_a_second_person(scored, supervisor):
    assert keeps(scored, files(scored, DECISIONS, "decisions"), reason="党组会纪要").status_code == 303
    assert "党组会" not in scored.html(f"{SHOW}/evidence").replace("党组会纪要", "")
    assert supervisor.submit(f"{SHOW}/proposals/2", form="/confirm").status_code == 303
    assert scored.submit(SHOW, form="/score").headers["Location"] == f"{SHOW}/runs/2"
    assert "一票否决" in scored.html(f"{SHOW}/runs/2/units/v2")


def test_a_refused_proposal_files_nothing_and_needs_a_reason(with_scheme, supervisor):
    keeps(with_scheme, files(with_scheme, COMPONENTS), reason="获奖通报")
    assert supervisor.post(f"{SHOW}/proposals/1/reject").status_code == 409
    assert supervisor.submit(f"{SHOW}/proposals/1", form="/reject", reason="没有文件").status_code == 303
    assert "award.pdf" not in with_scheme.html(f"{SHOW}/evidence")
    assert supervisor.get(f"{SHOW}/proposals/1").status_code == 200


# --- runs --------------------------------------------------------------------------------------------------------


def test_a_run_shows_ranks_scores_and_why(scored):
    page = scored.html(f"{SHOW}/runs/1")
    for words in ("东镇", "一村", "优秀", "89.75 &lt; 90"):
        assert words in page
    assert "决定等次" not in page, "nothing was decided: no column without a word"
    card = scored.html(f"{SHOW}/runs/1/units/v3")
    for words in ("award.pdf", "second.pdf", "Wang"):
        assert words in card
    assert scored.get(f"{SHOW}/runs/1/units/nobody").status_code == 404
    assert scored.get(f"{SHOW}/runs/9").status_code == 404


def test_scoring_again_without_a_change_is_the_same_run(scored):
    assert scored.submit(SHOW, form="/score").headers["Location"] == f"{SHOW}/runs/1"


@pytest.mark.parametrize("suffix", ["pdf", "xlsx", "csv", "json"])
def test_the_files_of_a_run(scored, suffix):
    for place in ("", "/units/v1") if suffix != "pdf" else ("/units/v1",):
        answer = scored.get(f"{SHOW}/runs/1{place}/report.{suffix}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert scored.get(f"{SHOW}/runs/1/report.exe").status_code == 404


def test_a_run_of_nothing_gives_nobody_a_score(with_scheme):
    assert with_scheme.submit(SHOW, form="/score").status_code == 303
    page = with_scheme.html(f"{SHOW}/runs/1")
    assert page.count('<td class="number">–</td>') >= 6, "neither a rank nor a score"


def test_a_what_if_is_marked_and_neither_published_nor_exported(scored, supervisor):
    other = "subject,component,value,source,confirmed_by\nv1,work,60,x.pdf,Zhang\n"
    answer = scored.submit(SHOW, form="/what-if", file=upload(other, "other.csv"))
    assert answer.headers["Location"] == f"{SHOW}/runs/2"
    assert "other.csv" in scored.html(f"{SHOW}/runs/2")
    assert "x.pdf" not in scored.html(f"{SHOW}/evidence")
    assert supervisor.post(f"{SHOW}/runs/2/publish", reason="试一试看").status_code == 409
    assert scored.post(f"{SHOW}/runs/2/bundle", reason="给审计组").status_code == 409


def test_two_runs_are_compared_with_what_moved_each_score(scored):
    changed = "subject,component,value,source,confirmed_by\nv1,work,85,again.pdf,Zhang\n"
    keeps(scored, files(scored, changed))
    scored.submit(SHOW, form="/score")
    page = scored.html(f"{SHOW}/runs/2/compare", other="villages:1")
    assert "-6.0" in page, "ten points of work weigh six"
    assert "again.pdf" in page, "the cause"
    assert "工作 › " in page
    assert "evidence.figure" not in page
    assert scored.get(f"{SHOW}/runs/2/compare").status_code == 404
    assert scored.get(f"{SHOW}/runs/2/compare", other="villages:99").status_code == 404


def test_two_years_are_compared(scored, teller):
    # Given a scheme of the year before, with figures and a run
    earlier = SCHEME.replace("id: villages\n", "id: villages-2024\n", 1).replace("year: 2025", "year: 2024")
    earlier = earlier.replace("2025-", "2024-")
    teller.submit("/desk/schemes", file=upload(earlier, "earlier.yaml"))
    place = "/desk/schemes/villages-2024"
    figures = "\n".join(line for line in COMPONENTS.splitlines() if ",plus," not in line).replace("2026-01-05", "")
    page = teller.submit(place, form="/file", file=upload(figures.replace(",95,", ",90,")))
    assert keeps(teller, page).status_code == 303
    teller.submit(place, form="/score")
    # When this year's run is shown, then the earlier one is offered first
    assert '<option value="villages-2024:1">' in teller.html(f"{SHOW}/runs/1")
    # And beside it, it is the one before
    page = teller.html(f"{SHOW}/runs/1/compare", other="villages-2024:1")
    ends = page[page.index('<dl class="facts">') :]
    assert ends.index("2024") < ends.index("2025")
    assert "3.0" in page


# --- publishing --------------------------------------------------------------------------------------------------


def test_a_run_is_published_as_a_step_of_its_own(site, scored, supervisor):
    phone = site.phone()
    assert phone.get("/scores/villages").status == 403
    assert scored.post(f"{SHOW}/runs/1/publish", reason="年度公布").status_code == 403, "a teller does not publish"
    page = supervisor.html(f"{SHOW}/runs/1/publish")
    assert "3" in page
    assert supervisor.submit(f"{SHOW}/runs/1/publish", form=0, reason="").status_code == 400
    assert phone.get("/scores/villages").status == 403
    assert supervisor.submit(f"{SHOW}/runs/1/publish", form=0, reason="年度公布").status_code == 303
    assert phone.get("/scores/villages").status == 200
    assert "年度公布" in supervisor.html("/desk/audit")
    assert supervisor.post(f"{SHOW}/runs/1/publish", reason="再公布一次").status_code == 409
    assert 'name="reason"' not in supervisor.html(f"{SHOW}/runs/1/publish"), "what stops it stands there instead"


def test_the_exact_bundle_is_given_with_a_reason_that_stands_in_the_log(site, scored, supervisor):
    assert scored.post(f"{SHOW}/runs/1/bundle").status_code == 409
    answer = done(site, scored, scored.post(f"{SHOW}/runs/1/bundle", reason="交省审计组"), "villages-1-exact.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    # Who only looks on has neither the button nor the file
    viewer = at_desk(site, Role.VIEWER)
    assert viewer.get(answer.request.path).status_code == 403
    file = site.folder / "exact.zip"
    file.write_bytes(answer.data)
    said = site.app.test_cli_runner().invoke(args=["bundle", "verify", str(file)])
    assert said.exit_code == 0, said.stderr
    assert "交省审计组" in supervisor.html("/desk/audit")
    assert supervisor.post(f"{SHOW}/runs/1/bundle", reason="交省审计组").status_code == 403


def done(site, desk, answer, name):
    """Let the worker do a job that was asked for, and download what came of it."""
    assert answer.status_code == 303, answer.get_data(as_text=True)
    made = site.app.extensions["minsheng"]
    run_waiting(Workshop(made.settings, site.engine, made.code_key, "0" * 16, Event()))
    file = desk.get(f"{answer.headers['Location']}/files/{name}")
    file.get_data()
    file.close()
    return file


def test_the_paper_of_a_run_is_printed_by_the_worker(site, scored):
    answer = done(site, scored, scored.submit(f"{SHOW}/runs/1", form="/paper"), "villages-1.pdf")
    assert answer.data.startswith(b"%PDF")


def test_who_is_not_logged_in_sees_nothing(site):
    stranger = site.app.test_client()
    for path in ("/desk/schemes", f"{SHOW}/runs/1", f"{SHOW}/runs/1/compare?other=villages:1"):
        assert stranger.get(path).status_code == 302
