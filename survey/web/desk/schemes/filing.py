"""File a table: look at what would change, then file it; what needs a second person waits for one."""

from typing import Any

from flask import render_template
from flask_babel import gettext
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.schemes import EvidenceFileForm, KeepForm
from survey.core.errors import N_, Refused, SurveyError
from survey.scoring import service
from survey.scoring.adjusting import file_previewed, propose_pieces
from survey.scoring.evidence import Evidence
from survey.scoring.filing import FILED, READERS, list_evidence
from survey.scoring.previewing import SECOND_PERSON, apart, changes, standing_hash
from survey.scoring.scheme import Scheme
from survey.staff.models import ROOT
from survey.subjects.service import list_subjects
from survey.web.desk.faults import faults, status_of
from survey.web.desk.schemes.overview import scheme_page
from survey.web.desk.schemes.room import crumbs_to, schemes, title_of
from survey.web.desk.shell import actor, back, looking, me, note, say, work
from survey.web.desk.upload import received
from survey.web.services import services

MOST_ROWS = 50_000
"""Somebody looks at the changes before anything is filed, so a table is read while the page is waited for: some
seconds for so many rows. Longer ones are split, or filed by a program."""
KEPT_SECONDS = 3600
MOST_SHOWN = 500
STALE = N_("This preview is too old or was not yours; nothing was filed, send the table again")


@schemes.post("/<scheme_id>/file")
def preview(scheme_id: str) -> str | tuple[str, int]:
    """Read a table and show what would change; nothing is filed yet."""
    form = EvidenceFileForm()
    kind = form.kind.data if form.kind.data in READERS else "components"
    try:
        with received() as file, looking() as session:
            scheme = service.get_scheme(session, scheme_id)
            pieces = READERS[kind](file, scheme, list_subjects(session), MOST_ROWS)
            return _preview(session, scheme, pieces, file.name)
    except SurveyError as error:
        return scheme_page(scheme_id, problems=faults(error)), status_of(error)


def _preview(session: Session, scheme: Scheme, pieces: tuple[Evidence, ...], name: str, **values: Any) -> str:  # noqa: ANN401 - what the page shows
    known = list_evidence(session, scheme.id)
    found = changes(known, pieces)
    names = {one.code: one.name for one in list_subjects(session)}
    form = KeepForm(formdata=None)
    form.pieces.data = _seal(scheme, pieces, standing_hash(known), name)
    return render_template(
        "desk/schemes/preview.html",
        scheme=scheme,
        title=title_of(scheme),
        crumbs=crumbs_to(scheme),
        file=name,
        total=len(pieces),
        found=found,
        shown=found[:MOST_SHOWN],
        waiting=sum(1 for one in found if one.of.kind in SECOND_PERSON),
        second_person=SECOND_PERSON,
        names=names,
        form=form,
        **values,
    )


@schemes.post("/<scheme_id>/file/keep")
def keep(scheme_id: str) -> Response | tuple[str, int]:
    """File what was looked at; what needs a second person is proposed."""
    form = KeepForm()
    if not form.pieces.data:
        raise Refused(STALE)
    pieces, seen, name = _open(scheme_id, form.pieces.data)
    at_once, waiting = apart(pieces)
    reason = form.reason.data or ""
    try:
        with work() as session:
            scheme = service.get_scheme(session, scheme_id)
            changed = {one.place for one in changes(list_evidence(session, scheme.id), waiting)}
            waiting = tuple(one for one in waiting if one.place in changed)
            if waiting and not (reason and form.validate()):
                problem = gettext("The reason is missing: a second person reads it before confirming")
                return _preview(session, scheme, pieces, name, problems=[problem]), 400
            n = file_previewed(session, scheme, at_once, seen)
            figures = {"n": n, "file": name, "scheme": scheme.id, "waiting": len(waiting)}
            if n:
                note(session, ROOT, FILED, **figures)
            if waiting:
                propose_pieces(session, actor(), scheme, waiting, reason)
                sentence = N_("Proposed %(waiting)s adjustments from %(file)s for the scheme %(scheme)s: %(reason)s")
                note(session, ROOT, sentence, reason=reason, **figures)
    except SurveyError as error:
        return scheme_page(scheme_id, problems=faults(error)), 400
    if waiting:
        say(N_("%(n)s pieces are filed; %(waiting)s wait for a second person"), **figures)
    else:
        say(N_("%(n)s pieces are filed"), **figures)
    return back("desk.schemes.show", scheme_id=scheme_id)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services().desk_key, salt="minsheng.filing")


def _seal(scheme: Scheme, pieces: tuple[Evidence, ...], seen: str, name: str) -> str:
    document = {
        "member": me().id,
        "scheme": scheme.reference,
        "seen": seen,
        "name": name,
        "pieces": [one.document() for one in pieces],
    }
    return str(_serializer().dumps(document))


def _open(scheme_id: str, sealed: str) -> tuple[tuple[Evidence, ...], str, str]:
    """Return what was looked at.

    Raises:
        Refused: when it was another member, another version of the scheme, or too long ago.
    """
    try:
        document = _serializer().loads(sealed, max_age=KEPT_SECONDS)
    except BadData as error:
        raise Refused(STALE) from error
    with looking() as session:
        present = service.get_scheme(session, scheme_id).reference
    if (document["member"], document["scheme"]) != (me().id, present):
        raise Refused(STALE)
    return tuple(Evidence.from_document(one) for one in document["pieces"]), document["seen"], document["name"]
