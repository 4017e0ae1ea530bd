"""What would change if pieces of evidence were filed on top of those that stand. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from survey.core.ids import content_hash
from survey.scoring.evidence import Evidence, Place, put

SECOND_PERSON = ("entry", "decision", "approval")
"""What moves a score or a grade by somebody's word: it needs a second member of staff."""


@dataclass(frozen=True)
class Change:
    """One place that would change.

    Attributes:
        before: what stands there; none where nothing does.
        after: what would stand there; none where it is taken back.
    """

    place: Place
    before: Evidence | None
    after: Evidence | None

    @property
    def of(self) -> Evidence:
        """Either of the two: they are about the same."""
        found = self.after or self.before
        assert found is not None
        return found


def changes(known: Iterable[Evidence], pieces: Sequence[Evidence]) -> tuple[Change, ...]:
    """Return what would change, in the order of the pieces; what says the same again changes nothing.

    Raises:
        Invalid: when a piece takes back what nobody filed.
    """
    before = {one.place: one for one in known}
    after = {one.place: one for one in put(before.values(), pieces)}
    places = dict.fromkeys(one.place for one in pieces)
    found = (Change(place, before.get(place), after.get(place)) for place in places)
    return tuple(one for one in found if one.before != one.after)


def apart(pieces: Iterable[Evidence]) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """Return what is filed at once, and what waits for a second person."""
    pieces = tuple(pieces)
    waiting = tuple(one for one in pieces if one.kind in SECOND_PERSON)
    return tuple(one for one in pieces if one.kind not in SECOND_PERSON), waiting


def standing_hash(known: Iterable[Evidence]) -> str:
    """Return what tells whether anything was filed since."""
    return content_hash([one.document() for one in sorted(known, key=lambda one: one.place)])
