"""A published run: the page of all ranking groups, the page of one unit, and the files."""

import hashlib
import json
import zlib
from functools import partial

import pytest

from survey.core import clock
from survey.core.ids import canonical_json
from survey.scoring.evidence import Evidence
from survey.scoring.filing import file_evidence
from survey.scoring.run import score_run
from survey.scoring.service import add_scheme, gather, keep_run, list_runs, publish_run
from survey.storage.engine import unit_of_work
from survey.subjects.service import import_roster
from tests.factories.schemes import scheme

ROSTER = """code,name,kind,unit_type,group,parent,rank
fr,芙蓉区,unit,区县,五区,,
yl,岳麓<b>区,unit,区县,五区,,
zs,长沙县,unit,区县,四县市,,
"""
SCORES = {"fr": "93.12", "yl": "89.98", "zs": "94.01"}
HISTORY = {"fr": "second", "yl": "third"}


def score_and_publish(site, what_if=""):
    """Score what was filed about three districts and counties, and publish it; return the run's page."""
    rule = scheme("changsha")
    file = site.folder / "roster.csv"
    file.write_text(ROSTER, encoding="utf-8")
    filed = [Evidence("figure", code, "performance", "", n, "绩效.pdf", "考核办") for code, n in SCORES.items()]
    filed += [Evidence("history", code, "2007", "", grade, "通报.pdf", "考核办") for code, grade in HISTORY.items()]
    with unit_of_work(site.engine) as session:
        import_roster(session, file)
        add_scheme(session, rule)
        file_evidence(session, rule, filed)
        number, _ = keep_run(session, score_run(gather(session, rule)), clock.now(), software="0", what_if=what_if)
        if not what_if:
            publish_run(session, rule.id, number, clock.now())
    return f"/scores/{rule.id}"


@pytest.fixture
def publish(site):
    return partial(score_and_publish, site)


def test_every_group_stands_on_the_page_with_rank_score_and_grade(publish, phone):
    publish()
    page = phone.get("/scores/changsha-2008")
    assert page.status == 200
    assert (
        page.words.index("五区") < page.words.index("芙蓉区") < page.words.index("四县市") < page.words.index("长沙县")
    )
    assert "93.1200" in page.words
    assert "岳麓&lt;b&gt;区" in page.html, "shown literally"


def test_a_units_page_opens_its_score_rank_and_grade(publish, phone):
    publish()
    page = phone.get("/scores/changsha-2008/units/yl")
    assert page.status == 200
    for words in ("89.9800", "绩效.pdf", "考核办", "通报.pdf", "2007"):
        assert words in page.words


def test_the_pages_are_complete_in_english(publish, phone):
    publish()
    page = phone.get("/scores/changsha-2008/units/fr?lang=en")
    assert "place 1 of 2 in the group 五区" in page.words
    assert "Performance score" in page.words


@pytest.mark.parametrize("suffix", ["pdf", "xlsx", "csv", "json"])
@pytest.mark.parametrize("place", ["", "/units/fr"])
def test_the_files(publish, phone, suffix, place):
    publish()
    response = phone.client.get(f"/scores/changsha-2008{place}/report.{suffix}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    if suffix == "json":
        assert "fr" in json.loads(response.data)["explanation"]


def test_nothing_is_shown_before_it_is_published_and_a_what_if_never(publish, phone):
    assert phone.get("/scores/changsha-2008").status == 404
    publish(what_if="other weights")
    for address in ("", "/units/fr", "/report.csv"):
        assert phone.get(f"/scores/changsha-2008{address}").status == 403


def test_a_run_that_this_version_computes_otherwise_is_not_shown(publish, site, phone):
    # Given a published run of a version that gave another place
    publish()
    with unit_of_work(site.engine) as session:
        (row,) = list_runs(session, "changsha-2008")
        document = json.loads(zlib.decompress(row.document))
        document["results"]["units"][0]["rank"] = 7
        changed = canonical_json(document)
        row.document, row.content_hash = zlib.compress(changed), hashlib.sha256(changed).hexdigest()
    # When somebody asks for it
    page = phone.get("/scores/changsha-2008")
    # Then the page says so, and no other result is shown in its place
    assert page.status == 503
    assert "重新计算" in page.words


@pytest.mark.parametrize("address", ["/units/nobody", "/units/nobody/report.csv", "/report.exe"])
def test_what_is_not_there_is_not_found(publish, phone, address):
    publish()
    assert phone.get(f"/scores/changsha-2008{address}").status == 404


@pytest.mark.parametrize("address", ["/scores/%00", "/scores/x%00y/report.csv", "/results/%00"])
def test_an_address_with_a_zero_byte_is_not_found(phone, address):
    assert phone.get(address).status == 404
