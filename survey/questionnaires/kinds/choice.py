"""What the kinds share in which exactly one option is chosen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from survey.core.errors import N_
from survey.core.validation import Rule
from survey.questionnaires.words import Answer, Bytes, Item

MOST_OPTIONS = 99


def option_values(n: int) -> tuple[str, ...]:
    """Return the form values of n options: numbers of one length, so that no choice shows in a request's size."""
    digits = len(str(n))
    return tuple(f"{i:0{digits}d}" for i in range(1, n + 1))


class ChoiceItem(Item):
    """One option of several; stored as its number in one byte."""

    @property
    def width(self) -> int:
        """One byte."""
        return 1

    def read(self, values: Sequence[str]) -> Answer | None:
        """Take one option's number."""
        if len(values) > 1:
            raise Rule(N_("choose one option only; %(n)s were sent"), n=len(values))
        if not values or values[0] == "":
            return None
        return read_number(values[0], len(self.options))

    def values(self, answer: Answer) -> tuple[str, ...]:
        """Return the option's number."""
        assert isinstance(answer, int)
        return (option_values(len(self.options))[answer - 1],)

    def encode(self, answer: Answer) -> bytes:
        """Return the option's number as a byte."""
        assert isinstance(answer, int)
        return bytes([answer])

    def decode(self, data: bytes) -> Answer | None:
        """Return the option's number."""
        number = data[0]
        if number > len(self.options):
            message = "no such option"
            raise ValueError(message)
        return number or None

    def shown(self, answer: Answer, language: str) -> str:
        """Return the option's words."""
        assert isinstance(answer, int)
        return self.options[answer - 1].words(language)

    def tally(self, column: Bytes) -> dict[str, int]:
        """Count each option."""
        numbers = np.bincount(column[:, 0], minlength=len(self.options) + 1)
        counts = {"": int(numbers[0])}
        counts |= {option.code: int(numbers[i]) for i, option in enumerate(self.options, 1)}
        return counts

    def sane(self, column: Bytes) -> NDArray[np.bool_]:
        """A number of an option, or zero."""
        return column[:, 0] <= len(self.options)


def read_number(value: str, options: int) -> int:
    """Return the option number that a form value names.

    Raises:
        Rule: when there is no such option.
    """
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:4]) <= options):
        raise Rule(N_("this option does not exist; please choose again"))
    return int(value)
