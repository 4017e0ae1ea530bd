"""Settings: read once from the environment (and from a file ``.env``), failing loudly."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

SHORTEST_SECRET = 32
SURFACES = ("all", "public", "desk")


class BadSetting(SystemExit):
    """A setting is missing or unusable; the program does not start."""


class NoSecret(BadSetting):
    """There is no secret at all, as on a machine that only holds keys and counts."""


@dataclass(frozen=True)
class Settings:
    """Everything the program takes from its surroundings.

    Attributes:
        secret_key: MINSHENG_SECRET_KEY, at least 32 characters; there is no default.
        database_url: MINSHENG_DATABASE_URL, SQLite or PostgreSQL (psycopg).
        base_url: MINSHENG_BASE_URL, the address printed on slips.
        demo_codes: MINSHENG_DEMO_CODES, a file of codes that the front page of a demo offers to try.
        surface: MINSHENG_SURFACE, which pages exist: all, public (none of staff), or desk (staff and programs alone).
        webhook_hosts: MINSHENG_WEBHOOK_HOSTS, hosts that may be told of events, separated by spaces; none: nobody is.
        queue: MINSHENG_QUEUE, the file through which the server wakes the worker of long jobs.
        files: MINSHENG_FILES, the folder of what long jobs make; it holds slips, so it is its owner's alone.
    """

    secret_key: str
    database_url: str = "sqlite:///var/minsheng.db"
    base_url: str = "http://127.0.0.1:8000"
    demo_codes: Path | None = None
    surface: str = "all"
    webhook_hosts: tuple[str, ...] = ()
    queue: Path = Path("var/queue.db")
    files: Path = Path("var/files")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; the environment goes before the file ``.env``.

        Raises:
            NoSecret: when MINSHENG_SECRET_KEY is missing, saying how to make one.
            BadSetting: when a setting is unusable, saying how to mend it.
        """
        found = {**dotenv_values(".env"), **os.environ} if environ is None else dict(environ)
        secret = found.get("MINSHENG_SECRET_KEY") or ""
        if len(secret) < SHORTEST_SECRET:
            message = (
                f"error: MINSHENG_SECRET_KEY has {len(secret)} characters; at least {SHORTEST_SECRET} are needed. "
                "Make one with `make .env`, or: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
            raise BadSetting(message) if secret else NoSecret(message)
        demo_codes = found.get("MINSHENG_DEMO_CODES")
        return cls(
            secret_key=secret,
            database_url=found.get("MINSHENG_DATABASE_URL") or cls.database_url,
            base_url=_base_url(found.get("MINSHENG_BASE_URL") or cls.base_url),
            demo_codes=Path(demo_codes) if demo_codes else None,
            surface=_surface(found.get("MINSHENG_SURFACE") or cls.surface),
            queue=Path(found.get("MINSHENG_QUEUE") or cls.queue),
            files=Path(found.get("MINSHENG_FILES") or cls.files),
            webhook_hosts=tuple((found.get("MINSHENG_WEBHOOK_HOSTS") or "").split()),
        )

    @property
    def host(self) -> str:
        """The host, without a port, that the public reaches."""
        return urlsplit(self.base_url).hostname or ""


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        message = f"error: MINSHENG_BASE_URL is {url!r}; write for example https://pingyi.example.gov.cn"
        raise BadSetting(message)
    return url.rstrip("/")


def _surface(name: str) -> str:
    if name not in SURFACES:
        raise BadSetting(f"error: MINSHENG_SURFACE is {name!r}; write one of: {', '.join(SURFACES)}")
    return name
