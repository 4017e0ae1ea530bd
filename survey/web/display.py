"""How a reader wants the pages: language and text size; and whether the device is shared by many (``?kiosk=1``).

Nothing is kept on the phone or the server: the choice travels in the address (``?lang=en&size=big``), and in
fields of a form that holds answers. A shared device begins anew for everybody, in large text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import g, request
from flask_babel import gettext

from survey.core.sentences import write_day, write_moment

LANGUAGES = {"zh": "中文", "en": "English"}
SIZES = ("std", "big", "huge")


@dataclass(frozen=True, slots=True)
class Display:
    """One reader's choice."""

    lang: str = "zh"
    size: str = "std"
    kiosk: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """The choice as an address or a form writes it."""
        return {"lang": self.lang, "size": self.size} | ({"kiosk": "1"} if self.kiosk else {})

    @property
    def start(self) -> dict[str, Any]:
        """The part of an address where the next person begins."""
        return {"kiosk": "1"} if self.kiosk else self.arguments

    @property
    def arguments(self) -> dict[str, Any]:
        """The part of an address that keeps this choice; empty for the usual one."""
        usual = (USUAL_SHARED if self.kiosk else USUAL).fields
        return {name: value for name, value in self.fields.items() if name == "kiosk" or value != usual[name]}

    def switched(self, order: str) -> "Display":
        """Return the display after a button such as ``lang:en``; an unknown order changes nothing."""
        name, _, value = order.partition(":")
        return chosen_from({**self.fields, name: value})


USUAL = Display()
USUAL_SHARED = Display(size="big", kiosk=True)


def chosen_from(values: Mapping[str, str], prefix: str = "") -> Display:
    """Read the choice from an address or a form; what is unknown falls back to the usual."""
    usual = USUAL_SHARED if values.get(prefix + "kiosk") == "1" else USUAL
    lang = values.get(prefix + "lang", usual.lang)
    size = values.get(prefix + "size", usual.size)
    return Display(lang if lang in LANGUAGES else usual.lang, size if size in SIZES else usual.size, usual.kiosk)


def display() -> Display:
    """Return the display of the present request."""
    if "display" not in g:
        g.display = chosen_from(request.args) if request.query_string else USUAL
    chosen: Display = g.display
    return chosen


def take_from_form() -> None:
    """Let the present request's form say how its page is to be displayed, a switch's button before its fields."""
    chosen = chosen_from(request.form, prefix="_")
    g.display = chosen.switched(request.form.get("_switch", ""))


def local_time(moment: datetime) -> str:
    """Return a moment as the reader writes it, in the country's time, to the minute."""
    return write_moment(moment, gettext)


def local_day(day: date) -> str:
    """Return a day, or the country's day of a moment, as the reader writes it."""
    return write_day(day, gettext)
