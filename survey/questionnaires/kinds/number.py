"""Kind number: a number between two limits (填数题)."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from survey.core.errors import N_
from survey.core.model import WHOLE
from survey.core.validation import Rule
from survey.questionnaires.words import Answer, Bytes, Item, Numbers, unsaid

LONGEST_NUMBER = 24
MOST_POINTS = 1000
Limit = Annotated[Decimal, Field(ge=-(10**12), le=10**12, decimal_places=4)]


class NumberItem(Item):
    """A number; stored as a count of its smallest unit above the least allowed, plus one.

    Attributes:
        places: digits after the point.
        scored: the number itself is the points of a ballot (直接打分); of democratic ballots only.
    """

    kind: Literal["number"] = "number"
    minimum: Limit
    maximum: Limit
    places: Annotated[int, Field(ge=0, le=4), WHOLE] = 0
    scored: Annotated[bool, unsaid(default=False)] = False

    @model_validator(mode="after")
    def _limits_agree(self) -> "NumberItem":
        if self.minimum >= self.maximum:
            raise Rule(
                N_("the least number %(least)s is not below the greatest %(most)s"),
                "maximum",
                least=self.minimum,
                most=self.maximum,
            )
        if self.scored and max(-self.minimum, self.maximum) > MOST_POINTS:
            raise Rule(N_("numbers that are points lie between -%(most)s and %(most)s"), "scored", most=MOST_POINTS)
        for field, limit in (("minimum", self.minimum), ("maximum", self.maximum)):
            if limit != limit.quantize(self.unit):
                raise Rule(
                    N_("%(limit)s has more digits after the point than places allows (%(places)s)"),
                    field,
                    limit=limit,
                    places=self.places,
                )
        return self

    @property
    def width(self) -> int:
        """Eight bytes."""
        return 8

    def read(self, values: Sequence[str]) -> Answer | None:
        """Take a number in ordinary digits."""
        text = unicodedata.normalize("NFKC", values[0]).strip() if values else ""
        if not text:
            return None
        try:
            number = Decimal(text[: LONGEST_NUMBER + 1])
        except InvalidOperation:
            raise Rule(N_("please write a number, in digits")) from None
        if len(text) > LONGEST_NUMBER or not number.is_finite() or not self.minimum <= number <= self.maximum:
            raise Rule(N_("please write a number from %(least)s to %(most)s"), least=self.minimum, most=self.maximum)
        rounded = number.quantize(self.unit)
        if rounded != number:
            raise Rule(N_("please write at most %(places)s digits after the point"), places=self.places)
        return rounded + 0  # there is no minus zero

    @property
    def unit(self) -> Decimal:
        """The smallest difference of two numbers."""
        return Decimal(1).scaleb(-self.places)

    @staticmethod
    def steps(column: Bytes) -> Numbers:
        """Return what many ballots stored, as whole numbers; 0 for blanks.

        Args:
            column: one row a ballot, eight bytes each.
        """
        return np.ascontiguousarray(column).view(">u8")[:, 0].astype(np.int64)

    def values(self, answer: Answer) -> tuple[str, ...]:
        """Return the number as written."""
        return (f"{answer:f}",)

    def encode(self, answer: Answer) -> bytes:
        """Return the number's distance from the least, in units, plus one."""
        assert isinstance(answer, Decimal)
        return (int((answer - self.minimum) / self.unit) + 1).to_bytes(8, "big")

    def decode(self, data: bytes) -> Answer | None:
        """Return the number."""
        steps = int.from_bytes(data, "big")
        if steps == 0:
            return None
        number = (self.minimum + (steps - 1) * self.unit).quantize(self.unit)
        if number > self.maximum:
            message = "beyond the greatest number allowed"
            raise ValueError(message)
        return number

    def shown(self, answer: Answer, language: str) -> str:
        """Return the number."""
        del language
        return f"{answer:f}"

    def tally(self, column: Bytes) -> dict[str, int]:
        """Count each number that occurs, under its own digits."""
        counts = Counter(row.tobytes() for row in column)
        named = {data: self.decode(data) for data in counts}
        return {"": counts.get(bytes(8), 0)} | {
            f"{number:f}": counts[data] for data, number in sorted(named.items()) if number is not None
        }
