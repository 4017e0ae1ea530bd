"""Whatever a command changes stands in the log, by the name terminal: nobody works there unseen."""

import shlex
from collections import defaultdict
from pathlib import Path

import click
import pytest
from sqlalchemy import select

from config import Settings
from survey import clearing
from survey.application import create_app
from survey.bundles import exporting, taking
from survey.cli.db import UPGRADED
from survey.cli.demo.command import BUILT
from survey.codes import service as codes
from survey.codes import slips
from survey.core.clock import now
from survey.counting import destroy, taken
from survey.counting import service as counting
from survey.questionnaires import service as questionnaires
from survey.ratings import service as ratings
from survey.ratings.rules import Step
from survey.rounds import drafting, rehearsal
from survey.rounds import service as rounds
from survey.scoring import filing
from survey.scoring import service as scoring
from survey.staff import tokens
from survey.staff.audit import broken_links
from survey.staff.models import AuditEntry
from survey.staff.service import accept, get_invitation
from survey.storage.engine import unit_of_work
from survey.subjects import service as subjects
from tests.contracts.test_docs import command_lines
from tests.factories.ratings import rate
from tests.factories.rounds import PASSPHRASE, write_round
from tests.flow.scoring_desk import COMPONENTS, REST, ROSTER, SCHEME, Desk
from tests.flow.test_scoring_commands import BALLOT, DECISIONS, HISTORY, yearly

NOTHING: frozenset[str] = frozenset()
"""What a command writes that only reads, or works without a database."""

LOGS = {
    "db upgrade": {UPGRADED},
    "questionnaires check": NOTHING,
    "questionnaires add": {questionnaires.ADDED},
    "questionnaires list": NOTHING,
    "subjects import": {subjects.IMPORTED},
    "keys office": NOTHING,
    "keys trustee": NOTHING,
    "keys paper": NOTHING,
    "keys restore": NOTHING,
    "keys fingerprint": NOTHING,
    "rounds create": {drafting.MADE, drafting.WITH_ROSTER},
    "rounds check": {rounds.CHECKED},
    "rounds open": {rounds.OPENED},
    "rounds close": {rounds.CLOSED},
    "rounds remove": {rounds.REMOVED},
    "rounds present": {rounds.PRESENT},
    "rounds hall": NOTHING,
    "rounds list": NOTHING,
    "rounds show": NOTHING,
    "rounds rehearse": {rehearsal.MADE},
    "rounds clear-rehearsal": {clearing.CLEARED},
    "rounds destroy": {destroy.DESTROYED, destroy.OVERWRITTEN},
    "codes issue": {codes.ISSUED},
    "codes list": NOTHING,
    "codes open": {codes.LET_IN},
    "codes shut": {codes.LET_IN_NO_MORE},
    "codes sheets": NOTHING,
    "codes poster": NOTHING,
    "codes void": {codes.VOIDED_ALONE, slips.ALONE},
    "turnout": NOTHING,
    "count": {counting.URN_WRITTEN, counting.COUNTED_ALONE, counting.TAKEN_ALONE},
    "schemes check": NOTHING,
    "schemes add": {scoring.ADDED},
    "schemes list": NOTHING,
    "schemes show": NOTHING,
    "schemes history": {filing.FILED},
    "schemes decide": {filing.FILED_ALONE},
    "schemes approve": {filing.APPROVED_ALONE},
    "schemes runs": NOTHING,
    "schemes compare": NOTHING,
    "schemes publish": {scoring.PUBLISHED},
    "components import": {filing.FILED, filing.FILED_ALONE},
    "score": {scoring.SCORED, scoring.TRIED},
    "report": NOTHING,
    "publish": {rounds.PUBLISHED},
    "bundle export": {exporting.EXPORTED},
    "bundle public": NOTHING,
    "bundle verify": NOTHING,
    "bundle take": {taking.TAKEN},
    "bundle taken": NOTHING,
    "bundle give-back": {taken.GIVEN_BACK},
    "bundle fingerprint": NOTHING,
    "ratings plan": {ratings.PLAN_ADDED},
    "ratings mint": {ratings.MINTED},
    "ratings list": NOTHING,
    "ratings step": {ratings.LOGGED[Step.ASSIGNED]},
    "ratings indicators": NOTHING,
    # A demonstration is one entry; the steps of made-up people are none.
    "demo gansu": {BUILT},
    "demo hall": {BUILT},
    "demo changsha": {BUILT},
    "demo heping": {BUILT},
    # The jobs write what they did, by the name of whoever asked for them at the desk.
    "worker": NOTHING,
    "staff invite": {"Invited %(login)s as %(role)s"},
    "staff list": NOTHING,
    "staff disable": {"Switched the account of %(login)s off"},
    "staff office": {"Added the office %(code)s %(name)s"},
    "staff offices": NOTHING,
    "api-tokens make": {tokens.MADE},
    "api-tokens list": NOTHING,
    "api-tokens revoke": {"Revoked the API token %(name)s (%(id)s)"},
    "doctor": NOTHING,
}
"""What each command writes into the log."""

ELSEWHERE = {"demo gansu", "demo hall", "demo changsha", "demo heping"}
"""Too long for here."""
TAKEN_ELSEWHERE = {counting.TAKEN_ALONE}
"""Seen in test_count_command."""
VOTERS = "group,class,planned,subjects\n620102,citizen,12,own\n"


class Terminal(Desk):
    """Runs commands, and notes what each wrote into the log."""

    def __init__(self, app):
        super().__init__(app)
        self.wrote = defaultdict(set)
        self.ran = set()
        self.seen = 0

    def run(self, line, typed=None):
        result = self.runner.invoke(args=shlex.split(line), input=typed)
        assert result.exit_code == 0, (line, result.output, result.exception)
        words = line.split()
        name = " ".join(words[:2]) if " ".join(words[:2]) in LOGS else words[0]
        self.ran.add(name)
        for entry in self.entries()[self.seen :]:
            assert (entry.name, entry.member_id) in (("terminal", None), ("terminal: wang", None)), line
            self.wrote[name].add(entry.sentence)
            self.seen += 1
        return result

    def entries(self):
        with unit_of_work(self.engine) as session:
            return list(session.scalars(select(AuditEntry).order_by(AuditEntry.number)))

    def passes(self):
        """Let go by what was not done at the terminal."""
        self.seen = len(self.entries())


@pytest.fixture
def terminal(empty_database_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    app = create_app(Settings(secret_key="k" * 40, database_url=empty_database_url))
    yield Terminal(app)
    app.extensions["minsheng"].engine.dispose()


def test_every_command_is_known_to_write_or_to_change_nothing(terminal):
    assert {line.removeprefix("flask ") for line in command_lines(terminal.app.cli)} == set(LOGS)


def test_what_every_command_writes_is_seen(terminal):
    terminal.run("db upgrade")
    people(terminal)
    a_round(terminal)
    a_year(terminal)
    service_ratings(terminal)
    reading_only(terminal)

    changing = {name for name, sentences in LOGS.items() if sentences} - ELSEWHERE
    assert changing - terminal.ran == set(), "not tried"
    assert {name: LOGS[name] - TAKEN_ELSEWHERE for name in terminal.ran} == {
        name: terminal.wrote[name] for name in terminal.ran
    }
    with unit_of_work(terminal.engine) as session:
        assert list(broken_links(session)) == []


def people(terminal):
    terminal.run("staff office 6201 兰州")
    link = terminal.run("staff invite li@example.gov.cn --role viewer").stdout.split("/")[-1].strip()
    with unit_of_work(terminal.engine) as session:
        accept(session, get_invitation(session, link, now()), "Li", "correct horse battery staple", "zh")
    terminal.run("staff disable li@example.gov.cn")
    terminal.run("api-tokens make one-stop --scope rounds:read")
    token = terminal.entries()[-1].figures["id"]
    terminal.run(f"api-tokens revoke {token}")


def a_round(terminal):
    Path("words").write_text(PASSPHRASE)
    fields = {"questionnaire": "public-satisfaction@1", "meeting": True, "announce": True, "objection_days": 0}
    times = {"opens_at": now().isoformat(), "closes_at": now().replace(year=now().year + 1).isoformat()}
    for name in ("gone", "spring"):
        file = write_round(Path(), voters=VOTERS, **{**fields, **times, "id": name}).rename(f"{name}.yaml")
        if name == "gone":
            terminal.run("questionnaires add public-satisfaction")
            terminal.run("subjects import subjects.csv")
        terminal.run(f"rounds create {file}")
    terminal.run("rounds remove gone --yes --reason 'made twice'")
    for step in ("check", "rehearse", "clear-rehearsal"):
        terminal.run(f"rounds {step} spring")
    terminal.run("codes issue spring")
    terminal.run("codes issue spring --spare 3 --csv spare.csv")
    terminal.run("rounds open spring --reason planned")
    terminal.run("codes open spring")
    code = Path("spring-codes-620102-citizen.csv").read_text().splitlines()[1].split(",")[3]
    terminal.run("codes void spring --one --reason spoilt", typed=f"{code}\n")
    terminal.run("codes void spring --batch 620102-citizen-2 --reason lost")
    terminal.run("rounds present spring 3 --group 620102 --class citizen")
    terminal.run("codes shut spring")
    terminal.run("rounds close spring")
    terminal.run("count spring --export spring.urn")
    terminal.run("count spring --passphrase-file words")
    terminal.run("publish spring")
    terminal.run("rounds destroy spring --yes")
    terminal.run("rounds destroy spring --again")
    assert code not in repr([(entry.sentence, entry.figures) for entry in terminal.entries()])


def a_year(terminal):
    terminal.run(f"subjects import {terminal.write('roster.csv', ROSTER)}")
    terminal.run(f"schemes add {terminal.write('scheme.yaml', SCHEME)}")
    terminal.run(f"components import villages {terminal.write('c.csv', COMPONENTS)}")
    terminal.run(f"components import villages {terminal.write('r.csv', REST)}")
    terminal.run(f"schemes history villages {terminal.write('h.csv', HISTORY)}")
    terminal.run(f"schemes decide villages {terminal.write('d.csv', DECISIONS)}")
    terminal.run("score villages")
    terminal.run("score villages --with r.csv")
    terminal.run("schemes publish villages --run 1")
    terminal.run(f"schemes add {terminal.write('ballot.yaml', BALLOT)}")
    part = yearly({"a": 5}, {"a": 5})
    terminal.takes(part)
    terminal.run("schemes approve villages --component work --class B --reason few --by Zhang")
    terminal.run("score villages")
    terminal.run("bundle export villages --out exact.zip --reason examiners")
    terminal.run(f"bundle give-back yearly {part.frozen.content_hash[:16]}")
    terminal.run("bundle take exact.zip")


def service_ratings(terminal):
    terminal.run("ratings plan zhejiang-2019")
    terminal.run("ratings mint A1 --plan zhejiang-2019 --item 不动产登记 --unit 620102")
    with unit_of_work(terminal.engine) as session:
        rate(session, ratings.get_case(session, 1), "l1", now=now())
    terminal.passes()
    terminal.run("ratings step 1 assigned --note 三号窗口 --by wang")


def reading_only(terminal):
    """Run the commands that read, with something to read; none of them writes."""
    for line in (
        *("questionnaires list", "rounds list", "rounds show spring", "rounds hall spring", "codes list spring"),
        *("codes poster spring --out poster.pdf", "turnout spring", "report spring", "schemes check scheme.yaml"),
        *("schemes list", "schemes show villages", "schemes runs villages", "schemes compare villages 1 1"),
        *("bundle public villages --out public.zip", "bundle verify exact.zip", "bundle taken", "bundle fingerprint"),
        *("ratings list", "ratings indicators --plan zhejiang-2019", "staff list", "staff offices"),
        *("api-tokens list", "keys fingerprint office.pub", "db upgrade"),
    ):
        written = len(terminal.entries())
        result = terminal.runner.invoke(args=line.split())
        assert result.exit_code == 0, (line, result.output)
        assert len(terminal.entries()) == written, line


def test_at_the_terminal_one_person_can_act_alone_and_the_sentence_says_so():
    alone = (codes.VOIDED_ALONE, slips.ALONE, counting.COUNTED_ALONE, counting.TAKEN_ALONE, filing.FILED_ALONE)
    assert all("without a second person" in sentence for sentence in (*alone, filing.APPROVED_ALONE))
    assert all("at the terminal" in sentence for sentence in alone)


def test_what_is_refused_writes_nothing(terminal):
    terminal.run("db upgrade")
    for line in ("rounds open spring", "rounds remove spring --yes", "codes void spring --one --batch x", "publish x"):
        result = terminal.runner.invoke(args=line.split())
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit | click.ClickException)
    assert len(terminal.entries()) == 1
