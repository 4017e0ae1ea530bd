"""Kind text: a free remark, kept apart from every other answer at the count (开放题)."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from survey.core.errors import N_
from survey.core.model import WHOLE
from survey.core.validation import Rule
from survey.questionnaires.words import Answer, Bytes, Item, unsaid

BYTES_A_CHARACTER = 4
# Joiners that some scripts cannot do without; every other invisible character is dropped.
_KEPT_INVISIBLE = "\u200c\u200d\n"
_BLANK_ENDS = re.compile(r"\A[\s\u200c\u200d]+|[\s\u200c\u200d]+\Z")


def clean_text(text: str) -> str:
    """Return a remark without the characters that nobody sees but that reorder or break what is shown."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = "".join(
        c for c in text if c in _KEPT_INVISIBLE or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return _BLANK_ENDS.sub("", unicodedata.normalize("NFC", text))


class TextItem(Item):
    """A remark; stored in a fixed number of bytes, whatever its length."""

    kind: Literal["text"] = "text"
    min_length: Annotated[int, Field(ge=1, le=1000), unsaid(default=1), WHOLE] = 1
    max_length: Annotated[int, Field(ge=1, le=1000), WHOLE] = 300

    @model_validator(mode="after")
    def _lengths_agree(self) -> "TextItem":
        if self.min_length > self.max_length:
            message = N_("the least length %(least)s is above the greatest %(most)s")
            raise Rule(message, "max_length", least=self.min_length, most=self.max_length)
        return self

    @property
    def width(self) -> int:
        """Room for the longest remark in the widest characters."""
        return BYTES_A_CHARACTER * self.max_length

    def read(self, values: Sequence[str]) -> Answer | None:
        """Take a remark; one that is too long is refused, never cut."""
        text = clean_text(values[0]) if values else ""
        if len(text) > self.max_length:
            raise Rule(N_("this text has %(n)s characters; at most %(most)s fit"), n=len(text), most=self.max_length)
        if text and len(text) < self.min_length:
            message = N_("this text has %(n)s characters; at least %(least)s are needed")
            raise Rule(message, n=len(text), least=self.min_length)
        return text or None

    def values(self, answer: Answer) -> tuple[str, ...]:
        """Return the remark."""
        return (str(answer),)

    def encode(self, answer: Answer) -> bytes:
        """Return the remark in UTF-8, padded."""
        return str(answer).encode().ljust(self.width, b"\0")

    def decode(self, data: bytes) -> Answer | None:
        """Return the remark."""
        text = data.rstrip(b"\0").decode()
        if len(text) > self.max_length or "\0" in text:
            message = "no remark that was ever read"
            raise ValueError(message)
        return text or None

    def shown(self, answer: Answer, language: str) -> str:
        """Return the remark."""
        del language
        return str(answer)

    def tally(self, column: Bytes) -> dict[str, int]:
        """Count only how many wrote something; the remarks themselves go to a pile of their own."""
        blank = int((column.max(axis=1, initial=0) == 0).sum())
        return {"": blank, "written": len(column) - blank}
