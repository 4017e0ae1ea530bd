"""Why a figure is what it is (说明): a tree of steps, each a sentence with its figures, down to what was read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from survey.core.errors import N_, same
from survey.core.numbers import half_up
from survey.questionnaires.words import Words
from survey.scoring.rules.insufficient import LIST_SEPARATOR, Insufficient

SOURCED = N_("%(finding)s, source %(source)s, confirmed by %(by)s")
COUNTED = N_("%(finding)s, counted in the round %(source)s (count %(count)s)")
SENTENCE_PLACES = 6


@dataclass(frozen=True)
class Provenance:
    """Where something was read, who confirmed it, and on which day.

    Attributes:
        source: a document; the round's id for what was counted.
        count: the hash of the count's figures, in short; what is counted nobody has to confirm.
    """

    source: str
    confirmed_by: str = ""
    confirmed_on: date | None = None
    count: str = ""


@dataclass(frozen=True)
class Step:
    """One step from what was read to a grade.

    Attributes:
        kind: component, adjustment, score, band, gate, quota, rank, grade, decision; or what a gate found.
        message: English sentence with ``%(name)s`` places.
        figures: numbers, names in two languages, other steps, or lists of these.
        parts: the steps it was made of.
        holds: for a gate, whether it holds.
        about: for a component, its name in the scheme.
    """

    kind: str
    message: str
    figures: Mapping[str, object] = field(default_factory=dict)
    parts: tuple["Step", ...] = ()
    holds: bool | None = None
    about: str = ""

    def say(self, translate: Callable[[str], str] = same, language: str = "en") -> str:
        """Return the sentence, without those of its parts."""
        worded = {name: _worded(figure, translate, language) for name, figure in self.figures.items()}
        return translate(self.message) % worded

    def document(self) -> dict[str, Any]:
        """Return the step as plain data; fractions are exact."""
        return {
            "step": self.kind,
            "message": self.message,
            "figures": {name: _data(figure) for name, figure in self.figures.items()},
            "holds": self.holds,
            "about": self.about,
            "parts": [part.document() for part in self.parts],
        }


def sourced(finding: Step, provenance: Provenance | None) -> Step:
    """Return a finding with where it was read and who confirmed it, where that is known."""
    if provenance is None or not (provenance.source and (provenance.confirmed_by or provenance.count)):
        return finding
    figures: dict[str, object] = {"finding": finding, "source": provenance.source}
    if provenance.count:
        figures |= {"count": provenance.count}
    else:
        figures |= {"by": provenance.confirmed_by, "on": provenance.confirmed_on}
    message = COUNTED if provenance.count else SOURCED
    return Step(finding.kind, message, figures, finding.parts, finding.holds, finding.about)


def plain(value: Decimal | Fraction | int, places: int = SENTENCE_PLACES) -> str:
    """Return a number as it stands in a sentence: rounded half up, without idle zeros."""
    text = str(half_up(value, places))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _worded(figure: object, translate: Callable[[str], str], language: str) -> object:
    match figure:
        case Words():
            return figure.words(language)
        case Step():
            return figure.say(translate, language)
        case Insufficient():
            return figure.say(translate)
        case Decimal() | Fraction():
            return plain(figure)
        case tuple():
            return translate(LIST_SEPARATOR).join(str(_worded(one, translate, language)) for one in figure)
    return figure


def _data(figure: object) -> object:
    match figure:
        case Words():
            return {"zh": figure.zh, "en": figure.en}
        case Step():
            return figure.document()
        case Insufficient():
            return {"insufficient": figure.message, "parts": list(figure.parts), "figures": _all(figure.figures)}
        case Decimal() | Fraction() | date():
            return str(figure)
        case tuple():
            return [_data(one) for one in figure]
    return figure


def _all(figures: Mapping[str, object]) -> dict[str, object]:
    return {name: _data(figure) for name, figure in figures.items()}
