"""``python -m bench``: measure, print the tables, compare with the goals."""

import argparse
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn

from bench import batches, pages, tables, visits
from bench.databases import Database, databases
from bench.visits import Run

T = TypeVar("T")
FULL = {"visits": 1_200, "rounds": 3, "codes": 200_000, "matrices": 240_000, "pages": 60, "envelopes": 47_600}
QUICK = {"visits": 400, "rounds": 1, "codes": 20_000, "matrices": 48_000, "pages": 15, "envelopes": 10_000}


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer visits and smaller batches, under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file, too")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else FULL
    started = time.monotonic()
    console = Console(width=118)
    with tempfile.TemporaryDirectory(prefix="minsheng-bench-logs-") as folder, databases() as found:
        figures = _measure(size, found, Path(folder), Console(stderr=True))
    for table in tables.of(figures):
        console.print(table)
    console.print(f"{time.monotonic() - started:.0f} s. {tables.PEER_NOTE}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1, default=vars) + "\n")


def _measure(size: Mapping[str, int], found: list[Database], folder: Path, stderr: Console) -> dict[str, Any]:
    total = visits.rounds_to_run(size["rounds"], len(found)) + 2 * len(found) + 3
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=stderr) as progress:
        task = progress.add_task("Measuring", total=total)

        def step() -> None:
            progress.advance(task)

        def done(result: T) -> T:
            step()
            return result

        runs = visits.measure(found, folder, visits=size["visits"], rounds=size["rounds"], on_round=step)
        return {
            "visits": _by_way(runs),
            "pages": done(pages.measure(found[0], folder)),
            "codes": {one.name: done(batches.store_codes(one, size["codes"])) for one in found},
            "matrices": done(batches.qr_matrices(size["matrices"])),
            "sheet_pages": done(batches.sheet_pages(size["pages"])),
            "counting": {one.name: done(batches.count_urn(one, size["envelopes"])) for one in found},
        }


def _by_way(runs: Mapping[tuple[str, str, int], Run]) -> list[dict[str, Any]]:
    return [{"engine": engine, "way": way, "phones": crowd} | vars(run) for (engine, way, crowd), run in runs.items()]


if __name__ == "__main__":
    main()
