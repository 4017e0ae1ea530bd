"""Two runs side by side, line by line: what differs between what they were made of, and between their results. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from survey.scoring.rules.explanation import plain

RESULTS = ("score", "rank", "band", "before_quota", "proposed", "open", "reasons", "flags", "decision", "components")


@dataclass(frozen=True)
class Difference:
    """One line.

    Attributes:
        subject: a code; empty for what is about none.
        what: scheme, evidence, round, or a result's name, with its parts after dots.
        before, after: as kept; none where it was not there.
    """

    subject: str
    what: str
    before: str | None
    after: str | None


def compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return every difference between the documents of two runs: first of the inputs, then of the results."""
    return (*_inputs(one["inputs"], other["inputs"]), *_results(one["results"], other["results"]))


def _inputs(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _tree("", "scheme", one["scheme"], other["scheme"])
    yield from _lists("roster", one["subjects"], other["subjects"], ("code",))
    yield from _lists("evidence", one["evidence"], other["evidence"], ("kind", "subject", "name", "part"))
    yield from _lists("round", one["rounds"], other["rounds"], ("round", "frozen_hash"))


def _results(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = ({unit["code"]: unit for unit in results["units"]} for results in (one, other))
    for code in dict.fromkeys((*before, *after)):
        yield from _tree(code, "", *(_shown(units.get(code, {})) for units in (before, after)))


def _shown(unit: Mapping[str, Any]) -> dict[str, Any]:
    """Return a unit's results as people read them: decimals instead of exact fractions."""
    found = {name: unit.get(name) for name in RESULTS}
    components = unit.get("components", {}).items()
    found["components"] = {name: value and plain(Fraction(value)) for name, value in components}
    found["score"] = unit.get("score") and plain(Fraction(unit["score"]))
    return found


def _lists(what: str, one: list[Any], other: list[Any], key: tuple[str, ...]) -> Iterator[Difference]:
    before, after = ({tuple(entry[name] for name in key): entry for entry in entries} for entries in (one, other))
    for place in dict.fromkeys((*before, *after)):
        entries = before.get(place), after.get(place)
        if entries[0] != entries[1]:
            known = entries[0] or entries[1] or {}
            subject = str(known.get("subject", known.get("code", "")))
            name = ".".join((what, *(str(part) for part in place if part and part != subject)))
            yield from _tree(subject, name, *entries)


def _tree(subject: str, what: str, before: Any, after: Any) -> Iterator[Difference]:  # noqa: ANN401 - any JSON value
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from _tree(subject, f"{what}.{name}".lstrip("."), before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and (pairs := _by_id(before, after)):
        for name, mine, its in pairs:
            yield from _tree(subject, f"{what}.{name}", mine, its)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (mine, its) in enumerate(zip(before, after, strict=True)):
            name = mine.get("id", i) if isinstance(mine, dict) else i
            yield from _tree(subject, f"{what}.{name}", mine, its)
    else:
        yield Difference(subject, what, _said(before), _said(after))


def _by_id(before: list[Any], after: list[Any]) -> list[tuple[str, Any, Any]]:
    """Return named entries side by side; nothing where names are missing, or the order differs, which may matter."""
    mine, its = (
        {one["id"]: one for one in entries if isinstance(one, dict) and "id" in one} for entries in (before, after)
    )
    if len(mine) < len(before) or len(its) < len(after):
        return []
    if [name for name in mine if name in its] != [name for name in its if name in mine]:
        return []
    return [(name, mine.get(name), its.get(name)) for name in dict.fromkeys((*mine, *its))]


def _said(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(part)}" for name, part in value.items() if part not in (None, "", [], {}))
    if isinstance(value, list):
        return ", ".join(str(_said(part)) for part in value) or None
    return None if value is None else str(value)
