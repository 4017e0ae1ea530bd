"""Numbers and moments as people write them in both languages."""

from datetime import datetime
from decimal import Decimal

from flask import Flask
from flask_babel import format_decimal

from survey.web.display import local_time

NONE = "–"


def number(value: Decimal | float | None) -> str:
    """Return a number with its thousands grouped; a dash for none."""
    return NONE if value is None else format_decimal(value)


def percent(value: Decimal | float | None) -> str:
    """Return a figure that is in percent already, with its two decimals."""
    return NONE if value is None else f"{value:.2f} %"


def moment(value: datetime | None) -> str:
    """Return a moment in the office's time, to the minute."""
    return NONE if value is None else local_time(value)


def register(app: Flask) -> None:
    """Give templates the filters ``number``, ``percent`` and ``moment``."""
    app.jinja_env.filters.update(number=number, percent=percent, moment=moment)
