"""A counted round at the desk: nothing before the count; then tables, files, and publishing as a step of its own."""

import re
from dataclasses import replace

import pytest

from survey.application import create_app
from survey.staff.roles import Role
from tests.flow.deskwork import PASSWORD, Desk, at_desk, office
from tests.flow.test_ballot_results import VOTERS, cast_all, grades, opened
from tests.flow.test_desk_scores import done
from tests.flow.test_results import counted

SHOW = "/desk/rounds/spring/results"


@pytest.fixture
def viewer(site):
    return at_desk(site, Role.VIEWER)


@pytest.fixture
def supervisor(site):
    return at_desk(site, Role.SUPERVISOR)


def test_before_the_count_there_is_nothing(site, viewer):
    site.round()
    for path in ("", "/report.csv", "/chart-1.svg", "/publish"):
        answer = viewer.get(SHOW + path)
        assert answer.status_code == 403, path
        assert "城关区" not in answer.get_data(as_text=True)
    site.close()
    assert viewer.get(SHOW).status_code == 403


def test_every_table_and_every_file_is_there_after_the_count(site, viewer):
    counted(site)
    page = viewer.html(SHOW)
    for words in ("95", "城关区"):
        assert words in page
    for suffix in ("xlsx", "csv", "json", "sav"):
        answer = viewer.get(f"{SHOW}/report.{suffix}")
        assert answer.status_code == 200, suffix
        assert answer.data
    assert viewer.get(f"{SHOW}/chart-1.svg").mimetype == "image/svg+xml"
    assert viewer.get(f"{SHOW}/chart-99.svg").status_code == 404
    assert viewer.get(f"{SHOW}/report.exe").status_code == 404


def test_long_tables_open_one_by_one_in_pages(site, viewer):
    counted(site)
    page = viewer.html(SHOW)
    names = re.findall(r"table=(\w+)#tables", page)
    assert "options" in names
    for name in names:
        shown = viewer.html(SHOW, table=name)
        assert shown.count("<table") == page.count("<table") + 1, name
    assert viewer.html(SHOW, table="nothing").count("<table") == page.count("<table")


def test_the_process_of_the_desk_alone_shows_results_too(small_site, tmp_path):
    counted(small_site)
    viewer = at_desk(small_site, Role.VIEWER)
    small_site.publish()
    settings = replace(small_site.app.extensions["minsheng"].settings, surface="desk")
    alone = Desk(create_app(settings).test_client(), viewer.login)
    assert alone.submit("/desk/login", login=viewer.login, password=PASSWORD).status_code == 303
    assert "/results/spring" in alone.html(SHOW)


def test_the_paper_is_printed_by_the_worker(site, viewer):
    counted(site)
    answer = done(site, viewer, viewer.submit(SHOW, form="/paper"), "spring.pdf")
    assert answer.data.startswith(b"%PDF")


def test_publishing_is_a_step_of_its_own_with_a_reason(site, viewer, supervisor):
    counted(site)
    phone = site.phone()
    assert viewer.post(f"{SHOW}/publish", reason="按计划公布").status_code == 403
    assert "/results/spring" in supervisor.html(f"{SHOW}/publish")
    assert supervisor.submit(f"{SHOW}/publish", reason="").status_code == 400
    assert phone.get("/results/spring").status == 403
    assert supervisor.submit(f"{SHOW}/publish", reason="按计划公布").status_code == 303
    assert phone.get("/results/spring").status == 200
    assert "按计划公布" in supervisor.html("/desk/audit")
    assert supervisor.post(f"{SHOW}/publish", reason="按计划公布").status_code == 409


def test_a_round_of_another_office_is_not_found(site):
    counted(site)
    office(site, "620102")
    below = at_desk(site, Role.SUPERVISOR, office="620102")
    assert below.get(SHOW).status_code == 404
    assert below.get(f"{SHOW}/publish").status_code == 404


def test_a_secret_ballot_shows_its_count_sheet_and_is_not_published_unannounced(site, viewer, supervisor):
    # Given a ballot that was never meant to be announced
    cast_all(site, opened(site), grades)
    place = "/desk/rounds/review/results"
    assert viewer.get(place).status_code == 403
    site.count("review")
    # When staff look at it, then the count sheet and the votes are there, remarks as the report has them
    page = viewer.html(place)
    for words in ("票数统计", "不足三分之二"):
        assert words in page
    # And nobody publishes it
    assert "永不公布" in supervisor.html(f"{place}/publish") or "never published" in supervisor.html(f"{place}/publish")
    assert supervisor.post(f"{place}/publish", reason="试着公布").status_code == 409
    assert site.phone().get("/results/review").status == 403


def test_a_class_of_three_is_hidden_from_staff_too(site, viewer):
    cast_all(site, opened(site, voters=VOTERS.replace("C,5", "C,3")), grades)
    site.count("review")
    page = viewer.html("/desk/rounds/review/results")
    assert '<td class="number">*</td>' in page
