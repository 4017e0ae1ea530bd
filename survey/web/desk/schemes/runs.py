"""One run at the desk: every ranking group, one subject with its explanation, and the files.

Staff read the same as everybody will: figures that would tell what somebody answered are hidden from them, too.
"""

from flask import Response as Download
from flask import abort, render_template

from forms.desk.base import ReasonForm
from survey.scoring.service import get_published
from survey.staff.models import ROOT
from survey.staff.roles import Power
from survey.web.desk.schemes.choosing import other_runs
from survey.web.desk.schemes.room import Kept, crumbs_to, kept_at, schemes, title_of
from survey.web.desk.shell import looking, me
from survey.web.desk.upload import download
from survey.web.scores.shown import TYPES, Shown, show_run

FILES = {**TYPES, "sav": "application/x-spss-sav"}
AT_ONCE = {suffix: mimetype for suffix, mimetype in FILES.items() if suffix != "pdf"}
"""What does not take long for all units of a run; the worker prints its paper."""


@schemes.get("/<scheme_id>/runs/<int:number>")
def run(scheme_id: str, number: int) -> str:
    """Show every ranking group of a run."""
    with looking() as session:
        kept = kept_at(session, scheme_id, number)
        published = get_published(session, scheme_id)
        others_to_compare = other_runs(session, kept)
        shown = show_run(session, kept.run)
    overview, *others = shown.tables
    return render_template(
        "desk/schemes/run.html",
        **_facts(kept, shown),
        published=published.number if published else None,
        downloads=AT_ONCE,
        overview=overview,
        groups=shown.groups(),
        tables={table.name: table for table in others},
        choices=others_to_compare,
        export_form=ReasonForm(formdata=None),
        may_publish=me().may(Power.PUBLISH, ROOT),
        may_export=me().may(Power.SCORE, ROOT),
    )


def _facts(kept: Kept, shown: Shown) -> dict[str, object]:
    return {
        "scheme": shown.report.scheme,
        "title": title_of(kept.scheme),
        "crumbs": crumbs_to(kept.scheme),
        "kept": kept.run,
        "number": kept.run.number,
    }


@schemes.get("/<scheme_id>/runs/<int:number>/units/<code>")
def unit(scheme_id: str, number: int, code: str) -> str:
    """Show one subject's score card: its figures, why it has its score, rank and grade, and earlier years."""
    with looking() as session:
        kept = kept_at(session, scheme_id, number)
        shown = show_run(session, kept.run)
    tables, said = shown.unit(code)
    facts = _facts(kept, shown) | {"crumbs": crumbs_to(kept.scheme, kept.run)}
    return render_template(
        "desk/schemes/unit.html",
        **facts,
        downloads=FILES,
        code=code,
        name=shown.report.unit(code).name,
        tables={table.name: table for table in tables},
        said=said,
    )


@schemes.get("/<scheme_id>/runs/<int:number>/report.<suffix>")
def report(scheme_id: str, number: int, suffix: str) -> Download:
    """Send a run as a file."""
    return _file(scheme_id, number, suffix, None)


@schemes.get("/<scheme_id>/runs/<int:number>/units/<code>/report.<suffix>")
def unit_report(scheme_id: str, number: int, code: str, suffix: str) -> Download:
    """Send one subject's part of a run as a file."""
    return _file(scheme_id, number, suffix, code)


def _file(scheme_id: str, number: int, suffix: str, code: str | None) -> Download:
    if suffix not in (AT_ONCE if code is None else FILES):
        abort(404)
    with looking() as session:
        shown = show_run(session, kept_at(session, scheme_id, number).run)
    if code is not None:
        shown.unit(code)
    name = f"{scheme_id}-{number}" if code is None else f"{scheme_id}-{number}-{code}"
    return download(shown.file(suffix, code), f"{name}.{suffix}", FILES[suffix])
