"""The watch page: what staff see of a running round, and what nobody sees, however often he asks."""

import csv
import io
import itertools
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey.codes.service import issue_codes
from survey.core import clock
from survey.rounds.service import get_round, list_voter_groups
from survey.staff.models import AuditEntry
from survey.staff.roles import Role
from survey.storage.engine import reading, unit_of_work
from survey.turnout.history import note_turnout
from survey.turnout.models import TurnoutPoint
from survey.turnout.service import set_target
from tests.flow.deskwork import at_desk, office

WATCH = "/desk/rounds/spring/watch"
MINUTE = timedelta(minutes=1)
VOTERS = "group,class,planned,subjects\n620102,citizen,12,own\n620103,citizen,14,own\n6201,citizen,4,own\n"
ONE_GROUP = "group,class,planned,subjects\n620102,citizen,12,own\n"
PLAIN = "group,class,planned,subjects\n620102,A,30,own\n620102,B,12,own\n620103,A,20,own\n620103,B,10,own\n"


def table(answer):
    """Return the lines of a CSV file by their names."""
    assert answer.status_code == 200
    lines = csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    return {next(iter(line.values())): line for line in lines}


def figures(desk, watch=WATCH, **query):
    return table(desk.get(f"{watch}/figures.csv", **query))


def column(lines, name):
    return [line[name] for line in lines.values()]


def key_figures(html):
    return [" ".join(value.split()) for value in re.findall(r"<dd>(.*?)</dd>", html, re.DOTALL)][:4]


def without_times(html):
    """Return a page without what may differ between two readings of the same figures."""
    return re.sub(r"\d{1,2} \w{3} (\d{4}, )?\d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d|value=\"[\w.-]{60,}\"", "", html)


@pytest.fixture
def english(desk):
    desk.client.post("/desk/account/language", data={"csrf_token": desk.token(), "language": "en"})
    return desk


def target(site, percent, name="spring"):
    with unit_of_work(site.engine) as session:
        set_target(session, get_round(session, name), percent)


# --- the reminder attack ---


def test_whoever_reads_page_and_files_after_every_single_vote_sees_full_steps_alone(site, english, set_clock):
    codes = site.round(voters=VOTERS, kind="ballot")
    phone = site.phone()
    seen, pages = [], []
    for number, code in enumerate(["", *codes]):
        if code:
            phone.vote(code, choice=number % 2)
        # Every reading is of a minute of its own, so that steps alone protect.
        set_clock(number * MINUTE)
        lines = figures(english)
        seen.append({name: line["Submitted"] for name, line in lines.items()})
        pages.append(without_times(english.html(WATCH)))
        assert english.get(f"{WATCH}/figures.xlsx").status_code == 200

    assert site.ballots() == 30
    for before, after in itertools.pairwise(range(len(seen))):
        for name, value in seen[after].items():
            if value != "—":
                assert int(value) - int(seen[before][name]) in (0, 5)
        if seen[before] == seen[after]:
            assert moved(pages[before], pages[after]) == ""
    # The group of four never shows, nor what would give it away; nothing looks complete.
    assert seen[-1]["兰州市 6201"] == "—"
    assert seen[-1]["城关区 620102"] == "—"
    assert seen[-1]["七里河区 620103"] == "10"
    assert seen[-1]["Altogether"] == "20"


def moved(before, after):
    """Return two pages when they differ in more than the place of the present moment on the axis of time."""
    times = re.compile(r'[\d.]+(?=,[\d.]+[ "])|cx="[^"]*"')
    return "" if times.sub("", before) == times.sub("", after) else f"{before}\n---\n{after}"


@pytest.mark.parametrize("kind", ["opinion", "ballot"])
def test_what_was_answered_changes_nothing_on_any_page_or_file(site, english, set_clock, kind):
    # Given two rounds alike, the answers of one content, those of the other bitter
    content = site.round(voters=ONE_GROUP, kind=kind)
    bitter = site.round(name="autumn", voters=ONE_GROUP, kind=kind)
    for name in ("spring", "autumn"):
        target(site, 70, name)
    phone = site.phone()
    for number, (one, other) in enumerate(zip(content, bitter, strict=True)):
        phone.vote(one, choice=0)
        phone.vote(other, choice=3)
        set_clock(number * MINUTE)
        for query in ({}, {"unit": "620102"}, {"class": "citizen"}, {"batch": "620102-citizen-1"}):
            pages = {name: english.html(f"/desk/rounds/{name}/watch", **query) for name in ("spring", "autumn")}
            assert without_times(pages["spring"]) == without_times(pages["autumn"].replace("autumn", "spring"))
            files = [english.get(f"/desk/rounds/{name}/watch/figures.csv", **query) for name in ("spring", "autumn")]
            assert files[0].get_data() == files[1].get_data()
    # And no file has a column for more than the response
    assert list(figures(english)["Altogether"]) == [
        "Unit",
        "Planned",
        "Issued",
        "Issue rate, %",
        "Submitted",
        "Response rate, %",
        "Void",
        "Shortfall, ballots",
        "Standing",
        "Note",
    ]


def test_within_a_minute_everybody_sees_the_same_and_then_what_came_in(site, english, set_clock):
    codes = site.round(voters=PLAIN)
    start = clock.now().replace(second=0, microsecond=0) + MINUTE - clock.now()
    set_clock(start)
    phone = site.phone()
    assert figures(english)["Altogether"]["Submitted"] == "0"
    phone.vote(codes[0])
    assert figures(english)["Altogether"]["Submitted"] == "0"
    set_clock(start + MINUTE)
    assert figures(english)["Altogether"]["Submitted"] == "1"


def test_opening_the_page_writes_nothing(site, english):
    site.round(voters=PLAIN)
    with reading(site.engine) as connection:
        log = connection.scalar(select(func.count()).select_from(AuditEntry))
    for path in (WATCH, f"{WATCH}/figures.csv", f"{WATCH}/figures.xlsx"):
        assert english.get(path).status_code == 200

    with reading(site.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(TurnoutPoint)) == 0
        assert connection.scalar(select(func.count()).select_from(AuditEntry)) == log


# --- what is shown ---


def test_the_four_figures_the_curve_and_the_shortfalls(site, english):
    codes = site.round(voters=PLAIN)
    target(site, 80)
    with unit_of_work(site.engine) as session:
        note_turnout(session, get_round(session, "spring"), clock.now() - 30 * MINUTE)
    phone = site.phone()
    for code in codes[:36]:
        phone.vote(code)
    html = english.html(WATCH)

    assert key_figures(html) == ["72", "72", "36", "50.00 %"]
    assert "Target 80 %" in html
    assert "<polyline" in html
    assert '<title id="pace-title">' in html
    assert "style=" not in html
    assert 'data-refresh="/desk/rounds/spring/watch 60"' in html
    lines = figures(english)
    missing = {name: int(line["Shortfall, ballots"]) for name, line in lines.items()}
    assert missing["Altogether"] == 22
    for name, line in lines.items():
        assert missing[name] == max(0, -(-80 * int(line["Issued"]) // 100) - int(line["Submitted"]))
    # By ballots missing, not by rate
    rows = re.findall(r'class="missing">(\d+)</span>', html)
    assert rows == sorted((str(n) for name, n in missing.items() if name != "Altogether" and n), key=int, reverse=True)
    assert "figures as of" in html.lower()
    assert english.get(WATCH).headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_from_a_unit_to_its_classes_and_batches(site, english):
    site.round(voters=PLAIN)
    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        key = site.app.extensions["minsheng"].code_key
        issue_codes(session, row, list_voter_groups(session, row)[:1], key, spare=15)

    assert list(figures(english)) == ["城关区 620102", "七里河区 620103", "Altogether"]
    unit = english.html(WATCH, unit="620102")
    assert "unit=620102&amp;class=B" in unit
    assert key_figures(unit)[:2] == ["42", "57"]
    assert list(figures(english, unit="620102")) == ["620102-A-1", "620102-B-1", "620102-A-2", "Altogether"]
    assert list(figures(english, **{"class": "B"})) == ["城关区 620102", "七里河区 620103", "Altogether"]
    batches = figures(english, unit="620102", **{"class": "A"})
    assert [line["Issued"] for line in batches.values()] == ["30", "15", "45"]
    assert list(figures(english, batch="620102-A-2")) == ["620102-A-2", "Altogether"]
    assert 'data-refresh="/desk/rounds/spring/watch?unit=620102 60"' in unit


def test_a_table_is_ordered_by_links_and_by_known_columns_alone(site, english):
    codes = site.round(voters=PLAIN)
    for code in codes[:9]:
        site.phone().vote(code)
    falling = [int(line["Submitted"]) for line in list(figures(english, sort="-spent").values())[:-1]]
    rising = [int(line["Submitted"]) for line in list(figures(english, sort="spent").values())[:-1]]

    assert falling == sorted(falling, reverse=True)
    assert rising == sorted(falling)
    html = english.html(WATCH, sort="-spent")
    assert 'aria-sort="descending"' in html
    assert "sort=spent" in html
    for unknown in ("name; DROP TABLE code", "-", "--spent", "digest", "' OR 1=1"):
        answer = english.get(WATCH, sort=unknown)
        assert answer.status_code == 400, unknown
        assert "the table is ordered by one of" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "query", [{"unit": "999"}, {"class": "Z"}, {"batch": "x"}, {"unit": "620103", "batch": "620102-A-1"}]
)
def test_what_the_round_has_not_is_not_there(site, english, query):
    site.round(voters=PLAIN)
    assert english.get(WATCH, **query).status_code == 404
    assert english.get(f"{WATCH}/figures.csv", **query).status_code == 404


def test_a_small_cell_and_what_would_give_it_back_are_masked_everywhere(site, english):
    codes = site.round(voters=VOTERS)
    for code in codes:
        site.phone().vote(code)
    for _ in ("open", "closed"):
        lines = figures(english, sort="-spent")
        assert [name for name, line in lines.items() if line["Submitted"] == "—"] == ["城关区 620102", "兰州市 6201"]
        assert lines["兰州市 6201"]["Note"] == "fewer than 10 codes issued"
        assert lines["城关区 620102"]["Note"].startswith("would give away a neighbour")
        assert lines["兰州市 6201"]["Planned"] == "4"
        for query in ({"unit": "6201"}, {"batch": "6201-citizen-1"}, {"unit": "6201", "class": "citizen"}):
            html = english.html(WATCH, **query)
            assert "Not shown:" in html
            assert key_figures(html) == ["–" if "batch" in query else "4", "—", "—", "—"]
            assert set(column(figures(english, **query), "Submitted")) == {"—"}
        if _ == "open":
            site.close()


def test_the_files_hold_what_the_page_shows(site, english):
    codes = site.round(voters=VOTERS)
    target(site, 50)
    for code in codes[:9]:
        site.phone().vote(code)
    html = english.html(WATCH)
    page = [re.sub(r"<[^>]+>|\s+", " ", cell).split() for cell in re.findall(r"<t[dh][ >].*?</t[dh]>", html, re.DOTALL)]
    shown = {" ".join(words[1:] if words[:1] == ["class="] else words) for words in page}
    for line in figures(english).values():
        for value in line.values():
            assert not value or any(value in cell for cell in shown), value
    book = english.get(f"{WATCH}/figures.xlsx")
    assert book.mimetype.endswith("spreadsheetml.sheet")
    assert re.search(r"spring-\d{8}-\d{4}\.xlsx", book.headers["Content-Disposition"])
    names = zipfile.ZipFile(io.BytesIO(book.get_data())).read("xl/workbook.xml").decode()
    for sheet in ("Response by unit", "Largest shortfalls", "Figures of the curve", "Notes"):
        assert sheet in names
    assert english.get(f"{WATCH}/figures.sav").status_code == 404


def test_after_closing_the_figures_are_exact_and_rest(site, english):
    codes = site.round(voters=PLAIN, kind="ballot")
    for code in codes[:33]:
        site.phone().vote(code)
    assert int(figures(english)["Altogether"]["Submitted"]) % 5 == 0
    assert "in steps of 5" in english.html(WATCH)
    site.close()
    html = english.html(WATCH)

    assert key_figures(html)[2] == "33"
    assert "data-refresh" not in html
    assert "Final figures" in html


def test_a_round_that_is_not_open_yet_shows_what_is_issued(site, english):
    from tests.factories.rounds import make_round

    make_round(site.engine, site.folder)
    html = english.html(WATCH)

    assert key_figures(html) == ["12", "0", "0", "–"]
    assert "<polyline" not in html


def test_the_page_holds_still_for_whoever_wants_that(site, english):
    site.round(voters=PLAIN)
    html = english.html(WATCH, still="1")

    assert "data-refresh" not in html
    assert "Renew every 60 s" in html


def test_a_batch_that_waits_for_its_host_is_an_alert_with_its_link(site, english):
    site.round(voters=PLAIN, meeting=True)
    html = english.html(WATCH)

    assert "Batch 620102-A-1 has not been opened yet" in html
    assert "batch=620102-A-1" in html
    assert "Look first" in html


def test_the_page_speaks_chinese(site, desk):
    site.round(voters=PLAIN)
    html = desk.html(WATCH)

    assert 'lang="zh-CN"' in html
    assert "回收率" in html


# --- another round beside it ---


def test_the_curve_of_a_counted_round_stands_beside_and_gives_the_plan(site, english):
    before = site.round(name="last-year", voters=PLAIN)
    for code in before[:40]:
        site.phone().vote(code)
    site.count("last-year")
    site.round(voters=PLAIN)
    target(site, 60)
    html = english.html(WATCH, compare="last-year", plan="compare")

    assert 'class="compared"' in html
    assert '<option value="last-year" selected>' in html
    assert 'class="compared"' not in english.html(WATCH)


def test_a_round_that_is_not_counted_or_of_another_office_is_not_compared(site, english):
    site.round(voters=PLAIN)
    site.round(name="autumn", voters=PLAIN)
    assert english.get(WATCH, compare="autumn").status_code == 404
    site.count("autumn")
    assert english.get(WATCH, compare="autumn").status_code == 200
    office(site, "62")
    office(site, "63")
    with unit_of_work(site.engine) as session:
        get_round(session, "spring").office = "62"
        get_round(session, "autumn").office = "63"
    own = at_desk(site, Role.VIEWER, office="62")
    assert own.get(WATCH).status_code == 200
    assert own.get(WATCH, compare="autumn").status_code == 404
    assert own.get("/desk/rounds/autumn/watch").status_code == 404
    assert own.get("/desk/rounds/autumn/watch/figures.csv").status_code == 404


# --- the target ---


def test_a_setter_sets_the_target_and_the_log_has_it(site, english):
    site.round(voters=PLAIN)
    assert english.submit(WATCH, {"target": "65"}, form="/target").status_code == 303
    assert "Target 65 %" in english.html(WATCH)
    assert english.submit(WATCH, {"target": ""}, form="/target").status_code == 303
    assert "No target is set" in english.html(WATCH)
    with unit_of_work(site.engine) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        assert last.figures == {"round": "spring", "before": "65%", "after": "–"}


@pytest.mark.parametrize("value", ["0", "101", "-1", "seventy", "1e9", "50%"])
def test_a_target_that_is_no_percentage_comes_back_with_the_fault(site, english, value):
    site.round(voters=PLAIN)
    answer = english.submit(WATCH, {"target": value}, form="/target")

    assert answer.status_code == 400
    assert 'class="fault"' in answer.get_data(as_text=True)
    assert "No target is set" in english.html(WATCH)


def test_a_viewer_sees_and_sets_nothing(site, english):
    site.round(voters=PLAIN)
    viewer = at_desk(site, Role.VIEWER)

    assert "/watch/target" not in viewer.html(WATCH)
    assert viewer.post(f"{WATCH}/target", target="50").status_code == 403
    assert site.app.test_client().get(WATCH).status_code == 302
