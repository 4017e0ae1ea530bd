"""Which run a report is about, and in which words it is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from survey.core.errors import N_, NotFound
from survey.questionnaires.words import Words
from survey.reports.scores.disclosed import Disclosed
from survey.reports.scores.explanation import explain
from survey.reports.scores.said import Said
from survey.scoring.grades import UnitGrade
from survey.scoring.inputs import UnitInput
from survey.scoring.run import Run
from survey.scoring.scheme import Scheme


@dataclass(frozen=True)
class Numbered:
    """A run with what was kept about it.

    Attributes:
        number: none for a run that was not kept.
        what_if: what was tried; empty for a run that counts.
        software: the version that made it.
    """

    run: Run
    number: int | None = None
    what_if: str = ""
    made_at: datetime | None = None
    software: str = ""


@dataclass(frozen=True, eq=False)
class ScoreReport:
    """A run in one language: what may be shown of it, and every subject's explanation.

    Attributes:
        translate: from an English sentence of the program to the reader's language.
        language: the language of the scheme's and the rounds' own words, zh or en.
    """

    numbered: Numbered
    translate: Callable[[str], str]
    language: str = "zh"

    @property
    def run(self) -> Run:
        """The run."""
        return self.numbered.run

    @property
    def scheme(self) -> Scheme:
        """The scheme."""
        return self.run.inputs.scheme

    @cached_property
    def disclosed(self) -> Disclosed:
        """What may be shown."""
        return Disclosed(self.run, self.translate, self.language, what_if=bool(self.numbered.what_if))

    @cached_property
    def _explanations(self) -> dict[str, Said]:
        return {}

    def explanation(self, code: str) -> Said:
        """Return one subject's explanation."""
        if code not in self._explanations:
            self._explanations[code] = explain(self.disclosed, code, self.translate, self.language)
        return self._explanations[code]

    @cached_property
    def filed(self) -> dict[str, UnitInput]:
        """What the scheme was applied to, by code."""
        return {unit.code: unit for unit in self.run.units}

    def unit(self, code: str) -> UnitGrade:
        """Return a subject's result.

        Raises:
            NotFound: when the run does not assess it.
        """
        found = next((unit for unit in self.run.grades.units if unit.code == code), None)
        if found is None:
            raise NotFound(
                N_("The scheme %(scheme)s does not assess %(code)s"), scheme=self.scheme.reference, code=code
            )
        return found

    def words(self, named: Words | None) -> str:
        """Return a name in the reader's language; nothing for nothing."""
        return "" if named is None else named.words(self.language)

    def type_name(self, unit: UnitGrade) -> str:
        """Return the name of a subject's type."""
        return self.words(self.scheme.unit_type(unit.unit_type))

    def grade_name(self, unit: UnitGrade, grade: str | None) -> str | None:
        """Return the name of a grade of a subject's set of grades; none for none."""
        unit_type = self.scheme.unit_type(unit.unit_type)
        assert unit_type is not None
        bands = self.scheme.grading(unit_type).bands
        return next((band.words(self.language) for band in bands if band.id == grade), None)

    def say(self, sentence: str, **figures: object) -> str:
        """Return a sentence of the program with its figures."""
        return self.translate(sentence) % figures
