"""What all commands share: the language, one-line errors, tables, JSON, progress bars, passphrases."""

import functools
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from tqdm import tqdm

from survey.core.errors import N_, Refused, SurveyError
from survey.core.language import translator
from survey.core.sentences import Word, fill, write_day, write_moment
from survey.reports.disclosure import HIDDEN
from survey.staff.actor import TERMINAL
from survey.staff.audit import record
from survey.storage import migrate
from survey.storage.engine import reading, unit_of_work

P = ParamSpec("P")
R = TypeVar("R")

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
language_option = click.option(
    "--language",
    "words",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="The language of what is written.",
)
reason_option = click.option("--reason", default="-", show_default=True, help="Why; it stands in the log.")
passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file with the passphrase; asked for in the terminal when not given.",
)


@functools.cache
def language() -> str:
    """Return the terminal's language: zh when its locale is Chinese, English otherwise."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def translate(sentence: str) -> str:
    """Return a sentence in the terminal's language."""
    return translator(language())(sentence)


def minsheng() -> Any:  # noqa: ANN401 - the object that create_app made; this room lies below it
    """Return what the application holds: settings, engine, keys; without settings the command ends here."""
    if missing := current_app.extensions.get("offline"):
        raise SystemExit(missing)
    return current_app.extensions["minsheng"]


def edge(function: Callable[P, R]) -> Callable[P, R]:
    """Run a command inside the application; an error is one line, and the exit status 1."""
    guarded = offline_edge(function)

    @with_appcontext
    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        minsheng()
        return guarded(*args, **kwargs)

    return run


def offline_edge(function: Callable[P, R]) -> Callable[P, R]:
    """Run a command as ``edge`` does, but also on a machine without settings and database."""

    @with_appcontext
    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except SurveyError as error:
            stop(error.say(translate))
        except DBAPIError as error:
            _stop_without_tables()
            stop(translate(N_("The database does not do it: %(reason)s")) % {"reason": type(error.orig).__name__})
        except OSError as error:
            stop(f"{error.strerror}: {error.filename}")

    return run


def _stop_without_tables() -> None:
    """End the command with the remedy when the tables are missing or old."""
    try:
        with reading(minsheng().engine) as connection:
            found = migrate.current(connection)
    except DBAPIError:
        return
    if found != migrate.head():
        sentence = N_("The tables are at revision %(found)s, but %(needed)s is needed: run `flask db upgrade`")
        stop(translate(sentence) % {"found": found or "-", "needed": migrate.head()})


def stop(sentence: str) -> NoReturn:
    """End the command with one line."""
    click.echo(f"error: {sentence}", err=True)
    raise SystemExit(1)


@contextmanager
def work() -> Iterator[Session]:
    """Open the command's one transaction."""
    with unit_of_work(minsheng().engine) as session:
        yield session


def note(session: Session, office: str, sentence: str, **figures: object) -> None:
    """Write into the log, in the transaction given, what is done at the terminal."""
    record(session, TERMINAL, office, sentence, **figures)


def say(result: Mapping[str, object], sentence: str, *, as_json: bool) -> None:
    """Print what was done: a sentence with figures, or the figures as JSON."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, default=plain))
    else:
        click.echo(fill(sentence, result, translate))


def say_table(
    rows: Sequence[Mapping[str, object]], columns: Mapping[str, str], *, as_json: bool, title: str = ""
) -> None:
    """Print rows as a table with headings, or as JSON.

    Args:
        rows: the values by column.
        columns: English headings by column.
        as_json: print ``{"rows": [...]}`` instead.
        title: a line above.
    """
    if as_json:
        click.echo(json.dumps({"rows": list(rows)}, ensure_ascii=False, default=plain))
        return
    table = Table(title=title or None, title_justify="left")
    for column, heading in columns.items():
        numeric = all(row[column] == HIDDEN or not isinstance(row[column], str | date) for row in rows)
        table.add_column(translate(heading), justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    width = None if os.isatty(1) else 120
    # A name is a name, also where it looks like an instruction to colour something.
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)


def _cell(value: object) -> str:
    if isinstance(value, Word):
        return translate(value)
    if isinstance(value, datetime):
        return write_moment(value, translate)
    if isinstance(value, date):
        return write_day(value, translate)
    return "-" if value is None else str(value)


def plain(value: object) -> str:
    """Return what JSON has no form for: days and moments by ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


@contextmanager
def progress(label: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr; the function given takes a number of steps done."""
    with tqdm(
        total=total, desc=translate(label), unit=f" {translate(unit)}", ncols=90, mininterval=0.2 if os.isatty(2) else 5
    ) as bar:

        def step(n: int) -> None:
            bar.update(n)

        yield step


def ask_passphrase(file: Path | None, *, new: bool = False, of: str = "") -> str:
    """Return a passphrase from its file or from the terminal, never from the command line.

    Raises:
        Refused: when the file is missing or empty.
    """
    if file is None:
        label = translate(N_("Passphrase")) + (f" ({of})" if of else "")
        return str(click.prompt(label, hide_input=True, confirmation_prompt=new, err=True))
    if not file.is_file() or not file.read_text().strip():
        raise Refused(N_("There is no passphrase in %(file)s"), file=file)
    return file.read_text().strip()


def confirm_id(name: str, question: str) -> None:
    """End the command unless somebody types the name of what is to go."""
    typed = click.prompt(translate(question))
    if typed != name:
        stop(translate(N_("%(typed)s is not %(name)s; nothing was done")) % {"typed": typed, "name": name})


def new_file(file: Path) -> Path:
    """Return a path that does not exist yet.

    Raises:
        Refused: when it exists; nothing is ever overwritten silently.
    """
    if file.exists():
        raise Refused(N_("%(file)s exists already; give another name"), file=file)
    return file
