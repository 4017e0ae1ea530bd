"""Which items give a subject its score. Pure; the count, the scoring and what may be shown all ask here."""

from collections.abc import Sequence
from typing import Literal

from survey.questionnaires.kinds.number import NumberItem
from survey.questionnaires.words import Item


def gives_points(item: Item) -> bool:
    """Tell whether an answer to an item is worth points that enter a score."""
    if isinstance(item, NumberItem):
        scored = item.scored
    else:
        scored = not item.multiple_values and any(option.in_index for option in item.options)
    return scored and item.weight > 0


def feeding(items: Sequence[Item], grade_by: Literal["items", "overall"]) -> list[Item]:
    """Return which of the items asked about a subject give its score.

    Where there is nothing of what the rules name, the other does: a ballot of one overall grade is scored by it.
    """
    scored = [item for item in items if gives_points(item)]
    overall = [item for item in scored if item.overall]
    others = [item for item in scored if not item.overall]
    return (overall or others) if grade_by == "overall" else (others or overall)
