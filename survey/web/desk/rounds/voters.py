"""Who votes: a table to change line by line, or to fill from a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response as Download
from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from forms.desk.uploads import TableForm
from forms.desk.voters import LineForm, TypeForm
from survey.codes.service import expect_none_issued
from survey.core.errors import N_, Invalid, Problem, Refused, SurveyError
from survey.jobs.queue import wake
from survey.rounds import drafting
from survey.rounds.models import VoterGroupRow
from survey.rounds.service import get_round, list_voter_groups
from survey.rounds.voters import COLUMNS, OWN, Lookup, VoterLine, read_voters, resolve, voter_line
from survey.subjects.roster import Subject
from survey.subjects.service import list_subjects
from survey.web.desk.faults import faults, status_of
from survey.web.desk.paging import paged
from survey.web.desk.rounds.room import changing, page, rounds
from survey.web.desk.shell import back, looking, note, say, work
from survey.web.desk.upload import download_table, is_long, leave_to_worker, received
from survey.web.services import services
from survey.worker.importing import VOTERS_TAKEN

_FIELDS = {"class": "ballot_class"}


@dataclass(frozen=True)
class Line:
    """One line as the page shows it.

    Attributes:
        row: as stored.
        name: of the unit with the group's code; empty when there is none.
        rated: how many subjects it rates; none when it names something that is not on the roster.
        fault: why, then.
    """

    row: VoterGroupRow
    name: str
    rated: int | None
    fault: str = ""


@rounds.get("/<round_id>/voters")
def voters(round_id: str) -> str:
    """Show the voters; ``edit`` in the address turns one line into fields."""
    return _page(round_id)


@rounds.post("/<round_id>/voters")
def add_line(round_id: str) -> Response | tuple[str, int]:
    """Add one line."""
    form = LineForm()
    try:
        with changing(round_id) as (session, row, _):
            line = _line(form)
            drafting.add_voters(session, row, [line])
            note(session, row.office, _ADDED, name=row.name, n=1, planned=line.planned)
    except SurveyError as error:
        return _page(round_id, line_form=form, problems=faults(error, form, _FIELDS)), 400
    say(N_("Added: group %(group)s, class %(ballot_class)s"), group=line.group, ballot_class=line.ballot_class)
    return back("desk.rounds.voters", round_id=round_id)


@rounds.post("/<round_id>/voters/<int:line_id>")
def change_line(round_id: str, line_id: int) -> Response | tuple[str, int]:
    """Change one line, or remove it."""
    form = LineForm()
    try:
        with changing(round_id) as (session, row, _):
            if request.form.get("do") == "remove":
                line = drafting.remove_voters(session, row, line_id)
                sentence = N_("Removed from %(name)s: group %(group)s, class %(ballot_class)s, %(planned)s ballots")
            else:
                line = _line(form)
                drafting.change_voters(session, row, line_id, line)
                sentence = N_("Changed in %(name)s: group %(group)s, class %(ballot_class)s, %(planned)s ballots")
            figures = {"group": line.group, "ballot_class": line.ballot_class, "planned": line.planned}
            note(session, row.office, sentence, name=row.name, **figures)
    except (Invalid, Refused) as error:
        return _page(round_id, edit_form=form, edit=line_id, problems=faults(error, form, _FIELDS)), 400
    say(sentence, name=round_id, **figures)
    return back("desk.rounds.voters", round_id=round_id, page=request.args.get("page"))


@rounds.post("/<round_id>/voters/type")
def add_type(round_id: str) -> Response | tuple[str, int]:
    """Add one line for each unit of a type, which its own people rate."""
    with looking() as session:
        roster = list_subjects(session)
    form = _with_types(TypeForm(), roster)
    try:
        units = [one for one in roster if one.kind == "unit" and one.unit_type == (form.unit_type.data or "")]
        if not units:
            raise Invalid([Problem("unit_type", N_("the roster has no unit of this type"))])
        cells = {"class": form.type_class.data or "", "planned": form.type_planned.data or "", "subjects": OWN}
        lines = [voter_line({"group": one.code} | cells) for one in units[:1]]
        lines = [VoterLine(one.code, lines[0].ballot_class, lines[0].planned, OWN) for one in units]
        with changing(round_id) as (session, row, _):
            drafting.add_voters(session, row, lines)
            total = sum(line.planned for line in lines)
            note(session, row.office, _ADDED, name=row.name, n=len(lines), planned=total)
    except SurveyError as error:
        names = {"class": "type_class", "planned": "type_planned"}
        return _page(round_id, type_form=form, problems=faults(error, form, names)), 400
    say(_ADDED, name=round_id, n=len(lines), planned=total)
    return back("desk.rounds.voters", round_id=round_id)


@rounds.post("/<round_id>/voters/file")
def upload_voters(round_id: str) -> Response | tuple[str, int]:
    """Replace all voters by those of a file, or none when it has a fault."""
    try:
        with received() as file:
            if is_long(file):
                return _left_to_worker(round_id, file)
            lines = read_voters(file)
            figures = {"n": len(lines), "planned": sum(line.planned for line in lines), "file": file.name}
            with changing(round_id) as (session, row, _):
                drafting.replace_voters(session, row, lines)
                note(session, row.office, VOTERS_TAKEN, name=row.name, **figures)
    except SurveyError as error:
        return _page(round_id, problems=faults(error)), status_of(error)
    say(VOTERS_TAKEN, name=round_id, **figures)
    return back("desk.rounds.voters", round_id=round_id)


def _left_to_worker(round_id: str, file: Path) -> Response:
    with work() as session:
        row = get_round(session, round_id)
        drafting.hold_draft(session, row)
        expect_none_issued(session, row)
        title = N_("Import the voters of %(round)s from the file %(file)s")
        job = leave_to_worker(session, file, row.office, title, row.name)
        sentence = N_("Asked for the voters of %(round)s in the file %(file)s to be imported")
        note(session, row.office, sentence, round=row.name, file=file.name)
    wake(services().settings)
    return back("desk.jobs.show", job_id=job.id)


@rounds.get("/<round_id>/voters.csv")
def download_voters(round_id: str) -> Download:
    """Give the voters as a file that can be changed and uploaded again."""
    with looking() as session:
        row = get_round(session, round_id)
        lines = [
            (one.group, one.ballot_class, one.planned, _written(one.subjects))
            for one in list_voter_groups(session, row)
        ]
    return download_table(COLUMNS, lines, f"{row.name}-voters.csv")


_ADDED = N_("Added to %(name)s: %(n)s lines of voters, %(planned)s ballots")


def _page(round_id: str, *, edit: int | None = None, **values: Any) -> str:  # noqa: ANN401 - what the page shows
    asked = request.args.get("edit", "")
    edit = int(asked) if edit is None and asked.isdigit() and asked.isascii() else edit
    with looking() as session:
        row = get_round(session, round_id)
        roster = list_subjects(session)
        lookup = Lookup(roster)
        names = {one.code: one.name for one in roster}
        groups = list_voter_groups(session, row)
        found = paged(groups)
        edited = next((one for one in groups if one.id == edit), None)
        shown: dict[str, Any] = {
            "found": found,
            "lines": [_shown(one, names.get(one.group, ""), lookup) for one in found.rows],
            "planned": sum(one.planned for one in groups),
            "edited": edited,
            "line_form": LineForm(formdata=None),
            "edit_form": LineForm(formdata=None, data=_cells(edited)),
            "type_form": _with_types(TypeForm(formdata=None), roster),
            "upload": TableForm(formdata=None),
        }
        return page("voters.html", session, row, **(shown | values))


def _shown(row: VoterGroupRow, name: str, roster: Lookup) -> Line:
    try:
        line = VoterLine(row.group, row.ballot_class, row.planned, row.subjects)
        return Line(row, name, len(resolve(line, roster).subjects))
    except Invalid as error:
        return Line(row, name, None, error.problems[0].say(gettext))


def _line(form: LineForm) -> VoterLine:
    return voter_line(
        {
            "group": form.group.data or "",
            "class": form.ballot_class.data or "",
            "planned": form.planned.data or "",
            "subjects": form.subjects.data or "",
        }
    )


def _cells(row: VoterGroupRow | None) -> dict[str, str]:
    fields = ("group", "ballot_class", "planned", "subjects")
    return {} if row is None else {name: str(getattr(row, name)) for name in fields}


def _with_types(form: TypeForm, roster: tuple[Subject, ...]) -> TypeForm:
    types = dict.fromkeys(one.unit_type for one in roster if one.kind == "unit")
    form.unit_type.choices = [SelectChoice(name, name or gettext("(no type)")) for name in types]
    return form


def _written(subjects: str) -> str:
    """Put what is left out at the end, where it says the same: a cell that begins with a minus is a formula."""
    return " ".join(sorted(subjects.split(), key=lambda word: word.startswith("-")))
