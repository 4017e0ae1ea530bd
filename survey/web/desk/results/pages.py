"""A counted round at the desk: count sheet, component tables with intervals and rank bands, files; publishing it."""

from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, abort, render_template, request
from flask import Response as Download
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.base import DeskForm, ReasonForm
from survey.core import clock
from survey.core.errors import N_, AlreadyDone, Refused
from survey.counting.service import get_count
from survey.jobs.queue import wake
from survey.jobs.service import add_job
from survey.reports.disclosure import HIDDEN
from survey.reports.exports import write_report
from survey.reports.rounds import round_tables
from survey.reports.table import Table
from survey.rounds.models import Round, State
from survey.rounds.service import PUBLISHED, frozen_round, get_round, present_voters, publish_round
from survey.staff.roles import Power
from survey.turnout.queries import get_turnout
from survey.web.desk.paging import paged
from survey.web.desk.shell import actor, back, looking, me, note, say, work
from survey.web.desk.upload import download
from survey.web.display import display
from survey.web.results.report import read_report
from survey.web.scores.shown import making
from survey.web.services import services

results = Blueprint("results", __name__, url_prefix="/rounds/<round_id>/results")

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
    "sav": "application/x-spss-sav",
}
FIRST = ("sheet", "results", "units", "classes", "votes")
"""The tables that stand open on the page; the others open down."""

SHOWN = {
    "units": ("code", "name", "group", "rank", "rank_low", "rank_high", "apart", "index", "low", "high", "n", "remark"),
    "classes": ("code", "name", "words", "weight", "minimum", "n", "mean"),
    "votes": ("code", "name", "question", "class", "words", "votes", "base", "share"),
}
"""Of tables with more columns than a screen has room for, those that stand on the page; files have all."""


class NotCounted(Refused):
    """Somebody asks for results before the count."""


@results.errorhandler(NotCounted)
def _too_early(error: NotCounted) -> tuple[str, int]:
    page = render_template("desk/error.html", sentence=error.say(gettext), problems=(), status=403)
    return page, HTTPStatus.FORBIDDEN


def _counted(session: Session, round_id: str) -> Round:
    """Return a round that was counted.

    Raises:
        NotCounted: while it was not; before the count nobody sees an answer, a mean or a share.
    """
    row = get_round(session, round_id)
    if row.state != State.COUNTED:
        raise NotCounted(
            N_("The round %(round)s is not counted; before the count there are no results"), round=row.name
        )
    return row


def _tables(session: Session, row: Round) -> tuple[Table, ...]:
    return round_tables(
        frozen_round(session, row.id),
        get_count(session, row),
        get_turnout(session, row),
        present_voters(session, row),
        gettext,
        language=display().lang,
    )


def _words(table: Table) -> set[str]:
    """Return the columns that are read, not added up."""
    return {
        column.key
        for column in table.columns
        if any(isinstance(one[column.key], str) and one[column.key] != HIDDEN for one in table.records())
    }


@results.get("")
def show(round_id: str) -> str:
    """Show the round's report: its main tables, and of the others the one that ``?table=`` names, page by page."""
    with looking() as session:
        row = _counted(session, round_id)
        report = read_report(session, row, display().lang)
        tables = [one for one in _tables(session, row) if one.rows]
        others = [one for one in tables if one.name not in FIRST]
        chosen = next((one for one in others if one.name == request.args.get("table")), None)
        return render_template(
            "desk/results/show.html",
            round=row,
            report=report,
            open_tables=[one for one in tables if one.name in FIRST],
            other_tables=others,
            chosen=chosen,
            found=paged(list(chosen.records())) if chosen else None,
            words={one.name: _words(one) for one in tables},
            columns=SHOWN,
            downloads=TYPES,
            may_publish=me().may(Power.PUBLISH, row.office),
        )


@results.get("/chart-<int:number>.svg")
def chart(round_id: str, number: int) -> Download:
    """Send the chart of one ranking group."""
    with looking() as session:
        groups = read_report(session, _counted(session, round_id), display().lang).groups
    drawn = groups[number - 1].chart if 1 <= number <= len(groups) else None
    if drawn is None:
        abort(404)
    answer = Download(drawn.svg, mimetype="image/svg+xml")
    # matplotlib's drawings carry their own styles; nothing else may be in them.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer


@results.get("/report.<suffix>")
def report(round_id: str, suffix: str) -> Download:
    """Send the report as a file; of CSV the first table."""
    if suffix not in TYPES:
        abort(404)
    with looking() as session:
        tables = _tables(session, _counted(session, round_id))
    with TemporaryDirectory(prefix="minsheng-") as folder, making:
        file = Path(folder) / f"report.{suffix}"
        write_report(tables, file)
        content = file.read_bytes()
    return download(content, f"{round_id}.{suffix}", TYPES[suffix])


@results.post("/paper")
def paper(round_id: str) -> Response:
    """Let the worker print the report."""
    if not DeskForm().validate():
        raise Refused(N_("This request cannot be understood"))
    with work() as session:
        row = _counted(session, round_id)
        job = add_job(
            session,
            "report",
            office=row.office,
            title=N_("Report of the round %(round)s (PDF)"),
            figures={"round": row.name},
            payload={"round": row.name, "language": display().lang},
            actor=actor(),
            round_name=row.name,
        )
    wake(services().settings)
    return back("desk.jobs.show", job_id=job.id)


@results.route("/publish", methods=["GET", "POST"])
def publish(round_id: str) -> Response | str | tuple[str, int]:
    """State in figures what everybody will see; publish when a reason was typed."""
    form = ReasonForm()
    if form.is_submitted() and form.validate():
        with work() as session:
            row = _counted(session, round_id)
            if row.published_at is not None:
                raise AlreadyDone(N_("The results of the round %(round)s are published already"), round=row.name)
            publish_round(session, row, clock.now())
            figures = {"round": row.name, "reason": form.reason.data}
            note(session, row.office, PUBLISHED, **figures)
        say(N_("%(round)s is published at /results/%(round)s"), **figures)
        return back("desk.results.show", round_id=round_id)
    with looking() as session:
        row = _counted(session, round_id)
        report = read_report(session, row, display().lang)
        page = render_template(
            "desk/results/publish.html",
            round=row,
            report=report,
            announced=report.definition.announced,
            form=form,
        )
    return (page, 400) if form.is_submitted() else page
