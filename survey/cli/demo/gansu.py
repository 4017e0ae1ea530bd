"""The demo's job: a province's survey of 119 units, from the questionnaire to every unit's component and grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

from sqlalchemy.orm import Session

from survey.cli.demo.phones import PhoneReport, lean_of, mix
from survey.cli.demo.steps import (
    DATA,
    SEED,
    close_and_count,
    let_answer,
    make_key,
    open_and_issue,
    write_round,
)
from survey.cli.demo.yearly import make_run
from survey.cli.edge import minsheng, work
from survey.codes.generator import address
from survey.codes.service import IssuedCode
from survey.codes.sheets import Slip, write_sheets
from survey.codes.words import make_heading
from survey.core.clock import now
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import add_questionnaire, library_file
from survey.rounds import service as rounds
from survey.scoring.results import Components
from survey.scoring.run import Run
from survey.subjects.roster import read_roster
from survey.turnout.rules import Disposition

ROUND, TRIAL = "gansu-2026", "try-it"
TRY_CODES = 24


@dataclass(frozen=True)
class Scale:
    """How large the demo is: codes for each unit, and the least answers an index needs."""

    codes: int
    minimum: int


SCALES = {"small": Scale(20, 8), "county": Scale(100, 30), "province": Scale(400, 30)}


@dataclass(frozen=True)
class Issued:
    """What the demo goes on with: the two rounds, and the codes in clear."""

    codes: list[IssuedCode]
    fingerprint: str


def set_up(folder: Path, scale: Scale) -> Issued:
    """Add questionnaire and roster, make a throw-away key, open the rounds, issue and print codes."""
    fingerprint = make_key(folder)
    _write_files(folder, scale)
    with work() as session:
        add_questionnaire(session, read_questionnaire(library_file("public-satisfaction")))
        codes = open_and_issue(session, folder / "gansu.yaml")
        spare = open_and_issue(session, folder / "try.yaml")
        definition = rounds.frozen_round(session, rounds.get_round(session, TRIAL).id).definition
    base_url = minsheng().settings.base_url
    heading = make_heading(definition, "zh", base_url)
    (folder / "try-codes.txt").write_text("".join(f"{code.code}\n" for code in spare))
    write_sheets((Slip(c.code, address(base_url, c.code)) for c in spare), heading, folder / "try-slips.pdf")
    return Issued(codes, fingerprint)


def _write_files(folder: Path, scale: Scale) -> None:
    copyfile(DATA / "gansu-subjects.csv", folder / "gansu-subjects.csv")
    for name in ("gansu.yaml", "try.yaml"):
        write_round(name, folder / name, {"minimum": scale.minimum})
    units = [subject.code for subject in read_roster(folder / "gansu-subjects.csv")]
    lines = [f"{code},citizen,{scale.codes},own" for code in units]
    (folder / "gansu-voters.csv").write_text("\n".join(["group,class,planned,subjects", *lines]) + "\n")
    (folder / "try-voters.csv").write_text(f"group,class,planned,subjects\n{units[0]},citizen,{TRY_CODES},own\n")


def answer(codes: Sequence[IssuedCode], server_url: str) -> PhoneReport:
    """Let phones answer, some of them misbehaving."""
    urls = [f"{server_url}/t/{code.code}" for code in codes]
    return let_answer(mix(urls, [lean_of(code.group, SEED) for code in codes], SEED), server_url)


def count_and_score(folder: Path) -> tuple[Components, tuple[Disposition, ...]]:
    """Count the round and publish it; return every unit's component."""
    counted = close_and_count(folder, ROUND)
    with work() as session:
        rounds.publish_round(session, rounds.get_round(session, ROUND), now())
    return counted.opinions, counted.turnout


def year(session: Session) -> Run:
    """Go on to the yearly result: the survey is one component, the others are reported by other departments."""
    return make_run(session, DATA / "gansu-yearly.yaml", DATA / "gansu-components.csv", DATA / "gansu-history.csv")
