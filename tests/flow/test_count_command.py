"""flask count, from the command line: here, exported, counted away and taken; and every way to ask for it wrongly."""

import json

import pytest
from sqlalchemy import select

from survey.casting import admit
from survey.core import clock
from survey.counting.service import TAKEN_ALONE, URN_WRITTEN
from survey.counting.signed import read_signed
from survey.staff.models import AuditEntry
from survey.storage.engine import reading, unit_of_work
from tests.factories.ballots import annual_review, open_ballots
from tests.factories.casting import cast_with
from tests.factories.rounds import PASSPHRASE, two_trustees

KEYS = "--key party.key --key discipline.key"
WORDS = "--passphrase-file words"


class Desk:
    """Somebody at a terminal in the folder of a round's files."""

    def __init__(self, site):
        self.site, self.runner = site, site.app.test_cli_runner()

    def does(self, command):
        """Run a command that must work; return the one JSON object it prints."""
        result = self.runner.invoke(args=f"count {command} --json".split())
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def says(self, command):
        result = self.runner.invoke(args=f"count {command}".split())
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def is_refused(self, command):
        """Run a command that must be refused; return its one line."""
        result = self.runner.invoke(args=f"count {command}".split())
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        (line,) = (line for line in result.stderr.splitlines() if line.startswith("error: "))
        assert "Traceback" not in result.stderr
        return line

    def closes(self):
        self.site.close("review")


@pytest.fixture
def desk(site, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words").write_text(PASSPHRASE)
    return Desk(site)


def voted(desk, **fields):
    """Open a round and cast four of its ballots, one over the limit."""
    key = desk.site.app.extensions["minsheng"].code_key
    limit = {"item": "overall", "options": ["ex"], "most": 1, "breach": "void"}
    rules = {"rules": {"minimum": 1, "limits": [limit]}}
    made = open_ballots(desk.site.engine, desk.site.folder, key, annual_review(), cadres=2, **(rules | fields))
    now = clock.now()
    for first, second in ("12", "21", "22", "11"):
        with reading(desk.site.engine) as connection:
            admission = admit(connection, made.code("C"), key=key, now=now)
        answers = {"overall:P001": first, "overall:P002": second}
        cast_with(desk.site.engine, admission, answers, opened_at=now, now=now)
    return made


@pytest.fixture
def sealed(desk, tmp_path):
    """Give a closed round sealed to two trustees."""
    made = voted(desk, **two_trustees(tmp_path))
    desk.closes()
    return made


def test_exported_counted_away_and_taken(desk, sealed, tmp_path):
    exported = desk.does("review --export review.urn")
    assert exported["envelopes"] == 4
    away = desk.does(f"review.urn --offline --out review.count {KEYS} {WORDS}")
    assert (away["counted"], away["void"], away["root"]) == (3, 1, exported["root"])
    assert away["signed_by"] == [key.fingerprint for key in sealed.frozen.keys]
    taken = desk.does("review --take review.count")
    assert taken["hash"] == away["hash"] == read_signed(tmp_path / "review.count").count.content_hash
    with unit_of_work(desk.site.engine) as session:
        assert session.scalars(select(AuditEntry.sentence)).all() == [URN_WRITTEN, TAKEN_ALONE]
    assert "is counted already" in desk.is_refused("review --take review.count")
    assert "is counted already" in desk.is_refused(f"review {KEYS} {WORDS}")
    assert "is counted already" in desk.is_refused("review --export again.urn")


@pytest.mark.usefixtures("sealed")
def test_here_and_away_give_the_same_hash(desk):
    desk.does("review --export review.urn")
    away = desk.does(f"review.urn --offline --out review.count {KEYS} {WORDS}")
    assert desk.does(f"review {KEYS} {WORDS}")["hash"] == away["hash"]


@pytest.mark.usefixtures("sealed")
def test_in_words(desk):
    assert "4 sorted envelopes of review, without any code" in desk.says("review --export review.urn")
    said = desk.says(f"review.urn --offline --out review.count {KEYS} {WORDS}")
    assert "3 of 4 envelopes" in said
    assert "take it into the record with --take" in said
    assert "1 ballots are void by the rules of the round" in said


def test_a_round_sealed_by_the_office_is_counted_here_only(desk):
    voted(desk)
    assert "it is counted after it is closed" in desk.is_refused(f"review --key office.key {WORDS}")
    desk.closes()
    desk.does("review --export review.urn")
    away = desk.does(f"review.urn --offline --out review.count --key office.key {WORDS}")
    assert away["signed_by"] == []
    assert "sealed by the office alone" in desk.is_refused("review --take review.count")
    here = desk.does(f"review {WORDS}")
    assert here["hash"] == away["hash"], "office.key is the key when none is named"


WRONG = {
    "two ways at once": ("review --export a --take b", "Choose one of"),
    "offline without a file to write": ("review.urn --offline", "Choose one of"),
    "a file to write, but not offline": ("review --out x", "Choose one of"),
    "exporting offline": ("review.urn --offline --out x --export y", "Choose one of"),
    "a key to export with": ("review --export a --key party.key", "--export and --take open nothing"),
    "a passphrase to take with": ("review --take a --passphrase-file words", "--export and --take open nothing"),
    "no such round": (f"none {KEYS} {WORDS}", "There is no round none"),
    "one key of two": (f"review --key party.key {WORDS}", "is missing, and without it nothing opens"),
    "the same key twice": (f"review --key party.key --key party.key {WORDS}", "is missing, and without it"),
    "the office's key": (f"review --key office.key {WORDS}", "This key does not fit"),
    "three passphrases for two keys": (
        f"review {KEYS} {WORDS} {WORDS} {WORDS}",
        "2 key files but 3 passphrase files; give one for each key",
    ),
    "no such passphrase file": (f"review {KEYS} --passphrase-file none", "There is no passphrase in none"),
    "an empty passphrase file": (f"review {KEYS} --passphrase-file empty", "There is no passphrase in empty"),
    "another passphrase": (f"review {KEYS} --passphrase-file other", "passphrase"),
    "no such key": (f"review --key none.key --key party.key {WORDS}", "none.key"),
    "no such count": ("review --take none.count", "There is no file none.count"),
    "no count": ("review --take words", "words is no count"),
    "no urn": (f"words --offline --out x {KEYS} {WORDS}", "words is no urn file"),
    "no such urn": (f"none.urn --offline --out x {KEYS} {WORDS}", "There is no file none.urn"),
    "a file that is there to export to": ("review --export words", "words exists already; nothing is overwritten"),
    "a file that is there to count to": (f"x.urn --offline --out words {KEYS} {WORDS}", "words exists already"),
    "no folder to export to": ("review --export none/a.urn", "There is no folder none for a.urn"),
    "no folder to count to": (f"x.urn --offline --out none/a {KEYS} {WORDS}", "There is no folder none for a"),
}


@pytest.mark.usefixtures("sealed")
def test_what_is_asked_wrongly_is_told_in_one_line_and_counts_nothing(desk, tmp_path):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "other").write_text("another passphrase")
    for name, (command, told) in WRONG.items():
        assert told in desk.is_refused(command), name
    assert not list(tmp_path.glob("*.part"))
    assert desk.does(f"review {KEYS} {WORDS}")["counted"] == 3


@pytest.mark.usefixtures("sealed")
def test_each_key_may_have_its_own_passphrase(desk, tmp_path):
    (tmp_path / "second").write_text(PASSPHRASE + "\n")
    command = f"review {KEYS} --passphrase-file words --passphrase-file second"
    assert desk.does(command)["counted"] == 3
