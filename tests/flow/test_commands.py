"""The whole flow by commands, as the handbook tells it: files in, a report out."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from config import Settings
from survey.application import create_app
from survey.casting import admit
from survey.core.clock import now
from survey.storage.engine import reading
from tests.factories.casting import cast_with
from tests.factories.rounds import SUBJECTS

ROUND = """id: spring
title: {zh: 春季测评, en: Spring survey}
organiser: {zh: 考核办, en: Assessment office}
contact: 0931-0000000
questionnaire: public-safety@1
subjects: subjects.csv
voters: voters.csv
key: office.pub
opens_at: "%(opens)s"
closes_at: "%(closes)s"
rules: {minimum: 5}
rollup: [{types: [city], weight: planned}]
"""
VOTERS = "group,class,planned,subjects\n620102,citizen,12,own\n620103,citizen,8,own\n"
PASSPHRASE = "a long enough passphrase"


class Desk:
    """Somebody at a terminal, in a folder of his own."""

    def __init__(self, runner: FlaskCliRunner) -> None:
        self.runner = runner

    def does(self, command: str) -> dict[str, object]:
        """Run a command that must work; return the one JSON object it prints."""
        result = self.tries(f"{command} --json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def tries(self, command: str) -> Result:
        return self.runner.invoke(args=command.split())

    def is_refused(self, command: str) -> str:
        """Run a command that must be refused; return the one line it says."""
        result = self.tries(command)
        assert result.exit_code == 1
        assert result.stdout == ""
        lines = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, result.stderr
        assert "Traceback" not in result.stderr
        return lines[0]


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    app = create_app(Settings(secret_key="k" * 40, database_url=database_url))
    opens = datetime.now(UTC) - timedelta(hours=1)
    times = {"opens": opens.isoformat(), "closes": (opens + timedelta(days=1)).isoformat()}
    Path("round.yaml").write_text(ROUND % times)
    Path("subjects.csv").write_text(SUBJECTS)
    Path("voters.csv").write_text(VOTERS)
    Path("phrase").write_text(PASSPHRASE)
    yield Desk(app.test_cli_runner())
    app.extensions["minsheng"].engine.dispose()


def codes_in(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(file).read_text().splitlines()))


def answer(desk: Desk, code: str) -> None:
    here = desk.runner.app.extensions["minsheng"]
    with reading(here.engine) as connection:
        admission = admit(connection, code, key=here.code_key, now=now())
    names = [question.name for question in admission.ballot.form.questions]
    cast_with(here.engine, admission, dict.fromkeys(names, "2"), opened_at=now(), now=now())


def test_from_files_to_a_published_report(desk: Desk) -> None:
    assert desk.does("questionnaires add public-safety")["new"] is True
    assert desk.does("questionnaires add public-safety")["new"] is False
    assert desk.does("questionnaires list")["rows"]
    assert desk.does("subjects import subjects.csv")["subjects"] == 3
    made = desk.does("keys office --passphrase-file phrase")
    assert desk.does("keys fingerprint office.pub")["fingerprint"] == made["fingerprint"]
    assert desk.does("rounds create round.yaml")["planned"] == 20
    assert desk.does("rounds check spring") == {"round": "spring", "ready": True, "blockers": []}
    assert desk.does("rounds open spring")["key"] == made["fingerprint"]
    assert desk.does("codes issue spring")["codes"] == 20
    assert desk.does("codes issue spring --spare 3 --group 620102 --csv spare.csv")["codes"] == 3
    assert desk.does("codes sheets spring --out slips.pdf")["pages"] == 1
    rows = codes_in("spring-codes.csv")
    for row in rows[:15]:
        answer(desk, row["code"])
    spare = codes_in("spare.csv")[0]["batch"]
    assert desk.does(f"codes void spring --batch {spare}")["voided"] == 3
    account = desk.does("turnout spring")["rows"][-1]
    assert (account["issued"], account["spent"], account["waiting"], account["void"]) == (20, 15, 5, 3)
    assert account["rate"] == "75.00"
    assert desk.does("rounds close spring")["ballots"] == 15
    assert desk.does("count spring --passphrase-file phrase")["counted"] == 15
    for ending in ("csv", "xlsx", "json"):
        assert desk.does(f"report spring --out report.{ending}")["units"] == 3
        assert Path(f"report.{ending}").stat().st_size > 0
    assert "城关区" in Path("report.csv").read_text("utf-8-sig")
    assert json.loads(Path("report.json").read_text())
    assert desk.does("report spring")
    assert all(Path(f"spring-report.{ending}").exists() for ending in ("csv", "xlsx", "json"))
    assert desk.does("publish spring")
    assert desk.does("rounds show spring")["state"] == "counted"
    assert [row["round"] for row in desk.does("rounds list")["rows"]] == ["spring"]


def test_what_is_refused_says_so_in_one_line(desk: Desk) -> None:
    assert "There is no questionnaire public-safety@1" in desk.is_refused("rounds create round.yaml")
    desk.does("questionnaires add public-safety")
    assert "There is no key file" in desk.is_refused("rounds create round.yaml")
    desk.does("keys office --passphrase-file phrase")
    assert "exists already" in desk.is_refused("keys office --passphrase-file phrase")
    desk.does("rounds create round.yaml")
    assert desk.does("rounds create round.yaml"), "a draft is replaced"
    assert "There is no round autumn" in desk.is_refused("rounds open autumn")
    assert "codes are issued while" in desk.is_refused("codes issue spring").lower()
    desk.does("rounds open spring")
    desk.does("codes issue spring")
    assert "There is a round spring already" in desk.is_refused("rounds create round.yaml")
    assert "exists already" in desk.is_refused("codes issue spring")
    assert "All planned codes" in desk.is_refused("codes issue spring --csv again.csv")
    assert not Path("again.csv").exists()
    assert "no batch" in desk.is_refused("codes void spring --batch nothing")
    assert "is open" in desk.is_refused("count spring --passphrase-file phrase")
    assert "not counted" in desk.is_refused("report spring --out report.csv")
    assert "counted" in desk.is_refused("publish spring")
    Path("phrase").write_text("another passphrase")
    assert "does not open" in desk.is_refused("count spring --passphrase-file phrase")


def test_a_round_that_cannot_open_lists_why_and_what_to_do(desk: Desk) -> None:
    desk.does("questionnaires add public-safety")
    text = Path("round.yaml").read_text().replace("key: office.pub\n", "").replace("types: [city]", "types: [village]")
    Path("round.yaml").write_text(text)
    Path("voters.csv").write_text(VOTERS + "999999,citizen,1,own\n")
    desk.does("rounds create round.yaml")
    result = desk.tries("rounds check spring --json")
    assert result.exit_code == 1
    blockers = json.loads(result.stdout)["blockers"]
    assert len(blockers) == 3
    assert all(blocker["remedy"] for blocker in blockers)
    assert "3 blockers" in desk.is_refused("rounds open spring")


def test_slips_are_printed_only_from_codes_that_still_count(desk: Desk) -> None:
    desk.does("questionnaires add public-safety")
    desk.does("keys office --passphrase-file phrase")
    desk.does("rounds create round.yaml")
    desk.does("rounds open spring")
    assert "There is no file" in desk.is_refused("codes sheets spring --out slips.pdf")
    desk.does("codes issue spring")
    answer(desk, codes_in("spring-codes.csv")[0]["code"])
    assert "1 of 20 codes" in desk.is_refused("codes sheets spring --out slips.pdf")
    assert not Path("slips.pdf").exists()


def test_without_tables_a_command_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    app = create_app(Settings(secret_key="k" * 40, database_url=f"sqlite:///{tmp_path / 'empty.db'}"))
    assert "flask db upgrade" in Desk(app.test_cli_runner()).is_refused("rounds list")
    app.extensions["minsheng"].engine.dispose()
