"""The one clock: the server's, in UTC. No time of a phone is ever used."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
