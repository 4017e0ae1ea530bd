"""The pages on bad ratings: the list by deadline, one case, the indicators."""

import csv
import io
from datetime import date, datetime
from typing import get_args

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from forms.desk.ratings import StepForm
from survey.core import clock
from survey.core.clock import COUNTRY
from survey.core.errors import N_, Invalid, Refused
from survey.core.formulas import inert
from survey.ratings import rules, service
from survey.ratings.models import ServiceCase
from survey.ratings.plan import RatingPlan
from survey.ratings.queries import Grouping, Period, list_bad, list_plans
from survey.ratings.rules import NAMES, Step
from survey.scoring.service_ratings import SHARES, Indicators, indicators
from survey.staff.models import ROOT
from survey.staff.roles import Power
from survey.web.desk.ratings import facts
from survey.web.desk.shell import actor, back, looking, me, say, work
from survey.web.display import display

SIZE = 50
STATES = ("open", "all", *map(str, Step))
COLUMNS = ("name", "cases", "ratings", *SHARES, "valid_bad", "excluded", "open", "overdue", "index")

ratings = Blueprint("ratings", __name__, url_prefix="/ratings")


@ratings.get("")
def index() -> str:
    """Show bad ratings, the most urgent first; state and page stand in the address."""
    state = request.args.get("state", "open")
    state = state if state in STATES else "open"
    overdue = request.args.get("overdue") == "1"
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    now = clock.now()
    with looking() as session:
        offices = _offices()
        asked = now if overdue else None
        cases, total = list_bad(session, offices, state, overdue_at=asked, start=(page - 1) * SIZE, most=SIZE)
        lines = facts.lines(session, cases, now)
        late = list_bad(session, offices, overdue_at=now, most=0)[1]
        open_ = list_bad(session, offices, most=0)[1]
    return render_template(
        "desk/ratings/index.html",
        lines=lines,
        state=state,
        overdue=overdue,
        page=page,
        pages=max(1, -(-total // SIZE)),
        total=total,
        late=late,
        open=open_,
        states=[("open", _("Not closed")), ("all", _("All")), *((str(step), _(NAMES[step])) for step in Step)],
    )


def _offices() -> frozenset[str] | None:
    """Return the offices whose ratings the member may see; none for all."""
    return None if me().may(Power.SEE, ROOT) else me().rights.offices(Power.SEE)


@ratings.get("/<int:case_id>")
def show(case_id: int) -> str:
    """Show one case: what was said, what was done, what is due, what may follow."""
    with looking() as session:
        return _case_page(session, service.get_case(session, case_id))


@ratings.post("/<int:case_id>/step")
def step(case_id: int) -> AnyResponse | tuple[str, int]:
    """Take the next step."""
    return _take(case_id, decides=False)


@ratings.post("/<int:case_id>/appeal")
def decide(case_id: int) -> AnyResponse | tuple[str, int]:
    """Decide an appeal against the rating."""
    return _take(case_id, decides=True)


def _take(case_id: int, *, decides: bool) -> AnyResponse | tuple[str, int]:
    with work() as session:
        case = service.get_case(session, case_id)
        session.refresh(case, with_for_update=True)
        if decides != (case.state == Step.APPEALED):
            raise Refused(
                N_("There is no appeal to decide") if decides else N_("An appeal waits; a supervisor decides it")
            )
        form = StepForm()
        form.step.choices = [(str(one), "") for one in rules.FOLLOWING[Step(case.state)]] if case.state else []
        if not form.validate_on_submit():
            problems = [error for errors in form.errors.values() for error in errors]
            return _case_page(session, case, problems), 400
        try:
            taken = Step(form.step.data)
            service.take_step(session, case, taken, actor(), clock.now(), note=form.note.data or "")
        except (Invalid, Refused) as error:
            return _case_page(session, case, [error.say(_)], form), 400
    say(N_("The bad rating of case %(case)s is now: %(state)s"), case=case.case_ref, state=_(NAMES[taken]))
    return back("desk.ratings.show", case_id=case_id)


def _case_page(
    session: Session, case: ServiceCase, problems: list[str] | None = None, form: StepForm | None = None
) -> str:
    plan, now = service.case_plan(session, case), clock.now()
    events = service.events_of(session, case)
    history = service.history_of(events)
    appealed = bool(history) and rules.appeal_waits(history)
    steps = rules.following(plan, history, now) if history else ()
    may = me().may(Power.CONFIRM if appealed else Power.HANDLE, case.office)
    form = form or StepForm()
    form.step.choices = facts.choices(plan, steps)
    until = rules.rerating_ends_at(plan, history) if history else None
    return render_template(
        "desk/ratings/case.html",
        case=case,
        plan=plan,
        said=facts.said(session, plan, case),
        taken=facts.steps_taken(events),
        dues=facts.dues(plan, history, now) if history else [],
        state=_(NAMES[Step(case.state)]) if case.state else "",
        form=form,
        may=may,
        appealed=appealed,
        until=until if until and now < until else None,
        problems=problems or [],
        names={code: facts.subject_name(session, code) for code in (case.unit, case.service_window, case.handler)},
    )


@ratings.get("/indicators", endpoint="indicators")
def show_indicators() -> str:
    """Show the indicators; plan, groups and period stand in the address."""
    with looking() as session:
        plans = list_plans(session)
        plan, by, period = _asked(session, plans)
        found = _indicators(session, plan, by, period)
    return render_template(
        "desk/ratings/indicators.html",
        plans=plans,
        plan=plan,
        by=by,
        period=period,
        lines=found,
        shares=SHARES,
        lang=display().lang,
    )


@ratings.get("/indicators.csv")
def download() -> Response:
    """Give the same table as a file."""
    with looking() as session:
        plan, by, period = _asked(session, list_plans(session))
        found = _indicators(session, plan, by, period)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line, name in found:
        row = {**line.row(), "name": name}
        writer.writerow([_safe(row[column]) for column in COLUMNS])
    headers = {"Content-Disposition": "attachment; filename=service-ratings.csv"}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


def _safe(cell: object) -> object:
    return inert(cell) if isinstance(cell, str) else cell


def _asked(session: Session, plans: list[str]) -> tuple[RatingPlan | None, Grouping, Period]:
    wanted = request.args.get("plan", "")
    name = wanted if wanted in plans else (plans[0] if plans else "")
    by = request.args.get("by", "all")
    return (
        service.get_plan(session, name) if name else None,
        by if by in get_args(Grouping) else "all",  # type: ignore[return-value]  # checked
        Period(_day("from"), _day("to")),
    )


def _day(name: str) -> date | None:
    try:
        return datetime.strptime(request.args.get(name, ""), "%Y-%m-%d").replace(tzinfo=COUNTRY).date()
    except ValueError:
        return None


def _indicators(
    session: Session, plan: RatingPlan | None, by: Grouping, period: Period
) -> list[tuple[Indicators, str]]:
    if plan is None:
        return []
    found = indicators(session, plan, by, period, clock.now(), _offices())
    return [(line, _("All") if by == "all" else _group_name(session, by, line.name)) for line in found]


def _group_name(session: Session, by: Grouping, name: str) -> str:
    if by == "unit":
        return facts.subject_name(session, name)
    return name or (_("Root office") if by == "office" else name)
