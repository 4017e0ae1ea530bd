"""Names and words in the files that people write: one text in two languages."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from survey.core.errors import N_
from survey.core.model import Frozen
from survey.core.validation import Like

Name = Annotated[
    str,
    Like(
        "[a-z][a-z0-9_-]{0,39}",
        N_("%(value)s is no name; allowed: small letters, digits, - and _, a letter first, at most 40 characters"),
    ),
]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Language = Literal["zh", "en"]


class Words(Frozen):
    """One text in Chinese and English."""

    zh: Sentence
    en: Sentence

    def words(self, language: str) -> str:
        """Return the text in a language; Chinese when there is no such language."""
        return self.en if language == "en" else self.zh
