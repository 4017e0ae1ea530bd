"""Codes and paper of a round (发码与打印): the batches, and the jobs that issue, print, and print again."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.printing import CodesForm, PosterForm, SlipsForm, SpareForm
from survey.codes.service import left_to_issue, list_batches
from survey.core.errors import N_, Invalid, Problem, Refused
from survey.core.ids import derive_key
from survey.jobs.keeping import put_upload
from survey.jobs.models import Job
from survey.jobs.queue import wake
from survey.jobs.service import add_job, list_jobs, under_way
from survey.rounds.definition import RoundDefinition
from survey.rounds.links import PURPOSE, Hall, hall_path
from survey.rounds.models import Round, State, VoterGroupRow
from survey.rounds.service import get_round, list_voter_groups
from survey.staff.roles import Power
from survey.web.desk.doors import door_of
from survey.web.desk.remembered import remembered
from survey.web.desk.shell import actor, back, looking, me, note, work
from survey.web.services import services

printing = Blueprint("printing", __name__, url_prefix="/rounds/<round_id>/print")

ALL = ""
"""The choice of every voter group."""


@printing.get("")
def show(round_id: str) -> str:
    """Show the batches, and what can be printed."""
    return _page(round_id)


@printing.post("/codes")
def codes(round_id: str) -> Response | tuple[str, int]:
    """Issue what is planned and not issued yet, and print it."""
    form = CodesForm(prefix="planned")
    if not form.validate_on_submit():
        return _page(round_id, codes_form=form), HTTPStatus.BAD_REQUEST
    with work() as database:
        row = _not_under_way(database, round_id)
        job = _start(
            database,
            row,
            "codes",
            N_("Issue and print the planned codes of %(round)s"),
            {"layout": form.layout.data, "language": form.language.data},
        )
        note(database, row.office, N_("Asked for the planned codes of %(round)s to be issued"), round=row.name)
    return _begun(job)


@printing.post("/spare")
def spare(round_id: str) -> Response | tuple[str, int]:
    """Issue spare codes, and print them."""
    with work() as database:
        row = get_round(database, round_id)
        form = _spare_form(list_voter_groups(database, row))
        if not form.validate_on_submit():
            return _page(round_id, spare_form=form), HTTPStatus.BAD_REQUEST
        _not_under_way(database, round_id)
        group, _space, ballot_class = (form.voters.data or ALL).partition(" ")
        job = _start(
            database,
            row,
            "codes",
            N_("Issue and print %(spare)s spare codes for each voter group chosen in %(round)s"),
            {
                "layout": form.layout.data,
                "language": form.language.data,
                "spare": form.spare.data,
                "group": group,
                "ballot_class": ballot_class,
            },
            spare=form.spare.data,
        )
        note(
            database,
            row.office,
            N_("Asked for %(spare)s spare codes for each voter group chosen in %(round)s"),
            round=row.name,
            spare=form.spare.data,
        )
    return _begun(job)


@printing.post("/slips")
def slips(round_id: str) -> Response | tuple[str, int]:
    """Print slips again from a list of codes."""
    form = SlipsForm(prefix="slips")
    sent = form.file.data
    if not form.validate_on_submit():
        return _page(round_id, slips_form=form), HTTPStatus.BAD_REQUEST
    if not sent or not sent.filename:
        raise Invalid([Problem("", N_("no file was chosen"))])
    with work() as database:
        row = get_round(database, round_id)
        job = _start(
            database,
            row,
            "slips",
            N_("Print slips of %(round)s again"),
            {"layout": form.layout.data, "language": form.language.data},
        )
        put_upload(services().settings.files, job.id, sent.stream)
        note(database, row.office, N_("Asked for slips of %(round)s to be printed again"), round=row.name)
    return _begun(job)


@printing.post("/poster")
def poster(round_id: str) -> Response | tuple[str, int]:
    """Print the poster of the room."""
    form = PosterForm(prefix="poster")
    if not form.validate_on_submit():
        return _page(round_id, poster_form=form), HTTPStatus.BAD_REQUEST
    with work() as database:
        row = get_round(database, round_id)
        job = _start(
            database,
            row,
            "poster",
            N_("Print the poster of %(round)s on %(paper)s"),
            {"paper": form.paper.data, "language": form.language.data},
            paper=form.paper.data,
        )
        note(database, row.office, N_("Asked for the poster of %(round)s"), round=row.name)
    return _begun(job)


def _start(
    database: Session, row: Round, kind: str, title: str, payload: dict[str, Any], **figures: int | str | None
) -> Job:
    return add_job(
        database,
        kind,
        office=row.office,
        title=title,
        figures={"round": row.name, **figures},
        payload={"round": row.name, **payload},
        actor=actor(),
        round_name=row.name,
    )


def _begun(job: Job) -> Response:
    wake(services().settings)
    return back("desk.jobs.show", job_id=job.id)


def _not_under_way(database: Session, round_id: str) -> Round:
    row = get_round(database, round_id)
    # Two people asking at once: the second one waits here, and sees the first one's job.
    database.refresh(row, with_for_update=True)
    if reason := _closed(row):
        raise reason
    if under_way(database, "codes", row.name):
        raise Refused(N_("Codes of %(round)s are being issued already; wait for that job"), round=row.name)
    return row


def _closed(row: Round) -> Refused | None:
    """Return why a round takes no codes."""
    if row.state in (State.READY, State.OPEN):
        return None
    if row.state == State.DRAFT:
        return Refused(N_("Codes are issued when the round is ready to open; check it on its task list"))
    return Refused(N_("The round is closed; it takes no codes any more"))


def _spare_form(groups: list[VoterGroupRow]) -> SpareForm:
    form = SpareForm(prefix="spare")
    names = [f"{group.group} {group.ballot_class}" for group in groups]
    form.voters.choices = {ALL: gettext("every voter group")} | dict(zip(names, names, strict=True))
    return form


def _page(round_id: str, **forms: CodesForm | PosterForm) -> str:
    with looking() as database:
        row = get_round(database, round_id)
        definition = RoundDefinition.model_validate(row.definition)
        groups = list_voter_groups(database, row)
        batches = list_batches(database, row)
        jobs = list_jobs(database, None, round_name=row.name, most=8)
        busy = under_way(database, "codes", row.name)
        # Codes of a batch that was voided are left to issue again, except those used: how many may be secret.
        secret = definition.secret and row.state == State.OPEN
        left = sum(left_to_issue(database, row, groups).values())
    closed = _closed(row)
    by_id = {group.id: group for group in groups}
    given = {
        "codes_form": CodesForm(prefix="planned"),
        "spare_form": _spare_form(groups),
        "slips_form": SlipsForm(prefix="slips"),
    } | forms
    return render_template(
        "desk/printing/show.html",
        round=row,
        batches=[(batch, by_id[batch.voter_group_id], *door_of(batch)) for batch in batches],
        planned=sum(group.planned for group in groups),
        issued=sum(batch.size for batch in batches if not batch.spare and not batch.void),
        spare=sum(batch.size for batch in batches if batch.spare and not batch.void),
        void=sum(batch.size for batch in batches if batch.void),
        left=None if secret and any(batch.void for batch in batches) else left,
        nothing_left=not left,
        jobs=[(job, remembered(job.title, job.figures)) for job in jobs],
        busy=busy,
        closed=closed.say(gettext) if closed else "",
        may_print=me().may(Power.PRINT, row.office),
        meeting=definition.meeting,
        links=_links(row, definition),
        poster_form=given.pop("poster_form", None) or PosterForm(prefix="poster"),
        **given,
    )


def _links(row: Round, definition: RoundDefinition) -> list[tuple[str, str]]:
    """Return the links of a meeting: the projector's for all of the office, the host's for those who run the round."""
    if not definition.meeting or row.state in (State.CLOSED, State.COUNTED):
        return []
    settings = services().settings
    key = derive_key(settings.secret_key, PURPOSE)
    base = settings.base_url
    found = [(gettext("For the projector"), base + hall_path(Hall.PROJECTOR, row.name, key))]
    if me().may(Power.RUN, row.office):
        label = gettext("For the host alone: whoever has it opens and closes the vote")
        found.append((label, base + hall_path(Hall.HOST, row.name, key)))
    return [*found, (gettext("For a tablet that several people share"), f"{base}/?kiosk=1")]
