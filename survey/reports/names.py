"""The words behind the codes of a round: questions, options and subjects in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from survey.rounds.definition import FrozenRound
from survey.subjects.roster import Subject


@dataclass(frozen=True)
class Names:
    """Looks words up in what the round's opening froze.

    Attributes:
        translate: from an English sentence of the program to the reader's language.
        language: the language of the round's own words.
    """

    frozen: FrozenRound
    translate: Callable[[str], str]
    language: str

    def question(self, item: str) -> str:
        """Return an item's question."""
        return self.frozen.questionnaire.item(item).words(self.language)

    def subject(self, code: str) -> str:
        """Return a subject's name; a code that is no subject's stays as it is."""
        subject = self._subjects.get(code)
        return code if subject is None else subject.name

    def group(self, code: str) -> str:
        """Return the ranking group of a subject."""
        return self._subjects[code].group

    @cached_property
    def _subjects(self) -> dict[str, Subject]:
        return {subject.code: subject for subject in self.frozen.subjects}
