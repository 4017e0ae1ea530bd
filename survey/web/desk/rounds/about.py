"""A new round, and what a draft says of itself: title, organiser, times, seal."""

from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from forms.desk.rounds import AboutForm, NewRoundForm
from survey.core import clock
from survey.core.clock import COUNTRY
from survey.core.errors import N_, SurveyError
from survey.core.validation import validate
from survey.rounds.definition import RoundDefinition
from survey.rounds.drafting import MADE, change_definition, new_draft
from survey.rounds.models import Round
from survey.rounds.service import get_round, list_rounds
from survey.staff.models import ROOT
from survey.staff.offices import list_offices
from survey.staff.roles import Power
from survey.web.desk.faults import expect_choices, faults
from survey.web.desk.rounds.questionnaire import choices, take
from survey.web.desk.rounds.room import changing, page, rounds
from survey.web.desk.shell import back, looking, me, note, say, work

USUAL_DAYS = 14
VOTERS = "voters.csv"
NOTHING = "-"
_WORDS = ("title", "organiser")


@rounds.route("/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """Create a draft; its voters, rules and key come on pages of their own."""
    with looking() as session:
        form = NewRoundForm(data=_usual(session))
        form.questionnaire.choices = choices(session)
        form.office.choices = _offices(session)
    if not form.is_submitted():
        return render_template("desk/rounds/new.html", form=form)
    try:
        expect_choices(form)
        with work() as session:
            row = _create(session, form)
    except SurveyError as error:
        return render_template("desk/rounds/new.html", form=form, problems=faults(error, form)), 400
    say(N_("The round %(name)s is a draft; go on with its steps"), name=row.name)
    return back("desk.rounds.show", round_id=row.name)


def _create(session: Session, form: NewRoundForm) -> Round:
    document = _said(form) | {
        "id": form.id.data or "",
        "questionnaire": take(session, form.questionnaire.data),
        "voters": VOTERS,
        "opens_at": typed_moment(form.opens_at.data),
        "closes_at": typed_moment(form.closes_at.data),
    }
    definition = validate(document, RoundDefinition, "")
    row = new_draft(session, definition, office=form.office.data)
    note(session, row.office, MADE, name=row.name, questionnaire=definition.questionnaire)
    return row


@rounds.get("/<round_id>/about")
def about(round_id: str) -> str:
    """Show what a round says of itself."""
    with looking() as session:
        row = get_round(session, round_id)
        form = AboutForm(formdata=None, data=_typed(RoundDefinition.model_validate(row.definition)))
        return page("about.html", session, row, form=form)


@rounds.post("/<round_id>/about")
def change_about(round_id: str) -> Response | tuple[str, int]:
    """Let a draft say something else of itself."""
    form = AboutForm()
    try:
        expect_choices(form)
        with changing(round_id) as (session, row, definition):
            _change(session, row, definition, form)
    except SurveyError as error:
        with looking() as session:
            row = get_round(session, round_id)
            return page("about.html", session, row, form=form, problems=faults(error, form)), 400
    say(N_("Title, times and seal are saved"))
    return back("desk.rounds.show", round_id=round_id)


def _change(session: Session, row: Round, definition: RoundDefinition, form: AboutForm) -> None:
    document = definition.model_dump(mode="json") | _said(form)
    document |= {
        "review": form.review.data,
        "grace_minutes": form.grace_minutes.data or "",
        "layout": form.layout.data,
        "order": _both(form.order_zh.data, form.order_en.data),
        "announce": {"true": True, "false": False}.get(form.announce.data),
        "objection_days": form.objection_days.data or "",
    }
    # A file may say seconds, which the page does not show; what was not touched stays.
    shown = _typed(definition)
    for field in ("opens_at", "closes_at"):
        if form[field].data != shown[field]:
            document[field] = typed_moment(form[field].data)
    changed = validate(document, RoundDefinition, "")
    change_definition(session, row, changed)
    note(
        session,
        row.office,
        N_("Changed title, times or seal of the round %(name)s: open from %(opens)s to %(closes)s, seal %(seal)s"),
        name=row.name,
        opens=changed.opens_at.isoformat(),
        closes=changed.closes_at.isoformat(),
        seal=changed.seal,
    )


def _said(form: NewRoundForm | AboutForm) -> dict[str, Any]:
    """Return the part of a definition that both forms have, as plain data."""
    said: dict[str, Any] = {name: form[name].data for name in ("contact", "kind", "seal", "channel", "meeting")}
    return said | {name: _words(form[f"{name}_zh"].data, form[f"{name}_en"].data) for name in _WORDS}


def _words(zh: str | None, en: str | None) -> dict[str, str]:
    # An office that works in one language writes one; where both are empty, one fault is enough.
    return {"zh": zh or "", "en": en or zh or NOTHING}


def _both(zh: str | None, en: str | None) -> dict[str, str] | None:
    return {"zh": zh or en or "", "en": en or zh or ""} if zh or en else None


def _typed(definition: RoundDefinition) -> dict[str, Any]:
    """Return a definition as the form shows it."""
    order = definition.order
    return {
        **{
            f"{name}_{language}": getattr(definition, name).words(language)
            for name in _WORDS
            for language in ("zh", "en")
        },
        **{name: getattr(definition, name) for name in ("contact", "kind", "seal", "channel", "meeting", "review")},
        "opens_at": shown_moment(definition.opens_at),
        "closes_at": shown_moment(definition.closes_at),
        "grace_minutes": str(definition.grace_minutes),
        "layout": definition.layout,
        "order_zh": order.zh if order else "",
        "order_en": order.en if order else "",
        "announce": "" if definition.announce is None else str(definition.announce).lower(),
        "objection_days": str(definition.objection_days),
    }


def typed_moment(text: str | None) -> str:
    """Return a moment typed in the office's time as a definition writes it; what is none stays as it was typed."""
    text = (text or "").strip().replace(" ", "T", 1)
    if len(text) == len("2026-03-01T09:00"):
        text += ":00"
    return text + clock.now().astimezone(COUNTRY).isoformat()[-6:] if len(text) == len("2026-03-01T09:00:00") else text


def shown_moment(moment: datetime) -> str:
    """Return a moment in the office's time, as the browser's field for it takes it."""
    return f"{moment.astimezone(COUNTRY):%Y-%m-%dT%H:%M}"


def _usual(session: Session) -> dict[str, Any]:
    """Return what a new round says by itself: from today for two weeks; whose, as the newest one had it."""
    now = clock.now().astimezone(COUNTRY).replace(minute=0, second=0, microsecond=0)
    taken = set(session.scalars(select(Round.name)))
    name = f"round-{now:%Y%m%d}"
    offices = me().rights.offices(Power.SET_UP)
    newest = next((row for row in reversed(list_rounds(session)) if row.office in offices), None)
    usual = {
        "id": next(one for one in (name, *(f"{name}-{i}" for i in range(2, 1000))) if one not in taken),
        "opens_at": shown_moment(now),
        "closes_at": shown_moment(now.replace(hour=18) + timedelta(days=USUAL_DAYS)),
    }
    if newest is not None:
        definition = RoundDefinition.model_validate(newest.definition)
        usual |= {
            "organiser_zh": definition.organiser.zh,
            "organiser_en": definition.organiser.en,
            "contact": definition.contact,
            "office": newest.office,
        }
    return usual


def _offices(session: Session) -> list[SelectChoice]:
    """Return the offices in which the member may make rounds, by code."""
    named = {ROOT: gettext("Root office")} | {row.code: f"{row.code} {row.name}" for row in list_offices(session)}
    mine = me().rights.offices(Power.SET_UP)
    return [SelectChoice(code, name) for code, name in named.items() if code in mine]
