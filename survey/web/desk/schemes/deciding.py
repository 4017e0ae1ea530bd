"""What needs two people: adjustments, decisions and approvals are proposed by one and filed by another."""

from flask import render_template
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from forms.desk.base import ReasonForm
from forms.desk.schemes import ApprovalForm
from survey.core.errors import N_, Invalid, Refused, SurveyError
from survey.scoring import service
from survey.scoring.adjusting import confirm_pieces, pieces_of, propose_pieces
from survey.scoring.filing import approval_pieces, assessed, list_evidence
from survey.scoring.previewing import changes
from survey.scoring.scheme import Scheme
from survey.scoring.scheme_parts import RoundSource
from survey.staff.models import ROOT
from survey.staff.proposals import Kind, get_proposal, reject
from survey.staff.roles import Power
from survey.subjects.service import list_subjects
from survey.web.desk.faults import faults
from survey.web.desk.schemes.room import crumbs_to, schemes, title_of
from survey.web.desk.shell import actor, back, me, note, say, work
from survey.web.display import display


@schemes.get("/<scheme_id>/proposals/<int:proposal>")
def proposal(scheme_id: str, proposal: int) -> str:
    """Show what one person proposed, and what it would change."""
    with work() as session:
        scheme = service.get_scheme(session, scheme_id)
        row = get_proposal(session, proposal, Kind.ADJUST, scheme.id)
        try:
            found, problems = changes(list_evidence(session, scheme.id), pieces_of(row)), []
        except Invalid as error:
            found, problems = (), faults(error)
        return render_template(
            "desk/schemes/proposal.html",
            scheme=scheme,
            title=title_of(scheme),
            crumbs=crumbs_to(scheme),
            row=row,
            found=found,
            names={one.code: one.name for one in list_subjects(session)},
            form=ReasonForm(formdata=None),
            own=row.proposed_by == me().id,
            may=me().may(Power.CONFIRM, ROOT),
            problems=problems,
        )


@schemes.post("/<scheme_id>/proposals/<int:proposal>/confirm")
def confirm(scheme_id: str, proposal: int) -> Response:
    """Agree, as the second person: it is filed at once."""
    with work() as session:
        scheme = service.get_scheme(session, scheme_id)
        row, n = confirm_pieces(session, actor(), scheme, proposal)
        figures = {"n": n, "scheme": scheme.id, "name": row.proposed_name, "reason": row.reason}
        sentence = N_("Confirmed %(n)s adjustments for the scheme %(scheme)s, proposed by %(name)s: %(reason)s")
        note(session, ROOT, sentence, **figures)
    say(N_("%(n)s pieces are filed, proposed by %(name)s and confirmed by you"), **figures)
    return back("desk.schemes.show", scheme_id=scheme_id)


@schemes.post("/<scheme_id>/proposals/<int:proposal>/reject")
def refuse(scheme_id: str, proposal: int) -> Response:
    """Refuse it, or take one's own back; a reason is asked for."""
    form = ReasonForm()
    if not form.validate():
        raise Refused(N_("The reason is missing; nothing was decided"))
    with work() as session:
        scheme = service.get_scheme(session, scheme_id)
        row = get_proposal(session, proposal, Kind.ADJUST, scheme.id)
        if row.proposed_by != me().id and not me().may(Power.CONFIRM, ROOT):
            raise Refused(N_("Only who proposed it may take it back, and only a supervisor may refuse it"))
        reject(row, actor())
        figures = {"scheme": scheme.id, "name": row.proposed_name, "reason": form.reason.data}
        sentence = N_("Refused the adjustments that %(name)s proposed for the scheme %(scheme)s: %(reason)s")
        note(session, ROOT, sentence, **figures)
    say(N_("The proposal by %(name)s is refused; nothing was filed"), **figures)
    return back("desk.schemes.show", scheme_id=scheme_id)


@schemes.route("/<scheme_id>/approve", methods=["GET", "POST"])
def approve(scheme_id: str) -> Response | str | tuple[str, int]:
    """Propose that classes short of ballots are left out of a component."""
    with work() as session:
        scheme = service.get_scheme(session, scheme_id)
        form = _approval_form(scheme, [(one.code, f"{one.name} ({one.code})") for one in assessed(session, scheme)])
        if not form.is_submitted():
            return _approval(scheme, form)
        if not form.validate():
            return _approval(scheme, form), 400
        try:
            pieces = approval_pieces(
                session,
                scheme,
                component=form.component.data,
                classes=(form.classes.data or "").split(),
                subjects=form.subjects.data or (),
                reason=form.reason.data or "",
                by=form.by.data or "",
            )
            propose_pieces(session, actor(), scheme, pieces, form.reason.data or "")
        except SurveyError as error:
            return _approval(scheme, form, faults(error)), 400
        figures = {"waiting": len(pieces), "scheme": scheme.id, "reason": form.reason.data}
        sentence = N_("Proposed for %(waiting)s subjects of %(scheme)s that classes are left out: %(reason)s")
        note(session, ROOT, sentence, **figures)
    say(N_("%(waiting)s approvals wait for a second person"), **figures)
    return back("desk.schemes.show", scheme_id=scheme_id)


def _approval_form(scheme: Scheme, subjects: list[tuple[str, str]]) -> ApprovalForm:
    form = ApprovalForm()
    counted = [one for one in scheme.components if isinstance(one.source, RoundSource)]
    form.component.choices = [SelectChoice(one.id, one.words(display().lang)) for one in counted]
    form.subjects.choices = [SelectChoice(code, label) for code, label in subjects]
    return form


def _approval(scheme: Scheme, form: ApprovalForm, problems: list[str] | None = None) -> str:
    return render_template(
        "desk/schemes/approve.html",
        scheme=scheme,
        title=title_of(scheme),
        crumbs=crumbs_to(scheme),
        form=form,
        problems=problems or [],
    )
