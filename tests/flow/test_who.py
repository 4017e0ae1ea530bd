"""Who can see what: the page says what the tables, the settings and an opened round are, and nothing else."""

import html
import logging
import re

import pytest
from sqlalchemy import Column, LargeBinary, MetaData

from survey.core import clock
from survey.counting.destroy import destroy_urn
from survey.rounds.service import create_round, get_round
from survey.storage.base import Base
from survey.storage.engine import unit_of_work
from survey.visibility import DRAWERS, NEVER
from tests.factories.rounds import two_trustees, write_round
from tests.factories.sentences import chinese
from tests.flow.site import Site

PATH = "/who-sees-what"


def words(site, query=""):
    page = site.phone().get(f"{PATH}{query}")
    assert page.status == 200
    return html.unescape(page.words)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_column_is_on_it_in_both_languages(site, lang):
    text = words(site, f"?lang={lang}")
    say = chinese if lang == "zh" else str
    for table, drawer in DRAWERS.items():
        assert say(drawer.title) in text
        for column, sight in drawer.columns.items():
            assert f"{say(sight.what)} {table}.{column}" in text
            assert all(say(reader.value) in text for reader in sight.readers)
            assert say(sight.until.value) in text
    for promise in NEVER:
        assert say(promise) in text
    assert "%(" not in text


def test_it_says_which_database_this_is(site, engine_name):
    text = words(site, "?lang=en")
    assert ("In one file on the server (SQLite)" in text) == (engine_name == "sqlite")
    assert ("In a database (PostgreSQL)" in text) == (engine_name == "postgresql")


def test_it_follows_the_settings(small_site, tmp_path, monkeypatch):
    assert "travel unencrypted (http)" in words(small_site, "?lang=en")
    assert "Demonstration" not in words(small_site, "?lang=en")
    url = small_site.engine.url.render_as_string()
    site = Site.at(url, tmp_path, base_url="https://survey.example", demo_codes=tmp_path / "codes.txt")
    page = site.phone().get(f"{PATH}?lang=en", Host="survey.example")
    assert "travel encrypted (https)" in page.words
    assert "Nothing on it is a real vote" in page.words
    site.engine.dispose()
    assert "This program writes none" in words(small_site, "?lang=en")
    monkeypatch.setattr(logging.getLogger("gunicorn.access"), "handlers", [logging.NullHandler()])
    assert "writes a line for each visit, with the address" in words(small_site, "?lang=en")


def test_what_the_tables_break_is_not_promised(small_site, monkeypatch):
    promise = list(NEVER)[3]
    metadata = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    metadata.tables["code"].append_column(Column("user_agent", LargeBinary))
    assert f"<li>{promise}</li>" in small_site.phone().get(f"{PATH}?lang=en").html
    monkeypatch.setattr("survey.web.who.pages.Base.metadata", metadata)
    page = small_site.phone().get(f"{PATH}?lang=en")
    assert f"<li>{promise}</li>" not in page.html
    assert f"does not keep this promise: {promise} (code.user_agent)" in page.words


def test_an_opened_round_says_what_it_froze(small_site):
    rules = {"minimum": 3, "classes": [{"code": "A", "zh": "领导", "en": "leaders", "weight": 60}]}
    small_site.round(
        "per-subject",
        rules=rules,
        voters="group,class,planned,subjects\noffices,A,3,type:county\n",
        disclosure={"min_cell": 7, "min_class": 6, "min_text": 11, "live_step": 8, "unanimity": "any"},
        objection_days=0,
        **two_trustees(small_site.folder),
    )
    text = words(small_site, "?lang=en&round=spring")
    with unit_of_work(small_site.engine) as session:
        row = get_round(session, "spring")
        for key in row.public_keys:
            assert key["fingerprint"] in text
        assert row.frozen_hash in text
    for sentence in (
        "Two keys, held by two trustees",
        "A leaders",
        "at least 6 ballots stand behind",
        "fewer than 7 ballots are hidden",
        "where there are at least 11",
        "chose the same option, it is hidden",
        "in steps of 8",
        "They may be published",
        "until 0 days after the count",
    ):
        assert sentence in text, sentence
    assert "One key, held by the office" not in text


def test_an_office_seal_and_a_destroyed_urn_are_told(small_site):
    codes = small_site.round(objection_days=0)
    small_site.phone().vote(codes[0])
    assert "One key, held by the office" in words(small_site, "?lang=en&round=spring")
    small_site.count()
    with unit_of_work(small_site.engine) as session:
        destroy_urn(session, get_round(session, "spring"), clock.now())
    assert re.search(r"They were destroyed at \d+ [A-Z][a-z]+ 20\d\d, ", words(small_site, "?lang=en&round=spring"))


def test_only_an_opened_round_is_shown(small_site):
    with unit_of_work(small_site.engine) as session:
        from survey.questionnaires.service import add_questionnaire
        from tests.factories.questionnaires import fixture

        add_questionnaire(session, fixture("per-subject"))
        create_round(session, write_round(small_site.folder))
    phone = small_site.phone()
    draft, unknown = (phone.get(f"{PATH}?round={name}") for name in ("spring", "winter"))
    assert draft.status == unknown.status == 404
    assert draft.words.replace("spring", "winter") == unknown.words
    assert phone.get(f"{PATH}?round=").status == 404


def test_the_round_is_kept_when_language_or_size_change(small_site):
    small_site.round()
    page = small_site.phone().get(f"{PATH}?round=spring&size=big")
    links = [html.unescape(link) for link in re.findall(r'class="tool"[^>]*href="([^"]+)"', page.html)]
    assert links
    assert all("round=spring" in link for link in links)
    assert "round=" not in small_site.phone().get(PATH).html


def test_every_page_leads_there(small_site):
    phone = small_site.phone()
    assert phone.get("/privacy?lang=en").html.count(f'href="{PATH}?lang=en"') == 2
    assert phone.get("/").html.count(f'href="{PATH}"') == 1


def test_it_is_as_strict_and_silent_as_every_public_page(small_site):
    page = small_site.phone().get(PATH)
    assert page.response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.response.headers
    assert not re.search(r"<style|<script|\sstyle=|\son[a-z]+=", page.html)
