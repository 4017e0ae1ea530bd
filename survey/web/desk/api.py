"""Programs (程序接口): which may ask, and which are told of events."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, render_template
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.api import TokenForm, WebhookForm
from forms.desk.base import DeskForm, ReasonForm
from survey.core import clock
from survey.core.errors import N_, Invalid
from survey.staff import tokens, webhooks
from survey.staff.models import ROOT
from survey.staff.offices import list_offices
from survey.staff.receivers import Receivers
from survey.staff.roles import Power
from survey.web.api.access import token_key
from survey.web.api.webhooks import receivers
from survey.web.desk.shell import actor, back, looking, me, note, say, work
from survey.web.services import services

BAD = 400

api = Blueprint("api", __name__, url_prefix="/api")


@api.get("")
def index() -> str:
    """Show the tokens and webhooks of the offices the member administers."""
    return _page(TokenForm(), WebhookForm())


@api.post("/tokens")
def make() -> str | tuple[str, int]:
    """Make a token and show it this once."""
    form, other = TokenForm(), WebhookForm(formdata=None)
    with looking() as database:
        _with_choices(form, other, _offices(database))
    if not form.validate_on_submit():
        return _page(form, other), BAD
    now = clock.now()
    ends_at = now + timedelta(days=form.days.data or 0)
    wish = tokens.Wish(form.name.data or "", form.office.data, tuple(form.scopes.data or ()), ends_at)
    try:
        with work() as database:
            row, text = tokens.make_token(database, token_key(), wish, actor(), now, rights=me().rights)
    except Invalid as error:
        return _page(form, other, error), BAD
    return render_template(
        "desk/api/shown_once.html", name=row.name, secret=text, what="token", base_url=services().settings.base_url
    )


@api.route("/tokens/<token_id>", methods=["GET", "POST"])
def token(token_id: str) -> Response | str:
    """Show a token; take it back, with the reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with work() as database:
            row = tokens.get_token(database, token_id)
            tokens.revoke_token(database, row, actor(), clock.now())
            reason = N_("Reason for revoking the API token %(name)s: %(reason)s")
            note(database, row.office, reason, name=row.name, reason=form.reason.data)
        say(N_("The token %(name)s is revoked; it works no more"), name=row.name)
        return back("desk.api.index")
    with looking() as database:
        row = tokens.get_token(database, token_id)
    return render_template("desk/api/token.html", token=row, form=form, scopes=tokens.SCOPES)


@api.post("/webhooks")
def add_webhook() -> str | tuple[str, int]:
    """Add an address and show the key of its signatures this once."""
    form, other = WebhookForm(), TokenForm(formdata=None)
    with looking() as database:
        _with_choices(other, form, _offices(database))
    if not form.validate_on_submit():
        return _page(other, form), BAD
    try:
        with work() as database:
            row = webhooks.add_webhook(
                database,
                actor(),
                receivers(),
                office=form.receiver.data,
                url=form.url.data or "",
                events=form.events.data or (),
            )
    except Invalid as error:
        return _page(other, form, error), BAD
    secret = webhooks.secret_text(services().settings.secret_key, row.id)
    return render_template("desk/api/shown_once.html", name=urlsplit(row.url).hostname, secret=secret, what="webhook")


@api.get("/webhooks/<webhook_id>")
def webhook(webhook_id: str) -> str:
    """Show a webhook and what was last sent to it."""
    with looking() as database:
        row = webhooks.get_webhook(database, webhook_id)
        deliveries = webhooks.last_deliveries(database, webhook_id)
    return render_template(
        "desk/api/webhook.html",
        webhook=row,
        deliveries=deliveries,
        events=webhooks.EVENTS,
        form=ReasonForm(),
        test_form=DeskForm(),
    )


@api.post("/webhooks/<webhook_id>/test")
def test_webhook(webhook_id: str) -> Response:
    """Send a message that only says that it is a test."""
    with work() as database:
        row = webhooks.get_webhook(database, webhook_id)
        webhooks.leave_test(database, row)
        note(database, row.office, N_("Sent a test to the webhook %(id)s"), id=row.id)
    say(N_("The test waits to be sent; look again in a minute"))
    return back("desk.api.webhook", webhook_id=webhook_id)


@api.post("/webhooks/<webhook_id>/remove")
def remove_webhook(webhook_id: str) -> Response:
    """Remove a webhook, with the reason."""
    form = ReasonForm()
    if not form.validate_on_submit():
        say(N_("Give a reason of 4 to 300 characters; nothing was done"))
        return back("desk.api.webhook", webhook_id=webhook_id)
    with work() as database:
        row = webhooks.get_webhook(database, webhook_id)
        webhooks.remove_webhook(database, row, actor())
        reason = N_("Reason for removing the webhook %(id)s: %(reason)s")
        note(database, row.office, reason, id=row.id, reason=form.reason.data)
    say(N_("The webhook is removed; nothing more is sent to it"))
    return back("desk.api.index")


def _page(form: TokenForm, webhook_form: WebhookForm, error: Invalid | None = None) -> str:
    mine = me().rights.offices(Power.PEOPLE)
    with looking() as database:
        offices = _offices(database)
        shown_tokens = tokens.list_tokens(database, mine)
        shown_webhooks = webhooks.list_webhooks(database, mine)
    _with_choices(form, webhook_form, offices)
    told: Receivers = receivers()
    return render_template(
        "desk/api/index.html",
        tokens=shown_tokens,
        webhooks=shown_webhooks,
        scopes=tokens.SCOPES,
        events=webhooks.EVENTS,
        form=form,
        webhook_form=webhook_form,
        listed=sorted(told.listed),
        problems=[one.say(gettext) for one in error.problems] if error else (),
        as_of=clock.now(),
    )


def _offices(database: Session) -> dict[str, str]:
    """Return the offices the member administers, by code."""
    named = {ROOT: gettext("Root office")} | {row.code: f"{row.code} {row.name}" for row in list_offices(database)}
    mine = me().rights.offices(Power.PEOPLE)
    return {code: name for code, name in named.items() if code in mine}


def _with_choices(form: TokenForm, webhook_form: WebhookForm, offices: dict[str, str]) -> None:
    form.office.choices = offices
    allowed = {scope for office in offices for scope in tokens.scopes_within(me().rights, office)}
    form.scopes.choices = [(scope.value, gettext(words)) for scope, words in tokens.SCOPES.items() if scope in allowed]
    webhook_form.receiver.choices = offices
    webhook_form.events.choices = [(event, gettext(words)) for event, words in webhooks.EVENTS.items()]
