"""The list of all that is published; the page of a published round, its charts and its downloads."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.words import Words
from survey.rounds.service import get_round, list_rounds
from survey.scoring.service import PublishedScheme, list_published
from survey.storage.engine import reading
from survey.web.answer.status import Refusal
from survey.web.display import display, local_day
from survey.web.results.report import BALLOTS, Report, read_report
from survey.web.services import services

TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# matplotlib's drawings carry their own styles; nothing else may be in them.
CHART_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

results = Blueprint("results", __name__, url_prefix="/results")


@dataclass(frozen=True)
class PublishedRound:
    """A line of the list."""

    name: str
    title: Words
    organiser: Words
    day: str


@results.get("")
def index() -> str:
    """List every published round and every scheme with a published run, the newest first."""
    rounds, schemes = _everything()
    return render_template(
        "results/index.html",
        rounds=rounds,
        schemes=[(one, local_day(one.published_at)) for one in schemes],
    )


def _everything() -> tuple[list[PublishedRound], list[PublishedScheme]]:
    with reading(services().engine) as connection, Session(connection) as session:
        published = [(row.published_at, row) for row in list_rounds(session) if row.published_at is not None]
        rounds = [
            PublishedRound(
                row.name,
                Words.model_validate(row.definition["title"]),
                Words.model_validate(row.definition["organiser"]),
                local_day(at),
            )
            for at, row in sorted(published, key=lambda one: (one[0], one[1].name), reverse=True)
        ]
        return rounds, list_published(session)


@results.get("/<round_id>")
def show(round_id: str) -> str:
    """Show a published round's figures."""
    report = _published(round_id)
    template = "results/ballot.html" if report.definition.kind in BALLOTS else "results/round.html"
    return render_template(template, round_id=round_id, report=report, downloads=TYPES)


@results.get("/<round_id>/report.<suffix>")
def download(round_id: str, suffix: str) -> Response:
    """Send all of a published round's figures as a file."""
    if suffix not in TYPES:
        abort(404)
    response = Response(_published(round_id).file(f".{suffix}"), mimetype=TYPES[suffix])
    response.headers["Content-Disposition"] = f'attachment; filename="{round_id}.{suffix}"'
    return response


@results.get("/<round_id>/chart-<int:number>.svg")
def chart(round_id: str, number: int) -> Response:
    """Send the chart of one ranking group."""
    charts = [group.chart for group in _published(round_id).groups]
    drawn = charts[number - 1] if 1 <= number <= len(charts) else None
    if drawn is None:
        abort(404)
    response = Response(drawn.svg, mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = CHART_POLICY
    return response


def _published(round_id: str) -> Report:
    """Return a round's report.

    Raises:
        Refusal: when there is no such round, or its results are not published.
    """
    with reading(services().engine) as connection, Session(connection) as session:
        try:
            row = get_round(session, round_id)
        except NotFound as error:
            raise Refusal("not_found") from error
        if row.published_at is None:
            raise Refusal("not_published")
        return read_report(session, row, display().lang)
