"""What the demos share: a throw-away key, round files, codes, phones, a count."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone
from pathlib import Path

from sqlalchemy.orm import Session

from survey import casting
from survey.cli.demo.phones import PhoneJob, PhoneReport, run_phones
from survey.cli.edge import minsheng, progress, work
from survey.codes.service import IssuedCode, issue_codes
from survey.core.clock import now
from survey.core.errors import N_
from survey.core.keys import new_office_key, read_private_key
from survey.counting.service import count_round, keep_count
from survey.rounds import service as rounds
from survey.scoring.sources import CountedRound
from survey.storage.engine import snapshot
from survey.turnout.queries import get_turnout

DATA = Path(__file__).parent / "data"
SEED = 2026
PHONES = 4
BEIJING = timezone(timedelta(hours=8))
KEY = "demo"


def make_key(folder: Path) -> str:
    """Make the office's throw-away key, and return its fingerprint."""
    passphrase = secrets.token_urlsafe(16)
    (folder / f"{KEY}.passphrase").write_text(passphrase)
    return new_office_key(folder / f"{KEY}.key", folder / f"{KEY}.pub", passphrase)


def write_round(template: str, file: Path, places: Mapping[str, object]) -> None:
    """Write a round's file: open since a minute, for a month, and whatever else stands in braces."""
    moment = now().astimezone(BEIJING).replace(microsecond=0)
    times = {
        "opens_at": (moment - timedelta(minutes=1)).isoformat(),
        "closes_at": (moment + timedelta(days=30)).isoformat(),
    }
    text = (DATA / template).read_text(encoding="utf-8")
    for place, value in (times | dict(places)).items():
        text = text.replace(f"{{{place}}}", str(value))
    file.write_text(text, encoding="utf-8")


def open_and_issue(session: Session, file: Path) -> list[IssuedCode]:
    """Open the round of a file and issue all its codes."""
    row = rounds.create_round(session, file)
    rounds.check_round(session, row, now())
    rounds.open_round(session, row, now())
    groups = rounds.list_voter_groups(session, row)
    with progress(N_("Issuing codes"), sum(group.planned for group in groups), N_("codes")) as step:
        return issue_codes(session, row, groups, minsheng().code_key, on_batch=step)


def let_answer(jobs: Sequence[PhoneJob], server_url: str) -> PhoneReport:
    """Let phones in other processes answer over HTTP."""
    with progress(N_("Phones answering"), len(jobs), N_("phones")) as step:
        return run_phones(jobs, server_url, processes=PHONES, seed=SEED, on_progress=step)


def close_and_count(folder: Path, name: str) -> CountedRound:
    """Close a round, check the urn against the codes, count, and keep the count."""
    private_key = read_private_key(folder / f"{KEY}.key", (folder / f"{KEY}.passphrase").read_text())
    with work() as session:
        casting.close(session, rounds.get_round(session, name), now())
    with snapshot(minsheng().engine) as session:
        row = rounds.get_round(session, name)
        envelopes = casting.reconcile(session.connection(), row.id)
        with progress(N_("Opening envelopes"), envelopes, N_("envelopes")) as step:
            signed = count_round(session, row, [private_key], on_progress=step)
    with work() as session:
        row = rounds.get_round(session, name)
        keep_count(session, row, signed, now())
        return CountedRound(rounds.frozen_round(session, row.id), signed.count, get_turnout(session, row))
