"""Batch work: codes stored, QR codes and sheets drawn, envelopes opened and counted."""

import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from bench.databases import Database
from survey.ballots.envelope import Unreadable, unseal
from survey.ballots.models import Envelope
from survey.codes.generator import draw_codes
from survey.codes.models import Batch, Code
from survey.codes.qr import CodePrinter
from survey.codes.service import issue_codes
from survey.codes.sheets import Heading, Slip, write_sheets
from survey.core.keys import read_private_key
from survey.counting.service import count_round
from survey.rounds.service import get_round, list_voter_groups
from survey.storage.engine import make_engine, transaction, unit_of_work
from tests.load.staging import PASSPHRASE, Stage, close_stage, code_key, fill_urn, set_stage

PREFIX = "HTTPS://PINGYI.GANSU.GOV.CN/T/"
SLIPS_A_PAGE = 24
HEADING = Heading(
    "2026年度群众满意度调查",
    "某某省测评办公室",
    "2026年12月31日18时",
    "网址应以 gov.cn 结尾",
    "pingyi.gansu.gov.cn",
    "票码",
    "截止",
    "手工输入",
)


@dataclass(frozen=True)
class Codes:
    """Seconds to mint, hash, store and shuffle codes, and to store the same rows without anything else."""

    n: int
    ours: float
    raw: float


@dataclass(frozen=True)
class Counting:
    """Seconds to count an urn.

    Attributes:
        seconds: all of it, from the call to the figures.
        steady: envelopes a second once the processes run.
        unseal: seconds that one core needs to open one envelope, and nothing else.
    """

    envelopes: int
    seconds: float
    steady: float
    unseal: float

    @property
    def ceiling(self) -> float:
        """Envelopes a second that all cores could open if they did nothing else."""
        return (os.cpu_count() or 1) / self.unseal


@contextmanager
def _timed(taken: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    taken.append(time.perf_counter() - start)


def store_codes(database: Database, n: int) -> Codes:
    """Issue codes as the product does, then store the same rows raw: COPY, or one prepared statement."""
    stage = set_stage(database.url, database.folder, 1, name="codes", units=1)
    engine = make_engine(database.url)
    ours: list[float] = []
    with _timed(ours), unit_of_work(engine) as session:
        row = get_round(session, stage.name)
        issue_codes(session, row, list_voter_groups(session, row), code_key(), spare=n)
        round_id = row.id
    with engine.connect() as connection:
        spare = connection.scalar(select(Batch.id).where(Batch.round_id == round_id, Batch.spare))
    store = _raw_copy(engine, spare) if engine.dialect.name == "postgresql" else _raw_insert(engine, spare)
    raw: list[float] = []
    with transaction(engine) as connection:
        connection.execute(delete(Code).where(Code.batch_id == spare))
    with _timed(raw), transaction(engine) as connection:
        store(connection)
    engine.dispose()
    return Codes(n, ours[0], raw[0])


def _raw_copy(engine: Engine, batch: int | None) -> Callable[[Connection], None]:
    """Return what copies the batch's rows back from a ready binary file, sorted by the primary key."""
    query = f"COPY (SELECT round_id, digest, batch_id, state FROM code WHERE batch_id = {batch} ORDER BY 1, 2)"  # noqa: S608
    ready = io.BytesIO()
    with (
        engine.connect() as connection,
        _cursor(connection) as cursor,
        cursor.copy(f"{query} TO STDOUT (FORMAT BINARY)") as copy,
    ):
        for part in copy:
            ready.write(part)

    def store(connection: Connection) -> None:
        statement = "COPY code (round_id, digest, batch_id, state) FROM STDIN (FORMAT BINARY)"
        with _cursor(connection) as cursor, cursor.copy(statement) as copy:
            copy.write(ready.getvalue())

    return store


def _cursor(connection: Connection) -> Any:  # noqa: ANN401 - the driver's own
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver.cursor()


def _raw_insert(engine: Engine, batch: int | None) -> Callable[[Connection], None]:
    columns = (Code.round_id, Code.digest, Code.batch_id, Code.state)
    with engine.connect() as connection:
        rows = [
            tuple(row)
            for row in connection.execute(
                select(*columns).where(Code.batch_id == batch).order_by(Code.round_id, Code.digest)
            )
        ]

    def store(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.executemany("INSERT INTO code (round_id, digest, batch_id, state) VALUES (?, ?, ?, ?)", rows)

    return store


def qr_matrices(n: int) -> float:
    """Return how many matrices a second one core makes, packed for print."""
    printer, codes = CodePrinter(PREFIX), draw_codes(n)
    taken: list[float] = []
    with _timed(taken):
        for start in range(0, n, SLIPS_A_PAGE * 100):
            printer.packed(codes[start : start + SLIPS_A_PAGE * 100])
    return n / taken[0]


def sheet_pages(pages: int) -> float:
    """Return how many pages of 24 slips a second one core writes."""
    slips = [Slip(code, PREFIX + code) for code in draw_codes(pages * SLIPS_A_PAGE)]
    taken: list[float] = []
    with _timed(taken):
        write_sheets(slips, HEADING, io.BytesIO())
    return pages / taken[0]


def count_urn(database: Database, envelopes: int) -> Counting:
    """Fill an urn, close it and count it."""
    stage = set_stage(database.url, database.folder, envelopes, name="urn")
    engine = make_engine(database.url)
    fill_urn(engine, stage)
    close_stage(engine, stage)
    key = read_private_key(stage.key_file, PASSPHRASE)
    steps: list[float] = []
    taken: list[float] = []
    with unit_of_work(engine) as session:
        row = get_round(session, stage.name)
        with _timed(taken):
            count = count_round(session, row, [key], on_progress=lambda _n: steps.append(time.perf_counter()))
    assert sum(count.ballots.values()) == envelopes
    # Every step but the last is a chunk of one size.
    steady = envelopes * (len(steps) - 1) / len(steps) / (steps[-1] - steps[0])
    unsealing = _seconds_to_unseal(engine, stage)
    engine.dispose()
    return Counting(envelopes, taken[0], steady, unsealing)


def _seconds_to_unseal(engine: Engine, stage: Stage) -> float:
    """Return what opening one envelope costs; with a foreign binding it fails, after the same work."""
    key = read_private_key(stage.key_file, PASSPHRASE)
    with engine.connect() as connection:
        sealed = list(connection.scalars(select(Envelope.sealed).limit(2_000)))
    start = time.perf_counter()
    for envelope in sealed:
        try:
            unseal(envelope, [key], b"not this round's")
        except Unreadable:
            continue
    return (time.perf_counter() - start) / len(sealed)
