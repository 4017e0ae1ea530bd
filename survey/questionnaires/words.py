"""What every part of a questionnaire is made of: words in two languages, options, and the base of all items."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from survey.core.errors import N_
from survey.core.model import WHOLE, Frozen
from survey.core.validation import Rule
from survey.core.words import Language, Name, Sentence, Words
from survey.questionnaires.selectors import Selector

__all__ = [
    "Answer",
    "Bytes",
    "Item",
    "Language",
    "Name",
    "Numbers",
    "Option",
    "Options",
    "Points",
    "Weight",
    "Words",
    "unsaid",
]

Points = Annotated[Decimal, Field(ge=-1000, le=1000, max_digits=8, decimal_places=4)]
Weight = Annotated[Decimal, Field(ge=0, le=1000, max_digits=8, decimal_places=4)]

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
Answer = int | tuple[int, ...] | Decimal | str


def unsaid(default: object) -> Any:  # noqa: ANN401 - what pydantic's own Field gives
    """Leave a field that came after 0.1 out of documents where it says nothing new.

    A questionnaire keeps the content hash with which it was added.
    """
    return Field(exclude_if=lambda value: value == default)


class Option(Words):
    """One answer that can be chosen.

    Attributes:
        points: what it is worth in an index; none when it is never scored.
        scored: false leaves it out of the index's denominator (不了解).
        counted: false leaves it out of the base of shares as well (弃权).
        satisfied: it counts towards the satisfaction rate (满意率).
    """

    code: Name
    points: Points | None = None
    scored: bool = True
    counted: bool = True
    satisfied: bool = False

    @model_validator(mode="after")
    def _denominators_agree(self) -> "Option":
        if self.satisfied and not self.counted:
            raise Rule(
                N_("the option %(code)s counts as satisfied, so it must be counted"), "satisfied", code=self.code
            )
        return self

    @property
    def in_index(self) -> bool:
        """Whether an index takes its points and counts it in its denominator."""
        return self.points is not None and self.scored and self.counted


Options = tuple[Option, ...]


class Item(Frozen, ABC):
    """One question: how it is read from a form, stored in a fixed number of bytes, and counted.

    A kind is a subclass in a file of its own, with a row in the registry and a template of its name.

    Attributes:
        weight: what it weighs in an index; where the items' weights sum to 100, its maximum of points.
        per: asked once a ballot, or once for each subject.
        only: of the subjects, those that a selector fits; empty for all.
        sheet: the form it stands on, where one sitting has two that nobody may join.
        overall: the separate overall grade (总体评价) of a subject.
    """

    id: Name
    zh: Sentence
    en: Sentence
    weight: Weight = Decimal(1)
    per: Literal["ballot", "subject"] = "ballot"
    only: Annotated[tuple[Selector, ...], unsaid(default=())] = ()
    sheet: Annotated[int, Field(ge=1, le=2), unsaid(default=1), WHOLE] = 1
    overall: Annotated[bool, unsaid(default=False)] = False
    required: bool = False
    show_if: dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]] | None = None

    kind: str
    multiple_values: ClassVar[bool] = False

    @model_validator(mode="after")
    def _about_subjects(self) -> "Item":
        for field in ("only", "overall"):
            if getattr(self, field) and self.per != "subject":
                raise Rule(N_("%(field)s is for items that are asked per subject"), field, field=field)
        return self

    def words(self, language: str) -> str:
        """Return the question in a language."""
        return self.en if language == "en" else self.zh

    @property
    def options(self) -> Options:
        """The options that can be chosen; none for numbers and texts."""
        return ()

    @property
    @abstractmethod
    def width(self) -> int:
        """How many bytes an answer takes in the envelope, whatever was answered."""

    @abstractmethod
    def read(self, values: Sequence[str]) -> Answer | None:
        """Return the answer that a form's values give, none when left blank.

        Raises:
            Rule: when the values are not an answer to this question.
        """

    @abstractmethod
    def values(self, answer: Answer) -> tuple[str, ...]:
        """Return the form values that carry an answer back."""

    @abstractmethod
    def encode(self, answer: Answer) -> bytes:
        """Return exactly ``width`` bytes; never all zero, which means blank."""

    @abstractmethod
    def decode(self, data: bytes) -> Answer | None:
        """Return the answer that ``encode`` wrote, none for zero bytes.

        Raises:
            ValueError: for bytes that no answer gives.
        """

    @abstractmethod
    def shown(self, answer: Answer, language: str) -> str:
        """Return an answer in words."""

    @abstractmethod
    def tally(self, column: Bytes) -> dict[str, int]:
        """Count the answers of many ballots.

        Args:
            column: one row a ballot, ``width`` bytes each.

        Returns:
            How many ballots chose each option; "" counts the blanks.
        """

    def sane(self, column: Bytes) -> NDArray[np.bool_]:
        """Tell for each row whether its bytes are an answer or a blank."""
        return np.fromiter((self._is_sane(row.tobytes()) for row in column), dtype=np.bool_, count=len(column))

    def _is_sane(self, data: bytes) -> bool:
        try:
            answer = self.decode(data)
        except ValueError:
            return False
        return answer is None or self.encode(answer) == data

    def document(self) -> dict[str, Any]:
        """Return the item as plain data."""
        return self.model_dump(mode="json")
