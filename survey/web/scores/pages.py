"""The pages of a published run: all ranking groups, one subject, and their files."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from flask import Blueprint, Response, abort, render_template
from flask_babel import gettext
from sqlalchemy.orm import Session

from survey.core.errors import NotFound, Refused
from survey.reports.scores import Numbered, ScoreReport, score_report, score_tables, unit_report, write_score_report
from survey.reports.scores.reasons import reasons
from survey.reports.scores.said import Said
from survey.reports.table import Cell, Table
from survey.scoring.run import Run
from survey.scoring.service import KeptRun, get_published, run_again
from survey.storage.engine import reading
from survey.web.answer.status import Refusal
from survey.web.display import display
from survey.web.services import services

TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}
MOST_REPORTS = 8


@dataclass(frozen=True)
class Shown:
    """A published run in one language, made once: a run never changes."""

    kept: KeptRun
    report: ScoreReport
    tables: tuple[Table, ...]

    @classmethod
    def of(cls, run: Run, kept: KeptRun) -> "Shown":
        """Make it in the present language."""
        numbered = Numbered(run, kept.number, made_at=kept.made_at, what_if=kept.what_if, software=kept.software)
        report = score_report(numbered, gettext, display().lang)
        return cls(kept, report, score_tables(report))

    @property
    def facts(self) -> dict[str, object]:
        """What both pages say about the run."""
        return {"kept": self.kept, "scheme": self.report.scheme, "downloads": TYPES}


scores = Blueprint("scores", __name__, url_prefix="/scores")

# A report is made once; whoever comes meanwhile waits for it instead of making another.
_making = Lock()
_shown: dict[tuple[str, int, str, str], Shown] = {}


@scores.get("/<scheme_id>")
def show(scheme_id: str) -> str:
    """Show every ranking group of a published run."""
    shown = _published(scheme_id)
    overview, *others = shown.tables
    groups: dict[str, list[dict[str, Cell]]] = {one.group: [] for one in shown.report.run.grades.units}
    for record in overview.records():
        why = reasons(shown.report, shown.report.unit(str(record["code"])))
        groups[str(record["group"] or "")].append({**record, "remark": "; ".join(why) or None})
    return render_template(
        "scores/run.html",
        **shown.facts,
        overview=overview,
        groups=groups,
        tables={table.name: table for table in others},
    )


@scores.get("/<scheme_id>/units/<code>")
def unit(scheme_id: str, code: str) -> str:
    """Show one subject's figures, and the explanation of its score, rank and grade."""
    shown = _published(scheme_id)
    tables, said = _said(shown, code)
    return render_template(
        "scores/unit.html",
        **shown.facts,
        code=code,
        name=shown.report.unit(code).name,
        tables={table.name: table for table in tables},
        said=said,
    )


@scores.get("/<scheme_id>/report.<suffix>")
def download(scheme_id: str, suffix: str) -> Response:
    """Send a published run as a file."""
    return _file(scheme_id, suffix, None)


@scores.get("/<scheme_id>/units/<code>/report.<suffix>")
def download_unit(scheme_id: str, code: str, suffix: str) -> Response:
    """Send one subject's part of a published run as a file."""
    return _file(scheme_id, suffix, code)


def _file(scheme_id: str, suffix: str, code: str | None) -> Response:
    if suffix not in TYPES:
        abort(404)
    shown = _published(scheme_id)
    if code is not None:
        _said(shown, code)
    with tempfile.TemporaryDirectory() as folder, _making:
        content = write_score_report(shown.report, Path(folder) / f"report.{suffix}", code)[0].read_bytes()
    response = Response(content, mimetype=TYPES[suffix])
    name = scheme_id if code is None else f"{scheme_id}-{code}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return response


def _published(scheme_id: str) -> Shown:
    """Return the last published run of a scheme.

    Raises:
        Refusal: when there is none, or it can no longer be computed anew.
    """
    with reading(services().engine) as connection, Session(connection) as session:
        try:
            kept = get_published(session, scheme_id)
        except NotFound as error:
            raise Refusal("not_found") from error
        if kept is None:
            raise Refusal("not_published")
        key = (kept.scheme, kept.number, kept.content_hash, display().lang)
        with _making:
            if key not in _shown:
                if len(_shown) >= MOST_REPORTS:
                    _shown.pop(next(iter(_shown)))
                _shown[key] = _made(session, kept)
            return _shown[key]


def _made(session: Session, kept: KeptRun) -> Shown:
    try:
        return Shown.of(run_again(session, kept), kept)
    except Refused as error:
        raise Refusal("outdated") from error


def _said(shown: Shown, code: str) -> tuple[tuple[Table, ...], Said]:
    try:
        with _making:
            return unit_report(shown.report, code)
    except NotFound as error:
        raise Refusal("not_found") from error
