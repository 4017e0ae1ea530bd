"""The rehearsal of a round (试填): make it, try it, clear it; its codes are shown once, right after making."""

from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from forms.desk.base import DeskForm
from forms.desk.running import MOST_VOTERS, MadeUpVotersForm, RehearseForm
from survey.clearing import CLEARED, KEPT, clear_rehearsal
from survey.codes.generator import address, grouped, is_code
from survey.codes.qr import CodePrinter
from survey.codes.service import class_of_each, issue_codes, open_batch, unusable_codes
from survey.codes.sheets import Slip, write_boxes
from survey.codes.words import fingerprints, make_heading
from survey.core import clock
from survey.core.errors import N_, NotFound, Refused, SurveyError
from survey.core.ids import derive_key
from survey.jobs.keeping import keep_only
from survey.jobs.queue import wake
from survey.jobs.service import add_job, under_way
from survey.rounds.definition import RoundDefinition
from survey.rounds.links import PURPOSE, Hall, hall_path
from survey.rounds.models import Round, State
from survey.rounds.rehearsal import MADE, make_rehearsal
from survey.rounds.service import get_round, list_voter_groups, rehearsal_of
from survey.web.desk.faults import faults
from survey.web.desk.shell import actor, back, looking, note, work
from survey.web.desk.upload import download
from survey.web.display import display
from survey.web.qr import Drawing
from survey.web.services import services

rehearsal = Blueprint("rehearsal", __name__, url_prefix="/rounds/<round_id>/rehearsal")

MOST_DRAWN = 24
"""QR codes on one page; of more groups, the first ones."""
MOST_PRINTED = 2000
DEMO = "demo"
"""The kind of job in which made-up voters answer."""


@dataclass(frozen=True)
class Trial:
    """One code to try.

    Attributes:
        href: of its page, at the desk's own address where that has it.
        qr: the drawing to scan; none beyond the first of each group.
    """

    group: str
    ballot_class: str
    code: str
    words: str
    href: str
    qr: Drawing | None


@rehearsal.get("")
def show(round_id: str) -> str:
    """Show whether there is a rehearsal, and what can be done about it."""
    return _page(round_id)


@rehearsal.post("")
def make(round_id: str) -> str | tuple[str, int]:
    """Make the rehearsal; this answer alone shows its codes."""
    form = RehearseForm()
    try:
        if not form.validate():
            raise Refused(N_("The number of codes cannot be taken"))
        with work() as session:
            row = get_round(session, round_id)
            twin = make_rehearsal(session, row, clock.now(), codes=form.codes.data)
            issued = issue_codes(session, twin, list_voter_groups(session, twin), services().code_key)
            if _definition(twin).meeting:
                open_batch(session, twin, None)
            note(session, row.office, MADE, round=row.name, codes=len(issued))
    except SurveyError as error:
        return _page(round_id, form=form, problems=faults(error, form)), 409
    ordered = sorted(issued, key=lambda one: (one.group, one.ballot_class))
    trials = _trials([(one.group, one.ballot_class, one.code) for one in ordered])
    return render_template(
        "desk/rehearsal/made.html", round=row, twin=twin, trials=trials, slips_form=DeskForm(), links=_links(twin)
    )


@rehearsal.post("/slips")
def slips(round_id: str) -> Response:
    """Print the codes that the page was sent with, as slips; nothing of them is kept."""
    codes = [code for code in request.form.getlist("code")[:MOST_PRINTED] if is_code(code)]
    with looking() as session:
        twin = _twin(session, round_id)
        if not codes or unusable_codes(session, twin, codes, services().code_key):
            raise Refused(N_("These are not unused codes of the rehearsal; nothing is printed"))
        definition, keys = _definition(twin), fingerprints(twin)
        by_class = class_of_each(session, twin, codes, services().code_key)
    base_url = services().settings.base_url
    out = BytesIO()
    boxes = [
        (
            make_heading(
                definition, display().lang, base_url, keys=keys, ballot_class=definition.rules.ballot_class(name)
            ),
            [Slip(code, address(base_url, code)) for code in of_class],
        )
        for name, of_class in by_class.items()
    ]
    write_boxes(boxes, out, layout="10")
    return download(out.getvalue(), f"{twin.name}-slips.pdf", "application/pdf")


@rehearsal.post("/voters")
def voters(round_id: str) -> AnyResponse | tuple[str, int]:
    """Let made-up voters answer in the rehearsal, and nowhere else."""
    form = MadeUpVotersForm()
    try:
        if not form.validate():
            raise Refused(N_("The number of made-up voters cannot be taken"))
        with work() as session:
            # Two people asking at once: the second one waits here, and sees the first one's job.
            twin = _twin(session, round_id)
            session.refresh(twin, with_for_update=True)
            if under_way(session, DEMO, twin.name):
                raise Refused(N_("Made-up voters are answering in %(name)s already; wait for that job"), name=twin.name)
            figures = {"round": round_id, "voters": form.voters.data}
            title = N_("%(voters)s made-up voters answer in the rehearsal of %(round)s")
            job = add_job(
                session,
                DEMO,
                office=twin.office,
                title=title,
                figures=figures,
                payload=figures,
                actor=actor(),
                # It is cleared with the twin.
                round_name=twin.name,
            )
            sentence = N_("Let %(voters)s made-up voters answer in the rehearsal of %(round)s")
            note(session, twin.office, sentence, **figures)
    except SurveyError as error:
        return _page(round_id, voters_form=form, problems=faults(error, form)), 409
    wake(services().settings)
    return back("desk.jobs.show", job_id=job.id)


@rehearsal.post("/clear")
def clear(round_id: str) -> str | tuple[str, int]:
    """Clear the rehearsal, and show table by table that nothing is left."""
    try:
        with work() as session:
            row = get_round(session, round_id)
            cleared = clear_rehearsal(session, row)
            note(session, row.office, CLEARED, round=row.name, tables=len(cleared.tables))
    except SurveyError as error:
        return _page(round_id, problems=faults(error)), 409
    for job in cleared.jobs:
        keep_only(services().settings.files, job, set())
    return render_template("desk/rehearsal/cleared.html", round=row, tables=cleared.tables, kept=KEPT)


def _page(
    round_id: str,
    form: RehearseForm | None = None,
    voters_form: MadeUpVotersForm | None = None,
    problems: list[str] | None = None,
) -> str:
    with looking() as session:
        row = get_round(session, round_id)
        if row.definition.get("rehearsal"):
            raise Refused(N_("%(name)s is a rehearsal itself"), name=row.name)
        twin = rehearsal_of(session, row)
        groups = list_voter_groups(session, row)
        return render_template(
            "desk/rehearsal/show.html",
            round=row,
            twin=twin,
            closes_at=_definition(twin).closes_at if twin else None,
            links=_links(twin) if twin else [],
            possible=row.state in (State.DRAFT, State.READY),
            groups=len(groups),
            form=form or RehearseForm(formdata=None),
            voters_form=voters_form or MadeUpVotersForm(formdata=None),
            most_voters=MOST_VOTERS,
            answering=under_way(session, DEMO, twin.name) if twin else None,
            problems=problems,
        )


def _twin(session: Session, round_id: str) -> Round:
    twin = rehearsal_of(session, get_round(session, round_id))
    if twin is None:
        raise NotFound(N_("There is no rehearsal of %(name)s"), name=round_id)
    return twin


def _definition(row: Round) -> RoundDefinition:
    return RoundDefinition.model_validate(row.definition)


def _links(twin: Round) -> list[tuple[str, str]]:
    """Return the pages of a meeting's rehearsal."""
    if not _definition(twin).meeting:
        return []
    key = derive_key(services().settings.secret_key, PURPOSE)
    return [
        (N_("Projector"), _here(hall_path(Hall.PROJECTOR, twin.name, key))),
        (N_("Host"), _here(hall_path(Hall.HOST, twin.name, key))),
    ]


def _here(path: str) -> str:
    """Return the address of a public page; a desk that stands alone has none of them."""
    settings = services().settings
    return path if settings.surface == "all" else settings.base_url + path


def _trials(codes: list[tuple[str, str, str]]) -> list[Trial]:
    base_url = services().settings.base_url
    prefix = address(base_url, "0" * 20)[:-20]
    few = len(codes) <= MOST_DRAWN
    drawn: set[tuple[str, str]] = set()
    wanted: list[str] = []
    for group, ballot_class, code in codes:
        if len(wanted) < MOST_DRAWN and (few or (group, ballot_class) not in drawn):
            drawn.add((group, ballot_class))
            wanted.append(code)
    matrices = CodePrinter(prefix).matrices(wanted).tolist()
    drawings = {code: Drawing.of(matrix) for code, matrix in zip(wanted, matrices, strict=True)}
    return [
        Trial(group, ballot_class, code, grouped(code), _here(f"/t/{code}"), drawings.get(code))
        for group, ballot_class, code in codes
    ]
