"""What chance leaves open about a score: the places it could have, and the next line that decides. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_
from survey.questionnaires.words import Words
from survey.scoring.places import bands_of
from survey.scoring.rules.explanation import Step
from survey.scoring.rules.intervals import Z95
from survey.scoring.rules.rank_bands import Band, Standing, distance
from survey.scoring.scheme_grading import Gate, Grading, OnScore
from survey.scoring.standings import words

SURE = N_("%(gap)s from the line %(mark)s (%(line)s), at 95 %% %(low)s to %(high)s: on this side of it")
UNSURE = N_("%(gap)s from the line %(mark)s (%(line)s), at 95 %% %(low)s to %(high)s: chance could carry it across")

ORDERED = ("<", "<=", ">", ">=")


def group_bands(scores: Mapping[str, tuple[Fraction, Decimal | None]]) -> dict[str, Band]:
    """Return which places chance leaves open in one ranking group; nothing where no score is sampled.

    Args:
        scores: as they are compared, each with its standard error; none where that is not known.
    """
    return bands_of(scores) if any(error != 0 for _, error in scores.values()) else {}


def places_step(band: Band) -> Step:
    """Return the step that says which places cannot be told apart."""
    return Step("margin", band.message, {"first": band.first, "last": band.last})


def line_step(grading: Grading, gates: Sequence[Gate], score: Decimal, error: Decimal | None) -> Step | None:
    """Return how far a score is from the nearest line that decides; none where nothing was sampled, or no line is."""
    lines = sorted(_lines(grading, gates), key=lambda line: abs(line[0] - Fraction(score)))
    if not error or not lines:
        return None
    mark, named = lines[0]
    found = distance(Standing(Fraction(score), error), Standing(mark, Decimal(0)), Z95)
    figures = {"gap": found.gap, "mark": mark, "line": named, "low": found.interval.low, "high": found.interval.high}
    return Step("margin", SURE if found.decided else UNSURE, figures)


def _lines(grading: Grading, gates: Sequence[Gate]) -> Iterator[tuple[Fraction, Words]]:
    # The last band takes whatever reached none before.
    for band in grading.bands[:-1]:
        if band.at_least is not None:
            yield Fraction(band.at_least), words(band)
    for gate in gates:
        if isinstance(gate.when, OnScore) and gate.when.operator in ORDERED and gate.effect != "flag":
            yield Fraction(gate.when.value), words(gate)
