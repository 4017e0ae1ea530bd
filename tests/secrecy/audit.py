"""Print how every strategy did against the product and against the weak builds, on both engines.

    python -m tests.secrecy.audit

Ends with 1 when a strategy does better than chance against the product, twice, or a weak build goes uncaught.
"""

# ruff: noqa: T201 - an audit prints its tables

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import postgres
from tests.conftest import migrate_to_head
from tests.secrecy.election import hold_election
from tests.secrecy.places import Place, on_postgres, on_sqlite
from tests.secrecy.scores import Result
from tests.secrecy.seals import SEALS
from tests.secrecy.strategies import attack
from tests.secrecy.verdicts import alarms, caught_by, raised_twice
from tests.secrecy.weak_builds import BUILDS, Build, hold_weak_election, sound

Hold = Callable[[], AbstractContextManager[Place]]


def main() -> int:
    """Audit both engines; return the exit code."""
    with TemporaryDirectory() as name, postgres.running() as server:
        file = Path(name) / "migrated.db"
        migrate_to_head(f"sqlite:///{file}")
        migrate_to_head(server.create("migrated"))
        passed = [
            audit("SQLite", lambda: on_sqlite(file), on_sqlite),
            audit("PostgreSQL", lambda: on_postgres(server, "migrated"), lambda: on_postgres(server)),
        ]
    return 0 if all(passed) else 1


def audit(engine: str, migrated: Hold, empty: Hold) -> bool:
    """Print the tables of one engine; tell whether all is as it must be."""
    passed = [product(engine, seal, migrated) for seal in SEALS]
    print(f"\n{engine}: the weak builds")
    return weak(empty) and all(passed)


def product(engine: str, seal: str, migrated: Hold) -> bool:
    """Print how every strategy did against the product; tell whether none did better than chance twice."""
    print(f"\n{engine}, the product, sealed by: {seal}")

    def hold(seed: int) -> list[Result]:
        start = time.monotonic()
        with migrated() as place:
            _, case = hold_election(place.collector, place.folder, seed=seed, seal=seal)
            results = list(attack(case))
        seconds = time.monotonic() - start
        print(f"{len(case.evidence.holders)} codes, {case.evidence.seized.replayed}, {seconds:.0f} s")
        for line in table(results):
            print(line)
        for name, way in sorted(alarms(results)):
            print(f"better than chance: {name} ({way}){'; once more' if seed == 1 else ''}")
        return results

    found = raised_twice(hold)
    for name, way in sorted(found):
        print(f"A LEAK, found twice: {name} ({way})")
    return not found


def table(results: list[Result]) -> Iterator[str]:
    """Yield the lines of a table of results."""
    yield f"{'strategy':<28} {'uses':<72} {'envelopes':>9} {'best':>4} {'all':>4} {'near':>4} {'|rho|':>5}  verdict"
    for result in results:
        yield f"{result.name:<28} {result.uses:<72} " + _figures(result)


def _figures(result: Result) -> str:
    verdict = "chance" if result.is_chance else "ALARM"
    envelopes = "-" if result.envelopes is None else str(result.envelopes)
    if result.answers:
        return f"{result.answers.accuracy:>13.1%} right, commonest {result.answers.majority:.1%}   {verdict}"
    worst = result.worst
    if worst is None:
        return f"{envelopes:>9} {'-':>4} {'-':>4} {'-':>4} {'-':>5}  finds nothing"
    return (
        f"{envelopes:>9} {worst.best_exact:>4} {worst.exact:>4} {worst.best_near:>4} {worst.rho:>5.2f}  {verdict}"
        f"{'' if result.is_chance else ' by: ' + worst.way}"
    )


def weak(empty: Hold) -> bool:
    """Print who caught which weak build; tell whether all were caught and the sound one was not."""

    def hold(build: Build, seed: int = 1) -> list[Result]:
        with empty() as place:
            return list(attack(hold_weak_election(build, place.collector, seed)))

    is_good = True
    for build in BUILDS:
        caught = caught_by(hold(build))
        expected = [name for name in build.caught_by if name in caught]
        names = ", ".join(f"{name} {caught[name]:.0%}" for name in expected)
        more = len(caught) - len(expected)
        print(f"{build.name:<34} " + (f"caught by: {names}, and {more} more" if expected else "NOT CAUGHT"))
        is_good &= bool(expected)
    wrongly = raised_twice(partial(hold, sound()))
    print(f"{sound().name:<34} " + ("CAUGHT, WRONGLY" if wrongly else "caught by none, as it must be"))
    return is_good and not wrongly


if __name__ == "__main__":
    sys.exit(main())
