"""Set the stage for phones: an open round with codes, made by the product's own verbs."""

# ruff: noqa: S311 - a play, repeated by its seed

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Engine, select, update

from survey.ballots.models import KEY_BYTES, Envelope
from survey.casting import ballot_form, close, seal_ballot
from survey.codes.models import Batch, Code, CodeState
from survey.codes.service import issue_codes
from survey.core.ids import derive_key
from survey.core.keys import new_office_key
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.questionnaires.service import add_questionnaire, library_file
from survey.rounds.models import Round
from survey.rounds.service import create_round, get_round, list_voter_groups, open_round
from survey.storage.bulk import insert_rows
from survey.storage.engine import make_engine, transaction, unit_of_work

SECRET = "a secret of the load tests, and of nothing else"
PASSPHRASE = "only for this stage"

ROUND = """
id: {name}
title: {{zh: 满意度测评, en: Satisfaction survey}}
organiser: {{zh: 测评办公室, en: Assessment office}}
contact: 0931-0000000
questionnaire: {questionnaire}
subjects: subjects.csv
voters: voters-{name}.csv
key: office.pub
opens_at: {opens}
closes_at: {closes}
review: {review}
"""
UNITS = ("620102", "620103")
SUBJECTS = """code,name,kind,unit_type,group,parent,rank,population
620102,城关区,unit,county,city,,,1484016
620103,七里河区,unit,county,city,,,719933
"""


@dataclass(frozen=True)
class Stage:
    """An open round and its codes in clear."""

    url: str
    name: str
    folder: Path
    codes: list[str]

    @property
    def env(self) -> dict[str, str]:
        """What a server or a command needs to know."""
        return {
            "MINSHENG_SECRET_KEY": SECRET,
            "MINSHENG_DATABASE_URL": self.url,
            "MINSHENG_BASE_URL": "http://127.0.0.1",
        }

    @property
    def key_file(self) -> Path:
        """The private key, opened by ``PASSPHRASE``."""
        return self.folder / "office.key"

    def paths(self) -> list[str]:
        """Return the path of every code's page."""
        return [f"/t/{code}" for code in self.codes]


def code_key() -> bytes:
    """Return the key of the code digests, as the application derives it."""
    return derive_key(SECRET, "code digests")


def set_stage(url: str, folder: Path, codes: int, *, name: str = "load", review: bool = True, units: int = 2) -> Stage:
    """Open a public satisfaction survey of one or two units on a migrated database and issue its codes.

    Args:
        url: the database.
        folder: where the round's files and the key pair go.
        codes: how many in all.
        name: the round's id; another one on the same database shares the key.
        review: whether answers are shown once more before they are cast.
        units: how many units; each has its own voters.
    """
    if not (folder / "office.pub").exists():
        new_office_key(folder / "office.key", folder / "office.pub", PASSPHRASE)
    asked = read_questionnaire(library_file("public-satisfaction"))
    now = datetime.now(UTC)
    (folder / "subjects.csv").write_text(SUBJECTS)
    planned = [codes // units + (i < codes % units) for i in range(units)]
    voters = [f"{unit},citizen,{n},own" for unit, n in zip(UNITS, planned, strict=False)]
    (folder / f"voters-{name}.csv").write_text("\n".join(["group,class,planned,subjects", *voters]) + "\n")
    (folder / f"{name}.yaml").write_text(
        ROUND.format(
            name=name,
            questionnaire=asked.reference,
            review=str(review).lower(),
            opens=(now - timedelta(hours=1)).isoformat(),
            closes=(now + timedelta(hours=5)).isoformat(),
        )
    )
    engine = make_engine(url)
    try:
        return Stage(url, name, folder, _open(engine, folder, asked, name, now))
    finally:
        engine.dispose()


def _open(engine: Engine, folder: Path, asked: Questionnaire, name: str, now: datetime) -> list[str]:
    with unit_of_work(engine) as session:
        add_questionnaire(session, asked)
        create_round(session, folder / f"{name}.yaml")
    with unit_of_work(engine) as session:
        row = get_round(session, name)
        open_round(session, row, now)
        issued = issue_codes(session, row, list_voter_groups(session, row), code_key())
    return [one.code for one in issued]


def fill_urn(engine: Engine, stage: Stage, seed: int = 1) -> int:
    """Cast every code of a stage at once, past the door but with real envelopes; return how many there are."""
    draw = Random(seed)
    with transaction(engine) as connection:
        row = connection.execute(select(Round.id, Round.frozen_hash).where(Round.name == stage.name)).one()
        spent = update(Code).where(Code.round_id == row.id).values(state=CodeState.SPENT, cast_key=bytes(32))
        connection.execute(spent)
        envelopes = []
        for group, n in connection.execute(select(Batch.voter_group_id, Batch.size).where(Batch.round_id == row.id)):
            ballot = ballot_form(connection, row.id, group, row.frozen_hash)
            for _ in range(n):
                answers = {
                    question.name: draw.randint(1, len(question.choices))
                    for question in ballot.form.questions
                    if question.choices
                }
                sealed = seal_ballot(ballot, answers)[0]
                envelopes.append((row.id, draw.randbytes(KEY_BYTES), group, sealed))
        envelopes.sort()
        insert_rows(
            connection,
            Envelope.__tablename__,
            ("round_id", "urn_key", "voter_group_id", "sealed"),
            ("int4", "bytea", "int4", "bytea"),
            envelopes,
        )
    return len(envelopes)


def close_stage(engine: Engine, stage: Stage) -> None:
    """Close the round, as ``flask rounds close`` does."""
    with unit_of_work(engine) as session:
        close(session, get_round(session, stage.name), datetime.now(UTC))
