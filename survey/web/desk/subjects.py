"""The roster of units and cadres: search, change one, fill it from a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, render_template, request
from flask import Response as Download
from werkzeug.wrappers import Response

from forms.desk.subjects import SubjectForm
from forms.desk.uploads import TableForm
from survey.core import clock
from survey.core.errors import N_, AlreadyDone, Invalid, NotFound, Refused, SurveyError
from survey.jobs.queue import wake
from survey.rounds.roster import check_drafts, remove_subject, rounds_using
from survey.staff.models import ROOT
from survey.staff.roles import Power
from survey.subjects.roster import COLUMNS, OPTIONAL, Subject, read_roster, subject_of
from survey.subjects.service import IMPORTED, add_subject, change_subject, get_subject, list_subjects, put_subjects
from survey.web.desk.faults import faults, status_of
from survey.web.desk.paging import paged
from survey.web.desk.shell import back, looking, me, note, say, work
from survey.web.desk.upload import download_table, is_long, leave_to_worker, received
from survey.web.services import services

subjects = Blueprint("subjects", __name__, url_prefix="/subjects")

SORTS = ("roster", "code", "name", "unit_type", "group", "population")


@dataclass(frozen=True)
class Search:
    """What of the roster is shown, as the address says it."""

    words: str = ""
    unit_type: str = ""
    group: str = ""
    kind: str = ""
    sort: str = "roster"

    @classmethod
    def asked(cls) -> "Search":
        """Read the address; what is unknown is left out."""
        words, unit_type, group, kind = (request.args.get(name, "")[:100] for name in ("q", "type", "group", "kind"))
        sort = request.args.get("sort", "")
        return cls(words.strip(), unit_type, group, kind, sort if sort in SORTS else SORTS[0])

    @property
    def arguments(self) -> dict[str, str]:
        """The address again, without what is usual."""
        said = {"q": self.words, "type": self.unit_type, "group": self.group, "kind": self.kind}
        return {name: value for name, value in said.items() if value} | (
            {"sort": self.sort} if self.sort != SORTS[0] else {}
        )

    def find(self, roster: Sequence[Subject]) -> list[Subject]:
        """Return the subjects that fit, in the order asked for."""
        found = [one for one in roster if self._fits(one)]
        if self.sort == "population":
            return sorted(found, key=lambda one: -(one.population or 0))
        return found if self.sort == SORTS[0] else sorted(found, key=lambda one: str(getattr(one, self.sort)))

    def _fits(self, one: Subject) -> bool:
        return (
            (not self.words or self.words.lower() in f"{one.code} {one.name}".lower())
            and (not self.unit_type or one.unit_type == self.unit_type)
            and (not self.group or one.group == self.group)
            and (not self.kind or one.kind == self.kind)
        )


@subjects.get("")
def index() -> str:
    """Show the roster, as far as the address asks for it."""
    return _roster()


@subjects.post("")
def upload() -> Response | tuple[str, int]:
    """Take a roster from a file: subjects of the same code are replaced, others stay; all of it or nothing."""
    try:
        with received() as file:
            if is_long(file):
                return _left_to_worker(file)
            read = read_roster(file)
            figures = {"n": len(read), "file": file.name}
            with work() as session:
                put_subjects(session, read)
                check_drafts(session, clock.now())
                note(session, ROOT, IMPORTED, **figures)
    except SurveyError as error:
        return _roster(problems=faults(error)), status_of(error)
    say(IMPORTED, **figures)
    return back("desk.subjects.index")


def _left_to_worker(file: Path) -> Response:
    with work() as session:
        job = leave_to_worker(session, file, ROOT, N_("Import the roster from the file %(file)s"))
        note(session, ROOT, N_("Asked for the roster in the file %(file)s to be imported"), file=file.name)
    wake(services().settings)
    return back("desk.jobs.show", job_id=job.id)


@subjects.get("/roster.csv")
def download() -> Download:
    """Give the subjects that the address asks for as a file that can be uploaded again."""
    with looking() as session:
        found = Search.asked().find(list_subjects(session))
    columns = (*COLUMNS, *OPTIONAL)
    return download_table(columns, [[getattr(one, name) for name in columns] for one in found], "subjects.csv")


@subjects.route("/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """Add one unit or cadre."""
    form = SubjectForm(data={"unit_type": request.args.get("type"), "parent": request.args.get("parent")})
    if not form.is_submitted():
        return render_template("desk/subjects/one.html", form=form, code="")
    try:
        with work() as session:
            subject = _subject(form)
            add_subject(session, subject)
            check_drafts(session, clock.now())
            note(session, ROOT, N_("Added %(code)s %(name)s to the roster"), code=subject.code, name=subject.name)
    except (Invalid, AlreadyDone) as error:
        return render_template("desk/subjects/one.html", form=form, code="", problems=faults(error, form)), 400
    say(N_("Added %(code)s %(name)s to the roster"), code=subject.code, name=subject.name)
    return back("desk.subjects.index")


@subjects.route("/of/<code>", methods=["GET", "POST"])
def edit(code: str) -> Response | str | tuple[str, int]:
    """Change one unit or cadre, or remove it; its code stays."""
    with looking() as session:
        present = get_subject(session, code)
        using = rounds_using(session, code)
    form = SubjectForm(data={name: str(value or "") for name, value in present.model_dump().items()})
    if not form.is_submitted():
        return _one(form, code, using)
    form.code.data = code
    try:
        with work() as session:
            if request.form.get("do") == "remove":
                remove_subject(session, code)
                sentence, name = N_("Removed %(code)s %(name)s from the roster"), present.name
            else:
                subject = _subject(form)
                change_subject(session, subject)
                sentence, name = N_("Changed %(code)s %(name)s on the roster"), subject.name
            check_drafts(session, clock.now())
            note(session, ROOT, sentence, code=code, name=name)
    except (Invalid, Refused, NotFound) as error:
        return _one(form, code, using, problems=faults(error, form)), 400
    say(sentence, code=code, name=name)
    return back("desk.subjects.index")


def _one(form: SubjectForm, code: str, using: list[str], **values: Any) -> str:  # noqa: ANN401 - what the page shows
    may = me().may(Power.SET_UP, ROOT)
    return render_template("desk/subjects/one.html", form=form, code=code, using=using, may=may, **values)


def _roster(**values: Any) -> str:  # noqa: ANN401 - what the page shows
    search = Search.asked()
    with looking() as session:
        roster = list_subjects(session)
    return render_template(
        "desk/subjects/roster.html",
        search=search,
        found=paged(search.find(roster)),
        types=list(dict.fromkeys(one.unit_type for one in roster if one.unit_type)),
        groups=list(dict.fromkeys(one.group for one in roster if one.group)),
        total=len(roster),
        may=me().may(Power.SET_UP, ROOT),
        upload=TableForm(formdata=None),
        sorts=SORTS,
        **values,
    )


def _subject(form: SubjectForm) -> Subject:
    return subject_of({name: form[name].data or "" for name in (*COLUMNS, *OPTIONAL)})
