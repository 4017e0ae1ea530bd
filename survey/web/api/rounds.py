"""Rounds, their response while they are open, and their results once they are published."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import N_, NotFound
from survey.reports.exports.json import table_document
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round
from survey.rounds.service import is_rehearsal
from survey.staff.tokens import Scope
from survey.turnout.rules import Disposition
from survey.turnout.watching.rules.sums import Key
from survey.web.api.access import Body, looking, offices, reaches
from survey.web.api.operation import Operation, Room, operation
from survey.web.api.schemas import RoundResultsSchema, RoundsAsked, RoundSchema, RoundsSchema, TurnoutSchema
from survey.web.desk.watching.snapshot import snapshots
from survey.web.display import display
from survey.web.results.report import read_report

rounds = Room("rounds", "Rounds, their response, their published results")

FIGURES = ("issued", "spent", "waiting", "void", "expired", "rate")


@operation(rounds, Operation("GET", "/rounds", Scope.ROUNDS_READ, RoundsSchema, query=RoundsAsked, refuses=(404,)))
def list_rounds(query: Body) -> Body:
    """List the rounds that the token reaches, the oldest first."""
    limit = query["limit"]
    with looking() as session:
        found = select(Round).order_by(Round.id)
        reached = offices(session)
        if reached is not None:
            found = found.where(Round.office.in_(reached))
        if "state" in query:
            found = found.where(Round.state == query["state"])
        if "after" in query:
            found = found.where(Round.id > _get(session, query["after"]).id)
        rows = [row for row in session.scalars(found) if not is_rehearsal(row)][: limit + 1]
        items = [_document(row) for row in rows[:limit]]
    return {"items": items, "next": items[-1]["id"] if len(rows) > limit else None}


@operation(rounds, Operation("GET", "/rounds/<round_id>", Scope.ROUNDS_READ, RoundSchema))
def get_round(query: Body, round_id: str) -> Body:
    """Show a round."""
    del query
    with looking() as session:
        return _document(_get(session, round_id))


@operation(rounds, Operation("GET", "/rounds/<round_id>/turnout", Scope.TURNOUT_READ, TurnoutSchema))
def get_turnout(query: Body, round_id: str) -> Body:
    """Show how many codes of a round were used, once a minute; of an open secret round in steps, small groups never."""
    del query
    with looking() as session:
        row = _get(session, round_id)
        # The same minute's figures as on the desk's page: whoever asks often sees nobody who has just come out.
        seen = snapshots().get(session, row)
        state = row.state
    groups = [
        {
            "group": one.group,
            "ballot_class": one.ballot_class,
            **_figures(one, masked=Key(one.group, one.ballot_class) in seen.hidden),
        }
        for one in seen.reading.groups
    ]
    whole = seen.sums.get(Key(), Disposition("", "", 0, 0, 0, 0, 0))
    total = _figures(whole, masked=Key() in seen.hidden)
    return {"round": round_id, "state": state, "step": seen.reading.step, "total": total, "groups": groups}


@operation(rounds, Operation("GET", "/rounds/<round_id>/results", Scope.RESULTS_READ, RoundResultsSchema))
def get_round_results(query: Body, round_id: str) -> Body:
    """Read a round's report, once it is published; what is hidden on its page is hidden here."""
    del query
    with looking() as session:
        row = _get(session, round_id)
        if row.published_at is None:
            raise NotFound(N_("The results of the round %(name)s are not published"), name=round_id)
        report = read_report(session, row, display().lang)
        published_at = row.published_at
    tables = [{"name": table.name, **table_document(table)} for table in report.tables]
    return {"round": round_id, "published_at": published_at, "tables": tables}


def _get(session: Session, name: str) -> Round:
    """Return a round that the token reaches; all others do not exist.

    Raises:
        NotFound: when there is none.
    """
    row = session.scalar(select(Round).where(Round.name == name))
    if row is None or is_rehearsal(row) or not reaches(session, row.office):
        raise NotFound(N_("There is no round %(name)s"), name=name[:80])
    return row


def _document(row: Round) -> dict[str, Any]:
    definition = RoundDefinition.model_validate(row.definition)
    return {
        "id": row.name,
        "office": row.office,
        "title": {"zh": definition.title.zh, "en": definition.title.en},
        "kind": definition.kind,
        "secret": definition.secret,
        "state": str(row.state),
        "questionnaire": definition.questionnaire,
        "opens_at": definition.opens_at,
        "closes_at": definition.closes_at,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "counted_at": row.counted_at,
        "published_at": row.published_at,
    }


def _figures(one: Disposition, *, masked: bool) -> dict[str, Any]:
    if masked:
        return {"planned": one.planned, "masked": True, **dict.fromkeys(FIGURES)}
    figures = {name: getattr(one, name) for name in FIGURES}
    return {**figures, "planned": one.planned, "masked": False, "rate": None if one.rate is None else f"{one.rate:f}"}
