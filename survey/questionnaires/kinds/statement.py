"""Kind statement: whether a described conduct exists (正反向测评的陈述)."""

from typing import Literal

from survey.questionnaires.kinds.choice import ChoiceItem
from survey.questionnaires.words import Option, Options

EXISTS = Option(code="yes", zh="存在", en="It exists")
ABSENT = Option(code="no", zh="不存在", en="It does not exist")
UNKNOWN = Option(code="dk", zh="不了解", en="Don't know", scored=False)


class StatementItem(ChoiceItem):
    """Something that is said of a subject; a negative one is a fault when it exists."""

    kind: Literal["statement"] = "statement"
    polarity: Literal["positive", "negative"]

    @property
    def options(self) -> Options:
        """Exists, does not exist, don't know: the same for every statement."""
        return (EXISTS, ABSENT, UNKNOWN)
