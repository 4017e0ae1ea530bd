"""flask rounds destroy, as somebody at a terminal meets it."""

import json
import re

import pytest

from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work

BALLOTS = 3
MOMENT = r"\d+ [A-Z][a-z]+ 20\d\d, \d\d:\d\d"


@pytest.fixture
def counted(site, monkeypatch):
    """Give a site with a counted round that nobody can object to any more."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for code in site.round(objection_days=0)[:BALLOTS]:
        site.phone().vote(code)
    site.count()
    return site


def run(site, *words, typed=None):
    return site.app.test_cli_runner().invoke(args=["rounds", "destroy", *words], input=typed)


def is_destroyed(site):
    with unit_of_work(site.engine) as session:
        return get_round(session, "spring").destroyed_at is not None


def test_it_asks_for_the_rounds_id(counted):
    for typed in ("y\n", "Spring\n", ""):
        result = run(counted, "spring", typed=typed)
        assert result.exit_code == 1
        assert not is_destroyed(counted)
        assert counted.ballots() == BALLOTS
    result = run(counted, "spring", typed="spring\n")
    assert result.exit_code == 0, result.output
    assert f"spring: {BALLOTS} envelopes are destroyed" in result.output
    assert "backups and copies of the database" in result.output
    assert "with a witness" in result.output
    assert is_destroyed(counted)


def test_with_json_it_is_one_object(counted, engine_name):
    result = run(counted, "spring", "--yes", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["round"], found["envelopes"]) == ("spring", BALLOTS)
    if engine_name == "sqlite":
        assert found["traces_before"] >= BALLOTS
        assert (found["traces_in_data"], found["traces_in_log"]) == (0, 0)
        assert found["refused"] == []
    else:
        # The tests' role is an ordinary one: what was not searched is no proof, and is not told as one.
        assert found["traces_in_data"] is found["traces_in_log"] is None
        assert "may not ask where the files" in found["not_searched_because"]
        assert found["refused"] == ["The database refused CHECKPOINT: InsufficientPrivilege"]
    assert len(found["not_searched"]) == 4


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_told_where_the_files_are_it_searches_them(counted, postgres_server):
    result = run(counted, "spring", "--yes", "--data", str(postgres_server.data))
    assert result.exit_code == 0, result.output
    assert "Write-ahead log" in result.output
    assert "The write-ahead log still holds" in result.output
    assert "not proven" not in result.output


def test_done_twice_it_says_when_it_was_done(counted):
    assert run(counted, "spring", "--again").exit_code == 1
    assert run(counted, "spring", "--yes").exit_code == 0
    result = run(counted, "spring", "--yes")
    assert result.exit_code == 1
    assert re.search(rf"error: The envelopes of spring were destroyed at {MOMENT}", result.stderr)
    again = run(counted, "spring", "--again", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout) == {"round": "spring"}


def test_turnout_is_shown_and_counting_again_is_refused_in_plain_words(counted):
    before = counted.app.test_cli_runner().invoke(args=["turnout", "spring", "--json"])
    assert run(counted, "spring", "--yes").exit_code == 0
    after = counted.app.test_cli_runner().invoke(args=["turnout", "spring", "--json"])
    assert (after.exit_code, after.stdout) == (0, before.stdout)
    shown = counted.app.test_cli_runner().invoke(args=["turnout", "spring"])
    assert "The envelopes are destroyed" in shown.stdout
    for words in (["count", "spring", "--export", "spring.urn"], ["count", "spring", "--take", "spring.count"]):
        refused = counted.app.test_cli_runner().invoke(args=words)
        assert refused.exit_code == 1
        assert re.search(rf"error: The envelopes were destroyed at {MOMENT}", refused.stderr)


def test_before_the_objections_are_over_it_names_the_day(site, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    site.round()
    assert "is open; its envelopes are destroyed after it is counted" in run(site, "spring", "--yes").stderr
    site.count()
    result = run(site, "spring", "--yes")
    assert result.exit_code == 1
    assert re.search(rf"Objections to the count of spring are possible until {MOMENT}", result.stderr)
    assert not is_destroyed(site)
