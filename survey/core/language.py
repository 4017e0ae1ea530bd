"""Sentences in a language that somebody chose: for what is printed, not for the page that is being looked at."""

import functools
from collections.abc import Callable
from pathlib import Path

from babel.support import Translations

FOLDER = Path(__file__).resolve().parent.parent / "translations"


@functools.cache
def translator(language: str) -> Callable[[str], str]:
    """Return the translation into a language, ``zh`` or ``en``; English sentences are the source."""
    gettext: Callable[[str], str] = Translations.load(FOLDER, [language]).gettext
    return gettext
