"""Kind multiple: any of the item's options, within limits (多选题)."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from survey.core.errors import N_
from survey.core.model import WHOLE
from survey.core.validation import Rule
from survey.questionnaires.kinds.choice import MOST_OPTIONS, option_values, read_number
from survey.questionnaires.words import Answer, Bytes, Item, Option, Options


class MultipleItem(Item):
    """Several options; stored as one bit each."""

    kind: Literal["multiple"] = "multiple"
    choices: Annotated[tuple[Option, ...], Field(alias="options", min_length=2, max_length=MOST_OPTIONS)]
    at_least: Annotated[int, Field(ge=0), WHOLE] = 0
    at_most: Annotated[int, Field(ge=1), WHOLE] | None = None
    multiple_values: ClassVar[bool] = True

    @model_validator(mode="after")
    def _limits_agree(self) -> "MultipleItem":
        most = self.at_most or len(self.choices)
        if most > len(self.choices) or self.at_least > most:
            raise Rule(
                N_("the limits %(least)s to %(most)s do not fit %(n)s options"),
                "at_most",
                least=self.at_least,
                most=most,
                n=len(self.choices),
            )
        return self

    @property
    def options(self) -> Options:
        """The options listed with the item."""
        return self.choices

    @property
    def width(self) -> int:
        """One bit an option."""
        return (len(self.choices) + 7) // 8

    def read(self, values: Sequence[str]) -> Answer | None:
        """Take the numbers of the options chosen; none chosen is a blank."""
        numbers = tuple(sorted({read_number(value, len(self.choices)) for value in values if value}))
        self._check_limits(len(numbers))
        return numbers or None

    def _check_limits(self, n: int) -> None:
        if self.at_most and n > self.at_most:
            raise Rule(N_("at most %(most)s may be chosen; %(n)s are"), most=self.at_most, n=n)
        if 0 < n < self.at_least:
            raise Rule(N_("at least %(least)s must be chosen; %(n)s are"), least=self.at_least, n=n)

    def values(self, answer: Answer) -> tuple[str, ...]:
        """Return the numbers of the options chosen."""
        assert isinstance(answer, tuple)
        names = option_values(len(self.choices))
        return tuple(names[number - 1] for number in answer)

    def encode(self, answer: Answer) -> bytes:
        """Return the bits of the options chosen."""
        assert isinstance(answer, tuple)
        return sum(1 << (number - 1) for number in answer).to_bytes(self.width, "little")

    def decode(self, data: bytes) -> Answer | None:
        """Return the numbers of the options chosen."""
        bits = int.from_bytes(data, "little")
        if bits >> len(self.choices):
            message = "no such option"
            raise ValueError(message)
        self._check_limits(bits.bit_count())
        return tuple(i + 1 for i in range(len(self.choices)) if bits >> i & 1) or None

    def shown(self, answer: Answer, language: str) -> str:
        """Return the words of the options chosen."""
        assert isinstance(answer, tuple)
        joint = ", " if language == "en" else "、"
        return joint.join(self.choices[number - 1].words(language) for number in answer)

    def tally(self, column: Bytes) -> dict[str, int]:
        """Count each option; a ballot can stand under several."""
        bits = np.unpackbits(column, axis=1, bitorder="little")[:, : len(self.choices)]
        chosen = bits.sum(axis=0, dtype=np.int64)
        counts = {"": int((bits.sum(axis=1) == 0).sum())}
        counts |= {option.code: int(chosen[i]) for i, option in enumerate(self.choices)}
        return counts
