"""Sentences that were written down with their figures, the log's and the jobs', as the reader of today reads them.

What is written down is data: moments by ISO 8601, roles and states by their names. Only the page words them.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime

from flask_babel import gettext

from survey.core.sentences import Sentence, fill
from survey.rounds.models import SEALS
from survey.rounds.models import WORDS as STATES
from survey.staff.roles import NAMES, Role
from survey.staff.tokens import SCOPES, Scope

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?[+-]\d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

# Figures that are words of the program, and what their values are called.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "role": {str(role): NAMES[role] for role in Role},
    "scopes": {str(scope): SCOPES[scope] for scope in Scope},
    "seal": SEALS,
    "state": STATES,
}


def remembered(sentence: str, figures: Mapping[str, object]) -> str:
    """Return a sentence that was written down, in the reader's language."""
    return fill(sentence, {name: _read(name, value, figures) for name, value in figures.items()}, gettext)


def _read(name: str, value: object, figures: Mapping[str, object]) -> object:
    if not isinstance(value, str):
        return value
    if (moment := _moment(value)) is not None:
        return moment
    if name == "job":
        # The sentence of a job within that of what was done with it; both have the same figures.
        return Sentence(value, {other: _read(other, one, {}) for other, one in figures.items() if other != name})
    if name in _WORDS:
        return _worded(value, _WORDS[name])
    return value


def _moment(text: str) -> datetime | date | None:
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        # Somebody typed what only looks like one; whoever gives such a reason must not spoil the entry.
        return None


def _worded(text: str, names: Mapping[str, str]) -> object:
    """Return the words of names that were written down one after the other."""
    joint = next((one for one in (", ", " ") if one in text), "")
    parts = text.split(joint) if joint else [text]
    return gettext(", ").join(gettext(names[one]) if one in names else one for one in parts)
