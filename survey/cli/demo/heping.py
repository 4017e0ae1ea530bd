"""The Heping demo's job: three dated rounds of one year on the same pledges, with a positive and a negative list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from shutil import copyfile

from survey.cli.demo.phones import PhoneJob, PhoneReport, lean_of
from survey.cli.demo.steps import DATA, SEED, close_and_count, let_answer, make_key, open_and_issue, write_round
from survey.cli.demo.yearly import make_run
from survey.cli.edge import work
from survey.codes.service import IssuedCode
from survey.core.textfile import read_table
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import add_questionnaire
from survey.reports.ledgers import Ledger, ledger_tables
from survey.reports.rounds import round_tables
from survey.reports.table import Table
from survey.scoring.rules.posneg import Proposal
from survey.scoring.run import Run
from survey.scoring.sources import CountedRound

COMES = 0.93
CONTENT, BETTER = 0.08, 0.03
OFFICE = "和平区考核办（演示）"


@dataclass(frozen=True)
class DatedRound:
    """One of the rounds of the year, in order of their days."""

    id: str
    zh: str
    en: str
    day: str

    def words(self, language: str) -> str:
        """Return its name and day."""
        return f"{self.en if language == 'en' else self.zh} {self.day}"


def dated_rounds() -> tuple[DatedRound, ...]:
    """Return the rounds of the year."""
    rows = read_table(DATA / "heping-rounds.csv", ("id", "zh", "en", "day"))
    return tuple(sorted((DatedRound(**row.cells) for row in rows), key=lambda one: one.day))


def set_up(folder: Path) -> str:
    """Make a throw-away key, write the files of all rounds; return the key's fingerprint."""
    fingerprint = make_key(folder)
    for name in ("heping-subjects.csv", "heping-voters.csv"):
        copyfile(DATA / name, folder / name)
    for one in dated_rounds():
        write_round("heping.yaml", folder / f"{one.id}.yaml", vars(one))
    with work() as session:
        add_questionnaire(session, read_questionnaire(DATA / "heping-pledges.yaml"))
    return fingerprint


def hold(folder: Path, one: DatedRound, place: int, server_url: str) -> tuple[PhoneReport, CountedRound]:
    """Hold one round from its opening to its count; ``place`` is its place in the year."""
    with work() as session:
        codes = open_and_issue(session, folder / f"{one.id}.yaml")
    report = let_answer(_phones(codes, place, server_url), server_url)
    return report, close_and_count(folder, one.id)


def _phones(codes: Sequence[IssuedCode], place: int, server_url: str) -> list[PhoneJob]:
    """Return a phone for each of those who take part; through the year people grow a little more content."""
    draw = Random(f"{SEED}:{place}")
    return [
        PhoneJob(f"{server_url}/t/{one.code}", lean=min(1.0, lean_of(one.group, SEED) + CONTENT + BETTER * place))
        for one in codes
        if draw.random() < COMES
    ]


def ledgers(held: Sequence[tuple[DatedRound, CountedRound]], say: Callable[[str], str], language: str) -> list[Table]:
    """Return the two ledgers of each unit, from what the reports of the rounds show."""
    rounds = [
        Ledger(
            dated.words(language),
            one.frozen,
            round_tables(one.frozen, one.count, one.turnout, one.present, say, language=language),
        )
        for dated, one in held
    ]
    return ledger_tables(rounds, say, language)


def year(folder: Path, last: CountedRound) -> Run:
    """Confirm the levels that the last round proposes, and apply the scheme to the rounds; nothing is published."""
    lines = [
        f"{subject.code},lists,{subject.test.level.name.zh},{last.name},{OFFICE}"
        for subject in last.ballots().subjects
        if isinstance(subject.test, Proposal)
    ]
    file = folder / "heping-components.csv"
    file.write_text("\n".join(["subject,component,value,source,confirmed_by", *lines]) + "\n", encoding="utf-8")
    with work() as session:
        return make_run(session, DATA / "heping-yearly.yaml", file, publish=False)
