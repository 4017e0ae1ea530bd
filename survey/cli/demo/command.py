"""flask demo: the whole job on real input, with phones in other processes."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.demo import gansu as job
from survey.cli.demo.phones import PhoneReport
from survey.cli.demo.server import Server, start_server
from survey.cli.edge import edge, language, minsheng, say, say_table, translate
from survey.core.errors import N_, Refused
from survey.reports.figures import report_tables
from survey.scoring.results import Components
from survey.storage import migrate
from survey.turnout.rules import Disposition, sum_up

FOLDER = Path("var/demo")
MARK = "this-folder-is-the-demo"

_COLUMNS = {
    "rank": N_("Rank"),
    "code": N_("Unit code"),
    "name": N_("Unit"),
    "index": N_("Index"),
    "low": N_("from"),
    "high": N_("to"),
    "n": N_("Ballots"),
    "rate": N_("Satisfied on the whole"),
    "remark": N_("Remark"),
}

demo = AppGroup("demo", help="Demonstrations that do the real job.")


@demo.command("gansu")
@click.option(
    "--scale",
    type=click.Choice(list(job.SCALES)),
    default="small",
    show_default=True,
    help="20, 100 or 400 codes for each of 119 units.",
)
@click.option("--serve", is_flag=True, help="Go on serving afterwards, and print the addresses to open.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port on 127.0.0.1.")
@edge
def gansu(scale: str, serve: bool, port: int) -> None:
    """Survey Gansu's 14 prefectures, 86 counties and 19 departments, from questionnaire to results."""
    began = time.monotonic()
    # Ended from outside, too, the server it started must go with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = _fresh_folder()
    migrate.upgrade(minsheng().engine)
    issued = job.set_up(folder, job.SCALES[scale])
    say(
        {"fingerprint": issued.fingerprint, "folder": folder},
        N_(
            "The ballots are sealed to a throw-away key made for this demo (fingerprint %(fingerprint)s); its private "
            "half and passphrase lie in %(folder)s, which a real office would never do."
        ),
        as_json=False,
    )
    server = start_server({"MINSHENG_DEMO_CODES": str(folder / "try-codes.txt")}, folder / "server.log", port=port)
    try:
        phones = job.answer(issued.codes, server.base_url)
        if phones.surprises:
            raise Refused(N_("Some phones met what they must not: %(what)s"), what=dict(phones.surprises))
        components, turnout = job.count_and_score(folder)
        _print_results(components, turnout)
        _print_account(phones, sum_up(turnout, ""), time.monotonic() - began)
        if serve:
            _print_addresses(server, folder)
            server.process.wait()
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.stop()


def _fresh_folder() -> Path:
    """Return an empty folder; only a folder that an earlier demo marked as its own is emptied."""
    if FOLDER.exists():
        if not (FOLDER / MARK).exists() and any(FOLDER.iterdir()):
            raise Refused(N_("%(folder)s exists and is not a demo's; move it away"), folder=FOLDER)
        database = minsheng().engine.url.database or ""
        kept = {Path(database + ending).resolve() for ending in ("", "-wal", "-shm")}
        for entry in FOLDER.iterdir():
            if entry.resolve() not in kept:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    FOLDER.mkdir(parents=True, exist_ok=True)
    FOLDER.chmod(0o700)
    (FOLDER / MARK).touch()
    return FOLDER


def _print_results(components: Components, turnout: Sequence[Disposition]) -> None:
    """Print a table for each ranking group, best first, with what the report may show and nothing else."""
    tables = {table.name: table for table in report_tables(components, turnout, translate, language=language())}
    overall = components.frozen.questionnaire.items[-2].id
    composites = {unit.code for unit in components.units if unit.parts}
    rates = {
        row["code"]: row["rate"]
        for row in tables["items"].records()
        if row["item"] == overall and row["code"] not in composites
    }
    click.echo(components.frozen.definition.title.words(language()))
    for group in sorted({subject.group for subject in components.frozen.subjects}):
        units = [row for row in tables["units"].records() if row["group"] == group]
        units.sort(key=lambda row: row["rank"] if isinstance(row["rank"], int) else sys.maxsize)
        rows = [{**row, "rate": rates.get(row["code"])} for row in units]
        say_table(rows, _COLUMNS, as_json=False, title=group)


def _print_account(phones: PhoneReport, turnout: Disposition, seconds: float) -> None:
    say(
        {"made": turnout.made, "spent": turnout.spent, "expired": turnout.expired, "rate": turnout.rate},
        N_(
            "Codes issued %(made)s; spent %(spent)s, each with one envelope in the urn; expired %(expired)s; "
            "response rate %(rate)s %%"
        ),
        as_json=False,
    )
    mischief = sum(sum(found.values()) for behaviour, found in phones.by_behaviour.items() if behaviour != "honest")
    say(
        {"phones": len(phones.results), "mischief": mischief, "cast": phones.cast, "seconds": f"{seconds:.0f}"},
        N_(
            "%(phones)s phones came, %(mischief)s of them misbehaving; %(cast)s ballots were acknowledged. "
            "The demo took %(seconds)s s."
        ),
        as_json=False,
    )


def _print_addresses(server: Server, folder: Path) -> None:
    lines = (
        (server.base_url + "/", N_("type a code, or pick a fresh one to try")),
        (server.base_url + "/results/gansu-2026", N_("the published results")),
        (str(folder / "try-slips.pdf"), N_("slips to print and cut")),
    )
    click.echo()
    click.echo(translate(N_("Open (Ctrl-C ends the server, process %(pid)s):")) % {"pid": os.getpid()})
    for place, what in lines:
        click.echo(f"  {place:<45} {translate(what)}")
