"""What a phone is told to do, and what comes back."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

Behaviour = Literal["honest", "double_submit", "second_voter", "wrong_code", "abandoned", "scanner"]
"""What a phone does.

honest: opens, answers, reviews, casts.
double_submit: the same, but sends the last request twice at once and a third time later.
second_voter: two people open the same code; the first casts, the second must be told that it is used.
wrong_code: types one digit wrong.
abandoned: opens, answers, reviews, and never casts.
scanner: a link previewer: GET, HEAD and OPTIONS only.
"""
BEHAVIOURS: tuple[Behaviour, ...] = get_args(Behaviour)

Outcome = Literal["cast", "unspent", "unknown_code", "not_open", "refused", "failed"]
"""How it ended for the code.

cast: a done page acknowledged exactly one ballot, and whatever else was tried was answered as it must be.
unspent: the phone left without casting, as it meant to.
unknown_code: the mistyped code was not found, as it must be.
not_open: the round is over or has not begun (403, 410).
refused: an answer that this behaviour must not get; the report's surprises say which.
failed: no answer within the phone's patience.
"""

_HONEST_SHARE = 0.88


@dataclass(frozen=True)
class PhoneJob:
    """One phone with one code.

    Args:
        code_url: the address on the slip, with any host; only its path is used.
        behaviour: what the phone does with it.
        lean: how content its owner is with the unit assessed, from 0 (bitter) to 1 (delighted).
    """

    code_url: str
    behaviour: Behaviour = "honest"
    lean: float = 0.65


@dataclass(frozen=True)
class Latency:
    """Seconds that one kind of request took."""

    n: int
    p50: float
    p95: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latency":
        """Summarise; of nothing, everything is 0."""
        ranked = sorted(seconds) or [0.0]

        def quantile(share: float) -> float:
            return ranked[min(len(ranked) - 1, math.ceil(share * len(ranked)) - 1)]

        return cls(len(seconds), quantile(0.50), quantile(0.95), quantile(0.99), ranked[-1])


@dataclass(frozen=True)
class PhoneReport:
    """What all phones met.

    Args:
        results: the outcome of every job, in the jobs' order; none for a job that the time limit cut off.
        by_behaviour: outcomes counted for each behaviour.
        latencies: by step: ``open``, ``review``, ``cast``.
        surprises: what happened that must not, counted; never with a code or an answer.
        seconds: wall time of the whole run.
    """

    results: tuple[Outcome | None, ...]
    by_behaviour: Mapping[Behaviour, Mapping[Outcome, int]]
    latencies: Mapping[str, Latency]
    surprises: Mapping[str, int]
    seconds: float

    @property
    def outcomes(self) -> Counter[Outcome]:
        """Count the jobs by outcome."""
        return Counter(result for result in self.results if result is not None)

    @property
    def cast(self) -> int:
        """Count the ballots that a done page acknowledged."""
        return self.outcomes["cast"]


def lean_of(unit: str, seed: int) -> float:
    """Draw how content the people of one unit are on the whole: between 0.45 and 0.9, always the same for a seed."""
    return 0.45 + 0.45 * Random(f"{seed}:{unit}").betavariate(2.2, 1.8)


def mix(code_urls: Sequence[str], leans: Sequence[float], seed: int, answering: float = 0.85) -> list[PhoneJob]:
    """Give every code its phone: most honest, some of each misbehaviour; the rest of the slips stay in a drawer.

    Args:
        code_urls: the addresses on the slips.
        leans: for each of them how content its unit's people are (``lean_of``).
        seed: the same seed gives the same jobs.
        answering: the share of the slips that somebody takes out at all.
    """
    jobs = []
    others = [behaviour for behaviour in BEHAVIOURS if behaviour != "honest"]
    for i, (url, lean) in enumerate(zip(code_urls, leans, strict=True)):
        # The place in the list decides, not the code: codes are drawn anew at every issue.
        draw = Random(f"{seed}:{i}")
        if draw.random() >= answering:
            continue
        behaviour: Behaviour = "honest" if draw.random() < _HONEST_SHARE else draw.choice(others)
        jobs.append(PhoneJob(url, behaviour, min(1.0, max(0.0, draw.gauss(lean, 0.1)))))
    return jobs
