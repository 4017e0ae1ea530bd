"""The hall demo's job: a democratic ballot of sixty voters on twenty-four cadres, from two keys to the count sheet."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import copyfile

from survey import casting
from survey.cli.demo.phones import PhoneJob, PhoneReport, run_phones
from survey.cli.demo.steps import BEIJING, DATA, PHONES, SEED
from survey.cli.edge import minsheng, progress, work
from survey.codes.generator import address
from survey.codes.service import IssuedCode, issue_codes, open_batch, shut_batch
from survey.codes.sheets import Slip, write_sheets
from survey.codes.words import make_heading
from survey.core.clock import now
from survey.core.errors import N_
from survey.core.keys import new_trustee_key, read_private_key
from survey.counting.service import count_file, export_urn, get_count, keep_count, take_count
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import add_questionnaire, library_file
from survey.reports.rounds import round_tables
from survey.reports.table import Table
from survey.rounds import service as rounds
from survey.storage.engine import snapshot
from survey.turnout.queries import get_turnout

ROUND, TRIAL = "hall-2026", "hall-try"
TRUSTEES = ("organisation", "discipline")
TRIAL_VOTERS = 12
ABSENT = {"A": 0, "B": 1, "C": 2}
CONTENT = 0.74
MOST_BEST = {"grade": 7}  # three in ten of twenty-four


@dataclass(frozen=True)
class Meeting:
    """What the demo goes on with: the codes in clear, and the fingerprints of the two keys."""

    codes: list[IssuedCode]
    trial: list[IssuedCode]
    fingerprints: tuple[str, ...]


def set_up(folder: Path) -> Meeting:
    """Make two trustees' throw-away keys, open a round and a trial round, issue and print the codes."""
    fingerprints = tuple(_make_key(folder, name) for name in TRUSTEES)
    for name in ("hall-subjects.csv", "hall-voters.csv"):
        copyfile(DATA / name, folder / name)
    _write_round(folder / "hall.yaml")
    _write_trial(folder)
    codes = []
    for file in ("hall.yaml", "hall-try.yaml"):
        with work() as session:
            add_questionnaire(session, read_questionnaire(library_file("democratic-ballot")))
            row = rounds.create_round(session, folder / file)
            rounds.open_round(session, row, now())
            codes.append(issue_codes(session, row, rounds.list_voter_groups(session, row), minsheng().code_key))
    base_url = minsheng().settings.base_url
    with work() as session:
        trial = rounds.get_round(session, TRIAL)
        open_batch(session, trial, None)
        definition = rounds.frozen_round(session, trial.id).definition
    heading = make_heading(definition, "zh", base_url, keys=fingerprints)
    (folder / "try-codes.txt").write_text("".join(f"{code.code}\n" for code in codes[1]))
    slips = (Slip(one.code, address(base_url, one.code)) for one in codes[1])
    write_sheets(slips, heading, folder / "try-slips.pdf")
    return Meeting(codes[0], codes[1], fingerprints)


def _make_key(folder: Path, name: str) -> str:
    passphrase = secrets.token_urlsafe(16)
    (folder / f"{name}.passphrase").write_text(passphrase)
    return new_trustee_key(name, folder / f"{name}.key", folder / f"{name}.pub", passphrase)


def _write_round(file: Path) -> None:
    moment = now().astimezone(BEIJING).replace(microsecond=0)
    text = (DATA / "hall.yaml").read_text(encoding="utf-8")
    text = text.replace("{opens_at}", (moment - timedelta(minutes=1)).isoformat())
    file.write_text(text.replace("{closes_at}", (moment + timedelta(days=1)).isoformat()), encoding="utf-8")


def _write_trial(folder: Path) -> None:
    """Write the round that visitors of the demo may fill in: the same ballot, open to everybody at once."""
    text = (folder / "hall.yaml").read_text(encoding="utf-8")
    text = text.replace(f"id: {ROUND}", f"id: {TRIAL}").replace("hall-voters.csv", "try-voters.csv")
    (folder / "hall-try.yaml").write_text(text, encoding="utf-8")
    lines = (folder / "hall-voters.csv").read_text().splitlines()
    voters = [lines[0], *(line.replace(line.split(",")[2], str(TRIAL_VOTERS), 1) for line in lines[1:])]
    (folder / "try-voters.csv").write_text("\n".join(voters) + "\n")


def try_the_door(meeting: Meeting, server_url: str) -> PhoneReport:
    """Let one phone come before the host has opened the vote."""
    return run_phones([PhoneJob(f"{server_url}/t/{meeting.codes[0].code}")], server_url, processes=1, seed=SEED)


def vote(meeting: Meeting, server_url: str) -> PhoneReport:
    """Let the host open the vote, those present vote on their phones, and the host shut it again."""
    with work() as session:
        row = rounds.get_round(session, ROUND)
        for group in rounds.list_voter_groups(session, row):
            present = group.planned - ABSENT[group.ballot_class]
            rounds.note_present(session, row, group.group, group.ballot_class, present)
        open_batch(session, row, None)
    jobs = _phones(meeting.codes, server_url)
    with progress(N_("Phones voting"), len(jobs), N_("phones")) as step:
        report = run_phones(jobs, server_url, processes=PHONES, seed=SEED, most_best=MOST_BEST, on_progress=step)
    with work() as session:
        shut_batch(session, rounds.get_round(session, ROUND), None, now())
    return report


def _phones(codes: Sequence[IssuedCode], server_url: str) -> list[PhoneJob]:
    """Return a phone for each voter who came; one of them never casts, two send everything twice."""
    draw = Random(SEED)
    jobs: list[PhoneJob] = []
    for ballot_class, absent in ABSENT.items():
        own = [one for one in codes if one.ballot_class == ballot_class]
        jobs += [PhoneJob(f"{server_url}/t/{one.code}", lean=draw.gauss(CONTENT, 0.04)) for one in own[absent:]]
    first, second, last, *others = jobs
    return [
        PhoneJob(first.code_url, "double_submit", first.lean),
        PhoneJob(second.code_url, "second_voter", second.lean),
        PhoneJob(last.code_url, "abandoned", last.lean),
        *others,
    ]


def count_away(folder: Path) -> tuple[int, str]:
    """Close, export the sorted envelopes, open them with both keys without the database, and take the count back.

    Returns:
        How many envelopes there were, and the hash of the count.
    """
    with work() as session:
        casting.close(session, rounds.get_round(session, ROUND), now())
    urn = folder / "hall.urn"
    with snapshot(minsheng().engine) as session:
        row = rounds.get_round(session, ROUND)
        envelopes = casting.reconcile(session.connection(), row.id)
        export_urn(session, row, urn)
    keys = [read_private_key(folder / f"{name}.key", (folder / f"{name}.passphrase").read_text()) for name in TRUSTEES]
    with progress(N_("Opening envelopes"), envelopes, N_("envelopes")) as step:
        count_file(urn, keys, on_progress=step).write(folder / "hall.count")
    with work() as session:
        row = rounds.get_round(session, ROUND)
        signed = take_count(session, row, folder / "hall.count")
        keep_count(session, row, signed, now())
    return envelopes, signed.count.content_hash


def report(say: Callable[[str], str], language: str) -> dict[str, Table]:
    """Return the tables of the report by name."""
    with work() as session:
        row = rounds.get_round(session, ROUND)
        frozen = rounds.frozen_round(session, row.id)
        present = rounds.present_voters(session, row)
        tables = round_tables(
            frozen, get_count(session, row), get_turnout(session, row), present, say, language=language
        )
    return {table.name: table for table in tables}
