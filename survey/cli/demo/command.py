"""flask demo: the whole job on real input, with phones in other processes."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.demo import changsha as performance
from survey.cli.demo import gansu as job
from survey.cli.demo import hall
from survey.cli.demo import heping as pledges
from survey.cli.demo.desk import first_invitation, settings_in, worker_beside
from survey.cli.demo.phones import PhoneReport
from survey.cli.demo.server import Server, start_server
from survey.cli.demo.yearly import examples, print_explanation, print_run, report_of
from survey.cli.edge import edge, language, minsheng, note, say, say_table, translate, work
from survey.core.errors import N_, Refused
from survey.core.ids import derive_key
from survey.reports.figures import report_tables
from survey.rounds.links import PURPOSE, Hall, hall_path
from survey.scoring.results import Components
from survey.staff.models import ROOT
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

_HALL_TABLES = {
    "results": ("rank", "name", "post", "group", "total", "proposal", "remark"),
    "sheet": (
        "class",
        "expected",
        "present",
        "issued",
        "returned",
        "valid",
        "void",
        "unreadable",
        "attendance",
        "return_rate",
        "valid_rate",
        "remark",
    ),
}

_HALL_LINKS = {Hall.PROJECTOR: N_("the projector page"), Hall.HOST: N_("the host's page")}

HIDDEN_IN_LEDGERS = N_("* is not shown: the number is small, or would tell a small one.")

BUILT = N_("Began to build the demonstration %(name)s with made-up people")
"""For the log; what a demonstration does is no step of anybody's work and stands there once."""

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
    """Survey Gansu's 14 prefectures, 86 counties and 19 departments, from questionnaire to the year's grades."""
    began = time.monotonic()
    folder = _fresh_folder("gansu")
    issued = job.set_up(folder, job.SCALES[scale])
    say(
        {"fingerprint": issued.fingerprint, "folder": folder},
        N_(
            "The ballots are sealed to a throw-away key made for this demo (fingerprint %(fingerprint)s); its private "
            "half and passphrase lie in %(folder)s, which a real office would never do."
        ),
        as_json=False,
    )
    with _server(folder, port) as server:
        phones = job.answer(issued.codes, server.base_url)
        _expect_no_surprise(phones)
        components, turnout = job.count_and_score(folder)
        _print_results(components, turnout)
        with work() as session:
            year = report_of(job.year(session))
        print_run(year)
        for code in examples(year.run):
            print_explanation(year, code)
        _print_account(phones, sum_up(turnout, ""), time.monotonic() - began)
        if serve:
            _print_addresses(server, folder)
            _go_on(server, folder)


@demo.command("hall")
@click.option("--serve", is_flag=True, help="Go on serving afterwards, and print the addresses to open.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port on 127.0.0.1.")
@edge
def hall_(serve: bool, port: int) -> None:
    """Let sixty voters of three classes assess twenty-four cadres in secret, sealed to two trustees."""
    folder = _fresh_folder("hall")
    meeting = hall.set_up(folder)
    say(
        {"fingerprints": " / ".join(meeting.fingerprints), "folder": folder},
        N_(
            "The ballots are sealed to two throw-away keys made for this demo (%(fingerprints)s); both private halves "
            "and passphrases lie in %(folder)s, which real trustees would never do."
        ),
        as_json=False,
    )
    with _server(folder, port) as server:
        early = hall.try_the_door(meeting, server.base_url)
        if set(early.results) != {"not_open"}:
            raise Refused(N_("Some phones met what they must not: %(what)s"), what=early.results)
        phones = hall.vote(meeting, server.base_url)
        _expect_no_surprise(phones)
        envelopes, count_hash = hall.count_away(folder)
        _print_hall(phones.cast, envelopes, count_hash)
        if serve:
            _print_hall_addresses(server, folder)
            _go_on(server, folder)


@demo.command("changsha")
@edge
def changsha() -> None:
    """Score 99 departments, 9 districts and counties and 835 cadres, as Changsha did for 2008."""
    _fresh_folder("changsha")
    report = report_of(performance.score())
    print_run(report)
    rows = performance.classes(report)
    performance.print_classes(rows)
    performance.expect_the_source(rows)


@demo.command("heping")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port on 127.0.0.1.")
@edge
def heping(port: int) -> None:
    """Hold three rounds of one year on the same pledges, and set the positive and the negative list side by side."""
    folder = _fresh_folder("heping")
    pledges.set_up(folder)
    held = []
    with _server(folder, port) as server:
        for place, one in enumerate(pledges.dated_rounds()):
            phones, counted = pledges.hold(folder, one, place, server.base_url)
            _expect_no_surprise(phones)
            held.append((one, counted))
    for table in pledges.ledgers(held, translate, language()):
        columns = {column.key: column.heading for column in table.columns}
        say_table(list(table.records()), columns, as_json=False, title=table.title)
    click.echo(translate(HIDDEN_IN_LEDGERS))
    print_run(report_of(pledges.year(folder, held[-1][1])))


@contextmanager
def _server(folder: Path, port: int) -> Iterator[Server]:
    """Serve what the demo made; ended from outside, too, the server goes with it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    env = {"MINSHENG_DEMO_CODES": str(folder / "try-codes.txt"), **settings_in(folder)}
    server = start_server(env, folder / "server.log", port=port)
    try:
        yield server
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.stop()


def _go_on(server: Server, folder: Path) -> None:
    with worker_beside(settings_in(folder), folder / "worker.log"):
        server.process.wait()


def _expect_no_surprise(phones: PhoneReport) -> None:
    if phones.surprises:
        raise Refused(N_("Some phones met what they must not: %(what)s"), what=dict(phones.surprises))


def _print_hall(cast: int, envelopes: int, count_hash: str) -> None:
    tables = hall.report(translate, language())
    for name, keys in _HALL_TABLES.items():
        columns = {column.key: column.heading for column in tables[name].columns if column.key in keys}
        rows = sorted(tables[name].records(), key=_by_rank) if name == "results" else list(tables[name].records())
        say_table(rows, columns, as_json=False, title=tables[name].title)
    say(
        {"cast": cast, "envelopes": envelopes, "hash": count_hash},
        N_(
            "%(cast)s ballots were acknowledged, %(envelopes)s envelopes opened away from the database by both keys. "
            "Hash of the count: %(hash)s"
        ),
        as_json=False,
    )


def _by_rank(row: Mapping[str, object]) -> tuple[str, int]:
    rank = row["rank"]
    return str(row["group"]), rank if isinstance(rank, int) else sys.maxsize


def _print_hall_addresses(server: Server, folder: Path) -> None:
    key = derive_key(minsheng().settings.secret_key, PURPOSE)
    _print_lines(
        (
            (server.base_url + "/", N_("type a code, or pick a fresh one to try")),
            *((server.base_url + hall_path(one, hall.TRIAL, key), words) for one, words in _HALL_LINKS.items()),
            (server.base_url + "/who-sees-what", N_("who can see what")),
            (str(folder / "try-slips.pdf"), N_("slips to print and cut")),
            (server.base_url + first_invitation(), N_("the staff desk: this link opens its first account, once")),
        )
    )


def _fresh_folder(name: str) -> Path:
    """Return an empty folder, and tables; only a folder that an earlier demo marked as its own is emptied."""
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
    migrate.upgrade(minsheng().engine)
    with work() as session:
        note(session, ROOT, BUILT, name=name)
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
        (server.base_url + "/scores/gansu-yearly", N_("the year's scores and grades")),
        (str(folder / "try-slips.pdf"), N_("slips to print and cut")),
        (server.base_url + first_invitation(), N_("the staff desk: this link opens its first account, once")),
    )
    _print_lines(lines)


def _print_lines(lines: Sequence[tuple[str, str]]) -> None:
    click.echo()
    click.echo(translate(N_("Open (Ctrl-C ends the server, process %(pid)s):")) % {"pid": os.getpid()})
    for place, what in lines:
        click.echo(f"  {place:<45} {translate(what)}")
