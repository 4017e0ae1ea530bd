"""The plain pages for all that is not the questionnaire: what happened, whether the ballot counted, what to do."""

from dataclasses import dataclass, field
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from survey.core.errors import N_

RETRY_AFTER_SECONDS = "10"
ANSWERING = ("answer.review", "answer.cast")


class Refusal(Exception):
    """A page to show instead of the one asked for.

    Args:
        name: one of ``PAGES``.
        figures: for the places in its sentences.
    """

    def __init__(self, name: str, **figures: object) -> None:
        super().__init__(name)
        self.name = name
        self.figures = figures


@dataclass(frozen=True)
class StatusPage:
    """One page; its sentences are translated when it is shown.

    Attributes:
        counted: what became of the ballot.
        retry: how a post that failed can be sent again with its answers: as it was, or to open the form anew.
    """

    status: int
    title: str
    happened: str
    counted: str
    remedy: str
    retry: str = ""
    headers: dict[str, str] = field(default_factory=dict)


REHEARSED = N_("This is a rehearsal: no answer given in it is ever counted.")
NOT_SUBMITTED = N_("Your answers have not been submitted.")
NOTHING_CAST = N_("No ballot was cast and no code was used up.")
CHECK_SLIP = N_("Compare the code with your slip, or ask whoever gave it to you for another slip.")

PAGES = {
    "unknown": StatusPage(
        404, N_("This code is not valid"), N_("There is no survey for this code."), NOTHING_CAST, CHECK_SLIP
    ),
    "used": StatusPage(
        409,
        N_("This code has been used"),
        N_("A ballot was submitted with this code; each code counts once."),
        N_("If it was yours, it is in the urn and will be counted. Nothing was added now."),
        N_("If it was not yours, ask whoever gave you the slip for another one."),
    ),
    "not_yet": StatusPage(
        403,
        N_("This survey has not started yet"),
        N_("It opens at %(opens_at)s (Beijing time)."),
        NOTHING_CAST,
        N_("Open the same address again after that time."),
        retry="again",
    ),
    "closed": StatusPage(
        410,
        N_("This survey has ended"),
        N_("Its time is over; ballots are no longer taken."),
        NOT_SUBMITTED,
        N_("Results are shown after they have been counted and published."),
    ),
    "waits": StatusPage(
        403,
        N_("The vote has not been opened yet"),
        N_("The host has not opened the vote for your slip yet."),
        NOTHING_CAST,
        N_("Wait until the host opens it, then open the same address again."),
        retry="again",
    ),
    "shut": StatusPage(
        410,
        N_("The vote is closed"),
        N_("The host has closed the vote for your slip; ballots are no longer taken."),
        NOT_SUBMITTED,
        N_("If you could not submit in time, raise your hand and tell the host."),
    ),
    "busy": StatusPage(
        503,
        N_("Busy at the moment"),
        N_("The system cannot take ballots just now."),
        NOT_SUBMITTED,
        N_("Wait a little and try again. Your code stays valid."),
        retry="again",
        headers={"Retry-After": RETRY_AFTER_SECONDS},
    ),
    "failed": StatusPage(
        500,
        N_("Something went wrong"),
        N_("The fault is on our side, not yours."),
        NOT_SUBMITTED,
        N_("Try again. If it happens again, tell whoever gave you the slip."),
        retry="again",
    ),
    "stale": StatusPage(
        400,
        N_("This page is no longer valid"),
        N_("It did not come from this server, or was changed on the way."),
        NOT_SUBMITTED,
        N_("Scan the code again."),
        retry="reopen",
    ),
    "changed": StatusPage(
        409,
        N_("The questionnaire was updated"),
        N_("You filled in another version of it."),
        NOT_SUBMITTED,
        N_("Open the questionnaire again."),
        retry="reopen",
    ),
    "bad_request": StatusPage(
        400,
        N_("This request cannot be understood"),
        N_("The address or the form is not one of ours."),
        NOT_SUBMITTED,
        N_("Scan the code again."),
        retry="again",
    ),
    "foreign": StatusPage(
        403,
        N_("Sent from another site"),
        N_("Another site tried to send this form in your name."),
        NOT_SUBMITTED,
        N_("Close that site and scan the code again."),
    ),
    "not_found": StatusPage(
        404,
        N_("There is no such page"),
        N_("The address is not one of ours."),
        NOTHING_CAST,
        N_("Scan the code again, or enter it here."),
    ),
    "not_published": StatusPage(
        403,
        N_("Results are not shown yet"),
        N_("Results are shown after the round is closed, counted and published."),
        NOTHING_CAST,
        N_("Come back later."),
    ),
    "outdated": StatusPage(
        503,
        N_("These results cannot be shown at present"),
        N_("They are kept, but this version of the program no longer computes them anew to the last digit."),
        NOTHING_CAST,
        N_("Ask the office; it has to score anew, or to use the version that made them."),
    ),
    "method": StatusPage(
        405,
        N_("This request cannot be understood"),
        N_("The page cannot be asked for in this way."),
        NOT_SUBMITTED,
        N_("Scan the code again."),
    ),
    "too_large": StatusPage(
        413,
        N_("Too much was sent"),
        N_("The form is larger than any questionnaire of ours."),
        NOT_SUBMITTED,
        N_("Go back, shorten your text and submit again."),
    ),
    "wrong_type": StatusPage(
        415,
        N_("Not a form"),
        N_("Answers are taken from our own pages only."),
        NOT_SUBMITTED,
        N_("Scan the code again."),
    ),
}


def status_page(name: str, contact: str = "", *, rehearsal: bool = False, **figures: object) -> Response:
    """Return one of the pages; after a post that can be repeated it carries the answers and a button."""
    page = PAGES[name]
    html = render_template(
        "answer/status.html",
        page=page,
        happened=_(page.happened) % figures,
        counted=_(REHEARSED if rehearsal else page.counted),
        rehearsal=rehearsal,
        contact=contact or _("the people who gave you the slip"),
        retry=_retry(page.retry),
        submitted=request.method == "POST",
    )
    return make_response(html, page.status, page.headers)


def _retry(way: str) -> dict[str, Any] | None:
    endpoints = (*ANSWERING, "rate.give") if way == "again" else ANSWERING
    if not way or request.method != "POST" or request.endpoint not in endpoints:
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in ("_switch", "_stamp")]
    if way == "reopen":
        path = url_for("answer.review", **(request.view_args or {}))
        return {"action": path, "fields": [*fields, ("_switch", "reopen")], "words": _("Open it again with my answers")}
    stamp = [("_stamp", value) for value in request.form.getlist("_stamp")[:1]]
    switch = [("_switch", value) for value in request.form.getlist("_switch")[:1]]
    return {"action": request.path, "fields": [*fields, *stamp, *switch], "words": _("Try again with my answers")}
