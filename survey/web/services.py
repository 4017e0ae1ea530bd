"""What the pages use of the application: its database, settings and keys, and what they keep in memory."""

from dataclasses import dataclass
from typing import Protocol, cast

from flask import Flask, current_app
from sqlalchemy import Engine

from config import Settings
from survey.web.stamp import Stamps


class Minsheng(Protocol):
    """What ``create_app`` leaves for the edges."""

    @property
    def settings(self) -> Settings:
        """The settings."""
        ...

    @property
    def engine(self) -> Engine:
        """The database."""
        ...

    @property
    def code_key(self) -> bytes:
        """The key under which codes are stored."""
        ...

    @property
    def stamp_key(self) -> bytes:
        """The key that signs the stamps of forms."""
        ...


@dataclass(frozen=True)
class Services:
    """What a view needs."""

    settings: Settings
    engine: Engine
    code_key: bytes
    stamps: Stamps


def register(app: Flask) -> Services:
    """Make the services once, for all requests."""
    made = cast("Minsheng", app.extensions["minsheng"])
    services = Services(made.settings, made.engine, made.code_key, Stamps(made.stamp_key))
    app.extensions["minsheng.web"] = services
    return services


def services() -> Services:
    """Return the services of the present application."""
    found: Services = current_app.extensions["minsheng.web"]
    return found
