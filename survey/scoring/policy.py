"""What a questionnaire says about its own scoring (计分口径), read off its options."""

from collections.abc import Iterable
from fractions import Fraction

from survey.questionnaires.schema import Option, Questionnaire
from survey.scoring.rules.denominators import Denominators
from survey.scoring.rules.index import Part, weighted_mean


def denominators(options: Iterable[Option]) -> Denominators:
    """Read off an item's options how each of them counts."""
    options = tuple(options)
    return Denominators(
        points={
            option.code: Fraction(option.points) for option in options if option.in_index and option.points is not None
        },
        counted=tuple(option.code for option in options if option.counted),
        satisfied=tuple(option.code for option in options if option.satisfied),
    )


def possible(questionnaire: Questionnaire) -> tuple[Fraction, Fraction]:
    """Return the lowest and the highest index that the questionnaire's points and weights allow."""
    least, most = [], []
    for item in questionnaire.items:
        points = denominators(item.options).points.values()
        if points and item.weight > 0 and not item.multiple_values:
            least.append(Part(item.id, Fraction(item.weight), min(points)))
            most.append(Part(item.id, Fraction(item.weight), max(points)))
    lowest, highest = weighted_mean(least), weighted_mean(most)
    assert isinstance(lowest, Fraction)
    assert isinstance(highest, Fraction)
    return lowest, highest
