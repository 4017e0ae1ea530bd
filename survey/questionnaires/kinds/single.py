"""Kind single: one option of the item's own list (单选题)."""

from typing import Annotated, Literal

from pydantic import Field

from survey.questionnaires.kinds.choice import MOST_OPTIONS, ChoiceItem
from survey.questionnaires.words import Option, Options


class SingleItem(ChoiceItem):
    """One of the options listed with the item."""

    kind: Literal["single"] = "single"
    choices: Annotated[tuple[Option, ...], Field(alias="options", min_length=2, max_length=MOST_OPTIONS)]

    @property
    def options(self) -> Options:
        """The options listed with the item."""
        return self.choices
