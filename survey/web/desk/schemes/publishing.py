"""Publish a run, as a step of its own; let the worker make its exact bundle for examiners, and its paper."""

from flask import render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from forms.desk.base import DeskForm, ReasonForm
from survey.bundles.exporting import EXPORTED, expect_exportable
from survey.core import clock
from survey.core.errors import N_, AlreadyDone, Refused
from survey.jobs.models import Job
from survey.jobs.queue import wake
from survey.jobs.service import add_job
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.service import PUBLISHED, expect_publishable, get_published, publish_run
from survey.staff.models import ROOT
from survey.web.desk.schemes.room import crumbs_to, kept_at, schemes, title_of
from survey.web.desk.shell import actor, back, looking, note, say, work
from survey.web.display import display
from survey.web.scores.shown import show_run
from survey.web.services import services

NO_REASON = N_("The reason is missing; nothing was done")


@schemes.route("/<scheme_id>/runs/<int:number>/publish", methods=["GET", "POST"])
def publish(scheme_id: str, number: int) -> Response | str | tuple[str, int]:
    """State in figures what everybody will see; publish when a reason was typed."""
    form = ReasonForm()
    if form.is_submitted() and form.validate():
        with work() as session:
            publish_run(session, scheme_id, number, clock.now())
            figures = {"scheme": scheme_id, "number": number, "reason": form.reason.data}
            note(session, ROOT, PUBLISHED, **figures)
        say(N_("Run %(number)s of %(scheme)s is published at /scores/%(scheme)s"), **figures)
        return back("desk.schemes.run", scheme_id=scheme_id, number=number)
    with looking() as session:
        kept = kept_at(session, scheme_id, number)
        stop = ""
        try:
            expect_publishable(session, kept.run)
        except (Refused, AlreadyDone) as error:
            stop = error.say(gettext)
        shown = show_run(session, kept.run)
        earlier = get_published(session, scheme_id)
    units = shown.report.run.grades.units
    page = render_template(
        "desk/schemes/publish.html",
        scheme=kept.scheme,
        title=title_of(kept.scheme),
        crumbs=crumbs_to(kept.scheme, kept.run),
        kept=kept.run,
        units=len(units),
        insufficient=sum(isinstance(one.score, Insufficient) for one in units),
        undecided=sum(1 for one in units if one.open and one.decision is None),
        withheld=sum(1 for one in units if shown.report.disclosed.withheld(one.code)),
        earlier=earlier.number if earlier else None,
        stop=stop,
        form=form,
    )
    return (page, 400) if form.is_submitted() else page


@schemes.post("/<scheme_id>/runs/<int:number>/bundle")
def bundle(scheme_id: str, number: int) -> Response:
    """Let the worker make the exact bundle of a run, for examiners; who wanted it and why stands in the log."""
    form = ReasonForm()
    if not form.validate():
        raise Refused(NO_REASON)
    figures = {"scheme": scheme_id, "number": number}
    with work() as session:
        kept = kept_at(session, scheme_id, number).run
        expect_exportable(kept)
        title = N_("Exact bundle of run %(number)s of %(scheme)s")
        job = add_job(session, "bundle", office=ROOT, title=title, figures=figures, payload=figures, actor=actor())
        note(session, ROOT, EXPORTED, reason=form.reason.data, **figures)
    return begun(job)


@schemes.post("/<scheme_id>/runs/<int:number>/paper")
def paper(scheme_id: str, number: int) -> Response:
    """Let the worker print the report of a run."""
    if not DeskForm().validate():
        raise Refused(N_("This request cannot be understood"))
    figures = {"scheme": scheme_id, "number": number}
    with work() as session:
        kept_at(session, scheme_id, number)
        payload = figures | {"language": display().lang}
        title = N_("Report of run %(number)s of %(scheme)s (PDF)")
        job = add_job(session, "report", office=ROOT, title=title, figures=figures, payload=payload, actor=actor())
    return begun(job)


def begun(job: Job) -> Response:
    """Wake the worker, and lead to the job's page."""
    wake(services().settings)
    return back("desk.jobs.show", job_id=job.id)
