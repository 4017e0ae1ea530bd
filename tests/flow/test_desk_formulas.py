"""No name becomes a formula in any table that leaves the server, and our own tables come back as they were."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest

from survey.core import clock
from survey.core.formulas import STARTS
from survey.rounds.service import get_round
from survey.scoring.evidence import Evidence
from survey.scoring.filing import file_evidence
from survey.scoring.run import score_run
from survey.scoring.service import add_scheme, gather, keep_run, publish_run
from survey.storage.engine import unit_of_work
from survey.subjects.roster import Subject
from survey.subjects.service import list_subjects, put_subjects
from tests.factories.ratings import minted, rate, steps
from tests.factories.schemes import scheme
from tests.factories.workbooks import workbook
from tests.flow.deskwork import ALL, at_desk
from tests.flow.test_score_pages import SCORES

NAMES = ("=1+1", "@SUM(1)", "＝1+1")
RULE = scheme("changsha")
SUBJECTS = "code,name,kind,unit_type,group,parent,rank,population\n" + "".join(
    f"{code},{name},unit,区县,{name},,,{n + 1}\n" for n, (code, name) in enumerate(zip(SCORES, NAMES, strict=True))
)
VOTERS = "group,class,planned,subjects\n" + "".join(f"{code},citizen,12,own\n" for code in SCORES)

# Every table that the server sends, with what its address asks for, and whether names stand in it.
TABLES = {
    "desk.subjects.download": ("/desk/subjects/roster.csv", True),
    "desk.rounds.download_voters": ("/desk/rounds/spring/voters.csv", False),
    "desk.watching.download": ("/desk/rounds/spring/watch/figures.{}?by=unit", True),
    "desk.results.report": ("/desk/rounds/spring/results/report.{}", True),
    "results.download": ("/results/spring/report.{}", True),
    "desk.ratings.download": ("/desk/ratings/indicators.csv?by=item", True),
    "desk.schemes.template": (f"/desk/schemes/{RULE.id}/missing.csv", False),
    "desk.schemes.report": (f"/desk/schemes/{RULE.id}/runs/1/report.{{}}", True),
    "desk.schemes.unit_report": (f"/desk/schemes/{RULE.id}/runs/1/units/fr/report.{{}}", True),
    "scores.download": (f"/scores/{RULE.id}/report.{{}}", True),
    "scores.download_unit": (f"/scores/{RULE.id}/units/fr/report.{{}}", True),
}
NUMBER = re.compile(r"[+-]?\d[\d.,]*%?")


@pytest.fixture
def desk(small_site):
    """Somebody at a desk where everything is named like a formula: a counted round, a rated case, published scores."""
    site = small_site
    phone = site.phone()
    for number, code in enumerate(site.round(subjects=SUBJECTS, voters=VOTERS)):
        phone.vote(code, number % 3)
    site.count()
    site.publish()
    filed = [Evidence("figure", code, "performance", "", n, "=1+1.pdf", "@考核办") for code, n in SCORES.items()]
    with unit_of_work(site.engine) as session:
        add_scheme(session, RULE)
        file_evidence(session, RULE, filed)
        number, _ = keep_run(session, score_run(gather(session, RULE)), clock.now(), software="0")
        publish_run(session, RULE.id, number, clock.now())
        now = clock.now()
        for n, name in enumerate(NAMES):
            case = minted(session, case_ref=str(n), office="", item=name, closed_at=now - timedelta(hours=1))
            rate(session, case, now=now)
            steps(session, case, "assigned", now=now)
        assert get_round(session, "spring").published_at
    return at_desk(site, *ALL)


def test_every_table_that_is_sent_is_looked_at(small_site):
    sent = {
        rule.endpoint
        for rule in small_site.app.url_map.iter_rules()
        if rule.rule.endswith(".csv") or "suffix" in rule.arguments
    }
    assert sent == set(TABLES)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_no_cell_of_any_table_is_a_formula(desk, suffix):
    for path, named in TABLES.values():
        if suffix == "xlsx" and "{}" not in path:
            continue
        page = desk.get(path.format(suffix))
        assert page.status_code == 200, path
        texts = csv_texts(page.data) if suffix == "csv" else xlsx_texts(page.data)
        assert not named or any("1+1" in text or "SUM(1)" in text for text in texts), path


def csv_texts(content):
    """Return the cells; none begins like a formula, but for numbers."""
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    assert [cell for cell in cells if cell.startswith(STARTS) and not NUMBER.fullmatch(cell)] == []
    return cells


def xlsx_texts(content):
    """Return the texts; no cell of any sheet holds a formula or a link."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    sheets = [part for name, part in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not any("<f" in sheet or "hyperlink" in sheet for sheet in sheets)
    assert not any("externalLink" in name for name in parts)
    return [text for part in (*sheets, *parts.values()) for text in re.findall(r"<t[^>]*>([^<]*)</t>", part)]


# --- there and back ----------------------------------------------------------------------------------------------

ODD = (
    "=1+1",
    "'=1+1",
    "''=1",
    "＝1+1",
    "'＠x",
    "@SUM(1)",
    "-",
    "+86",
    "'",
    "'quoted'",
    "a=1",
    "'甲",
    "=cmd|'/C calc'!A0",
)


def upload(desk, content):
    data = {"csrf_token": desk.token(), "file": (io.BytesIO(content), "subjects.csv")}
    assert desk.client.post("/desk/subjects", data=data).status_code == 303


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_roster_comes_back_exactly_as_it_went_out(small_site, kind):
    # Given subjects whose names, types and groups look like formulas, or begin with an apostrophe by themselves
    subjects = [Subject(code=f"u{n:02}", name=name, unit_type=name, group=name) for n, name in enumerate(ODD)]
    with unit_of_work(small_site.engine) as session:
        put_subjects(session, subjects)
    desk = at_desk(small_site, *ALL)
    for _ in range(2):
        # When the table goes out, through a spreadsheet if need be, and comes back
        sent = desk.get("/desk/subjects/roster.csv").data
        cells = list(csv.reader(io.StringIO(sent.decode("utf-8-sig"))))
        upload(desk, sent if kind == "csv" else workbook(rows=cells))
        # Then every subject is what it was
        with unit_of_work(small_site.engine) as session:
            assert [one.model_dump() for one in list_subjects(session)] == [one.model_dump() for one in subjects]


def test_what_an_apostrophe_is_taken_from_goes_out_with_one(small_site):
    desk = at_desk(small_site, *ALL)
    upload(desk, b"code,name,kind,unit_type,group,parent,rank\nu1,'=1+1,unit,'\t=2,,,\nu2,''''@x,unit,,,,\n")
    csv_texts(desk.get("/desk/subjects/roster.csv").data)
