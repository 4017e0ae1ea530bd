"""The figures as people read them, with the goal and the peer beside each."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

# LimeSurvey at its best (all questions on one page, php-fpm, opcache, MariaDB, ten questions, tokens), measured on the
# same kind of machine of two cores, not in this run.
PEER_RATE = 14.0
PEER_CPU = 144.0
PEER_P99 = 4_056.0
BARE = "bare Flask"
GOALS = (
    "Goals: with review 50 % of bare Flask and 75 times LimeSurvey, without it 100 times; CPU at most 1.60 ms; "
    f"p99 at 32 phones at most {PEER_P99 / 50:.0f} ms"
)
PEER_NOTE = "LimeSurvey's figures are constants, measured elsewhere: 14 submissions/s, 144 ms CPU, p99 4,056 ms."


def of(figures: Mapping[str, Any]) -> Iterator[Table]:
    """Yield the tables."""
    yield _visits(figures["visits"])
    yield _batches(figures)


def _visits(runs: list[dict[str, Any]]) -> Table:
    bare = {(run["way"], run["phones"]): run["rate"] for run in runs if run["engine"] == BARE}
    table = Table(title="Visits: medians of interleaved rounds", title_justify="left", caption=GOALS)
    table.add_column("a visit", no_wrap=True)
    table.add_column("phones", justify="right")
    table.add_column("server")
    for heading in (
        "visits/s",
        "of bare\nFlask",
        "times\nLimeSurvey",
        "CPU\nms",
        "of Lime-\nSurvey's",
        "database\nCPU ms",
        "p95\nms",
        "p99\nms",
    ):
        table.add_column(heading, justify="right")
    for run in sorted(runs, key=lambda run: (run["way"], run["phones"])):
        peers = ["", "", ""]
        if run["engine"] != BARE:
            share = run["rate"] / bare[run["way"], run["phones"]]
            peers = [f"{share:.0%}", f"{run['rate'] / PEER_RATE:,.0f}", f"1/{PEER_CPU / run['cpu']:.0f}"]
        database = f"{run['database_cpu']:.2f}" if run["database_cpu"] else ""
        table.add_row(
            run["way"] if run["engine"] != BARE else "as many hellos",
            str(run["phones"]),
            run["engine"],
            f"{run['rate']:,.0f}",
            *peers[:2],
            f"{run['cpu']:.2f}",
            peers[2],
            database,
            f"{run['p95']:.0f}",
            f"{run['p99']:.0f}",
        )
    return table


def _batches(figures: Mapping[str, Any]) -> Table:
    table = Table(title="Pages and batches", title_justify="left")
    for heading in ("what", "figure", "beside", "goal"):
        table.add_column(heading)
    weight = figures["pages"]
    table.add_row(
        "first response, 10 questions and a remark",
        f"{weight.first:,} bytes",
        "with headers, compressed",
        "4,096 at most",
    )
    table.add_row("whole visit", f"{weight.visit:,} bytes", f"{weight.requests} requests", "30,000 at most")
    for name, codes in figures["codes"].items():
        table.add_row(
            f"codes minted, hashed, stored, shuffled; {name}",
            f"{codes.n / codes.ours:,.0f} a second",
            f"{codes.ours / codes.raw:.1f} x the raw time for {codes.n:,}",
            "2.5 x at most",
        )
    matrices, pages = figures["matrices"], figures["sheet_pages"]
    table.add_row("QR matrices, one core", f"{matrices:,.0f} a second", f"a million in {1e6 / matrices:.1f} s", "30 s")
    table.add_row(
        "sheets of 24 slips, one core", f"{pages:.0f} pages a second", f"{24 * pages:,.0f} slips a second", "60 pages"
    )
    for name, counting in figures["counting"].items():
        rate = counting.envelopes / counting.seconds
        table.add_row(
            f"envelopes opened and counted; {name}",
            f"{rate:,.0f} a second, {counting.seconds:.1f} s for {counting.envelopes:,}",
            f"{rate / counting.ceiling:.0%} of what all cores could open ({counting.ceiling:,.0f}); "
            f"once running {counting.steady / counting.ceiling:.0%}",
            "80 %",
        )
    return table
