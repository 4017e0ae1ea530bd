"""Deliver what waits for webhooks: signed, without redirects, with a short patience, again later when it fails.

Written on sockets: a library that follows redirects, proxies or a name that changes between check and connect
would undo the check of the address.
"""

import hmac
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine, delete, or_, select
from sqlalchemy.orm import Session

from survey.core.software import software
from survey.staff.receivers import NotAllowed, Receivers, Target
from survey.staff.token_models import Webhook, WebhookDelivery
from survey.staff.webhooks import secret_of
from survey.storage.engine import unit_of_work

PATIENCE_SECONDS = 5.0
MOST_AT_ONCE = 20
LONGEST_ANSWER = 4096
LEASE = timedelta(minutes=2)
KEPT = timedelta(days=7)
# After each failure it waits longer: within two days it is tried nine times.
WAITS = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 300, 600, 840, 960))
GONE = 410
LONGEST_OUTCOME = 200


class Sending(Protocol):
    """What delivering needs to know of the settings."""

    @property
    def secret_key(self) -> str:
        """The one secret, from which signatures are derived."""
        ...

    @property
    def base_url(self) -> str:
        """The address of this site."""
        ...

    @property
    def webhook_hosts(self) -> tuple[str, ...]:
        """The hosts that may be told something."""
        ...


@dataclass(frozen=True)
class Delivered:
    """What became of what was due."""

    delivered: int = 0
    failed: int = 0
    given_up: int = 0


def deliver(engine: Engine, settings: Sending, now: datetime) -> Delivered:
    """Send what is due, at most twenty; nothing is open in the database while it waits for somebody's answer.

    Each is taken for two minutes before it is sent, so that two workers do not send it twice; a worker that
    dies meanwhile leaves it to the next. A receiver may still see one twice: its id says so.
    """
    receivers = Receivers(settings.webhook_hosts, settings.base_url)
    if not receivers.switched_on:
        return Delivered()
    with unit_of_work(engine) as session:
        _forget(session, now)
        taken = _take(session, now)
    outcomes = []
    for message in taken:
        signed = sign(
            secret_of(settings.secret_key, message.webhook_id), message.id, int(now.timestamp()), message.body
        )
        outcomes.append((message, _send(receivers, message.url, message.body.encode(), signed)))
    with unit_of_work(engine) as session:
        states = [_note(session, message.id, outcome, now) for message, outcome in outcomes]
    return Delivered(states.count("delivered"), states.count("waiting"), states.count("given_up"))


def sign(secret: bytes, message_id: str, stamp: int, body: str) -> dict[str, str]:
    """Return the headers by which a receiver knows that a message is ours and new (Standard Webhooks).

    Args:
        secret: the webhook's key.
        message_id: the same each time a message is sent.
        stamp: seconds since 1970, when it is sent.
        body: what is sent.
    """
    digest = hmac.digest(secret, f"{message_id}.{stamp}.{body}".encode(), "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }


@dataclass(frozen=True)
class _Message:
    id: str
    webhook_id: str
    url: str
    body: str


def _take(session: Session, now: datetime) -> list[_Message]:
    due = (
        select(WebhookDelivery, Webhook.url)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.state == "waiting", WebhookDelivery.next_at <= now, Webhook.gone.is_(False))
        .order_by(WebhookDelivery.next_at, WebhookDelivery.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True, of=WebhookDelivery)
    )
    taken = []
    for row, url in session.execute(due).all():
        row.attempts, row.next_at = row.attempts + 1, now + LEASE
        taken.append(_Message(row.id, row.webhook_id, url, row.body))
    return taken


def _note(session: Session, message_id: str, outcome: str, now: datetime) -> str:
    row = session.get(WebhookDelivery, message_id)
    if row is None:
        return "given_up"  # its webhook was removed meanwhile
    row.outcome, row.next_at = outcome[:LONGEST_OUTCOME], now
    if outcome.isdigit() and outcome.startswith("2"):
        row.state = "delivered"
    elif outcome == str(GONE):
        row.state = "given_up"
        session.get_one(Webhook, row.webhook_id).gone = True
    elif row.attempts > len(WAITS):
        row.state = "given_up"
    else:
        row.next_at = now + WAITS[row.attempts - 1]
    return row.state


def _forget(session: Session, now: datetime) -> None:
    """Remove what was settled a week ago, and what waits for an address that is gone."""
    away = select(Webhook.id).where(Webhook.gone.is_(True))
    old = (WebhookDelivery.state != "waiting") & (WebhookDelivery.next_at < now - KEPT)
    waiting = (WebhookDelivery.state == "waiting") & WebhookDelivery.webhook_id.in_(away)
    session.execute(delete(WebhookDelivery).where(or_(old, waiting)))


# --- one message -------------------------------------------------------------------------------------------------


def _send(receivers: Receivers, url: str, body: bytes, headers: dict[str, str]) -> str:
    """Send one message and return the status it got, or in a word why it got none."""
    try:
        target = receivers.target(url)
        return str(_post(target, body, headers))
    except NotAllowed:
        return "not allowed"
    except (OSError, ValueError) as error:
        return type(error).__name__


def _post(target: Target, body: bytes, headers: dict[str, str]) -> int:
    ends = time.monotonic() + PATIENCE_SECONDS

    def left() -> float:
        rest = ends - time.monotonic()
        if rest <= 0:
            raise TimeoutError
        return rest

    lines = [f"POST {target.path} HTTP/1.1", f"Host: {target.authority}", "Connection: close"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", f"User-Agent: Minsheng/{software()}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode("ascii") + body
    with _connect(target, left) as connection:
        connection.settimeout(left())
        connection.sendall(request)
        return _status(connection, left)


def _connect(target: Target, left: Callable[[], float]) -> socket.socket:
    failure: OSError = OSError()
    for address in target.addresses:
        try:
            plain = socket.create_connection((address, target.port), timeout=left())
        except OSError as error:
            failure = error
            continue
        if not target.tls:
            return plain
        try:
            plain.settimeout(left())
            return ssl.create_default_context().wrap_socket(plain, server_hostname=target.name)
        except BaseException:
            plain.close()
            raise
    raise failure


def _status(connection: socket.socket, left: Callable[[], float]) -> int:
    """Read no more than the first line of the answer.

    Raises:
        ValueError: when it is not HTTP.
    """
    answer = b""
    while b"\r\n" not in answer and len(answer) < LONGEST_ANSWER:
        connection.settimeout(left())
        more = connection.recv(LONGEST_ANSWER)
        if not more:
            break
        answer += more
    version, _, rest = answer.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
        raise ValueError("no HTTP")
    return int(rest[:3])
