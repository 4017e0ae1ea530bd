"""Kind scale: one step of a named scale, worth its points (量表题)."""

from typing import Literal

from pydantic import Field

from survey.questionnaires.kinds.choice import ChoiceItem
from survey.questionnaires.words import Name, Options


class ScaleItem(ChoiceItem):
    """One step of a scale that several items share."""

    kind: Literal["scale"] = "scale"
    scale: Name
    steps: Options = Field(default=(), exclude=True, repr=False)

    @property
    def options(self) -> Options:
        """The steps of the scale, put in by the questionnaire."""
        return self.steps
