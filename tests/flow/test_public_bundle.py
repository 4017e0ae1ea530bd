"""What everybody may see, listed and as a file: /results, and the bundle of a published score."""

import json
from functools import partial

import pytest

from survey.application import create_offline_app
from survey.bundles.archive import unpack
from survey.bundles.public import READ_ME, SCORES
from survey.scoring.service import list_runs
from survey.storage.engine import unit_of_work
from tests.flow.test_results import counted
from tests.flow.test_score_pages import score_and_publish

BUNDLE = "/scores/changsha-2008/bundle.zip"


@pytest.fixture
def publish(site):
    return partial(score_and_publish, site)


def test_a_list_of_nothing_says_so(phone):
    page = phone.get("/results?lang=en")
    assert page.status == 200
    assert "No scores are published yet" in page.words
    assert "Set-Cookie" not in phone.client.get("/results").headers


def test_what_is_published_is_listed_and_nothing_else(site, phone, publish):
    # Given a round that was counted, and a what-if
    counted(site)
    publish(what_if="other weights")
    assert "/results/spring" not in phone.get("/results").html
    assert "/scores/" not in phone.get("/results").html
    # When both are published
    site.publish()
    publish()
    # Then both are on the list, in either language, with an address for each
    for address in ("/results", "/results?lang=en"):
        page = phone.get(address)
        assert "/results/spring" in page.html
        assert "/scores/changsha-2008" in page.html
        assert "2008" in page.words
    assert "published on" in phone.get("/results?lang=en").words


def test_the_page_says_what_the_bundle_proves_and_what_not(publish, phone):
    page = phone.get(publish() + "?lang=en")
    assert BUNDLE in page.html
    assert "binds the office to one exact bundle" in page.words
    assert "It does not prove that the scores are right" in page.words


def test_everybody_verifies_it_and_an_examiner_shows_that_it_follows(site, phone, publish):
    # Given a published run, its public bundle from the page, and the exact one from the office
    publish()
    response = phone.client.get(BUNDLE)
    assert (response.status_code, response.mimetype) == (200, "application/zip")
    assert phone.client.get(BUNDLE).data == response.data, "the same bytes each time"
    public, exact = site.folder / "public.zip", site.folder / "exact.zip"
    public.write_bytes(response.data)
    office = site.app.test_cli_runner()
    assert office.invoke(args=["bundle", "export", "changsha-2008", "--out", str(exact)]).exit_code == 0
    again = site.folder / "again.zip"
    assert office.invoke(args=["bundle", "public", "changsha-2008", "--out", str(again)]).exit_code == 0
    assert again.read_bytes() == response.data
    # When somebody with neither tables nor settings verifies it
    anybody = create_offline_app("none").test_cli_runner()
    said = anybody.invoke(args=["bundle", "verify", str(public)])
    # Then it is named as what it is
    assert said.exit_code == 0, said.stderr
    assert "a public bundle of run 1 of changsha-2008@1" in said.stdout
    assert "It was not computed anew" in said.stdout
    found = json.loads(anybody.invoke(args=["bundle", "verify", str(public), "--json"]).stdout)
    assert (found["kind"], found["run"]) == ("public", 1)
    # And who has both shows that one follows from the other, but not the other way round
    both = anybody.invoke(args=["bundle", "verify", str(exact), "--public", str(public)])
    assert both.exit_code == 0, both.stderr
    assert "an exact bundle" in both.stdout
    assert "every one of its tables follows from it" in both.stdout
    wrong = anybody.invoke(args=["bundle", "verify", str(public), "--public", str(exact)])
    assert wrong.exit_code == 1
    assert "is a public bundle" in wrong.stderr
    # And nobody takes counts from it
    taken = office.invoke(args=["bundle", "take", str(public)])
    assert taken.exit_code == 1
    assert "has the format public bundle 1" in taken.stderr


def test_it_holds_the_figures_of_the_page_and_none_behind_them(site, phone, publish):
    publish()
    files = unpack(phone.client.get(BUNDLE).data, "b.zip")
    tables = {table["name"]: table["rows"] for table in json.loads(files[SCORES])["tables"]}
    assert {row["code"]: row["score"] for row in tables["overview"]}["fr"] == "93.1200"
    assert "不能证明" in files[READ_ME].decode()
    with unit_of_work(site.engine) as session:
        (run,) = list_runs(session, "changsha-2008")
    assert run.content_hash[:16].encode() not in b"".join(files.values())


def test_there_is_none_before_publishing(phone, publish, site):
    assert phone.get(BUNDLE).status == 404
    publish(what_if="other weights")
    assert phone.get(BUNDLE).status == 403
    out = site.folder / "x.zip"
    told = site.app.test_cli_runner().invoke(args=["bundle", "public", "changsha-2008", "--out", str(out)])
    assert told.exit_code == 1
    assert "No run of changsha-2008 is published" in told.stderr
