"""A run as pages show it, in one language: made once and kept in memory, since a run never changes."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from flask_babel import gettext
from sqlalchemy.orm import Session

from survey.reports.scores import Numbered, ScoreReport, score_report, score_tables, unit_report, write_score_report
from survey.reports.scores.reasons import reasons
from survey.reports.scores.said import Said
from survey.reports.table import Cell, Table
from survey.scoring.run import Run
from survey.scoring.service import KeptRun, run_again
from survey.web.display import display

TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}
MOST_REPORTS = 8

# A report is made once; whoever comes meanwhile waits for it instead of making another.
making = Lock()
_shown: dict[tuple[object, ...], "Shown"] = {}


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

    def unit(self, code: str) -> tuple[tuple[Table, ...], Said]:
        """Return every table about one subject, and its explanation.

        Raises:
            NotFound: when the run does not assess it.
        """
        with making:
            return unit_report(self.report, code)

    def groups(self) -> dict[str, list[dict[str, Cell]]]:
        """Return the rows of the overview by ranking group, each with why the subject has its grade."""
        found: dict[str, list[dict[str, Cell]]] = {one.group: [] for one in self.report.run.grades.units}
        for record in self.tables[0].records():
            why = reasons(self.report, self.report.unit(str(record["code"])))
            found[str(record["group"] or "")].append({**record, "remark": gettext("; ").join(why) or None})
        return found

    def file(self, suffix: str, code: str | None = None) -> bytes:
        """Return the run, or one subject's part of it, as a file of one of ``TYPES``."""
        with tempfile.TemporaryDirectory() as folder, making:
            return write_score_report(self.report, Path(folder) / f"report.{suffix}", code)[0].read_bytes()


def show_run(session: Session, kept: KeptRun) -> Shown:
    """Return a kept run in the present language; it is computed anew, once.

    Raises:
        Refused: when it can no longer be computed anew.
    """
    key = (kept.scheme, kept.number, kept.content_hash, kept.published_at, display().lang)
    with making:
        if key not in _shown:
            if len(_shown) >= MOST_REPORTS:
                _shown.pop(next(iter(_shown)))
            _shown[key] = Shown.of(run_again(session, kept), kept)
        return _shown[key]
