"""Hold an election with the product itself: servers of their own, phones over HTTP, kills, faults, backups, polls."""

# ruff: noqa: S311 - made-up voters, repeated by their seed

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy import Engine, select

from config import Settings
from survey.application import create_app
from survey.cli.demo.server import serving
from survey.codes.generator import digest
from survey.codes.service import issue_codes
from survey.core import clock
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import add_questionnaire
from survey.rounds.models import VoterGroupRow
from survey.rounds.service import create_round, get_round, list_voter_groups, open_round, publish_round
from survey.storage.engine import unit_of_work
from tests.factories.rounds import write_round
from tests.secrecy import seals
from tests.secrecy.crowd import Crowd
from tests.secrecy.evidence import MARKER, Case, Collector, Evidence, Outcome, Poll, Truth
from tests.secrecy.voters import Voter, draw_voters

SECRET = "a secret of the re-identification test, and of nothing else"
NAME = "secrecy"
GROUPS = 5
BACKUPS = 10
KILLS = 2
STEP = 25
PAGES = ("/", "/healthz", "/readyz", f"/results/{NAME}", f"/results/{NAME}/report.json")


@dataclass
class Election:
    """One round of the product on one database.

    Attributes:
        statuses: how often the server gave which status to those who did something wrong.
        contents: what the private keys show in each envelope, by its key in the urn.
    """

    app: Flask
    engine: Engine
    collector: Collector
    folder: Path
    seal: str
    draw: Random
    voters: list[Voter] = field(default_factory=list)
    polls: list[Poll] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    contents: Mapping[bytes, bytes] = field(default_factory=dict)
    seconds: Mapping[bytes, float] = field(default_factory=dict)
    kills: int = 0
    backups: int = 0

    @classmethod
    def on(cls, collector: Collector, folder: Path, seal: str, seed: int) -> "Election":
        """Take a migrated database."""
        app = create_app(Settings(secret_key=SECRET, database_url=collector.url))
        return cls(app, app.extensions["minsheng"].engine, collector, folder, seal, Random(seed))

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def open(self, per_group: int) -> None:
        """Open a round of five groups, each with its own unit, and hand out its codes."""
        units = [f"62010{i}" for i in range(1, GROUPS + 1)]
        now = clock.now()
        file = write_round(
            self.folder,
            **seals.SEALS[self.seal],
            id=NAME,
            questionnaire="secrecy@1",
            review=False,
            opens_at=(now - timedelta(hours=1)).isoformat(),
            closes_at=(now + timedelta(hours=5)).isoformat(),
            subjects="code,name,kind,unit_type,group,parent,rank,population\n"
            + "".join(f"{unit},单位{unit},unit,county,counties,,,\n" for unit in units),
            voters="group,class,planned,subjects\n" + "".join(f"{unit},citizen,{per_group},own\n" for unit in units),
        )
        seals.write_keys(self.seal, self.folder)
        with unit_of_work(self.engine) as session:
            add_questionnaire(session, read_questionnaire(Path(__file__).with_name("questionnaire.yaml")))
            row = create_round(session, file)
            open_round(session, row, now)
            key = self.app.extensions["minsheng"].code_key
            issued = issue_codes(session, row, list_voter_groups(session, row), key)
        self.voters = draw_voters([(one.code, digest(one.code, key), one.group) for one in issued], self.draw)

    def vote(self) -> None:
        """Let everybody cast, a few at a time; between them poll, back up, do things wrong, kill."""
        env = {"MINSHENG_SECRET_KEY": SECRET, "MINSHENG_DATABASE_URL": self.collector.url}
        n = len(self.voters)
        kill_after = [n * (i + 1) // (KILLS + 1) + STEP // 2 for i in range(KILLS)]
        self.collector.watch()
        with (
            serving(env | {"MINSHENG_BASE_URL": "http://127.0.0.1"}, self.log) as server,
            closing(Crowd(server, kill_after, self.draw)) as crowd,
        ):
            for start in range(0, n, STEP):
                first, *others = self.voters[start : start + STEP]
                if self.backups * n <= start * BACKUPS:
                    self.backups += 1
                    self.collector.back_up()
                    for page in crowd.misbehave(first, self.engine):
                        self.statuses[page.status] += 1
                else:
                    crowd.vote([first])
                self.poll(crowd)
                crowd.vote(others)
                self.poll(crowd)
            self.kills, self.seconds = crowd.kills, crowd.seconds

    def poll(self, crowd: Crowd) -> None:
        """Look at everything that anybody may look at."""
        with closing(crowd.browser()) as browser:
            self.polls += [Poll(crowd.cast, path, browser.get(path).text) for path in PAGES]
        self.polls.append(Poll(crowd.cast, "flask turnout", self.command("turnout", NAME)))

    def command(self, *words: str) -> str:
        return str(self.app.test_cli_runner().invoke(args=words).output)

    def finish(self) -> Case:
        """Close, seize, count, report, publish; say what is true."""
        seals.close_round(self.engine, NAME)
        with unit_of_work(self.engine) as session:
            names = {row.id: row.group for row in session.scalars(select(VoterGroupRow))}
        seized = self.collector.seize({v.holder.digest: v.holder.group for v in self.voters}, names)
        self.contents = seals.opened(self.engine, NAME, self.seal)
        count = seals.count(self.engine, NAME, self.seal, self.folder)
        self.command("report", NAME, "--out", str(self.folder / "report.json"))
        with unit_of_work(self.engine) as session:
            publish_round(session, get_round(session, NAME), clock.now())
        rows = json.loads((self.folder / "report.json").read_bytes())["texts"]["rows"]
        client = self.app.test_client()
        self.polls += [Poll(len(self.voters), path, client.get(path).get_data(as_text=True)) for path in PAGES]
        evidence = Evidence(
            self.engine.dialect.name,
            tuple(voter.holder for voter in self.voters),
            seized,
            Outcome(
                _by_group((text.subject, text.text) for text in count.texts),
                _by_group((row["code"], row["text"]) for row in rows),
            ),
            tuple(log.read_text() for log in (self.log, *self.collector.logs)),
            tuple(self.polls),
            self.seconds,
            seals.public_keys(self.engine, NAME),
        )
        return Case("the product", evidence, self._truth())

    def _truth(self) -> Truth:
        by_marker = {MARKER.search(content)[0]: key for key, content in self.contents.items()}
        return Truth(
            {voter.holder.digest: voter.remark for voter in self.voters},
            {voter.holder.digest: voter.grade for voter in self.voters},
            {v.holder.digest: by_marker[MARKER.search(v.remark.encode())[0]] for v in self.voters},
        )


def _by_group(texts: Iterator[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for group, remark in texts:
        found[group].append(remark)
    return {group: tuple(remarks) for group, remarks in found.items()}


def hold_election(
    collector: Collector, folder: Path, *, seed: int, seal: str = seals.TRUSTEES, per_group: int = 200
) -> tuple[Election, Case]:
    """Hold a whole election on a migrated database.

    Args:
        collector: the attacker's hand on that database.
        folder: for the round's files and the server's log.
        seal: to the office's key, or to the trustees'.
        seed: what is drawn from it: arrivals, grades, remarks. Keys, codes and envelopes are the product's own.
        per_group: voters of each of the five groups.
    """
    election = Election.on(collector, folder, seal, seed)
    try:
        election.open(per_group)
        election.vote()
        return election, election.finish()
    finally:
        election.engine.dispose()
