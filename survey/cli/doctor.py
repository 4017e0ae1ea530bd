"""flask doctor: is everything as it must be, and is the log whole."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey.cli.edge import edge, json_option, minsheng, say_table, translate
from survey.core.errors import N_, SurveyError
from survey.counting.service import get_count
from survey.rounds.models import State
from survey.rounds.service import list_rounds
from survey.scoring.service import get_run, list_runs, list_schemes
from survey.staff.audit import broken_links, list_entries
from survey.storage import migrate
from survey.storage.durable import wrong_settings
from survey.storage.engine import reading, snapshot


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        checked: what, as a sentence.
        fault: what is wrong and what to do; empty when all is well.
    """

    checked: str
    fault: str = ""


@click.command("doctor")
@json_option
@edge
def doctor(as_json: bool) -> None:
    """Look at tables and settings, the address, the folder of files, the log of staff, counts and score runs."""
    found = [*_tables(), *_settings(), *_address(), *_files(), *_log(), *_figures()]
    rows = [
        {"checked": one.checked, "found": one.fault or translate(N_("in order")), "ok": not one.fault} for one in found
    ]
    say_table(rows, {"checked": N_("Looked at"), "found": N_("Found")}, as_json=as_json)
    if any(one.fault for one in found):
        raise SystemExit(1)


def _tables() -> Iterator[Finding]:
    with reading(minsheng().engine) as connection:
        at = migrate.current(connection)
    fault = ""
    if at != migrate.head():
        sentence = N_("The tables are at revision %(found)s, but %(needed)s is needed: run `flask db upgrade`")
        fault = translate(sentence) % {"found": at or "-", "needed": migrate.head()}
    yield Finding(translate(N_("Tables")), fault)


def _settings() -> Iterator[Finding]:
    with reading(minsheng().engine) as connection:
        wrong = list(wrong_settings(connection))
    sentence = translate(N_("%(name)s is %(found)s; set it to %(wanted)s"))
    faults = [sentence % {"name": one.name, "found": one.found, "wanted": one.wanted} for one in wrong]
    yield Finding(translate(N_("Settings of the database")), "; ".join(faults))


def _address() -> Iterator[Finding]:
    settings = minsheng().settings
    local = settings.host in ("127.0.0.1", "localhost")
    plain = not settings.base_url.startswith("https:")
    fault = translate(N_("%(address)s is not https: what people answer could be read on its way"))
    yield Finding(
        translate(N_("Address on the slips")), fault % {"address": settings.base_url} if plain and not local else ""
    )


def _files() -> Iterator[Finding]:
    folder: Path = minsheng().settings.files
    fault = ""
    if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        fault = translate(N_("%(folder)s can be read by others; it may hold slips: chmod 700")) % {"folder": folder}
    yield Finding(translate(N_("Folder of files")), fault)


def _log() -> Iterator[Finding]:
    with snapshot(minsheng().engine) as session:
        broken = list(broken_links(session))
        last = _last(session)
    checked = translate(N_("Log of staff (%(n)s entries, the last one %(hash)s)")) % last
    fault = translate(N_("the chain is broken at entry %(numbers)s: somebody changed the log"))
    yield Finding(checked, fault % {"numbers": ", ".join(str(number) for number in broken[:10])} if broken else "")


def _figures() -> Iterator[Finding]:
    """Read every count and every run again: whoever changed one in the database is found here."""
    faults: list[str] = []
    with snapshot(minsheng().engine) as session:
        counted = [row for row in list_rounds(session) if row.state == State.COUNTED]
        runs = [
            (name, run.number)
            for name in sorted({row.id for row in list_schemes(session)})
            for run in list_runs(session, name)
        ]
        for row in counted:
            faults += _fault(partial(get_count, session, row))
        for name, number in runs:
            faults += _fault(partial(get_run, session, name, number))
    checked = translate(N_("Counts (%(counts)s) and score runs (%(runs)s)"))
    yield Finding(checked % {"counts": len(counted), "runs": len(runs)}, "; ".join(faults))


def _fault(read: Callable[[], object]) -> list[str]:
    try:
        read()
    except SurveyError as error:
        return [error.say(translate)]
    return []


def _last(session: Session) -> dict[str, object]:
    entries = list_entries(session, None, most=1)
    return {"n": entries[0].number, "hash": entries[0].entry_hash[:16]} if entries else {"n": 0, "hash": "-"}
