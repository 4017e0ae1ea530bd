"""flask demo: the whole job on real input, with phones in other processes."""

import os
import shutil
import sys
import time
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.demo import gansu as job
from survey.cli.demo.phones import PhoneReport
from survey.cli.demo.server import Server, start_server
from survey.cli.edge import edge, language, minsheng, say, say_table, translate
from survey.core.errors import N_, Refused
from survey.reports.disclosure import hidden_units
from survey.scoring.results import Components, UnitResult
from survey.scoring.rules.insufficient import Insufficient
from survey.storage import migrate
from survey.turnout.rules import Disposition

FOLDER = Path("var/demo")
MARK = "this-folder-is-the-demo"

demo = AppGroup("demo", help="Demonstrations that do the real job.")


@demo.command("gansu")
@click.option("--scale", type=click.Choice(list(job.SCALES)), default="small", show_default=True,
              help="20, 100 or 400 codes for each of 119 units.")
@click.option("--serve", is_flag=True, help="Go on serving afterwards, and print the addresses to open.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port on 127.0.0.1.")
@edge
def gansu(scale: str, serve: bool, port: int) -> None:
    """Survey Gansu's 14 prefectures, 86 counties and 19 departments, from questionnaire to results."""
    began = time.monotonic()
    folder = _fresh_folder()
    migrate.upgrade(minsheng().engine)
    issued = job.set_up(folder, job.SCALES[scale])
    say({"fingerprint": issued.fingerprint, "folder": folder},
        N_("The ballots are sealed to a throw-away key made for this demo (fingerprint %(fingerprint)s); its private "
           "half and passphrase lie in %(folder)s, which a real office would never do."), as_json=False)
    server = start_server({"MINSHENG_DEMO_CODES": str(folder / "try-codes.json")}, folder / "server.log", port=port)
    try:
        phones = job.answer(issued.codes, server.base_url)
        components, turnout = job.count_and_score(folder)
        _print_results(components)
        _print_account(phones, turnout, time.monotonic() - began)
        if serve:
            _print_addresses(server, folder)
            server.process.wait()
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.stop()
    if phones.surprises:
        raise Refused(N_("Some phones met what they must not: %(what)s"), what=dict(phones.surprises))


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


def _print_results(components: Components) -> None:
    names = {subject.code: subject for subject in components.frozen.subjects}
    hidden = hidden_units(components)
    rows = []
    for unit in sorted(components.units, key=lambda u: (names[u.code].group, u.rank or sys.maxsize)):
        subject = names[unit.code]
        rows.append({"group": subject.group, "rank": unit.rank or "-", "code": unit.code, "name": subject.name,
                     **_figures(unit, is_hidden=unit.code in hidden)})
    say_table(rows, {"group": N_("Ranking group"), "rank": N_("Rank"), "code": N_("Code"), "name": N_("Unit"),
                     "index": N_("Index"), "interval": N_("95 % interval"), "n": N_("Ballots"),
                     "rate": N_("Satisfied, overall %")},
              as_json=False, title=components.frozen.definition.title.words(language()))


def _figures(unit: UnitResult, *, is_hidden: bool) -> dict[str, str]:
    if is_hidden:
        return {"index": "*", "interval": "*", "n": "*", "rate": "*"}
    if isinstance(unit.index, Insufficient):
        return {"index": translate(N_("insufficient")), "interval": "-", "n": str(unit.n), "rate": "-"}
    interval = f"{unit.interval.low:.2f} - {unit.interval.high:.2f}" if unit.interval else "-"
    rate = unit.items[-2].rate if len(unit.items) > 1 else None
    satisfied = "-" if rate is None or isinstance(rate, Insufficient) else f"{float(rate.value) * 100:.1f}"
    return {"index": f"{unit.stored:.2f}", "interval": interval, "n": str(unit.n), "rate": satisfied}


def _print_account(phones: PhoneReport, turnout: Disposition, seconds: float) -> None:
    say({"made": turnout.made, "spent": turnout.spent, "expired": turnout.expired, "rate": turnout.rate},
        N_("Codes issued %(made)s; spent %(spent)s, each with one envelope in the urn; expired %(expired)s; "
           "response rate %(rate)s %%"), as_json=False)
    mischief = sum(sum(found.values()) for behaviour, found in phones.by_behaviour.items() if behaviour != "honest")
    say({"phones": len(phones.results), "mischief": mischief, "cast": phones.cast, "seconds": f"{seconds:.0f}"},
        N_("%(phones)s phones came, %(mischief)s of them misbehaving; %(cast)s ballots were acknowledged. "
           "The demo took %(seconds)s s."), as_json=False)


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
