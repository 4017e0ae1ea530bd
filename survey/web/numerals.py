"""Numbers, moments and days as people write them in both languages."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from flask import Flask
from flask_babel import format_decimal, gettext

from survey.core.sentences import fill
from survey.web.display import local_day, local_time

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


def day(value: date | None) -> str:
    """Return a day, or that of a moment in the office's time; a dash for none."""
    return NONE if value is None else local_day(value)


def cell(value: object) -> object:
    """Return a cell of a report's table: whole numbers grouped, moments and days as people write them, a dash for none.

    Decimals keep their digits: how many there are says how exact a figure is.
    """
    if isinstance(value, datetime):
        return local_time(value)
    if isinstance(value, date):
        return local_day(value)
    return number(value) if value is None or isinstance(value, int) else value


def told(sentence: str, figures: Mapping[str, object]) -> str:
    """Return a sentence of the program in the reader's language, with its figures."""
    return fill(sentence, figures, gettext)


def register(app: Flask) -> None:
    """Give templates the filters ``number``, ``percent``, ``moment``, ``day``, ``cell``; ``told`` for sentences."""
    app.jinja_env.filters.update(number=number, percent=percent, moment=moment, day=day, cell=cell)
    app.jinja_env.globals["told"] = told
