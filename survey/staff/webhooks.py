"""Webhooks: who is told of what happens. The text names what happened and where, never what anybody answered."""

import json
import secrets
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.core import clock
from survey.core.errors import N_, Invalid, NotFound, Problem
from survey.core.ids import derive_key
from survey.staff import audit
from survey.staff.actor import Actor
from survey.staff.offices import expect_office, get_tree
from survey.staff.receivers import Receivers
from survey.staff.token_models import Webhook, WebhookDelivery

EVENTS = {
    "round.opened": N_("a round was opened"),
    "round.closed": N_("a round was closed"),
    "round.counted": N_("a round was counted"),
    "results.published": N_("results were published"),
    "rating.bad": N_("a bad rating waits to be followed up"),
    "job.done": N_("a long job is done"),
}
TEST = "webhook.test"
# What comes with one person's rating is told at the next full hour, so that it tells no moment.
BY_THE_HOUR = {"rating.bad"}
LONGEST_URL = 500


def secret_of(secret_key: str, webhook_id: str) -> bytes:
    """Return the key under which a webhook's messages are signed; it is derived, and stored nowhere here."""
    return derive_key(secret_key, f"webhook signatures {webhook_id}")


def secret_text(secret_key: str, webhook_id: str) -> str:
    """Return the key as receivers write it down (Standard Webhooks)."""
    return "whsec_" + b64encode(secret_of(secret_key, webhook_id)).decode()


def add_webhook(
    session: Session, actor: Actor, receivers: Receivers, *, office: str, url: str, events: Sequence[str]
) -> Webhook:
    """Add an address that is told of events.

    Raises:
        Invalid: when an event is unknown, or the operator of the server did not list the address's host.
        NotFound: when the office does not exist.
    """
    chosen = list(dict.fromkeys(events))
    unknown = [one for one in chosen if one not in EVENTS]
    problems = list(receivers.faults(url))
    if unknown or not chosen:
        message = N_("%(value)s is no event; allowed: %(allowed)s")
        figures: dict[str, object] = {"value": " ".join(unknown)[:80] or '""', "allowed": " ".join(EVENTS)}
        problems.append(Problem("events", message, figures))
    if problems:
        raise Invalid(problems)
    expect_office(session, office)
    row = Webhook(
        id=secrets.token_hex(8),
        office=office,
        url=url,
        events=chosen,
        made_by=actor.name,
        made_at=clock.now(),
    )
    session.add(row)
    session.flush()
    sentence = N_("Added the webhook %(id)s to %(receiver)s for %(events)s")
    receiver = urlsplit(url).hostname or ""
    audit.record(session, actor, office, sentence, id=row.id, receiver=receiver[:100], events=" ".join(chosen))
    return row


def list_webhooks(session: Session, offices: frozenset[str] | None = None) -> list[Webhook]:
    """Return webhooks, the oldest first; of some offices, or all."""
    found = select(Webhook).order_by(Webhook.made_at, Webhook.id)
    if offices is not None:
        found = found.where(Webhook.office.in_(offices))
    return list(session.scalars(found))


def get_webhook(session: Session, webhook_id: str) -> Webhook:
    """Return the webhook of an id.

    Raises:
        NotFound: when there is none.
    """
    row = session.get(Webhook, webhook_id)
    if row is None:
        raise NotFound(N_("There is no webhook %(id)s"), id=webhook_id)
    return row


def remove_webhook(session: Session, row: Webhook, actor: Actor) -> None:
    """Remove a webhook and all that was to be sent to it."""
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == row.id))
    session.delete(row)
    session.flush()
    audit.record(session, actor, row.office, N_("Removed the webhook %(id)s"), id=row.id)


def notify(session: Session, event: str, office: str, /, **data: str | int) -> int:
    """Leave an event for every webhook that asked for it; it is sent after the transaction, by the worker.

    Args:
        session: the unit of work in which it happened.
        event: one of ``EVENTS``.
        office: where it happened; offices above are told, too.
        data: names, states and ids; never a code, an answer, a mean or a share.

    Returns:
        How many are told.
    """
    if event not in EVENTS:
        raise ValueError(event)
    hooks = [row for row in list_webhooks(session) if event in row.events and not row.gone]
    if not hooks:
        return 0
    above = get_tree(session).above(office)
    told = [row for row in hooks if row.office in above]
    _leave(session, told, event, {"office": office, **data})
    return len(told)


def leave_test(session: Session, row: Webhook) -> None:
    """Leave a message that only says that it is a test; an address that said it is gone is tried again."""
    row.gone = False
    _leave(session, [row], TEST, {"office": row.office})


def last_deliveries(session: Session, webhook_id: str, most: int = 10) -> list[WebhookDelivery]:
    """Return what was last sent, or waits to be sent, to a webhook."""
    found = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    return list(session.scalars(found.order_by(WebhookDelivery.next_at.desc(), WebhookDelivery.id).limit(most)))


def _leave(session: Session, hooks: Iterable[Webhook], event: str, data: dict[str, str | int]) -> None:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    due = hour + timedelta(hours=1) if event in BY_THE_HOUR else hour
    # The moment in the message is the hour, too: it is the same for everything that happened in it.
    body = json.dumps({"type": event, "timestamp": _stamp(due), "data": data}, ensure_ascii=False, sort_keys=True)
    for row in hooks:
        session.add(
            WebhookDelivery(
                id=f"msg_{secrets.token_hex(16)}",
                webhook_id=row.id,
                event=event,
                body=body,
                state="waiting",
                next_at=due,
            )
        )
    session.flush()


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
