"""The first difference between two documents, by a place that people can find."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NAMES = ("code", "id", "round", "subject", "name")
"""Fields that name an entry of a list; the first that names every entry, each differently, is used."""

LONGEST = 120


@dataclass(frozen=True)
class Difference:
    """Where two documents part, and what stands there in each; a dash where nothing does."""

    place: tuple[str, ...]
    one: str
    other: str

    def __str__(self) -> str:
        return " > ".join(self.place)


def first_difference(one: Any, other: Any, *place: str) -> Difference | None:  # noqa: ANN401 - any JSON value
    """Return the first difference in the order of the first document; none when both are the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(name for name in other if name not in one)]:
            if name not in one or name not in other:
                return Difference((*place, str(name)), _shown(one, name), _shown(other, name))
            if found := first_difference(one[name], other[name], *place, str(name)):
                return found
        return None
    if isinstance(one, list) and isinstance(other, list):
        mine, its = _named(one, other)
        return first_difference(mine, its, *place) or _order(one, other, place)
    if type(one) is type(other) and one == other:
        return None
    # A number and its digits as a text look alike.
    return Difference(place, _text(one), _text(other)) if str(one) != str(other) else _by_type(place, one, other)


def _by_type(place: tuple[str, ...], one: object, other: object) -> Difference:
    return Difference(place, _text(repr(one)), _text(repr(other)))


def _named(one: Sequence[Any], other: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both lists by names that both have, else by position, from 1."""
    for field in NAMES:
        both = [_by(field, entries) for entries in (one, other)]
        if both[0] is not None and both[1] is not None:
            return both[0], both[1]
    return _numbered(one), _numbered(other)


def _by(field: str, entries: Sequence[Any]) -> dict[str, Any] | None:
    names = [entry.get(field) if isinstance(entry, dict) else None for entry in entries]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return None
    return dict(zip(map(str, names), entries, strict=True))


def _numbered(entries: Sequence[Any]) -> dict[str, Any]:
    return {str(number): entry for number, entry in enumerate(entries, 1)}


def _order(one: Sequence[Any], other: Sequence[Any], place: tuple[str, ...]) -> Difference | None:
    """Return the first entry that stands at another position."""
    for number, (mine, its) in enumerate(zip(one, other, strict=True), 1):
        if mine != its:
            return Difference((*place, str(number)), _text(mine), _text(its))
    return None


def _shown(document: dict[str, Any], name: str) -> str:
    return _text(document[name]) if name in document else "-"


def _text(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."
