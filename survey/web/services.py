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

    @property
    def desk_key(self) -> bytes:
        """The key that signs the cookies of the desk."""
        ...

    @property
    def totp_key(self) -> bytes:
        """The key under which the secrets of one-time passwords are stored."""
        ...


@dataclass(frozen=True)
class Services:
    """What a view needs."""

    settings: Settings
    engine: Engine
    code_key: bytes
    stamps: Stamps
    desk_key: bytes
    totp_key: bytes


def register(app: Flask) -> Services:
    """Make the services once, for all requests."""
    made = cast("Minsheng", app.extensions["minsheng"])
    services = Services(made.settings, made.engine, made.code_key, Stamps(made.stamp_key), made.desk_key, made.totp_key)
    app.extensions["minsheng.web"] = services
    return services


def services(app: Flask | None = None) -> Services:
    """Return the services of an application, the present one when none is named."""
    found: Services = (app or current_app).extensions["minsheng.web"]
    return found
