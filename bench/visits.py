"""Whole visits, from the link to the stored ballot, by 8 and by 32 phones, beside a bare Flask page."""

import json
import math
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from bench.databases import Database
from bench.processes import cpu_seconds, family
from bench.tables import BARE
from survey.ballots.models import Envelope
from survey.cli.demo.server import Server, serving
from survey.storage.engine import make_engine
from tests.load.staging import Stage, set_stage

PHONES = Path(__file__).with_name("phones.py")
PROCESSES = 2
CROWDS = (8, 32)
WAYS = {"open, review, cast": ["open", "review", "cast"], "open, cast": ["open", "cast"]}


@dataclass(frozen=True)
class Run:
    """One round of visits.

    Attributes:
        rate: visits a second.
        cpu: milliseconds of the web server's processor time for a visit.
        database_cpu: the same of the database server; nothing for SQLite, which lives in the web server.
        p95, p99: milliseconds of a whole visit.
    """

    rate: float
    cpu: float
    database_cpu: float
    p95: float
    p99: float

    @classmethod
    def median(cls, runs: "list[Run]") -> "Run":
        """Return the median of each figure."""
        names = cls.__dataclass_fields__
        return cls(**{name: statistics.median(getattr(run, name) for run in runs) for name in names})


@dataclass
class Contestant:
    """One server with what its phones do."""

    engine: str
    way: str
    server: Server
    steps: list[str]
    paths: Iterator[str]
    postmaster: int | None = None


def measure(
    found: list[Database], folder: Path, *, visits: int, rounds: int, on_round: Callable[[], object]
) -> dict[tuple[str, str, int], Run]:
    """Run all contestants in turn, several rounds; return medians by engine, way and crowd."""
    runs: dict[tuple[str, str, int], list[Run]] = defaultdict(list)
    with ExitStack() as stack:
        contestants, stages = _contestants(stack, found, folder, visits * rounds * len(CROWDS))
        for one in contestants:
            _run(one, CROWDS[0], visits // 4, one.steps)  # warm up: pages rendered, connections open
        for _ in range(rounds):
            for crowd in CROWDS:
                for one in contestants:
                    runs[one.engine, one.way, crowd].append(_run(one, crowd, visits, one.steps))
                    on_round()
        _check(stages, visits * rounds * len(CROWDS) + visits // 4)
    return {key: Run.median(several) for key, several in runs.items()}


def rounds_to_run(rounds: int, engines: int) -> int:
    """Return how often ``on_round`` will be called."""
    return rounds * len(CROWDS) * len(WAYS) * (engines + 1)


def _contestants(
    stack: ExitStack, found: list[Database], folder: Path, visits: int
) -> tuple[list[Contestant], list[Stage]]:
    hello = stack.enter_context(serving({}, folder / "hello.log", app="bench.hello:app"))
    contestants, stages = [], []
    for way, steps in WAYS.items():
        contestants.append(Contestant(BARE, way, hello, ["hello"] * len(steps), _forever("/")))
    for database in found:
        here = []
        for way, steps in WAYS.items():
            name = "reviewed" if "review" in steps else "plain"
            stage = set_stage(database.url, database.folder, visits * 2, name=name, review="review" in steps, units=1)
            here.append((way, steps, stage))
            stages.append(stage)
        server = stack.enter_context(serving(stages[-1].env, folder / f"{database.name}.log"))
        contestants += [
            Contestant(database.name, way, server, steps, iter(stage.paths()), database.postmaster)
            for way, steps, stage in here
        ]
    return contestants, stages


def _forever(path: str) -> Iterator[str]:
    while True:
        yield path


def _run(one: Contestant, crowd: int, visits: int, steps: list[str]) -> Run:
    parts = urlsplit(one.server.base_url)
    order = {"host": parts.hostname, "port": parts.port, "steps": steps, "phones": crowd // PROCESSES}
    with ExitStack() as stack:
        crowds = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-I", str(PHONES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(PROCESSES)
        ]
        for seed, process in enumerate(crowds):
            paths = [next(one.paths) for _ in range(visits // PROCESSES)]
            _tell(process, json.dumps(order | {"paths": paths, "seed": seed}))
        for process in crowds:
            _heard(process)
        workers, backends = one.server.workers(), family(one.postmaster)
        before, database_before = cpu_seconds(workers), cpu_seconds(backends)
        for process in crowds:
            _tell(process, "go")
        results = [json.loads(_heard(process)) for process in crowds]
    return _summary(results, cpu_seconds(workers) - before, cpu_seconds(backends) - database_before)


def _tell(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _heard(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _summary(results: list[dict[str, Any]], cpu: float, database_cpu: float) -> Run:
    failures = [result["failures"] for result in results if result["failures"]]
    if failures:
        message = f"the phones were refused: {failures}"
        raise RuntimeError(message)
    seconds = sorted(second for result in results for second in result["visits"])
    visits = len(seconds)
    return Run(
        rate=visits / max(result["seconds"] for result in results),
        cpu=1000 * cpu / visits,
        database_cpu=1000 * database_cpu / visits,
        p95=1000 * seconds[math.ceil(0.95 * visits) - 1],
        p99=1000 * seconds[math.ceil(0.99 * visits) - 1],
    )


def _check(stages: list[Stage], ballots: int) -> None:
    """Every visit must be in the urn, or the figures are of nothing."""
    for url in {stage.url for stage in stages}:
        engine = make_engine(url)
        with engine.connect() as connection:
            stored = connection.scalar(select(func.count()).select_from(Envelope))
        engine.dispose()
        if stored != ballots * len(WAYS):
            message = f"{ballots * len(WAYS)} ballots were cast, {stored} are stored"
            raise RuntimeError(message)
