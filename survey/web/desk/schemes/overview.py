"""All schemes; one scheme: its versions, what is filed for it, what is missing, what waits, and its runs."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response as Download
from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.schemes import EvidenceFileForm, SchemeFileForm, WhatIfForm
from survey.core.errors import N_, SurveyError
from survey.counting.taken import list_taken
from survey.rounds.service import list_rounds
from survey.scoring import service
from survey.scoring.adjusting import waiting_pieces
from survey.scoring.evidence import COMPONENTS, Evidence
from survey.scoring.filing import list_evidence
from survey.scoring.run import RunInputs, missing
from survey.scoring.scheme import Scheme, read_scheme
from survey.scoring.scheme_parts import Component, PeriodsSource, RoundSource
from survey.staff.models import ROOT
from survey.staff.roles import Power
from survey.web.desk.faults import faults, status_of
from survey.web.desk.paging import paged
from survey.web.desk.schemes.room import crumbs_to, schemes, title_of
from survey.web.desk.shell import back, looking, me, note, say, work
from survey.web.desk.upload import download_table, received
from survey.web.display import display

PUT_TOGETHER, COUNTED, FILED = "put together", "counted", "filed"


@dataclass(frozen=True)
class Line:
    """One component: where its figures come from, how many are there, and how many there should be."""

    id: str
    name: str
    kind: str
    round: str
    expected: int
    missing: int


@schemes.get("")
def index() -> str:
    """List every scheme."""
    return _list()


@schemes.post("")
def add() -> Response | tuple[str, int]:
    """Freeze the version in a file; faults are told by line."""
    try:
        with received() as file, work() as session:
            scheme = read_scheme(file)
            new = service.add_scheme(session, scheme)
            sentence = service.ADDED
            figures = {"reference": scheme.reference, "hash": scheme.content_hash[:16]}
            if new:
                note(session, ROOT, sentence, **figures)
    except SurveyError as error:
        return _list(problems=faults(error)), status_of(error)
    say(sentence if new else N_("%(reference)s was there already, with the same content (hash %(hash)s)"), **figures)
    return back("desk.schemes.show", scheme_id=scheme.id)


def _list(**values: Any) -> str:  # noqa: ANN401 - what the page shows
    with looking() as session:
        last = {row.id: row.version for row in service.list_schemes(session)}
        found = [service.get_scheme(session, f"{name}@{version}") for name, version in last.items()]
        published = {one.id: one for one in service.list_published(session)}
        runs = {one.id: len(service.list_runs(session, one.id)) for one in found}
    found.sort(key=lambda one: (-one.year, one.id))
    return render_template(
        "desk/schemes/list.html",
        schemes=[(one, title_of(one), runs[one.id], published.get(one.id)) for one in found],
        form=SchemeFileForm(formdata=None),
        may=me().may(Power.SCORE, ROOT),
        **values,
    )


@schemes.get("/<scheme_id>")
def show(scheme_id: str) -> str:
    """Show one scheme."""
    return scheme_page(scheme_id)


def scheme_page(scheme_id: str, **values: Any) -> str:  # noqa: ANN401 - what the page shows
    """Return the page of a scheme; with the faults of what was just tried."""
    with looking() as session:
        scheme = service.get_scheme(session, scheme_id)
        inputs = service.gather(session, scheme)
        lacking = missing(inputs)
        return render_template(
            "desk/schemes/show.html",
            scheme=scheme,
            title=title_of(scheme),
            crumbs=crumbs_to(),
            versions=[row for row in service.list_schemes(session) if row.id == scheme.id],
            rounds=_rounds(session, scheme),
            lines=_lines(scheme, inputs, lacking),
            kinds=Counter(one.kind for one in inputs.evidence),
            assessed=len(inputs.subjects),
            lacking=[(one, lacking[one.code]) for one in inputs.subjects if lacking[one.code]],
            waiting=waiting_pieces(session, scheme.id),
            runs=list(reversed(service.list_runs(session, scheme.id))),
            file_form=EvidenceFileForm(formdata=None),
            what_if_form=WhatIfForm(formdata=None),
            may=me().may(Power.SCORE, ROOT),
            **values,
        )


def _rounds(session: Session, scheme: Scheme) -> list[tuple[str, str, bool, int]]:
    """Return each round that is read: its state here, whether it is published, and how many counts came from below."""
    here = {row.name: row for row in list_rounds(session)}
    return [
        (
            name,
            here[name].state if name in here else "",
            name in here and here[name].published_at is not None,
            len(list_taken(session, name)),
        )
        for name in sorted(scheme.round_names)
    ]


def _lines(scheme: Scheme, inputs: RunInputs, lacking: dict[str, tuple[str, ...]]) -> list[Line]:
    gone = Counter(name.partition(".")[0] for names in lacking.values() for name in names)
    wanted: defaultdict[str, int] = defaultdict(int)
    for subject in inputs.subjects:
        unit_type = scheme.type_of(subject)
        for one in scheme.concerned(unit_type) if unit_type else ():
            wanted[one.id] += _figures(one)
    return [_line(one, wanted[one.id], gone[one.id]) for one in scheme.components]


def _figures(component: Component) -> int:
    source = component.source
    return sum(1 for one in source.periods if one.weight) if isinstance(source, PeriodsSource) else 1


def _line(component: Component, expected: int, gone: int) -> Line:
    source = component.source
    kind = PUT_TOGETHER if component.of else COUNTED if isinstance(source, RoundSource) else FILED
    name = source.round if isinstance(source, RoundSource) else ""
    return Line(component.id, component.words(display().lang), kind, name, expected, gone)


@schemes.get("/<scheme_id>/evidence")
def evidence(scheme_id: str) -> str:
    """Show what is filed, as far as the address asks for it."""
    words = request.args.get("q", "")[:100].strip()
    with looking() as session:
        scheme = service.get_scheme(session, scheme_id)
        found = [one for one in list_evidence(session, scheme.id) if _fits(one, words)]
    return render_template(
        "desk/schemes/evidence.html",
        scheme=scheme,
        title=title_of(scheme),
        crumbs=crumbs_to(scheme),
        found=paged(found),
        words=words,
    )


def _fits(one: Evidence, words: str) -> bool:
    return not words or words.lower() in f"{one.subject} {one.name} {one.part} {one.source} {one.confirmed_by}".lower()


@schemes.get("/<scheme_id>/missing.csv")
def template(scheme_id: str) -> Download:
    """Send what is still to be filed as a table with empty values, to be filled in and sent back."""
    with looking() as session:
        scheme = service.get_scheme(session, scheme_id)
        inputs = service.gather(session, scheme)
    rows: list[Sequence[str]] = []
    for code, names in missing(inputs).items():
        for name in names:
            component, _, period = name.partition(".")
            if not isinstance(scheme.component(component).source, RoundSource):
                rows.append((code, component, "", "", "", period))
    return download_table((*COMPONENTS, "period"), rows, f"{scheme.id}-missing.csv")
