"""What of a run may be shown: no more of a round's figures than the round's own report shows, and nothing to solve for.

Where that report hides a subject's result, all figures of the subject's components stay away: a score is a sum, and the
others would give the hidden one back. Score, gates and grade stay; but a score that would be that result itself is not
shown, nor one of a what-if, where other weights would be tried until it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from survey.reports.ballots import REPEAT, TOGETHER_WORD
from survey.reports.disclosure import HIDDEN
from survey.reports.rounds import round_tables
from survey.reports.table import Cell, Table
from survey.reports.units import INDEX_PLACES
from survey.scoring.grades import UnitGrade
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.run import Run
from survey.scoring.scheme_grading import OnComponent
from survey.scoring.scheme_parts import BestScale, Component, RoundSource
from survey.scoring.sources import BALLOTS, CountedRound

Record = Mapping[str, Cell]


class Exactness(Enum):
    """How much of a figure may be shown."""

    EXACT = "exact"
    ROUNDED = "rounded"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class RoundReport:
    """The protected tables of one counted round; nothing else of its count is ever looked at here."""

    counted: CountedRound
    tables: tuple[Table, ...]
    translate: Callable[[str], str]

    def rows(self, table: str, code: str) -> tuple[Record, ...]:
        """Return the rows of a table that are about a subject."""
        return tuple(self._by_subject.get((table, code), ()))

    @cached_property
    def _by_subject(self) -> dict[tuple[str, str], list[Record]]:
        found: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for table in self.tables:
            if any(column.key == "code" for column in table.columns):
                for record in table.records():
                    found[table.name, str(record["code"])].append(record)
        return found

    @property
    def is_ballot(self) -> bool:
        """Whether it is a round of secret ballots."""
        return self.counted.frozen.definition.kind in BALLOTS

    def exactness(self, source: RoundSource, code: str, *, known: bool) -> Exactness:
        """Return how much may be shown of what a source reads about a subject.

        Args:
            source: of the round.
            code: the subject's.
            known: whether the run has a figure there; where it has none, the reason would be shown.
        """
        match source.figure:
            case "votes":
                return _all_or_nothing(self._votes(source.item or "", code))
            case "test_level":
                return _all_or_nothing(row["proposal"] for row in self.rows("results", code))
            case "index":
                return _all_or_nothing(row["index"] for row in self.rows("units", code))
        return self._total(code, known=known)

    def _votes(self, item: str, code: str) -> list[Cell]:
        if not self.is_ballot:
            return [row["n"] for row in self.rows("options", code) if row["item"] == item]
        together = self.translate(TOGETHER_WORD)
        return [row["votes"] for row in self.rows("votes", code) if (row["item"], row["class"]) == (item, together)]

    def _total(self, code: str, *, known: bool) -> Exactness:
        for row in self.rows("results", code):
            if row["total"] == HIDDEN:
                return Exactness.HIDDEN
            if row["total"] is not None:
                return Exactness.ROUNDED if row["stored"] == HIDDEN else Exactness.EXACT
            if not known:
                return Exactness.EXACT
            if row["remark"] == self.translate(REPEAT):
                return Exactness.HIDDEN
            # Staff approved to leave classes out: the round's own report has no total, but its means may give it.
            means = [one["mean"] for one in self.rows("classes", code)]
            return Exactness.HIDDEN if HIDDEN in means or not means else Exactness.ROUNDED
        return Exactness.EXACT


def _all_or_nothing(cells: object) -> Exactness:
    return Exactness.HIDDEN if HIDDEN in cells else Exactness.EXACT  # type: ignore[operator]


class Disclosed:
    """What of a run may be shown, in one language.

    Args:
        run: the run.
        translate: from an English sentence of the program to the reader's language.
        language: the language of the scheme's and the rounds' own words, zh or en.
        what_if: whether the run only tried something.
    """

    def __init__(self, run: Run, translate: Callable[[str], str], language: str, *, what_if: bool = False) -> None:
        self.run = run
        self.what_if = what_if
        self.scheme = run.inputs.scheme
        self.rounds: Mapping[str, RoundReport] = {
            name: RoundReport(
                one,
                round_tables(one.frozen, one.count, one.turnout, one.present, translate, language=language),
                translate,
            )
            for name, one in run.rounds.items()
        }

    def component(self, code: str, component: str) -> Exactness:
        """Return how much of a component's figure may be shown."""
        if code in self._withheld:
            return Exactness.HIDDEN
        return self._own[code].get(component, Exactness.EXACT)

    def withheld(self, code: str) -> bool:
        """Tell whether all figures of a subject's components stay away."""
        return code in self._withheld

    def scored(self, code: str) -> bool:
        """Tell whether a subject's score may be shown."""
        if not self.withheld(code):
            return True
        return not self.what_if and len(list(self._addends(self.run.grades.unit(code)))) > 1

    def _addends(self, unit: UnitGrade) -> Iterator[str]:
        """Yield the components without parts that a score is put together from, as far as they have a figure."""
        unit_type = self.scheme.unit_type(unit.unit_type)
        assert unit_type is not None
        waiting = [*(name for name, weight in unit_type.weights.items() if weight), *unit_type.multipliers]
        while waiting:
            component = self.scheme.component(waiting.pop())
            waiting += component.of
            figure = unit.components.get(component.id)
            if not component.of and figure is not None and not isinstance(figure[0], Insufficient):
                yield component.id

    def errors(self, codes: Iterable[str]) -> bool:
        """Tell whether the reports of the rounds show every standard error of these subjects."""
        return all(self._errors_shown[code] for code in codes)

    @cached_property
    def _errors_shown(self) -> dict[str, bool]:
        return {
            unit.code: not self.withheld(unit.code)
            and not any(
                row["error"] == HIDDEN for report in self.rounds.values() for row in report.rows("units", unit.code)
            )
            for unit in self.run.grades.units
        }

    def hiding(self, code: str) -> tuple[str, ...]:
        """Return the rounds whose reports hide a result of the subject."""
        hidden = (name for name, found in self._own[code].items() if found is Exactness.HIDDEN)
        sources = (self.scheme.component(name).source for name in hidden)
        return tuple(dict.fromkeys(one.round for one in sources if isinstance(one, RoundSource)))

    def level(self, code: str, level: str) -> Exactness:
        """Return whether a level may be shown; where it is counted, that is for its round's report to say."""
        source = self.scheme.level(level).source
        if not isinstance(source, RoundSource) or source.round not in self.rounds:
            return Exactness.EXACT
        return self.rounds[source.round].exactness(source, code, known=True)

    def gate_figure(self, code: str, component: str) -> bool:
        """Tell whether a gate may name the figure it looks at.

        A filed figure is the reason in law for what the gate does. Even of a subject whose figures stay away it may be
        named, as long as another figure that enters the score stays away with the hidden one.
        """
        if not self.withheld(code):
            return self.component(code, component) is not Exactness.HIDDEN
        unit = self.run.grades.unit(code)
        looked_at = {gate.when.component for gate in self.scheme.gates if isinstance(gate.when, OnComponent)}
        filed = {one.id for one in self._entering(unit) if _is_filed(one)}
        # A composite that holds a counted part would give it back.
        return component in filed and bool(filed - looked_at)

    def places(self, code: str) -> int:
        """Return the decimals of a subject's score: fewer where more would give digits back that a report hides.

        All of a ranking group have the same, for they stand in one column and share places.
        """
        shown = self.scheme.rounding.shown
        return min(shown, INDEX_PLACES) if self._group[code] in self._coarse_groups else shown

    @cached_property
    def _group(self) -> dict[str, str]:
        return {unit.code: unit.group for unit in self.run.grades.units}

    @cached_property
    def _coarse_groups(self) -> frozenset[str]:
        rounded = (code for code, found in self._own.items() if Exactness.ROUNDED in found.values())
        return frozenset(self._group[code] for code in rounded)

    # --- deciding it ---------------------------------------------------------------------------------------------

    @cached_property
    def _own(self) -> dict[str, dict[str, Exactness]]:
        """What the rounds say of each component by itself, by subject."""
        found: dict[str, dict[str, Exactness]] = {unit.code: {} for unit in self.run.grades.units}
        for component in self.scheme.components:
            source = component.source
            if isinstance(source, RoundSource) and source.round in self.rounds:
                report = self.rounds[source.round]
                for unit in self.run.grades.units:
                    if component.id in unit.components:
                        known = not isinstance(unit.components[component.id][0], Insufficient)
                        found[unit.code][component.id] = report.exactness(source, unit.code, known=known)
        for component in self.scheme.components:
            if isinstance(component.scale, BestScale):
                self._share_the_best(component, component.scale, found)
        return found

    def _share_the_best(
        self, component: Component, scale: BestScale, found: Mapping[str, dict[str, Exactness]]
    ) -> None:
        """Hide a component that is measured against the best figure wherever one of those figures is hidden."""
        hidden = [one for one in self.run.grades.units if found[one.code].get(component.id) is Exactness.HIDDEN]
        groups = {one.group for one in hidden}
        for unit in self.run.grades.units:
            if component.id in found[unit.code] and (unit.group in groups or (hidden and scale.within == "all")):
                found[unit.code][component.id] = Exactness.HIDDEN

    @cached_property
    def _withheld(self) -> frozenset[str]:
        return frozenset(code for code, components in self._own.items() if Exactness.HIDDEN in components.values())

    def _entering(self, unit: UnitGrade) -> tuple[Component, ...]:
        unit_type = self.scheme.unit_type(unit.unit_type)
        assert unit_type is not None
        return self.scheme.concerned(unit_type)


def _is_filed(component: Component) -> bool:
    return not component.of and not isinstance(component.source, RoundSource)
