"""Reports by command: of a round and of a score run, in every format, in both languages; refusals in one line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pyreadstat
import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from config import Settings
from survey.application import create_app
from survey.casting import admit
from survey.core.clock import now
from survey.storage.engine import reading, unit_of_work
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
rules: {minimum: 1}
"""
VOTERS = "group,class,planned,subjects\n620102,citizen,40,own\n620103,citizen,3,own\n"
SCHEME = """id: yearly
version: 1
title: {zh: 县区考核, en: Counties}
year: 2026
components:
  - {id: routine, zh: 平时考核, en: Routine, source: {kind: import}}
  - {id: public, zh: 群众满意度, en: Satisfaction, source: {kind: round, round: spring, figure: index}}
types:
  - {id: county, zh: 县区, en: County, selects: ["type:county"], weights: {routine: 60, public: 40}}
gates:
  - id: routine-90
    zh: 平时考核<90
    en: Routine below 90
    when: {kind: component, component: routine, operator: "<", value: 90}
    effect: block_top
gradings:
  - id: grades
    bands:
      - {id: excellent, zh: 优秀, en: Excellent, at_least: 60}
      - {id: good, zh: 良好, en: Good}
"""
COMPONENTS = """subject,component,value,source,confirmed_by,confirmed_on
620102,routine,89.9,routine.pdf,考核办,2027-01-05
620103,routine,93.5,routine.pdf,考核办,2027-01-05
"""


class Office:
    """Somebody at a terminal, in a folder of his own."""

    def __init__(self, runner: FlaskCliRunner) -> None:
        self.runner = runner
        self.engine = runner.app.extensions["minsheng"].engine

    def tries(self, command: str) -> Result:
        return self.runner.invoke(args=command.split())

    def does(self, command: str) -> dict[str, object]:
        result = self.tries(f"{command} --json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1])

    def is_refused(self, command: str) -> str:
        result = self.tries(command)
        assert result.exit_code == 1
        (line,) = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        assert "Traceback" not in result.stderr
        return line

    def answers(self, code: str, choice: int) -> None:
        key = self.runner.app.extensions["minsheng"].code_key
        with reading(self.engine) as connection:
            admission = admit(connection, code, key=key, now=now())
        names = [question.name for question in admission.ballot.form.questions]
        cast_with(self.engine, admission, dict.fromkeys(names, str(choice)), opened_at=now(), now=now())


@pytest.fixture
def office(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    app = create_app(Settings(secret_key="k" * 40, database_url=database_url))
    opens = datetime.now(UTC) - timedelta(hours=1)
    times = {"opens": opens.isoformat(), "closes": (opens + timedelta(days=1)).isoformat()}
    files = {"round.yaml": ROUND % times, "subjects.csv": SUBJECTS, "voters.csv": VOTERS, "scheme.yaml": SCHEME}
    files |= {"components.csv": COMPONENTS, "phrase": "a long enough passphrase"}
    for name, content in files.items():
        Path(name).write_text(content)
    yield Office(app.test_cli_runner())
    app.extensions["minsheng"].engine.dispose()


@pytest.fixture
def scored(office: Office) -> Office:
    """Return an office that counted 40 answers about one county and three about another, and scored both."""
    for command in (
        "questionnaires add public-safety",
        "subjects import subjects.csv",
        "keys office --passphrase-file phrase",
        "rounds create round.yaml",
        "rounds open spring",
        "codes issue spring",
    ):
        office.does(command)
    lines = [line.split(",") for line in Path("spring-codes.csv").read_text().splitlines()]
    group, code = lines[0].index("group"), lines[0].index("code")
    chosen = {"620102": iter([1] * 12 + [2] * 16 + [3] * 12), "620103": iter([1, 1, 2])}
    for line in lines[1:]:
        office.answers(line[code], next(chosen[line[group]]))
    for command in (
        "rounds close spring",
        "count spring --passphrase-file phrase",
        "schemes add scheme.yaml",
        "components import yearly components.csv",
        "score yearly",
    ):
        office.does(command)
    return office


def pages(file: str) -> str:
    with pypdfium2.PdfDocument(file) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "")


def test_a_run_is_reported_in_every_format(scored: Office) -> None:
    for ending in ("pdf", "xlsx", "csv", "json", "sav"):
        made = scored.does(f"report yearly --out run.{ending} --language en")
        assert (made["scheme"], made["run"], made["units"]) == ("yearly@1", 1, 2)
        assert Path(f"run.{ending}").stat().st_size > 200
    assert "Counties, 2026: scores and grades" in pages("run.pdf")
    document = json.loads(Path("run.json").read_bytes())
    (hidden,) = [
        row for row in document["components"]["rows"] if (row["code"], row["component"]) == ("620103", "public")
    ]
    assert hidden["value"] == "*"
    frame, meta = pyreadstat.read_sav("run.sav", user_missing=True)
    assert set(frame[frame["unit_code"] == "620103"]["n"]) == {-9}
    assert set(frame["round"]) == {"spring"}
    assert "城关区" in meta.variable_value_labels["unit"].values()


def test_one_unit_is_explained_in_both_languages(scored: Office) -> None:
    scored.does("report yearly --unit 620102 --out zh.pdf")
    scored.does("report yearly --unit 620102 --out en.pdf --language en")

    sentence = "Excellent blocked: Routine 89.9 < 90, source routine.pdf, confirmed by 考核办"
    assert sentence.replace(" ", "") in pages("en.pdf").replace(" ", "")
    assert "confirmed on 5 Jan 2027" in pages("en.pdf")
    assert "平时考核89.9<90" in pages("zh.pdf").replace(" ", "")
    scored.does("report yearly --unit 620103 --out few.json --language en")
    few = Path("few.json").read_text()
    assert "the report of the round spring hides this result" in few
    assert "93.5" not in few


def test_a_round_is_reported_on_paper_and_for_spss(scored: Office) -> None:
    assert scored.does("report spring --out spring.pdf")["round"] == "spring"
    assert "春季测评" in pages("spring.pdf")
    scored.does("report spring --out spring.sav")
    frame, meta = pyreadstat.read_sav("spring.sav", user_missing=True)
    assert list(frame[frame["unit_code"] == "620102"]["n"])[:4] != [-9] * 4
    assert meta.column_names_to_labels["n"] == "答卷数"


def test_what_cannot_be_reported_is_refused_in_one_line(scored: Office) -> None:
    assert "neither a round nor a scheme nowhere" in scored.is_refused("report nowhere --out a.pdf")
    assert "does not assess 999" in scored.is_refused("report yearly --unit 999 --out a.pdf")
    assert "is a round" in scored.is_refused("report spring --unit 620102 --out a.pdf")
    assert "There is no run 7" in scored.is_refused("report yearly --run 7 --out a.pdf")
    assert ".pdf .csv .json .sav .xlsx" in scored.is_refused("report yearly --out a.docx")
    assert not Path("a.pdf").exists()


def test_a_run_is_reported_from_the_evidence_it_keeps(scored: Office) -> None:
    with unit_of_work(scored.engine) as session:
        session.execute(text("UPDATE evidence SET value = '95' WHERE subject = '620102'"))
    scored.does("report yearly --out same.json")
    assert "89.9" in Path("same.json").read_text(), "a run keeps its own evidence"


def test_an_earlier_run_stays_readable(scored: Office) -> None:
    Path("components.csv").write_text(COMPONENTS.replace("89.9", "91.5"))
    scored.does("components import yearly components.csv")
    scored.does("score yearly")
    scored.does("report yearly --run 1 --unit 620102 --out first.json")
    assert scored.does("report yearly --unit 620102 --out second.json")["run"] == 2
    assert "89.9" in Path("first.json").read_text()
    assert "91.5" in Path("second.json").read_text()


ALONE = """id: alone
version: 1
title: {zh: 满意度, en: Satisfaction alone}
year: 2026
components:
  - {id: public, zh: 群众满意度, en: Satisfaction, source: {kind: round, round: spring, figure: index}}
types:
  - {id: county, zh: 县区, en: County, selects: ["type:county"], weights: {public: 100}}
gates:
  - {id: low, zh: 过低, en: Too low, when: {kind: score, operator: "<", value: 60}, effect: block_top}
gradings:
  - id: grades
    bands:
      - {id: excellent, zh: 优秀, en: Excellent, at_least: 60}
      - {id: good, zh: 良好, en: Good}
"""


def test_a_score_that_is_a_hidden_result_is_not_shown(scored: Office) -> None:
    """620103 has three answers, which the round's own report hides."""
    Path("alone.yaml").write_text(ALONE)
    scored.does("schemes add alone.yaml")
    scored.does("score alone")
    shown = everything_shown(scored, "alone")
    assert shown["scores"] == {"620102": "80.0000", "620103": "*"}
    assert "93.3" not in shown["text"]


def test_a_what_if_gives_back_no_hidden_result(scored: Office) -> None:
    """Neither with other weights, nor with known figures on top."""
    Path("more.csv").write_text(COMPONENTS.replace("93.5", "90"))
    run = scored.does("score yearly --with more.csv")["number"]
    shown = everything_shown(scored, f"yearly --run {run}")
    assert shown["scores"]["620103"] == "*"
    assert "91.3" not in shown["text"]


def everything_shown(office: Office, run: str) -> dict[str, object]:
    """Return the scores of a run, and all that its report says, on paper and as data."""
    office.does(f"report {run} --out shown.json --language en")
    office.does(f"report {run} --out shown.pdf --language en")
    office.does(f"report {run} --unit 620103 --out unit.pdf --language en")
    text = Path("shown.json").read_text() + pages("shown.pdf") + pages("unit.pdf")
    rows = json.loads(Path("shown.json").read_bytes())["overview"]["rows"]
    return {"scores": {row["code"]: row["score"] for row in rows}, "text": text}
