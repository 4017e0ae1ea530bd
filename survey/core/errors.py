"""Errors are for people: what happened, whether the ballot counted, what to do.

A message is an English source sentence with named figures; the edges (pages, commands) translate it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from survey.core.sentences import N_, Word, fill, same

__all__ = ["N_", "AlreadyDone", "Invalid", "NotFound", "Problem", "Refused", "SurveyError", "TooLarge", "Word", "same"]


class SurveyError(Exception):
    """Something that a person can understand and mend.

    Args:
        message: English sentence with ``%(name)s`` places.
        figures: the values for those places.
    """

    def __init__(self, message: str, **figures: object) -> None:
        super().__init__(message)
        self.message = message
        self.figures = figures

    def say(self, translate: Callable[[str], str] = same) -> str:
        """Return the sentence in the language of ``translate``, with its figures as people there write them."""
        return fill(self.message, self.figures, translate)

    def __str__(self) -> str:
        return self.say()


class NotFound(SurveyError):
    """The thing asked for does not exist, or must look as if it did not."""


class Refused(SurveyError):
    """A rule forbids it; the sentence names the condition that failed and its figures."""


class AlreadyDone(SurveyError):
    """It was done before; doing it again would change something that is final."""


@dataclass(frozen=True)
class Problem:
    """One fault of an input, with its place (a field, or a file's line)."""

    where: str
    message: str
    figures: dict[str, object] = field(default_factory=dict)

    def say(self, translate: Callable[[str], str] = same) -> str:
        """Return the sentence in the language of ``translate``, without its place."""
        return fill(self.message, self.figures, translate)


class Invalid(SurveyError):
    """An input with one or more faults; nothing of it was taken."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(N_("The input has faults; nothing was taken"))

    def say(self, translate: Callable[[str], str] = same) -> str:
        """Return every fault with its place, separated by semicolons."""
        return "; ".join(
            f"{problem.where}: {problem.say(translate)}" if problem.where else problem.say(translate)
            for problem in self.problems
        )


class TooLarge(Invalid):
    """An input that is larger than anybody's table, key or questionnaire; nothing of it was taken."""
