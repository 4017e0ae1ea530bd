"""Rounds in a database, made from files by the product's own verbs."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine

from survey.casting import close
from survey.codes.service import IssuedCode, issue_codes
from survey.core.keys import new_office_key, new_trustee_key
from survey.questionnaires.service import add_questionnaire
from survey.rounds.definition import FrozenRound
from survey.rounds.service import create_round, get_round, list_voter_groups, open_round
from survey.storage.engine import unit_of_work
from tests.factories.questionnaires import fixture

KEY = b"the key of code digests in tests"
OPENS = datetime(2026, 3, 1, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=10)
DURING = OPENS + timedelta(days=1)
PASSPHRASE = "only for tests"

SUBJECTS = """code,name,kind,unit_type,group,parent,rank,population
6201,兰州市,unit,city,cities,,,
620102,城关区,unit,county,counties,6201,,1484016
620103,七里河区,unit,county,counties,6201,,719933
"""
VOTERS = """group,class,planned,subjects
620102,citizen,5,own
620103,citizen,4,own
offices,A,3,type:county
"""


@dataclass(frozen=True)
class MadeRound:
    """A round's name and the folder of its files."""

    name: str
    folder: Path
    engine: Engine

    def open(self, now: datetime = DURING) -> FrozenRound:
        with unit_of_work(self.engine) as session:
            return open_round(session, get_round(session, self.name), now)

    def issue(self, spare: int = 0) -> list[IssuedCode]:
        with unit_of_work(self.engine) as session:
            row = get_round(session, self.name)
            return issue_codes(session, row, list_voter_groups(session, row), KEY, spare=spare)

    def close(self, now: datetime = CLOSES) -> None:
        with unit_of_work(self.engine) as session:
            close(session, get_round(session, self.name), now)


@cache
def office_key() -> dict[str, bytes]:
    """Make one key pair for all rounds of a test run; its passphrase takes a while to stretch."""
    with TemporaryDirectory() as folder:
        private, public = Path(folder) / "office.key", Path(folder) / "office.pub"
        new_office_key(private, public, PASSPHRASE)
        return {file.name: file.read_bytes() for file in (private, public)}


@cache
def _trustee_keys() -> dict[str, bytes]:
    """Make two trustees' key pairs for all rounds of a test run."""
    with TemporaryDirectory() as folder:
        for name in ("party", "discipline"):
            private, public = Path(folder) / f"{name}.key", Path(folder) / f"{name}.pub"
            new_trustee_key(name, private, public, PASSPHRASE)
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


def two_trustees(folder: Path) -> dict[str, Any]:
    """Put two trustees' key files into a folder; return what a round's file says of its seal."""
    for name, content in _trustee_keys().items():
        (folder / name).write_bytes(content)
    return {"seal": "trustees", "key": None, "keys": ["party.pub", "discipline.pub"]}


def write_round(folder: Path, *, voters: str = VOTERS, subjects: str = SUBJECTS, **fields: Any) -> Path:
    """Write a round's files; a field that is None is left out."""
    for name, content in office_key().items():
        (folder / name).write_bytes(content)
    document = {
        "id": "spring",
        "title": {"zh": "春季测评", "en": "Spring survey"},
        "organiser": {"zh": "考核办", "en": "Assessment office"},
        "contact": "0931-0000000",
        "questionnaire": "per-subject@1",
        "subjects": "subjects.csv",
        "voters": "voters.csv",
        "key": "office.pub",
        "opens_at": OPENS.isoformat(),
        "closes_at": CLOSES.isoformat(),
    } | fields
    (folder / "subjects.csv").write_text(subjects)
    (folder / "voters.csv").write_text(voters)
    file = folder / "round.yaml"
    written = {name: value for name, value in document.items() if value is not None}
    file.write_text(json.dumps(written, ensure_ascii=False, indent=1))  # JSON is YAML
    return file


def make_round(engine: Engine, folder: Path, **fields: Any) -> MadeRound:
    """Create a draft with three voter groups: two counties that rate themselves, and offices that rate both."""
    file = write_round(folder, **fields)
    with unit_of_work(engine) as session:
        add_questionnaire(session, fixture("per-subject"))
        row = create_round(session, file)
    return MadeRound(row.name, folder, engine)
