"""Sentences for people: English in the source, their figures as people write them in the reader's language.

Moments and days are written in the country's time by patterns that stand in the catalogue like any other sentence, so
whoever can translate a sentence can write a date. Machines (CSV, JSON, forms, file names) get ISO 8601 instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from babel.dates import format_date, format_datetime

from survey.core.clock import COUNTRY


def N_(sentence: str) -> str:  # noqa: N802 - the name that message extraction knows
    """Mark a sentence for the catalogues; it is translated later, at the edge."""
    return sentence


def same(sentence: str) -> str:
    """Leave a sentence in English: the translation used where no language was chosen."""
    return sentence


# Patterns of Unicode's TR 35. Names of months are English: other languages write the number (MMM is for English alone).
MOMENT = N_("d MMM y, HH:mm")
DAY = N_("d MMM y")
MONTHS = "en"
# Whole numbers that are no counts, or that stand as somebody wrote or is to write them: a comma would be wrong.
NAMES = frozenset({"allowed", "id", "value", "year"})


class Word(str):
    """A word of the program among the figures of a sentence, marked by ``N_``; it is translated with the sentence."""

    __slots__ = ()


@dataclass(frozen=True)
class Sentence:
    """A sentence among the figures of another one: why something is refused, for example."""

    message: str
    figures: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return fill(self.message, self.figures)


class _Count(int):
    """A whole number that is read with its thousands grouped, the same way in both languages."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{int(self):,}"


def write_moment(moment: datetime, translate: Callable[[str], str], pattern: str = MOMENT) -> str:
    """Return a moment as people in the country write it, to the minute; or by another pattern of the catalogue."""
    return format_datetime(moment, translate(pattern), tzinfo=COUNTRY, locale=MONTHS)


def write_day(day: date, translate: Callable[[str], str]) -> str:
    """Return a day, or the country's day of a moment, as people write it."""
    return format_date(day_of(day) if isinstance(day, datetime) else day, translate(DAY), locale=MONTHS)


def day_of(moment: datetime) -> date:
    """Return the country's day of a moment."""
    return moment.astimezone(COUNTRY).date()


def fill(sentence: str, figures: Mapping[str, object], translate: Callable[[str], str] = same) -> str:
    """Return a sentence in the language of ``translate``, with its figures as people there write them."""
    return translate(sentence) % {name: _written(name, value, translate) for name, value in figures.items()}


def _written(name: str, value: object, translate: Callable[[str], str]) -> object:
    written = value
    match value:
        case Word():
            written = translate(value)
        case Sentence():
            written = fill(value.message, value.figures, translate)
        case tuple():
            written = translate(N_(" or ")).join(str(_written(name, one, translate)) for one in value)
        case datetime():
            written = write_moment(value, translate)
        case date():
            written = write_day(value, translate)
        case int() if not isinstance(value, bool) and name not in NAMES:
            written = _Count(value)
    return written
