"""Why a subject has its score, rank and grade (说明): every step of a run, down to the counts of a round, in words."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.core.sentences import write_day
from survey.questionnaires.words import Words
from survey.reports.disclosure import HIDDEN
from survey.reports.scores.counts import Counts
from survey.reports.scores.disclosed import Disclosed, Exactness
from survey.reports.scores.said import Said
from survey.scoring.composing import SHORT_BY
from survey.scoring.rules.explanation import Provenance, Step, sourced
from survey.scoring.rules.gates import in_order, looks_back
from survey.scoring.rules.insufficient import LIST_SEPARATOR, Insufficient
from survey.scoring.scheme_grading import Gate, OnComponent, OnLevel, OnScore, OnVeto
from survey.scoring.scheme_parts import RoundSource

NOT_SHOWN = N_("%(name)s: the figure is not shown")
RULE_NOT_SHOWN = N_("%(name)s: what it takes off is not shown")
SUM_NOT_SHOWN = N_("plus and minus points; what they add up to is not shown")
REASON_NOT_SHOWN = N_("no score; the reason is not shown")
WITHHELD = N_(
    "The figures of the components are not shown: the report of the round %(rounds)s hides this result to protect "
    "those who answered, and the score with the other figures would give it back. Score, gates and grade stay as "
    "they are"
)
SCORE_WITHHELD = N_(
    "The figures of the components and the score are not shown: the report of the round %(rounds)s hides this result "
    "to protect those who answered, and the score would give it back. Gates and grade stay as they are"
)
COARSE = N_(
    "Scores of this group are shown with %(places)d decimals: more of them would give back votes that the report of a "
    "round hides"
)
CONFIRMED_ON = N_("confirmed on %(day)s")
REPORTED_BY = N_("reported by %(by)s")
AS_ABOVE = N_("counts as above")
RESULT = N_("%(name)s: score %(score)s, %(grade)s")
NO_RESULT = N_("%(name)s: no score, %(grade)s")
NO_GRADE = N_("no grade")
OPEN = N_("to be decided between %(grades)s")

# In a sentence these figures are given by the scheme, so they tell nothing and are never rounded.
GIVEN = ("weight", "out_of", "full", "limit", "mark", "par", "least", "most", "loss", "share")
TELLING = ("sum", "multiplier", "clip")


def explain(disclosed: Disclosed, code: str, translate: Callable[[str], str], language: str) -> Said:
    """Return why a subject has what it has.

    Args:
        disclosed: what of the run may be shown.
        code: the subject's.
        translate: from an English sentence of the program to the reader's language.
        language: the language of the scheme's own words, zh or en.

    Raises:
        StopIteration: when the run does not assess the subject.
    """
    return _Explanation(disclosed, code, translate, language).whole()


class _Explanation:
    def __init__(self, disclosed: Disclosed, code: str, translate: Callable[[str], str], language: str) -> None:
        self.disclosed = disclosed
        self.scheme = disclosed.scheme
        self.code = code
        self.translate = translate
        self.language = language
        self.unit = disclosed.run.grades.unit(code)
        self.filed = disclosed.run.unit(code)
        self.withheld = disclosed.withheld(code)
        self.scored = disclosed.scored(code)
        self.places = disclosed.places(code)
        self.coarse = self.places < self.scheme.rounding.shown
        self.counted: set[tuple[str, str | None]] = set()

    def whole(self) -> Said:
        """Return the subject with all its steps."""
        gates = iter(self._gates())
        steps = [
            said
            for step in self.unit.steps
            for said in ([self._gate(step, next(gates), 1)] if step.kind == "gate" else self._said(step, 1))
        ]
        return Said(0, self._headline(), "subject", None, tuple(steps))

    def _headline(self) -> str:
        grade = self.translate(NO_GRADE)
        if self.unit.grade is not None:
            grade = self._grade(self.unit.grade)
        elif self.unit.open:
            grades = self.translate(LIST_SEPARATOR).join(map(self._grade, self.unit.open))
            grade = self.translate(OPEN) % {"grades": grades}
        figures = {"name": self.unit.name, "grade": grade}
        if isinstance(self.unit.score, Insufficient):
            return self.translate(NO_RESULT) % figures
        score = half_up(self.unit.score, self.places) if self.scored else HIDDEN
        return self.translate(RESULT) % {**figures, "score": score}

    def _grade(self, grade: str) -> str:
        unit_type = self.scheme.unit_type(self.unit.unit_type)
        assert unit_type is not None
        bands = self.scheme.grading(unit_type).bands
        return next(band.words(self.language) for band in bands if band.id == grade)

    def _gates(self) -> list[Gate]:
        """Return the gates in the order in which grading put their steps."""
        gates = [gate for gate in self.scheme.gates if gate.holds_for(self.unit.unit_type)]
        first = [gate for gate in in_order(gates) if not looks_back(gate)]
        return first + [gate for gate in gates if looks_back(gate)]

    # --- steps ---------------------------------------------------------------------------------------------------

    def _said(self, step: Step, level: int) -> list[Said]:
        if step.about:
            return [self._component(step, level)]
        if step.kind == "margin" and not self.disclosed.errors(self._moved_in(step)):
            return []
        if self.withheld and step.kind in TELLING:
            return self._below(step, level)
        below = self._below(step, level + 1)
        if step.kind == "score":
            below = [*self._warnings(level + 1), *below]
        return [Said(level, self._text(step), step.kind, step.holds, tuple(below))]

    def _moved_in(self, step: Step) -> list[str]:
        """Return whose errors a margin is made of: a distance of the subject's own, places of the whole group's."""
        if "gap" in step.figures:
            return [self.code]
        return [one.code for one in self.disclosed.run.grades.units if one.group == self.unit.group]

    def _below(self, step: Step, level: int) -> list[Said]:
        return [said for part in step.parts for said in self._said(part, level)]

    def _warnings(self, level: int) -> Iterator[Said]:
        if self.withheld:
            rounds = self.translate(LIST_SEPARATOR).join(self.disclosed.hiding(self.code))
            sentence = WITHHELD if self.scored else SCORE_WITHHELD
            yield Said(level, self.translate(sentence) % {"rounds": rounds}, "withheld")
        elif self.coarse:
            yield Said(level, self.translate(COARSE) % {"places": self.places}, "withheld")

    def _text(self, step: Step) -> str:
        if self.withheld:
            if step.kind == "score" and isinstance(self.unit.score, Insufficient):
                return self.translate(REASON_NOT_SHOWN)
            if step.kind == "adjustment" and _follows(step):
                rule = step.figures.get("rule")
                message = SUM_NOT_SHOWN if rule is None else RULE_NOT_SHOWN
                return Step("adjustment", message, {"name": rule}).say(self.translate, self.language)
        return self._say(self._fit(step))

    def _fit(self, step: Step) -> Step:
        """Return a step about the score with no more of its figures than may be shown."""
        if not self.scored:
            return _worked_out(step, lambda _figure: HIDDEN)
        return _rounded(step, self.places) if self.coarse else step

    def _say(self, step: Step) -> str:
        return step.say(self.translate, self.language)

    # --- components ----------------------------------------------------------------------------------------------

    def _component(self, step: Step, level: int) -> Said:
        exactness = self.disclosed.component(self.code, step.about)
        component = self.scheme.component(step.about)
        reading = self.filed.readings.get(step.about)
        provenance = reading.provenance if reading else None
        if exactness is Exactness.HIDDEN:
            figures = {"name": Words(zh=component.zh, en=component.en)}
            text = self._say(sourced(Step("component", NOT_SHOWN, figures), provenance))
        else:
            exact = exactness is Exactness.EXACT and not component.of
            text = self._say(step if exact or not self.coarse else _rounded(step, self.places))
        below = self._below(step, level + 1)
        by = getattr(component.source, "by", None)
        if by is not None:
            below.append(Said(level + 1, self.translate(REPORTED_BY) % {"by": by.words(self.language)}, "source"))
        below += self._days(provenance, level + 1)
        if isinstance(component.source, RoundSource):
            below += self._counts(component.source, level + 1)
        return Said(level, text, "component", None, tuple(below))

    def _days(self, provenance: Provenance | None, level: int) -> Iterator[Said]:
        if provenance is not None and provenance.confirmed_on is not None:
            day = write_day(provenance.confirmed_on, self.translate)
            yield Said(level, self.translate(CONFIRMED_ON) % {"day": day}, "source")

    def _counts(self, source: RoundSource, level: int) -> Iterator[Said]:
        report = self.disclosed.rounds.get(source.round)
        if report is None:
            return
        counts = Counts(report, self.translate, self.language)
        if (source.round, source.item) in self.counted:
            below = [Said(level + 1, self.translate(AS_ABOVE), "counts")]
        else:
            self.counted.add((source.round, source.item))
            below = [Said(level + 1, text, "counts") for text in counts.say(self.code, source.item) if text]
        yield Said(level, counts.say_round(), "round", None, tuple(below))

    # --- gates ---------------------------------------------------------------------------------------------------

    def _gate(self, step: Step, gate: Gate, level: int) -> Said:
        when = gate.when
        below: list[Said] = []
        provenances: list[Provenance | None] = []
        match when:
            case OnComponent(component=name):
                reading = self.filed.readings.get(name)
                provenances = [reading.provenance if reading else None]
                if not self.disclosed.gate_figure(self.code, name):
                    step = _without_figure(step, self.scheme.component(name), provenances[0])
                elif self.coarse and (
                    self.scheme.component(name).of or self.disclosed.component(self.code, name) is Exactness.ROUNDED
                ):
                    step = _rounded(step, self.places)
            case OnLevel(level=name):
                found = self.filed.levels.get(name)
                provenances = [found.provenance if found else None]
                if found and self.disclosed.level(self.code, name) is Exactness.HIDDEN:
                    step = _without_figure(step, self.scheme.level(name), found.provenance)
                source = self.scheme.level(name).source
                if isinstance(source, RoundSource):
                    below += self._counts(source, level + 1)
            case OnVeto(among=among):
                provenances = [one.provenance for one in self.filed.vetoes if not among or one.veto in among]
            case OnScore():
                step = self._fit(step)
        days = [said for provenance in provenances for said in self._days(provenance, level + 1)]
        return Said(level, self._say(step), "gate", step.holds, (*days, *below))


def _follows(step: Step) -> bool:
    """Tell whether points follow from a component, so that they would tell its figure."""
    return step.message == SHORT_BY or any(_follows(part) for part in step.parts)


def _without_figure(step: Step, looked_at: Words, provenance: Provenance | None) -> Step:
    finding = Step("finding", NOT_SHOWN, {"name": Words(zh=looked_at.zh, en=looked_at.en)})
    return replace(step, figures={**step.figures, "finding": sourced(finding, provenance)})


def _rounded(step: Step, places: int) -> Step:
    """Return a step with every figure that was worked out rounded."""
    return _worked_out(step, lambda figure: half_up(figure, places))


def _worked_out(step: Step, shown: Callable[[Decimal | Fraction], object]) -> Step:
    """Return a step with every figure that was worked out as ``shown`` returns it."""
    figures = {name: figure if name in GIVEN else _as_shown(figure, shown) for name, figure in step.figures.items()}
    return replace(step, figures=figures)


def _as_shown(figure: object, shown: Callable[[Decimal | Fraction], object]) -> object:
    match figure:
        case Step():
            return _worked_out(figure, shown)
        case Decimal() | Fraction():
            return shown(figure)
        case tuple():
            return tuple(_as_shown(one, shown) for one in figure)
    return figure


def rounded_step(step: Step, places: int) -> Step:
    """Return a step, and all its parts, with every figure that was worked out rounded."""
    return replace(_rounded(step, places), parts=tuple(rounded_step(part, places) for part in step.parts))
