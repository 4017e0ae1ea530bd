"""Where a unit stands while its ranking group is graded: its band, then what each gate does to it."""

from dataclasses import dataclass, field
from decimal import Decimal

from survey.core.errors import N_
from survey.questionnaires.words import Words
from survey.scoring.rules.explanation import Step
from survey.scoring.rules.gates import after
from survey.scoring.scheme_grading import Band, Gate, Grading

BAND = N_("band: %(score)s reaches %(grade)s from %(mark)s")
BAND_ANY = N_("band: %(score)s gives %(grade)s")
PASSED = N_("%(gate)s does not apply: %(finding)s")
BLOCKED = N_("%(grade)s blocked: %(finding)s")
LOWERED = N_("%(gate)s: lowered from %(before)s to %(after)s: %(finding)s")
CAPPED = N_("%(gate)s: no better than %(grade)s: %(finding)s")
FLAGGED = N_("%(gate)s: for decision: %(finding)s")
UNTOLD = N_("%(gate)s cannot be told: %(finding)s")
PROPOSED = N_("proposed: %(grade)s")
OPEN = N_("to be decided between %(grades)s")


@dataclass
class Standing:
    """Where a unit stands; places count the grades from the best.

    Attributes:
        score: as it is compared.
        place: of the grade so far.
        open: the grades between which the organ decides.
        settled: whether it has decided.
    """

    score: Decimal
    place: int
    steps: list[Step]
    band: int = 0
    before_quota: int = 0
    eligible: bool = True
    open: tuple[int, ...] = ()
    settled: bool = False
    reasons: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    @property
    def waiting(self) -> bool:
        """Whether the organ still has to decide."""
        return bool(self.open) and not self.settled


def words(named: Words) -> Words:
    """Return the two names of something that has more to it."""
    return Words(zh=named.zh, en=named.en)


def band_step(band: Band, score: Decimal) -> Step:
    """Return why a score gives a band."""
    figures: dict[str, object] = {"score": score, "grade": words(band)}
    if band.at_least is None or score < band.at_least:
        return Step("band", BAND_ANY, figures)
    return Step("band", BAND, {**figures, "mark": band.at_least})


def proposal(grading: Grading, standing: Standing) -> Step:
    """Return what the rules propose in the end."""
    if standing.open:
        return Step("grade", OPEN, {"grades": tuple(words(grading.bands[place]) for place in standing.open)})
    return Step("grade", PROPOSED, {"grade": words(grading.bands[standing.place])})


def apply_gate(gate: Gate, finding: Step, standing: Standing, grading: Grading) -> Step:
    """Let a gate act on a standing, and return what it did in words."""
    figures: dict[str, object] = {"gate": words(gate), "finding": finding}
    if finding.holds is None:
        return Step("gate", UNTOLD, figures)
    if not finding.holds:
        return Step("gate", PASSED, figures, holds=False)
    standing.reasons.append(gate.id)
    before, standing.place = standing.place, after(gate, standing.place, grading.grades)
    bands = grading.bands
    match gate.effect:
        case "block_top":
            standing.eligible = False
            message, more = BLOCKED, {"grade": words(bands[0])}
        case "lower":
            message, more = LOWERED, {"before": words(bands[before]), "after": words(bands[standing.place])}
        case "cap":
            standing.eligible = standing.eligible and gate.grade == grading.grades[0]
            message, more = CAPPED, {"grade": words(bands[grading.grades.index(gate.grade or "")])}
        case _:
            standing.flags.append(gate.id)
            message, more = FLAGGED, {}
    return Step("gate", message, {**figures, **more}, holds=True)
