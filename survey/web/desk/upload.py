"""Files that come from a browser and go to one: kept only while they are read."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory

from flask import Response, request
from sqlalchemy.orm import Session

from survey.core.errors import N_, Invalid, Problem, SurveyError
from survey.jobs.keeping import put_upload
from survey.jobs.models import Job
from survey.jobs.service import add_job
from survey.reports.exports.csv import plain
from survey.reports.table import Cell
from survey.web.desk.shell import actor
from survey.web.services import services
from survey.worker.importing import KIND

LONGEST_NAME = 80
LONG = 1_000_000
"""Bytes of a table that the worker reads: some 15,000 rows, with which the page would keep a person waiting for
seconds, and all others who write for one."""


@contextmanager
def received(field: str = "file") -> Iterator[Path]:
    """Give the file that was uploaded, under its own name, in a folder that goes away again.

    Args:
        field: the name of the form's field.

    Raises:
        Invalid: when none was chosen.
        SurveyError: as the block; it names the file as its owner knows it, not where it lay here.
    """
    sent = request.files.get(field)
    if sent is None or not sent.filename:
        raise Invalid([Problem("", N_("no file was chosen"))])
    with TemporaryDirectory(prefix="minsheng-") as folder:
        file = Path(folder) / _plain_name(sent.filename)
        sent.save(file)
        file.chmod(0o600)
        try:
            yield file
        except SurveyError as error:
            error.figures = {name: file.name if value == file else value for name, value in error.figures.items()}
            raise


def is_long(file: Path) -> bool:
    """Tell whether a table is for the worker to read."""
    return file.stat().st_size > LONG


def leave_to_worker(session: Session, file: Path, office: str, title: str, round_name: str = "") -> Job:
    """Let the worker take a table, all of it or nothing; after the transaction the edge wakes it.

    Args:
        session: the transaction.
        file: the table.
        office: whose it is.
        title: what the job is called, with places for ``file`` and ``round``.
        round_name: the round whose voters it holds; without one it is the roster.
    """
    about = {"round": round_name} if round_name else {}
    payload = {"file": file.name, **about}
    job = add_job(
        session,
        KIND,
        office=office,
        title=title,
        figures=payload,
        payload=payload,
        actor=actor(),
        round_name=round_name,
    )
    with file.open("rb") as stream:
        put_upload(services().settings.files, job.id, stream, file.name)
    return job


def _plain_name(name: str) -> str:
    """Return the last part of a name, as far as it can be printed; browsers may send whole paths."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"/\\|?*')
    return kept.lstrip(".")[-LONGEST_NAME:] or "file"


def download(content: bytes, name: str, mimetype: str) -> Response:
    """Return a file for the browser to keep; its name is plain ASCII."""
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def download_table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], name: str) -> Response:
    """Return a table as CSV, with the columns under which it can be uploaded again."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([plain(cell) for cell in row] for row in rows)
    return download(out.getvalue().encode("utf-8-sig"), name, "text/csv")
