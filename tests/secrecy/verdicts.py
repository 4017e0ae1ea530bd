"""What the scores of an election amount to."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from tests.secrecy.scores import Result

CAUGHT = 0.9


def alarms(results: Sequence[Result]) -> set[tuple[str, str]]:
    """Return the strategies that did better than chance may, each with the way in which it did."""
    found = {(result.name, score.way) for result in results for score in result.scores if not score.is_chance}
    return found | {(result.name, "") for result in results if result.answers and not result.answers.is_chance}


def raised_twice(hold: Callable[[int], Sequence[Result]]) -> set[tuple[str, str]]:
    """Hold an election, and when it raises alarms another one; return what both of them raised.

    Args:
        hold: holds an election with a seed and tries everything.
    """
    found = alarms(hold(1))
    return found & alarms(hold(2)) if found else found


def caught_by(results: Iterable[Result]) -> Mapping[str, float]:
    """Return the strategies that learned 90 % or more, with the share of remarks or grades they learned."""
    shares = {
        result.name: max(
            [score.share for score in result.scores] + [result.answers.accuracy if result.answers else 0.0]
        )
        for result in results
    }
    return {name: share for name, share in shares.items() if share >= CAUGHT}
