"""Kind scale: one step of a named scale, worth its points (量表题)."""

from typing import Literal

from pydantic import PrivateAttr

from survey.questionnaires.kinds.choice import ChoiceItem
from survey.questionnaires.words import Name, Options


class ScaleItem(ChoiceItem):
    """One step of a scale that several items share."""

    kind: Literal["scale"] = "scale"
    scale: Name
    _steps: Options = PrivateAttr(default=())

    @property
    def options(self) -> Options:
        """The steps of the scale, put in by the questionnaire."""
        return self._steps

    def with_steps(self, steps: Options) -> "ScaleItem":
        """Return the item with the steps of its scale."""
        filled = self.model_copy()
        filled._steps = steps  # noqa: SLF001 - its own, of a copy nobody else has seen
        return filled
