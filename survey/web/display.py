"""How a reader wants the pages: language and text size.

Nothing is kept on the phone or the server: the choice travels in the address (``?lang=en&size=big``), and in
two fields of a form that holds answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, request

LANGUAGES = {"zh": "中文", "en": "English"}
SIZES = ("std", "big", "huge")
COUNTRY = ZoneInfo("Asia/Shanghai")  # one time for the whole country


@dataclass(frozen=True, slots=True)
class Display:
    """One reader's choice."""

    lang: str = "zh"
    size: str = "std"

    @property
    def arguments(self) -> dict[str, Any]:
        """The part of an address that keeps this choice; empty for the usual one."""
        chosen = {"lang": self.lang, "size": self.size}
        return {name: value for name, value in chosen.items() if value != getattr(USUAL, name)}

    def switched(self, order: str) -> "Display":
        """Return the display after a button such as ``lang:en``; an unknown order changes nothing."""
        name, _, value = order.partition(":")
        return chosen_from({"lang": self.lang, "size": self.size, name: value})


USUAL = Display()


def chosen_from(values: Mapping[str, str], prefix: str = "") -> Display:
    """Read the choice from an address or a form; what is unknown falls back to the usual."""
    lang = values.get(prefix + "lang", USUAL.lang)
    size = values.get(prefix + "size", USUAL.size)
    return Display(lang if lang in LANGUAGES else USUAL.lang, size if size in SIZES else USUAL.size)


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
    """Return a moment as people in the country write it, to the minute."""
    return f"{moment.astimezone(COUNTRY):%Y-%m-%d %H:%M}"
