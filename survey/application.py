"""Build the application: the table of contents of everything that runs."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from config import Settings
from survey import cli, web
from survey.core.ids import derive_key
from survey.storage.engine import make_engine

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Minsheng:
    """What the edges need: the settings, the engine, and the keys derived from the one secret."""

    settings: Settings
    engine: Engine
    code_key: bytes
    stamp_key: bytes
    desk_key: bytes
    totp_key: bytes


def create_app(settings: Settings) -> Flask:
    """Build the application: only calls, no work."""
    app = _empty_app()
    app.extensions["minsheng"] = Minsheng(
        settings,
        make_engine(settings.database_url),
        derive_key(settings.secret_key, "code digests"),
        derive_key(settings.secret_key, "form stamps"),
        derive_key(settings.secret_key, "desk cookies"),
        derive_key(settings.secret_key, "one-time passwords"),
    )
    web.register(app)
    cli.register(app)
    return app


def create_offline_app(missing: str) -> Flask:
    """Build what needs no settings: no pages, and of the commands those marked offline.

    Args:
        missing: the sentence with which every other command ends.
    """
    app = _empty_app()
    app.extensions["offline"] = missing
    cli.register(app)
    return app


def _empty_app() -> Flask:
    return Flask("survey", root_path=str(ROOT), template_folder="templates", static_folder=None)
