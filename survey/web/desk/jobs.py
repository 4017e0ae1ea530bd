"""Long jobs: how far they are, what came of them, and stopping them (任务). Closing the page changes nothing."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask_babel import format_decimal, gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from survey.core.clock import now
from survey.core.errors import N_, NotFound
from survey.core.sentences import fill
from survey.jobs.keeping import keep_only, remove_file
from survey.jobs.models import OVER, Job, JobFile, JobState
from survey.jobs.news import is_news, see
from survey.jobs.queue import wake
from survey.jobs.rules import KEPT, expires_at
from survey.jobs.service import (
    ask_cancel,
    get_file,
    get_job,
    list_files,
    list_jobs,
    note_taken,
    progress_of,
    try_again,
)
from survey.staff.roles import Power
from survey.web.desk.remembered import remembered
from survey.web.desk.shell import back, looking, me, note, own_address, say, work
from survey.web.numerals import cell
from survey.web.services import services
from survey.worker.handlers import HANDLERS

jobs = Blueprint("jobs", __name__, url_prefix="/jobs")

SECONDS = 2
"""How often a page with a job under way is renewed."""

STATES = {
    JobState.QUEUED: (N_("queued"), "wait"),
    JobState.RUNNING: (N_("under way"), "wait"),
    JobState.DONE: (N_("done"), "ok"),
    JobState.FAILED: (N_("failed"), "bad"),
    JobState.CANCELLED: (N_("cancelled"), "todo"),
}
RESULTS = {
    "envelopes": N_("Envelopes in the urn"),
    "root": N_("Root of the urn"),
    "hash": N_("Hash of the count"),
    "slips": N_("Slips printed"),
    "batches": N_("Batches issued"),
    "voided": N_("Batches voided again"),
    "cast": N_("Ballots cast by made-up voters"),
    "rows": N_("Rows stored"),
    "planned": N_("Ballots planned"),
    "turned_away": N_("Turned away at a door that was shut, or with a code that is void"),
    "metres": N_("Metres from which the QR code can be read"),
    "pages": N_("Pages printed"),
    "sampled": N_("Pages drawn and read back before anybody gets them"),
    "read": N_("QR codes read on those pages, all right"),
    "signs": N_("Different signs on those pages, all embedded"),
}
"""What the figures of a job's result are called."""


@dataclass(frozen=True)
class Shown:
    """A job as a page shows it, its sentences in the reader's language."""

    job: Job
    title: str
    state: str
    kind: str
    how_far: str
    rate: str
    left: str
    percent: int | None
    error: str
    results: list[tuple[str, str]]
    faults: list[str]

    @property
    def over(self) -> bool:
        """Whether nothing changes any more."""
        return self.job.state in OVER


@jobs.get("")
def index() -> str:
    """List the jobs of the member's offices."""
    with looking() as database:
        found = [shown_job(job) for job in list_jobs(database, me().rights.offices(Power.SEE))]
    # Who asked for one is told of it above.
    failed = [one for one in found if _failed_lately(one.job) and not is_news(one.job, me().id)]
    running = any(not one.over for one in found)
    return render_template("desk/jobs/index.html", jobs=found, running=running, failed=failed, hours=_HOURS)


@jobs.get("/<job_id>")
def show(job_id: str) -> str:
    """Show one job."""
    return _page("desk/jobs/show.html", job_id)


@jobs.get("/<job_id>/progress")
def progress(job_id: str) -> str:
    """Return the part of the page that changes by itself."""
    return _page("desk/jobs/progress.html", job_id)


@jobs.post("/<job_id>/cancel")
def cancel(job_id: str) -> Response:
    """Stop a job: what waits at once, what is under way after its present chunk."""
    with work() as database:
        job = _handled(database, job_id)
        ask_cancel(database, job)
        if job.state in OVER:
            # No worker has had it, so none puts away what was sent with it.
            keep_only(services().settings.files, job.id, set())
        note(database, job.office, N_("Cancelled a job: %(job)s"), job=job.title, **job.figures)
    say(N_("The job stops when its present part is finished."))
    return back("desk.jobs.show", job_id=job_id)


@jobs.post("/<job_id>/seen")
def seen(job_id: str) -> Response:
    """Note that who asked for a job knows how it ended, and go back to where they were."""
    with work() as database:
        see(database, get_job(database, job_id), me().id)
    return redirect(own_address(request.form.get("next", "")) or url_for("desk.jobs.index"), HTTPStatus.SEE_OTHER)


@jobs.post("/<job_id>/again")
def again(job_id: str) -> Response:
    """Put a job that failed back into the queue."""
    with work() as database:
        job = _handled(database, job_id)
        try_again(database, job)
        note(database, job.office, N_("Let a job be tried again: %(job)s"), job=job.title, **job.figures)
    wake(services().settings)
    return back("desk.jobs.show", job_id=job_id)


@jobs.get("/<job_id>/files/<name>")
def download(job_id: str, name: str) -> Response:
    """Give a file; one with codes to whoever asked for it, or may print in the office."""
    with work() as database:
        job = get_job(database, job_id)
        file = get_file(database, job, name)
        if not _may_have(job, file):
            abort(HTTPStatus.FORBIDDEN)
        # The name is one of the table's, so it leads nowhere else.
        place = (services().settings.files / job.id / file.name).absolute()
        if not place.is_file():
            raise NotFound(N_("The file is removed; files are kept for %(hours)s hours"), hours=_HOURS)
        note_taken(database, file)
        note(database, job.office, N_("Downloaded %(file)s"), file=file.name)
    answer = send_file(place, mimetype=file.mimetype, as_attachment=True, download_name=file.name, conditional=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@jobs.post("/<job_id>/files/<name>/remove")
def remove(job_id: str, name: str) -> Response:
    """Remove a file now."""
    with work() as database:
        job = _handled(database, job_id)
        file = get_file(database, job, name)
        remove_file(database, services().settings.files, file, now())
        note(database, job.office, N_("Removed %(file)s"), file=file.name)
    say(N_("%(file)s is removed."), file=name)
    return back("desk.jobs.show", job_id=job_id)


_HOURS = KEPT // timedelta(hours=1)


def _page(template: str, job_id: str) -> str:
    with looking() as database:
        job = get_job(database, job_id)
        files = list_files(database, job)
    if is_news(job, me().id):
        with work() as database:
            see(database, get_job(database, job_id), me().id)
    return render_template(
        template,
        shown=shown_job(job),
        job=job,
        files=[(file, _may_have(job, file)) for file in files],
        handled=_may_handle(job),
        may_try=job.state == JobState.FAILED
        and not job.needs_secret
        and "faults" not in job.result
        and _may_handle(job),
        expires=expires_at(job.ended_at) if job.ended_at else None,
        hours=_HOURS,
        seconds=SECONDS,
    )


def _handled(database: Session, job_id: str) -> Job:
    """Return a job that the member may stop, try again, or empty."""
    job = get_job(database, job_id)
    if not _may_handle(job):
        abort(HTTPStatus.FORBIDDEN)
    return job


def _failed_lately(job: Job) -> bool:
    return job.state == JobState.FAILED and job.ended_at is not None and expires_at(job.ended_at) > now()


def _may_handle(job: Job) -> bool:
    """Tell whether the member has the power that the job needs now, whoever asked for it."""
    powers = HANDLERS[job.kind].powers if job.kind in HANDLERS else frozenset()
    return any(me().may(power, job.office) for power in powers)


def _may_have(job: Job, file: JobFile) -> bool:
    """Tell whether the member may download a file."""
    if job.kind in HANDLERS and HANDLERS[job.kind].guarded:
        return _may_handle(job)
    return not file.once or me().may(Power.PRINT, job.office)


def shown_job(job: Job) -> Shown:
    """Return a job as pages show it."""
    state, kind = STATES[JobState(job.state)]
    if job.cancelling and job.state not in OVER:
        state = N_("stopping")
    found = progress_of(job)
    figures = {"done": format_decimal(found.done), "total": format_decimal(found.total), "unit": gettext(job.unit)}
    sentence = N_("%(done)s of %(total)s %(unit)s") if found.total else N_("%(done)s %(unit)s")
    rate = ""
    if found.per_second is not None:
        each = format_decimal(round(found.per_second) if found.per_second >= 1 else round(float(found.per_second), 2))
        rate = gettext("%(rate)s a second", rate=each)
    return Shown(
        job,
        remembered(job.title, job.figures),
        gettext(state),
        kind,
        gettext(sentence) % figures if job.unit else "",
        rate,
        _left(found.left) if found.left and job.state == JobState.RUNNING else "",
        found.percent if found.total else None,
        _error(job),
        [(gettext(RESULTS[name]), str(cell(value))) for name, value in job.result.items() if name in RESULTS],
        _faults(job),
    )


def _error(job: Job) -> str:
    """Return why a job failed, with the place in a file, and how many more faults there are."""
    if not job.error:
        return ""
    sentence = remembered(job.error, job.error_figures)
    if where := job.error_figures.get("where"):
        sentence = f"{where}: {sentence}"
    if more := job.error_figures.get("more"):
        sentence += " " + gettext("(and %(more)s more)", more=more)
    return sentence


def _faults(job: Job) -> list[str]:
    """Return what was wrong with the file that a job was given, where there is more to tell than the error does."""
    found = job.result.get("faults", [])
    said = [f"{one['where']}: {fill(one['message'], one['figures'], gettext)}" for one in found]
    if rest := job.result.get("n", 0) - len(found):
        said.append(gettext("and %(n)s more", n=format_decimal(rest)))
    return said if len(said) > 1 else []


def _left(left: timedelta) -> str:
    """Return a time left as people say it."""
    minutes, seconds = divmod(int(left.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    said: str = gettext("%(seconds)s s left", seconds=seconds)
    if hours:
        said = gettext("%(hours)s h %(minutes)s min left", hours=hours, minutes=minutes)
    elif minutes:
        said = gettext("%(minutes)s min %(seconds)s s left", minutes=minutes, seconds=seconds)
    return said
