"""The registry of item kinds: a new kind is one file here, one row below, and one template of its name."""

from typing import Annotated

from pydantic import Field

from survey.questionnaires.kinds.multiple import MultipleItem
from survey.questionnaires.kinds.number import NumberItem
from survey.questionnaires.kinds.scale import ScaleItem
from survey.questionnaires.kinds.single import SingleItem
from survey.questionnaires.kinds.statement import StatementItem
from survey.questionnaires.kinds.text import TextItem
from survey.questionnaires.words import Item

KINDS: dict[str, type[Item]] = {
    "scale": ScaleItem,
    "single": SingleItem,
    "multiple": MultipleItem,
    "statement": StatementItem,
    "number": NumberItem,
    "text": TextItem,
}

AnyItem = Annotated[
    ScaleItem | SingleItem | MultipleItem | StatementItem | NumberItem | TextItem, Field(discriminator="kind")
]
