"""Rate a handled case, and re-rate it once. Opening changes nothing; only sending the form does."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from survey.core import clock
from survey.core.errors import AlreadyDone, Invalid, Refused
from survey.ratings import rating
from survey.ratings.models import LONGEST_TEXT, SECOND
from survey.ratings.plan import RatingPlan
from survey.ratings.rating import Given
from survey.ratings.rules import NAMES, Step
from survey.storage.engine import reading, unit_of_work
from survey.web.display import display, take_from_form
from survey.web.rate.opened import Opened, new_stamp, open_case, posted_stamp
from survey.web.services import services

NOTHING: MultiDict[str, str] = MultiDict()
SECONDS_TO_CLOSE = 15  # on a shared device


def add_pages(pages: Blueprint) -> None:
    """Add the pages to their blueprint."""
    pages.add_url_rule("/r/<code>", "show", show, methods=["GET"])
    # Printed addresses are in upper case, which makes the smallest QR code.
    pages.add_url_rule("/R/<code>", "show_printed", show, methods=["GET"])
    pages.add_url_rule("/r/<code>", "give", give, methods=["POST"])


def show(code: str) -> str:
    """Show what can be done with a case; nothing changes, however often it is opened."""
    now = clock.now()
    with reading(services().engine) as connection, Session(connection) as session:
        opened = open_case(session, code, now)
    if opened.stage in ("rate", "rerate"):
        return _form(opened, new_stamp(opened, now).text)
    return _told(opened)


def give(code: str) -> str | tuple[str, int]:
    """Take a rating or a re-rating; the same form sent twice is answered alike."""
    take_from_form()
    now = clock.now()
    with unit_of_work(services().engine) as session:
        opened = open_case(session, code, now)
        stamp = posted_stamp(opened)
        again = stamp.group_id == SECOND
        if "_switch" in request.form:
            return _form(opened, stamp.text, request.form, again=again)
        take = rating.rerate if again else rating.rate
        try:
            with session.begin_nested():
                take(session, opened.case, _given(opened.plan), stamp.cast_key, now)
        except Invalid as error:
            problems = {problem.where: problem.say(_) for problem in error.problems}
            return _form(opened, stamp.text, request.form, problems, again=again), HTTPStatus.BAD_REQUEST
        except (AlreadyDone, Refused):
            return _told(opened), HTTPStatus.CONFLICT
        opened = open_case(session, code, now)
    return render_template("rate/done.html", **_heading(opened), again=again, seconds=SECONDS_TO_CLOSE)


def _given(plan: RatingPlan) -> Given:
    """Return what was sent; without scripts remarks of other levels can be ticked, and say nothing."""
    level = request.form.get("level", "")
    others = {tag.code for one in plan.levels if one.code != level for tag in one.tags}
    return Given(level, [tag for tag in request.form.getlist("tag") if tag not in others], request.form.get("text", ""))


def _form(
    opened: Opened,
    stamp: str,
    given: MultiDict[str, str] = NOTHING,
    problems: Mapping[str, str] | None = None,
    *,
    again: bool | None = None,
) -> str:
    return render_template(
        "rate/form.html",
        **_heading(opened),
        again=opened.stage == "rerate" if again is None else again,
        stamp=stamp,
        given=given,
        problems=problems or {},
        most=LONGEST_TEXT,
    )


def _told(opened: Opened) -> str:
    return render_template("rate/told.html", **_heading(opened))


def _heading(opened: Opened) -> dict[str, Any]:
    """Return what every page of a case says about it."""
    lang = display().lang
    return {
        "opened": opened,
        "plan": opened.plan,
        "title": opened.plan.title.words(lang),
        "organiser": opened.plan.organiser.words(lang),
        "contact": opened.plan.contact,
        "state": _(NAMES[Step(opened.state)]) if opened.state else "",
    }
