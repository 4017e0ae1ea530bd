"""The quotas of one ranking group: who has a place, who is tied at the cut, and which places stay empty."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from survey.core.errors import N_
from survey.questionnaires.words import Words
from survey.scoring.inputs import UnitInput
from survey.scoring.rules.explanation import Step
from survey.scoring.rules.quotas import Allotment, allot, places
from survey.scoring.scheme_grading import Grading, Quota
from survey.scoring.standings import Standing, words

TOP = N_("quota of %(grade)s: %(places)s of %(assessed)s in the group, %(candidates)s in question, %(given)s have it")
EMPTY = N_("%(empty)s of the places stay empty")
TIED = N_("tied at %(score)s: %(names)s; %(left)s of the places are left, the organ decides")
KEEPS = N_("within the quota of %(grade)s: %(places)s of %(assessed)s")
LOSES = N_("the quota of %(grade)s is used up (%(places)s of %(assessed)s), so %(after)s")
BOTTOM = N_("among the last %(places)s of %(assessed)s, so %(after)s")
WAITS = N_("the quota of %(grade)s waits until the organ has decided on those tied above")

DIRECTION = {"top": 1, "bottom": -1}


@dataclass(frozen=True)
class QuotaUse:
    """How a quota was used in one ranking group.

    Attributes:
        waiting: whether it could not be applied before a tie above it is decided.
    """

    group: str
    quota: Quota
    assessed: int
    allotment: Allotment
    waiting: bool
    step: Step


class Quotas:
    """Applies the quotas of one ranking group: from the best grade down, then those of the last places."""

    def __init__(
        self, grading: Grading, group: str, members: Mapping[str, UnitInput], standings: Mapping[str, Standing]
    ) -> None:
        self.grading = grading
        self.members = members
        self.uses: list[QuotaUse] = []
        self.group = group
        self.assessed = len(members)
        self.standings = standings

    def apply(self) -> None:
        """Apply every quota that holds for the group."""
        held = [quota for quota in self.grading.quotas if quota.holds_for(self.group)]
        place = self.grading.grades.index
        for quota in sorted(held, key=lambda one: (one.side == "bottom", place(one.grade) * DIRECTION[one.side])):
            (self._top if quota.side == "top" else self._bottom)(quota, place(quota.grade))

    def _top(self, quota: Quota, place: int) -> None:
        number = places(quota, self.assessed)
        candidates = self._at(lambda at: at == place)
        tied_above = [code for code, one in self.standings.items() if place in one.open and one.waiting]
        if tied_above and len(candidates) + len(tied_above) > number:
            self._wait(quota, number, [*candidates, *tied_above], (place, place + 1))
            return
        found = allot(candidates, number)
        self._keep(quota, found, candidates)
        for code in found.given:
            self._say(code, KEEPS, quota, number)
        for code in found.without:
            self.standings[code].place = place + 1
            self._say(code, LOSES, quota, number, after=self._words(place + 1))
        self._tie(found, quota, (place, place + 1))

    def _bottom(self, quota: Quota, place: int) -> None:
        number = max(places(quota, self.assessed) - len(self._at(lambda at: at >= place)), 0)
        waiting = {code: one.score for code, one in self.standings.items() if one.waiting}
        candidates = self._at(lambda at: at < place) | waiting
        found = allot(candidates, number, highest=False)
        if number and any(max(self.standings[code].open) >= place for code in waiting):
            # How many of them will stand here anyway is not known yet.
            self._wait(quota, number, [*found.given, *found.tied], (place,))
            return
        self._keep(quota, found, candidates)
        for code in found.given:
            self.standings[code].place, self.standings[code].open = place, ()
            self._say(code, BOTTOM, quota, places(quota, self.assessed), after=self._words(place))
        self._tie(found, quota, (place,))

    def _at(self, holds: Callable[[int], bool]) -> dict[str, Decimal]:
        return {code: one.score for code, one in self.standings.items() if not one.waiting and holds(one.place)}

    def _tie(self, found: Allotment, quota: Quota, places_: tuple[int, ...]) -> None:
        """Leave it to the organ who of those tied at the cut has a place."""
        decided = [self.members[code].decision for code in found.tied]
        for code, decision in zip(found.tied, decided, strict=True):
            one = self.standings[code]
            one.open = tuple(sorted({*(one.open or (one.place,)), *places_}))
            if decision is not None and all(decided):
                one.settled = True
                one.place = self.grading.grades.index(decision.grade)
            names = tuple(self.members[other].name for other in found.tied)
            figures = {"score": one.score, "names": names, "left": found.left_for_tied}
            one.steps.append(Step("quota", TIED, {"grade": self._words_of(quota), **figures}))

    def _wait(self, quota: Quota, number: int, codes: Sequence[str], places_: tuple[int, ...]) -> None:
        for code in codes:
            one = self.standings[code]
            one.open = tuple(sorted({*(one.open or (one.place,)), *places_}))
            one.steps.append(Step("quota", WAITS, {"grade": self._words_of(quota)}))
        found = Allotment(number, (), tuple(codes), ())
        step = Step("quota", WAITS, {"grade": self._words_of(quota)})
        self.uses.append(QuotaUse(self.group, quota, self.assessed, found, waiting=True, step=step))

    def _keep(self, quota: Quota, found: Allotment, candidates: Mapping[str, Decimal]) -> None:
        parts = []
        if found.tied:
            names = tuple(self.members[code].name for code in found.tied)
            figures = {"score": candidates[found.tied[0]], "names": names, "left": found.left_for_tied}
            parts.append(Step("quota", TIED, figures))
        if quota.side == "top" and found.empty:
            parts.append(Step("quota", EMPTY, {"empty": found.empty}))
        figures = {
            "grade": self._words_of(quota),
            "places": found.places,
            "assessed": self.assessed,
            "candidates": len(candidates),
            "given": len(found.given),
        }
        step = Step("quota", TOP, figures, tuple(parts))
        self.uses.append(QuotaUse(self.group, quota, self.assessed, found, waiting=False, step=step))

    def _say(self, code: str, message: str, quota: Quota, number: int, **more: object) -> None:
        figures = {"grade": self._words_of(quota), "places": number, "assessed": self.assessed, **more}
        self.standings[code].steps.append(Step("quota", message, figures))

    def _words(self, place: int) -> Words:
        return words(self.grading.bands[place])

    def _words_of(self, quota: Quota) -> Words:
        return self._words(self.grading.grades.index(quota.grade))
