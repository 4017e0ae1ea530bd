"""Components of a scheme in, results of its published run out."""

import hashlib
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from survey.core import clock
from survey.core.errors import N_, NotFound
from survey.reports.exports.json import table_document
from survey.scoring.filing import file_components
from survey.scoring.service import get_scheme
from survey.staff.audit import record
from survey.staff.models import ROOT
from survey.staff.repeats import once
from survey.staff.tokens import Scope
from survey.web.api.access import Body, asker, reaches, work
from survey.web.api.asking import idempotency_key
from survey.web.api.operation import Operation, Room, operation
from survey.web.api.schemas import Components, Filed, SchemeResultsSchema
from survey.web.scores.pages import published

LARGEST_COMPONENTS = 10 * 1024 * 1024
EXAMPLE = {
    "rows": [
        {
            "subject": "v1",
            "component": "work",
            "value": "95",
            "source": "work-2025.pdf",
            "confirmed_by": "Zhang",
            "confirmed_on": "2026-01-05",
        }
    ]
}

schemes = Room("schemes", "Components in, results out")


@operation(
    schemes,
    Operation(
        "PUT",
        "/schemes/<scheme_id>/components",
        Scope.COMPONENTS_WRITE,
        Filed,
        body=Components,
        example=EXAMPLE,
        largest=LARGEST_COMPONENTS,
        refuses=(409,),
        once=True,
    ),
)
def put_components(query: Body, body: Body, scheme_id: str) -> tuple[Body, int]:
    """File rows as components.csv has them: all or none; what they say again replaces what was filed."""
    del query
    key = idempotency_key()
    with work() as session:
        _expect_reached(session, scheme_id)

        def file() -> tuple[dict[str, Any], int]:
            scheme = get_scheme(session, scheme_id)
            n = file_components(session, scheme, [_cells(row) for row in body["rows"]])
            sentence = N_("Filed %(n)s components of the scheme %(scheme)s")
            record(session, asker().actor, ROOT, sentence, n=n, scheme=scheme.id)
            return {"scheme": scheme.id, "filed": n}, 200

        return once(session, asker().id, key, _fingerprint(), file, clock.now())


@operation(
    schemes,
    Operation("GET", "/schemes/<scheme_id>/results", Scope.RESULTS_READ, SchemeResultsSchema),
)
def get_scheme_results(query: Body, scheme_id: str) -> Body:
    """Read the scores, ranks and grades of a scheme's published run, which everybody may read."""
    del query
    shown = published(scheme_id)
    kept = shown.kept
    tables = [{"name": table.name, **table_document(table)} for table in shown.tables]
    return {
        "scheme": kept.scheme,
        "version": kept.version,
        "run": kept.number,
        "content_hash": kept.content_hash,
        "published_at": kept.published_at,
        "tables": tables,
    }


def _expect_reached(session: Session, scheme_id: str) -> None:
    """Schemes are the whole installation's: only a token of the root office files for them.

    Raises:
        NotFound: for tokens of all other offices.
    """
    if "@" in scheme_id or not reaches(session, ROOT):
        raise NotFound(N_("There is no scheme %(reference)s; add its file first"), reference=scheme_id[:80])


def _cells(row: Body) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value.isoformat() for name, value in row.items()}


def _fingerprint() -> bytes:
    asked = f"{request.method} {request.path}\n".encode()
    return hashlib.sha256(asked + request.get_data(cache=True)).digest()
