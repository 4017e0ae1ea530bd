"""Quotas that decisions overfill (超名额): nobody is stopped, but everybody is told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from survey.core.errors import N_
from survey.scoring.group_quotas import QuotaUse
from survey.scoring.inputs import Decision
from survey.scoring.rules.explanation import Step
from survey.scoring.scheme_grading import Grading
from survey.scoring.standings import words

OVER = N_("with the decisions %(n)s have %(grade)s, %(over)s more than the %(places)s places of the quota")


class Graded(Protocol):
    """A unit's result, as far as it is needed here."""

    @property
    def grade(self) -> str | None: ...  # noqa: D102 - see grades.UnitGrade
    @property
    def decision(self) -> Decision | None: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102


One = TypeVar("One", bound=Graded)


def overfilled(grading: Grading, uses: Sequence[QuotaUse], results: Sequence[Graded]) -> dict[str, Step]:
    """Return what has to be said of each grade that more have, by decision, than its quota allows in the group."""
    named = {band.id: words(band) for band in grading.bands}
    found: dict[str, Step] = {}
    for use in uses:
        if use.quota.side != "top":
            continue
        have = [one for one in results if one.grade == use.quota.grade]
        over = len(have) - use.allotment.places
        if over > 0 and any(one.decision for one in have):
            figures = {"n": len(have), "over": over, "places": use.allotment.places, "grade": named[use.quota.grade]}
            found[use.quota.grade] = Step("quota", OVER, figures)
    return found


def told(use: QuotaUse, over: Mapping[str, Step]) -> QuotaUse:
    """Return a quota's use with what has to be said of it."""
    step = over.get(use.quota.grade)
    if step is None or use.quota.side != "top":
        return use
    return replace(use, step=replace(use.step, parts=(*use.step.parts, step)))
