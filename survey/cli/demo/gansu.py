"""The demo's job: a province's survey of 119 units, from the questionnaire to every unit's component."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path
from shutil import copyfile

from sqlalchemy.orm import Session

from survey import casting
from survey.cli.codes import make_heading
from survey.cli.demo.phones import PhoneReport, lean_of, mix, run_phones
from survey.cli.edge import minsheng, progress, work
from survey.codes.generator import address
from survey.codes.service import IssuedCode, issue_codes
from survey.codes.sheets import Slip, write_sheets
from survey.core.clock import now
from survey.core.errors import N_
from survey.core.keys import new_office_key, read_private_key
from survey.counting.service import count_round, keep_count
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import add_questionnaire, library_file
from survey.rounds import service as rounds
from survey.scoring.component import score_round
from survey.scoring.results import Components
from survey.storage.engine import snapshot
from survey.subjects.roster import read_roster
from survey.turnout.queries import get_turnout
from survey.turnout.rules import Disposition

DATA = Path(__file__).parent / "data"
SEED = 2026
TRY_CODES = 24
PHONES = 4
BEIJING = timezone(timedelta(hours=8))


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
    fingerprint = _make_key(folder)
    _write_files(folder, scale)
    with work() as session:
        add_questionnaire(session, read_questionnaire(library_file("public-satisfaction")))
        codes = _open_and_issue(session, folder / "gansu.yaml")
        spare = _open_and_issue(session, folder / "try.yaml")
        heading = make_heading(rounds.frozen_round(session, rounds.get_round(session, "try-it").id).definition, "zh")
    base_url = minsheng().settings.base_url
    (folder / "try-codes.txt").write_text("".join(f"{code.code}\n" for code in spare))
    write_sheets((Slip(c.code, address(base_url, c.code)) for c in spare), heading, folder / "try-slips.pdf")
    return Issued(codes, fingerprint)


def _make_key(folder: Path) -> str:
    passphrase = secrets.token_urlsafe(16)
    (folder / "demo.passphrase").write_text(passphrase)
    return new_office_key(folder / "demo.key", folder / "demo.pub", passphrase)


def _write_files(folder: Path, scale: Scale) -> None:
    copyfile(DATA / "gansu-subjects.csv", folder / "gansu-subjects.csv")
    moment = now().astimezone(BEIJING).replace(microsecond=0)
    for name in ("gansu.yaml", "try.yaml"):
        text = (DATA / name).read_text(encoding="utf-8")
        for place, value in (
            ("opens_at", (moment - timedelta(minutes=1)).isoformat()),
            ("closes_at", (moment + timedelta(days=30)).isoformat()),
            ("minimum", str(scale.minimum)),
        ):
            text = text.replace(f"{{{place}}}", value)
        (folder / name).write_text(text, encoding="utf-8")
    units = [subject.code for subject in read_roster(folder / "gansu-subjects.csv")]
    lines = [f"{code},citizen,{scale.codes},own" for code in units]
    (folder / "gansu-voters.csv").write_text("\n".join(["group,class,planned,subjects", *lines]) + "\n")
    (folder / "try-voters.csv").write_text(f"group,class,planned,subjects\n{units[0]},citizen,{TRY_CODES},own\n")


def _open_and_issue(session: Session, file: Path) -> list[IssuedCode]:
    row = rounds.create_round(session, file)
    rounds.check_round(session, row, now())
    rounds.open_round(session, row, now())
    groups = rounds.list_voter_groups(session, row)
    with progress(N_("Issuing codes"), sum(group.planned for group in groups), N_("codes")) as step:
        return issue_codes(session, row, groups, minsheng().code_key, on_batch=step)


def answer(codes: Sequence[IssuedCode], server_url: str) -> PhoneReport:
    """Let phones in other processes answer over HTTP, some of them misbehaving."""
    urls = [f"{server_url}/t/{code.code}" for code in codes]
    jobs = mix(urls, [lean_of(code.group, SEED) for code in codes], SEED)
    with progress(N_("Phones answering"), len(jobs), N_("phones")) as step:
        return run_phones(jobs, server_url, processes=PHONES, seed=SEED, on_progress=step)


def count_and_score(folder: Path) -> tuple[Components, tuple[Disposition, ...]]:
    """Close, check the urn against the codes, count, keep the count, publish; return every unit's component."""
    private_key = read_private_key(folder / "demo.key", (folder / "demo.passphrase").read_text())
    with work() as session:
        row = rounds.get_round(session, "gansu-2026")
        casting.close(session, row, now())
    with snapshot(minsheng().engine) as session:
        row = rounds.get_round(session, "gansu-2026")
        envelopes = casting.reconcile(session.connection(), row.id)
        with progress(N_("Opening envelopes"), envelopes, N_("envelopes")) as step:
            signed = count_round(session, row, [private_key], on_progress=step)
    with work() as session:
        row = rounds.get_round(session, "gansu-2026")
        keep_count(session, row, signed, now())
        rounds.publish_round(session, row, now())
        frozen = rounds.frozen_round(session, row.id)
        turnout = get_turnout(session, row)
    return score_round(frozen, signed.count), turnout
