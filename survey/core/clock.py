"""The one clock: the server's, in UTC. No time of a phone is ever used. People read the country's time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

COUNTRY = ZoneInfo("Asia/Shanghai")  # one time for the whole country


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
