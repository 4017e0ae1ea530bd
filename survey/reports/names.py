"""The words behind the codes of a round: questions, options and subjects in the reader's language."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from survey.core.errors import N_
from survey.rounds.definition import FrozenRound
from survey.scoring.rules.insufficient import Insufficient
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

    def post(self, code: str) -> str:
        """Return a cadre's post: the unit above and the rank; empty for units."""
        subject = self._subjects[code]
        if subject.kind != "cadre":
            return ""
        rank = {"head": N_("head"), "deputy": N_("deputy")}.get(subject.rank, "")
        return f"{self.subject(subject.parent)} {self.translate(rank) if rank else ''}".strip()

    def ballot_class(self, code: str) -> str:
        """Return a ballot class in words; empty where the round does not name it."""
        rule = self.frozen.definition.rules.ballot_class(code)
        return "" if rule is None else f"{code} {rule.words(self.language)}"

    def reason(self, why: Insufficient) -> str:
        """Return why there is no figure, with margins and categories by their names."""
        weighting = self.frozen.definition.weighting
        margin = (
            next((one for one in weighting.margins if one.id == why.figures.get("margin")), None) if weighting else None
        )
        if margin is None:
            return why.say(self.translate, self.subject)
        part = next((one for one in margin.categories if one.id == why.figures.get("part")), None)
        named: dict[str, object] = {"margin": margin.words(self.language)}
        if part is not None:
            named["part"] = part.words(self.language)
        return replace(why, figures={**why.figures, **named}).say(self.translate, self.subject)

    def classes(self, codes: Iterable[str]) -> str:
        """Return ballot classes as a list in words; one that the round does not name by its code."""
        return self.translate(N_(", ")).join(self.ballot_class(code) or code for code in codes)

    @cached_property
    def _subjects(self) -> dict[str, Subject]:
        return {subject.code: subject for subject in self.frozen.subjects}
