"""The pages of a published run: all ranking groups, one subject, and their files."""

from flask import Blueprint, Response, abort, render_template
from sqlalchemy.orm import Session

from survey.bundles.archive import pack
from survey.bundles.exporting import published_bundle, published_rounds
from survey.bundles.signing import Signer
from survey.core.errors import NotFound, Refused
from survey.reports.scores.said import Said
from survey.reports.table import Table
from survey.scoring.service import get_published
from survey.storage.engine import reading
from survey.web.answer.status import Refusal
from survey.web.scores.shown import TYPES, Shown, making, show_run
from survey.web.services import services

MOST_BUNDLES = 2


def fingerprint() -> str:
    """Return under which fingerprint this installation signs."""
    return Signer(services().settings.secret_key).fingerprint


scores = Blueprint("scores", __name__, url_prefix="/scores")

_bundles: dict[tuple[object, ...], bytes] = {}


@scores.get("/<scheme_id>")
def show(scheme_id: str) -> str:
    """Show every ranking group of a published run."""
    shown = published(scheme_id)
    overview, *others = shown.tables
    return render_template(
        "scores/run.html",
        **shown.facts,
        signer=fingerprint(),
        overview=overview,
        groups=shown.groups(),
        tables={table.name: table for table in others},
    )


@scores.get("/<scheme_id>/units/<code>")
def unit(scheme_id: str, code: str) -> str:
    """Show one subject's figures, and the explanation of its score, rank and grade."""
    shown = published(scheme_id)
    tables, said = _said(shown, code)
    return render_template(
        "scores/unit.html",
        **shown.facts,
        code=code,
        name=shown.report.unit(code).name,
        tables={table.name: table for table in tables},
        said=said,
    )


@scores.get("/<scheme_id>/report.<suffix>")
def download(scheme_id: str, suffix: str) -> Response:
    """Send a published run as a file."""
    return _file(scheme_id, suffix, None)


@scores.get("/<scheme_id>/units/<code>/report.<suffix>")
def download_unit(scheme_id: str, code: str, suffix: str) -> Response:
    """Send one subject's part of a published run as a file."""
    return _file(scheme_id, suffix, code)


@scores.get("/<scheme_id>/bundle.zip")
def bundle(scheme_id: str) -> Response:
    """Send the public bundle of a published run; the exact one goes to examiners, never over this page."""
    shown = published(scheme_id)
    with making:
        content = _packed(shown)
    response = Response(content, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{scheme_id}-{shown.kept.number}-public.zip"'
    return response


def _packed(shown: Shown) -> bytes:
    with reading(services().engine) as connection, Session(connection) as session:
        rounds = published_rounds(session)
        signer = Signer(services().settings.secret_key)
        key = (shown.kept.content_hash, shown.kept.published_at, rounds, signer.fingerprint)
        if key not in _bundles:
            if len(_bundles) >= MOST_BUNDLES:
                _bundles.pop(next(iter(_bundles)))
            _bundles[key] = pack(published_bundle(shown.kept, shown.report.run, rounds, signer))
        return _bundles[key]


def _file(scheme_id: str, suffix: str, code: str | None) -> Response:
    if suffix not in TYPES:
        abort(404)
    shown = published(scheme_id)
    if code is not None:
        _said(shown, code)
    content = shown.file(suffix, code)
    response = Response(content, mimetype=TYPES[suffix])
    name = scheme_id if code is None else f"{scheme_id}-{code}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return response


def published(scheme_id: str) -> Shown:
    """Return the last published run of a scheme.

    Raises:
        Refusal: when there is none, or it can no longer be computed anew.
    """
    with reading(services().engine) as connection, Session(connection) as session:
        try:
            kept = get_published(session, scheme_id)
        except NotFound as error:
            raise Refusal("not_found") from error
        if kept is None:
            raise Refusal("not_published")
        try:
            return show_run(session, kept)
        except Refused as error:
            raise Refusal("outdated") from error


def _said(shown: Shown, code: str) -> tuple[tuple[Table, ...], Said]:
    try:
        return shown.unit(code)
    except NotFound as error:
        raise Refusal("not_found") from error
