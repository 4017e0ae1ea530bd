"""Start the processes of phones, hand out the jobs, gather what they report."""

import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from .browser import loopback
from .jobs import Behaviour, Latency, Outcome, PhoneJob, PhoneReport

# -I: the phones see neither this checkout nor the environment, only this folder.
_START = "import sys; sys.path.insert(0, sys.argv[1]); from phones.worker import main; main()"
_LAST_WORDS = 5.0

Line = tuple[int, Outcome, list[tuple[str, float]], str]


def run_phones(
    jobs: Sequence[PhoneJob],
    base_url: str,
    *,
    processes: int = 4,
    seed: int = 0,
    most_best: Mapping[str, int] | None = None,
    on_progress: Callable[[int], object] | None = None,
    patience: float = 10.0,
    timeout: float = 10.0,
    time_limit: float = 1800.0,
) -> PhoneReport:
    """Let phones in other processes act out the jobs against a running server.

    Args:
        jobs: one for each phone; they are dealt out to the processes in turn.
        base_url: the server, on a loopback address.
        processes: how many phones are in hand at the same time.
        seed: the same seed and jobs give the same answers.
        most_best: how often each phone gives the first option of an item, at most, by the item's name.
        on_progress: called in this thread with the number of jobs just finished.
        patience: seconds for which a phone sends the same request again after a broken connection or a 503.
        timeout: seconds a phone waits for one answer.
        time_limit: seconds after which all phones are stopped, whatever they do.

    Returns:
        What they met; ``report.surprises`` is empty when the server did everything right.

    Raises:
        ValueError: when ``base_url`` is not on a loopback address.
    """
    loopback(base_url)
    settings = {"base_url": base_url, "seed": seed, "most_best": most_best, "patience": patience, "timeout": timeout}
    orders = [[i, _path(job.code_url), job.behaviour, job.lean] for i, job in enumerate(jobs)]
    started = time.monotonic()
    with ExitStack() as stack:
        lines: SimpleQueue[Line | None] = SimpleQueue()
        crowds = [_start(settings, orders[i::processes], lines, stack) for i in range(min(processes, len(jobs)))]
        reports = _gather(lines, len(crowds), started + time_limit, on_progress)
    return _report(jobs, reports, time.monotonic() - started)


def _path(code_url: str) -> str:
    return urlsplit(code_url).path


def _start(
    settings: dict[str, Any], orders: list[list[Any]], lines: "SimpleQueue[Line | None]", stack: ExitStack
) -> Thread:
    command = [sys.executable, "-I", "-c", _START, str(Path(__file__).parent.parent)]
    process = stack.enter_context(
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own files
    )
    stack.callback(_end, process)
    assert process.stdin is not None
    process.stdin.write("".join(json.dumps(order) + "\n" for order in [settings, *orders]))
    process.stdin.close()
    thread = Thread(target=_listen, args=(process, lines), daemon=True)
    thread.start()
    return thread


def _listen(process: "subprocess.Popen[str]", lines: "SimpleQueue[Line | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(tuple(json.loads(line)))
    lines.put(None)


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_LAST_WORDS)


def _gather(
    lines: "SimpleQueue[Line | None]", crowds: int, deadline: float, on_progress: Callable[[int], object] | None
) -> list[Line]:
    reports: list[Line] = []
    while crowds:
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            break
        if line is None:
            crowds -= 1
            continue
        reports.append(line)
        if on_progress is not None:
            on_progress(1)
    return reports


def _report(jobs: Sequence[PhoneJob], reports: list[Line], seconds: float) -> PhoneReport:
    results: list[Outcome | None] = [None] * len(jobs)
    by_behaviour: dict[Behaviour, Counter[Outcome]] = defaultdict(Counter)
    steps: dict[str, list[float]] = defaultdict(list)
    surprises: Counter[str] = Counter()
    for number, outcome, taken, surprise in reports:
        results[number] = outcome
        by_behaviour[jobs[number].behaviour][outcome] += 1
        for step, duration in taken:
            steps[step].append(duration)
        if surprise:
            surprises[surprise] += 1
    return PhoneReport(
        results=tuple(results),
        by_behaviour=dict(by_behaviour),
        latencies={step: Latency.of(steps.get(step, [])) for step in ("open", "review", "cast")},
        surprises=dict(surprises),
        seconds=seconds,
    )
