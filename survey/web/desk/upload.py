"""Files that come from a browser and go to one: kept only while they are read."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory

from flask import Response, request

from survey.core.errors import N_, Invalid, Problem
from survey.reports.exports.csv import plain
from survey.reports.table import Cell

LONGEST_NAME = 80


@contextmanager
def received(field: str = "file") -> Iterator[Path]:
    """Give the file that was uploaded, under its own name, in a folder that goes away again.

    Args:
        field: the name of the form's field.

    Raises:
        Invalid: when none was chosen.
    """
    sent = request.files.get(field)
    if sent is None or not sent.filename:
        raise Invalid([Problem("", N_("no file was chosen"))])
    with TemporaryDirectory(prefix="minsheng-") as folder:
        file = Path(folder) / _plain_name(sent.filename)
        sent.save(file)
        file.chmod(0o600)
        yield file


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
