"""Ranks inside one group (同类排名): on the stored value, ties share a place, the next place is skipped (1,2,2,4)."""

from collections.abc import Mapping
from fractions import Fraction

from survey.core.numbers import RANK_PLACES, half_up


def ranks(values: Mapping[str, Fraction]) -> dict[str, int]:
    """Return the place of every code, the highest value first.

    Values are compared as they are stored, at six decimals, so that anybody who has the stored figures
    gets the same places.
    """
    stored = {code: half_up(value, RANK_PLACES) for code, value in values.items()}
    first_place: dict[object, int] = {}
    for place, value in enumerate(sorted(stored.values(), reverse=True), start=1):
        first_place.setdefault(value, place)
    return {code: first_place[value] for code, value in stored.items()}
