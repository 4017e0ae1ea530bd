"""Codes for the rating of services (好差评): one a case, the same again for the same case."""

from sqlalchemy import select

from survey.core.errors import N_, NotFound
from survey.ratings.codes import rating_address
from survey.ratings.models import ServiceCase
from survey.ratings.service import Handled, get_plan, mint
from survey.staff.tokens import Scope
from survey.web.api.access import Body, looking, own_office, work
from survey.web.api.asking import idempotency_key
from survey.web.api.operation import Operation, Room, operation
from survey.web.api.schemas import CaseAsked, CaseSchema, FinishedCase, Minted
from survey.web.services import services

ratings = Room("ratings", "Codes for the rating of services")

EXAMPLE = {
    "plan": "zhejiang-2019",
    "case_ref": "GS-2026-000123",
    "item": "居民身份证换领",
    "unit": "城关区政务服务中心",
    "channel": "hall",
    "closed_at": "2026-11-20T16:30:00+08:00",
}


@operation(
    ratings,
    Operation(
        "POST",
        "/ratings/cases",
        Scope.RATINGS_MINT,
        Minted,
        statuses={201: "The case was not known; this is its code.", 200: "The case was known; it is the same code."},
        body=FinishedCase,
        example=EXAMPLE,
        refuses=(404, 409),
        once=True,
    ),
)
def mint_code(query: Body, body: Body) -> tuple[Body, int]:
    """Make a finished case known and get the one code with which it can be rated.

    The case is its own idempotency key: no code is kept anywhere, it is made anew from the case.
    """
    del query
    idempotency_key()
    made = services()
    with work() as session:
        office = own_office(session, body.get("office"))
        case = {name: value for name, value in body.items() if name not in ("plan", "office")}
        minted = mint(session, get_plan(session, body["plan"]), Handled(office=office, **case), made.code_key)
    answer = {
        "office": office,
        "case_ref": body["case_ref"].strip(),
        "code": minted.code,
        "url": rating_address(made.settings.base_url, minted.code),
    }
    return answer, 201 if minted.new else 200


@operation(
    ratings,
    Operation("GET", "/ratings/cases/<case_ref>", Scope.RATINGS_MINT, CaseSchema, query=CaseAsked),
)
def get_case(query: Body, case_ref: str) -> Body:
    """Show what was sent of a case: neither its code nor whether and how it was rated."""
    with looking() as session:
        office = own_office(session, query.get("office"))
        row = session.scalar(
            select(ServiceCase).where(ServiceCase.office == office, ServiceCase.case_ref == case_ref.strip())
        )
        if row is None:
            raise NotFound(N_("There is no case %(id)s"), id=case_ref[:80])
        return {
            "office": row.office,
            "case_ref": row.case_ref,
            "plan": f"{row.plan_id}@{row.plan_version}",
            "item": row.item,
            "unit": row.unit,
            "channel": row.channel,
            "closed_at": row.closed_at,
        }
