"""What staff should know of a questionnaire that is right but leans. Warnings: they never block. Pure."""

from collections.abc import Iterator

from survey.core.errors import N_, Problem
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.words import Item, Options


def warnings(questionnaire: Questionnaire) -> tuple[Problem, ...]:
    """Return a sentence for every unbalanced list of points, and for every question nobody can pass by."""
    lists: list[tuple[str, Options]] = [(f"scales.{name}", steps) for name, steps in questionnaire.scales.items()]
    lists += [(item.id, item.options) for item in questionnaire.items if item.kind != "scale"]
    return (
        *(problem for place, options in lists for problem in _unbalanced(place, options)),
        *(problem for item in questionnaire.items for problem in _without_way_out(item)),
    )


def _unbalanced(place: str, options: Options) -> Iterator[Problem]:
    points = [option.points for option in options if option.in_index and option.points is not None]
    if not points:
        return
    middle = (max(points) + min(points)) / 2
    above, below = sum(one > middle for one in points), sum(one < middle for one in points)
    if above != below:
        message = N_(
            "this scale leans: above the middle of its points (%(middle)s) lie %(above)s scored options, "
            "below it %(below)s"
        )
        yield Problem(place, message, {"above": above, "below": below, "middle": f"{middle:f}"})


def _without_way_out(item: Item) -> Iterator[Problem]:
    if item.required and item.options and all(option.scored and option.counted for option in item.options):
        message = N_(
            "nobody can pass this question by: leave out required, or add an option with scored: false (不了解)"
        )
        yield Problem(item.id, message)
