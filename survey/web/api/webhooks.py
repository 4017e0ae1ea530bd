"""Webhooks: who is told of events."""

from typing import Any

from sqlalchemy.orm import Session

from survey.core.errors import N_, NotFound
from survey.staff import webhooks as service
from survey.staff.receivers import Receivers
from survey.staff.token_models import Webhook
from survey.staff.tokens import Scope
from survey.web.api.access import Body, asker, looking, offices, own_office, reaches, work
from survey.web.api.operation import Operation, Room, operation
from survey.web.api.schemas import NewWebhook, WebhooksSchema, WebhookWish
from survey.web.services import services

webhooks = Room("webhooks", "Who is told of events")

EXAMPLE = {"url": "https://hooks.example.gov.cn/minsheng", "events": ["round.closed", "results.published"]}


def receivers() -> Receivers:
    """Return to whom this server may send anything."""
    settings = services().settings
    return Receivers(settings.webhook_hosts, settings.base_url)


@operation(webhooks, Operation("GET", "/webhooks", Scope.WEBHOOKS_MANAGE, WebhooksSchema))
def list_webhooks(query: Body) -> Body:
    """List the webhooks that the token reaches."""
    del query
    with looking() as session:
        return {"items": [_document(row) for row in service.list_webhooks(session, offices(session))]}


@operation(
    webhooks,
    Operation(
        "POST",
        "/webhooks",
        Scope.WEBHOOKS_MANAGE,
        NewWebhook,
        statuses={201: "It was added; the secret is shown this once."},
        body=WebhookWish,
        example=EXAMPLE,
        refuses=(404,),
    ),
)
def add_webhook(query: Body, body: Body) -> Body:
    """Add an address that is told of events; the server's operator must have listed its host."""
    del query
    with work() as session:
        office = own_office(session, body.get("office"))
        row = service.add_webhook(
            session, asker().actor, receivers(), office=office, url=body["url"], events=body["events"]
        )
        secret = service.secret_text(services().settings.secret_key, row.id)
        return {**_document(row), "secret": secret}


@operation(
    webhooks,
    Operation(
        "DELETE", "/webhooks/<webhook_id>", Scope.WEBHOOKS_MANAGE, statuses={204: "It is told nothing any more."}
    ),
)
def remove_webhook(query: Body, webhook_id: str) -> None:
    """Remove a webhook."""
    del query
    with work() as session:
        service.remove_webhook(session, _get(session, webhook_id), asker().actor)


@operation(
    webhooks,
    Operation(
        "POST",
        "/webhooks/<webhook_id>/test",
        Scope.WEBHOOKS_MANAGE,
        statuses={204: "A message that only says that it is a test will be sent."},
    ),
)
def test_webhook(query: Body, webhook_id: str) -> None:
    """Send a test."""
    del query
    with work() as session:
        service.leave_test(session, _get(session, webhook_id))


def _get(session: Session, webhook_id: str) -> Webhook:
    """Return a webhook that the token reaches; all others do not exist.

    Raises:
        NotFound: when there is none.
    """
    row = service.get_webhook(session, webhook_id[:16])
    if row.id != webhook_id or not reaches(session, row.office):
        raise NotFound(N_("There is no webhook %(id)s"), id=webhook_id[:16])
    return row


def _document(row: Webhook) -> dict[str, Any]:
    return {"id": row.id, "office": row.office, "url": row.url, "events": row.events, "gone": row.gone}
