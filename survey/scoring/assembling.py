"""From what was filed and what was counted about a subject to what the scheme is applied to. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Protocol

from survey.core.errors import N_, Invalid, Problem
from survey.scoring.inputs import Decision, Entry, Reading, UnitInput, Value, faults_of
from survey.scoring.rules.explanation import Provenance
from survey.scoring.rules.gates import LevelFound, VetoFound
from survey.scoring.scheme import Scheme
from survey.scoring.scheme_parts import PeriodsSource, PlacesScale
from survey.subjects.roster import Subject

__all__ = ["Filed", "assemble", "faults_of", "ranking_group"]

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
MOST_DIGITS = 9
YES = "yes"


class Filed(Protocol):
    """A piece of evidence, as far as it is needed here."""

    @property
    def kind(self) -> str: ...  # noqa: D102 - see evidence.Evidence
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def part(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def confirmed_by(self) -> str: ...  # noqa: D102
    @property
    def confirmed_on(self) -> date | None: ...  # noqa: D102


def ranking_group(scheme: Scheme, subject: Subject) -> str:
    """Return the group inside which a subject is ranked: the roster's, and apart from it what the scheme says."""
    unit_type = scheme.type_of(subject)
    apart = unit_type.apart if unit_type else None
    return f"{subject.group}·{apart}" if apart else subject.group


def assemble(
    scheme: Scheme,
    subject: Subject,
    evidence: Iterable[Filed],
    readings: Mapping[str, Reading] | None = None,
    levels: Mapping[str, LevelFound] | None = None,
) -> UnitInput:
    """Return everything about one subject.

    Args:
        scheme: the scheme.
        subject: a subject that one of its types selects.
        evidence: what was filed about it; a filed level goes before a counted one, which only proposes.
        readings: what was counted, by component.
        levels: what was counted, by level.

    Raises:
        Invalid: when a number is none.
    """
    unit_type = scheme.type_of(subject)
    assert unit_type is not None
    made = _Made(scheme, dict(readings or {}), dict(levels or {}))
    for piece in evidence:
        made.take(piece)
    return UnitInput(
        code=subject.code,
        name=subject.name,
        unit_type=unit_type.id,
        group=ranking_group(scheme, subject),
        readings=made.readings,
        levels=made.levels,
        vetoes=tuple(made.vetoes),
        entries=tuple(made.entries),
        history=made.history,
        parent=subject.parent,
        decision=made.decision,
    )


class _Made:
    def __init__(self, scheme: Scheme, readings: dict[str, Reading], levels: dict[str, LevelFound]) -> None:
        self.components = {one.id: one for one in scheme.components}
        self.points_said = {one.id for one in scheme.adjustments.rules if not one.levels}
        self.readings = readings
        self.levels = levels
        self.vetoes: list[VetoFound] = []
        self.entries: list[Entry] = []
        self.history: dict[int, str] = {}
        self.decision: Decision | None = None

    def take(self, piece: Filed) -> None:
        """Add one piece of evidence."""
        provenance = Provenance(piece.source, piece.confirmed_by, piece.confirmed_on)
        match piece.kind:
            case "figure":
                self._figure(piece, provenance)
            case "level":
                counted = self.levels.get(piece.name)
                self.levels[piece.name] = LevelFound(piece.value, provenance, counted.value if counted else "")
            case "veto":
                if piece.value != YES:
                    raise _fault(piece, N_("a veto is filed with the value yes, not %(value)s"), value=piece.value)
                self.vetoes.append(VetoFound(piece.name, provenance))
            case "entry" if piece.name in self.points_said:
                self.entries.append(Entry(piece.name, provenance, points=_number(piece)))
            case "entry":
                self.entries.append(Entry(piece.name, provenance, level=piece.value))
            case "history":
                self.history[int(piece.name)] = piece.value
            case "decision":
                self.decision = Decision(piece.value, piece.source, piece.confirmed_by)

    def _figure(self, piece: Filed, provenance: Provenance) -> None:
        component = self.components.get(piece.name)
        value: Value
        if component is not None and isinstance(component.source, PeriodsSource):
            known = self.readings.get(piece.name)
            if not piece.part:
                raise _fault(piece, N_("name the period of this figure, in the column period"))
            before = known.value if known is not None and isinstance(known.value, Mapping) else {}
            value = {**before, piece.part: _number(piece)}
            provenance = _together(known.provenance if known else None, provenance)
        elif piece.part:
            raise _fault(piece, N_("this figure has no periods; leave the column period empty"))
        elif component is not None and isinstance(component.scale, PlacesScale):
            value = _places(piece)
        else:
            value = _number(piece)
        self.readings[piece.name] = Reading(value, provenance)


def _together(one: Provenance | None, other: Provenance) -> Provenance:
    """Return the provenance of figures of several periods: every document and every name, once."""
    if one is None:
        return other
    sources = "; ".join(dict.fromkeys([*one.source.split("; "), other.source]))
    people = "; ".join(dict.fromkeys([*one.confirmed_by.split("; "), other.confirmed_by]))
    days = [day for day in (one.confirmed_on, other.confirmed_on) if day]
    return Provenance(sources, people, max(days, default=None))


def _number(piece: Filed) -> Fraction:
    if not NUMBER.fullmatch(piece.value):
        message = N_("%(value)s is no number; write plain digits and a point, for example 89.5")
        raise _fault(piece, message, value=piece.value or '""')
    if any(len(digits) > MOST_DIGITS for digits in piece.value.lstrip("-").split(".")):
        raise _fault(
            piece,
            N_("%(value)s has too many digits; at most %(most)s before and %(most)s after the point"),
            value=piece.value,
            most=MOST_DIGITS,
        )
    return Fraction(piece.value)


def _places(piece: Filed) -> tuple[int, ...]:
    if not re.fullmatch(r"[1-9][0-9]{0,3}( [1-9][0-9]{0,3})*", piece.value):
        raise _fault(
            piece, N_("%(value)s are no places; write them with spaces, for example 3 5 2 4"), value=piece.value or '""'
        )
    return tuple(int(place) for place in piece.value.split())


def _fault(piece: Filed, message: str, **figures: object) -> Invalid:
    return Invalid([Problem(piece.name, message, figures)])
