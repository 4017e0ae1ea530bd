"""A scheme's score of one unit, with every component opened down to what was read."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_
from survey.questionnaires.words import Words
from survey.scoring.chance import EXACT, Moves, added, error_of, moved_by, scaled
from survey.scoring.inputs import Entry, Reading, UnitInput
from survey.scoring.rules.adjustments import RuleTotal, rule_total, shortfall, together
from survey.scoring.rules.composition import (
    Term,
    Votes,
    against_best,
    by_options,
    by_places,
    by_steps,
    clipped,
    factor,
    over_periods,
    weighted_sum,
)
from survey.scoring.rules.explanation import Provenance, Step, sourced
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.scheme import Scheme, UnitType
from survey.scoring.scheme_parts import (
    AdjustmentRule,
    BestScale,
    Component,
    OptionsScale,
    PeriodsSource,
    PlacesScale,
    PointsScale,
    RoundSource,
    StepsScale,
)

Result = Fraction | Insufficient

MISSING = N_("no figure was read")
NO_FIGURE = N_("%(name)s: no figure, %(reason)s")
MISSING_FACTOR = N_("no factor to multiply by: %(parts)s")
MISSING_ADJUSTMENT = N_("points to take off cannot be told without %(parts)s")
READ = N_("%(name)s %(value)s of %(out_of)s")
OF_BEST = N_("%(name)s: %(own)s of the best, %(best)s (%(best_name)s), times %(out_of)s = %(value)s")
OF_PLACES = N_("%(name)s: places %(places)s, each place lower minus %(loss)s of %(out_of)s, mean %(value)s")
OF_VOTES = N_("%(name)s: votes %(votes)s, mean of points %(value)s")
OF_STEP = N_("%(name)s: %(votes)s of %(base)s votes for %(options)s reach %(share)s, so %(value)s points")
OF_NO_STEP = N_("%(name)s: votes %(votes)s of %(base)s reach no step, so %(value)s points")
OF_PERIODS = N_("%(name)s: %(periods)s, weighted mean %(value)s")
OF_PARTS = N_("%(name)s: the sum of %(sum)s is %(value)s of %(out_of)s")
TERM = N_("%(weight)s × %(value)s / %(out_of)s")
PAIR = "%(name)s %(value)s"
SUM = N_("the sum of %(sum)s is %(value)s")
TIMES = N_("times %(factor)s: %(name)s %(value)s / %(par)s, between %(least)s and %(most)s")
ADJUSTED = N_("plus %(plus)s, minus %(minus)s (they count as %(counted_plus)s and %(counted_minus)s)")
ENTERED = N_("%(rule)s: %(sign)s%(points)s, document %(source)s, confirmed by %(by)s")
SHORT_BY = N_("%(rule)s: %(component)s %(value)s takes off %(points)s")
RULE = N_("%(rule)s: %(points)s, of which %(counted)s count")
CLIPPED = N_("%(value)s lies outside %(least)s to %(most)s and becomes %(score)s")
SCORED = N_("score %(score)s of %(full)s")
NOT_SCORED = N_("no score: %(reason)s")


@dataclass(frozen=True)
class Composed:
    """A score, or why there is none, with what it was made of.

    Attributes:
        components: every component of the unit's type and those it is put together from.
        error: standard error of the score; 0 where nothing in it was sampled, none where it is not known.
    """

    score: Result
    components: Mapping[str, tuple[Result, Provenance | None]]
    step: Step
    error: Decimal | None = None


class Composer:
    """Scores units by one scheme; best figures are taken over all of them."""

    def __init__(self, scheme: Scheme, units: Sequence[UnitInput]) -> None:
        self.scheme = scheme
        self.units = units
        self._best: dict[tuple[str, str | None], tuple[Fraction, str]] = {}

    def compose(self, unit: UnitInput) -> Composed:
        """Return a unit's score."""
        unit_type = self.scheme.unit_type(unit.unit_type)
        assert unit_type is not None
        one = _Unit(self, unit)
        score, parts = one.score(unit_type)
        if isinstance(score, Insufficient):
            step = Step("score", NOT_SCORED, {"reason": one.why(score)}, parts)
        else:
            step = Step("score", SCORED, {"score": score, "full": self.scheme.full}, parts)
        for component in self.scheme.concerned(unit_type):
            one.component(component.id)
        provenances = {name: reading.provenance for name, reading in unit.readings.items()}
        components = {name: (found[0], provenances.get(name)) for name, found in one.found.items()}
        return Composed(score, components, step, None if isinstance(score, Insufficient) else error_of(one.moves))

    def best(self, component: Component, scale: BestScale, group: str) -> tuple[Fraction, str]:
        """Return the best figure for a component, and whose it is."""
        among = None if scale.within == "all" else group
        known = self._best.get((component.id, among))
        if known is None:
            known = self._best[component.id, among] = self._best_among(component, among)
        return known

    def _best_among(self, component: Component, group: str | None) -> tuple[Fraction, str]:
        found = [
            (reading.value, unit.name)
            for unit in self.units
            if group in (None, unit.group)
            and (reading := unit.readings.get(component.id)) is not None
            and isinstance(reading.value, Fraction)
        ]
        return max(found, key=lambda pair: pair[0])


class _Unit:
    def __init__(self, composer: Composer, unit: UnitInput) -> None:
        self.composer = composer
        self.scheme = composer.scheme
        self.unit = unit
        self.found: dict[str, tuple[Result, Step]] = {}
        self.moves: Moves = EXACT

    def why(self, reason: Insufficient, component: Component | None = None) -> Step:
        """Return why there is no figure, with components and periods by their names."""
        known: dict[str, Words] = {one.id: one for one in self.scheme.components}
        if component is not None and isinstance(component.source, PeriodsSource):
            known = {one.id: one for one in component.source.periods}
        names = tuple(Words(zh=known[part].zh, en=known[part].en) if part in known else part for part in reason.parts)
        return Step("insufficient", reason.message, {**reason.figures, "parts": names})

    # --- components ------------------------------------------------------------------------------------------

    def component(self, name: str) -> tuple[Result, Step]:
        """Return a component and how it came about."""
        if name not in self.found:
            component = self.scheme.component(name)
            self.found[name] = self._composite(component) if component.of else self._read(component)
        return self.found[name]

    def _composite(self, component: Component) -> tuple[Result, Step]:
        names = self._in_order(component.of)
        terms = [self._term(name, Fraction(component.of[name])) for name in names]
        value = weighted_sum(terms)
        parts = tuple(self.component(name)[1] for name in names)
        if isinstance(value, Insufficient):
            return value, self._none(component, value, parts)
        figures = {"name": _words(component), "sum": _sum(terms), "value": value, "out_of": component.out_of}
        return value, Step("component", OF_PARTS, figures, parts, about=component.id)

    def _in_order(self, names: Container[str]) -> list[str]:
        """Return components in the scheme's order: a scheme read back from its canonical bytes has lost any other."""
        return [one.id for one in self.scheme.components if one.id in names]

    def _term(self, name: str, weight: Fraction) -> Term:
        return Term(name, weight, Fraction(self.scheme.component(name).out_of), self.component(name)[0])

    def _none(self, component: Component, reason: Insufficient, parts: tuple[Step, ...] = ()) -> Step:
        figures = {"name": _words(component), "reason": self.why(reason, component)}
        return Step("component", NO_FIGURE, figures, parts, about=component.id)

    def _read(self, component: Component) -> tuple[Result, Step]:
        reading = self.unit.readings.get(component.id)
        if reading is None or isinstance(reading.value, Insufficient):
            missing = Insufficient(MISSING) if reading is None else reading.value
            assert isinstance(missing, Insufficient)
            return missing, self._none(component, missing)
        value, message, figures = self._points(component, reading)
        if isinstance(value, Insufficient):
            return value, self._none(component, value)
        named = {"name": _words(component), "value": value, "out_of": component.out_of, **figures}
        step = Step("component", message, named, reading.notes, about=component.id)
        return value, sourced(step, reading.provenance)

    def _moves(self, name: str) -> Moves:
        """Return how chance moves a component."""
        component = self.scheme.component(name)
        if component.of:
            return self._moves_of(component.of)
        reading = self.unit.readings.get(name)
        if reading is None or isinstance(reading.value, Insufficient):
            return None
        source = component.source
        if reading.error is None:
            return None if isinstance(source, RoundSource) and source.figure == "index" else EXACT
        if reading.error and not isinstance(component.scale, PointsScale):
            return None
        return moved_by(source.round if isinstance(source, RoundSource) else name, reading.error)

    def _moves_of(self, weights: Mapping[str, Decimal]) -> Moves:
        return added(
            scaled(self._moves(name), Fraction(weights[name]) / Fraction(self.scheme.component(name).out_of))
            for name in self._in_order(weights)
            if weights[name]
        )

    def _points(self, component: Component, reading: Reading) -> tuple[Result, str, dict[str, object]]:
        """Return what a reading is worth, and the sentence that says so."""
        out_of = Fraction(component.out_of)
        match component.scale, reading.value:
            case BestScale() as scale, Fraction() as own:
                best, whose = self.composer.best(component, scale, self.unit.group)
                return against_best(own, best, out_of), OF_BEST, {"own": own, "best": best, "best_name": whose}
            case PlacesScale() as scale, tuple() as places:
                return by_places(places, scale.loss, out_of), OF_PLACES, {"places": places, "loss": scale.loss}
            case OptionsScale() as scale, Votes() as votes:
                return by_options(scale, votes), OF_VOTES, {"votes": _votes(votes)}
            case StepsScale() as scale, Votes() as votes:
                return _by_steps(scale, votes)
            case PointsScale(), Fraction() as value:
                return value, READ, {}
        assert isinstance(component.source, PeriodsSource)
        assert isinstance(reading.value, Mapping)
        periods = tuple(
            Step("component", PAIR, {"name": _words(one), "value": reading.value[one.id]})
            for one in component.source.periods
            if one.id in reading.value
        )
        return over_periods(component.source.periods, reading.value), OF_PERIODS, {"periods": periods}

    # --- the score -------------------------------------------------------------------------------------------

    def score(self, unit_type: UnitType) -> tuple[Result, tuple[Step, ...]]:
        """Return the score and the steps to it."""
        names = self._in_order(unit_type.weights)
        terms = [self._term(name, Fraction(unit_type.weights[name])) for name in names]
        value = weighted_sum(terms)
        parts = tuple(self.component(name)[1] for name in names)
        if isinstance(value, Insufficient):
            return value, parts
        steps = [Step("sum", SUM, {"sum": _sum(terms), "value": value}, parts)]
        self.moves = self._moves_of(unit_type.weights)
        for name in self._in_order(unit_type.multipliers):
            rule = unit_type.multipliers[name]
            figure, step = self.component(name)
            if isinstance(figure, Insufficient):
                return Insufficient(MISSING_FACTOR, parts=(name,)), (*steps, step)
            by = factor(rule, figure)
            value *= by
            # A factor that was sampled itself moves the whole in ways that no sum of squares tells.
            self.moves = scaled(self.moves, by) if self._moves(name) == EXACT else None
            limits = {"par": rule.par, "least": rule.least, "most": rule.most}
            named = {"factor": by, "name": _words(self.scheme.component(name)), "value": figure, **limits}
            steps.append(Step("multiplier", TIMES, named, (step,)))
        return self._adjusted(value, steps)

    def _adjusted(self, value: Fraction, steps: list[Step]) -> tuple[Result, tuple[Step, ...]]:
        adjustments = self.scheme.adjustments
        totals: list[RuleTotal] = []
        parts: list[Step] = []
        for rule in adjustments.rules:
            if not rule.holds_for(self.unit.unit_type):
                continue
            points, said = self._graduated(rule) if rule.graduated else self._entered(rule)
            if isinstance(points, Insufficient):
                return points, (*steps, *said)
            totals.append(rule_total(rule, points))
            figures = {"rule": _words(rule), "points": totals[-1].written, "counted": totals[-1].counted}
            if said:
                parts.append(Step("adjustment", RULE, figures, said))
        change = together(totals, adjustments.most_plus, adjustments.most_minus)
        if parts:
            sums = {"plus": change.plus, "minus": change.minus}
            counted = {"counted_plus": change.counted_plus, "counted_minus": change.counted_minus}
            steps.append(Step("adjustment", ADJUSTED, {**sums, **counted}, tuple(parts)))
        whole = value + change.change
        least, most = self.scheme.clip.least, self.scheme.most
        score = clipped(whole, least, most)
        if score != whole:
            steps.append(Step("clip", CLIPPED, {"value": whole, "least": least, "most": most, "score": score}))
        return score, tuple(steps)

    def _entered(self, rule: AdjustmentRule) -> tuple[list[Fraction], tuple[Step, ...]]:
        entries = [entry for entry in self.unit.entries if entry.rule == rule.id]
        points = [_worth(rule, entry) for entry in entries]
        sign = "+" if rule.sign == "plus" else "-"
        said = tuple(
            Step(
                "adjustment",
                ENTERED,
                {
                    "rule": _words(rule),
                    "sign": sign,
                    "points": one,
                    "source": entry.provenance.source,
                    "by": entry.provenance.confirmed_by,
                    "on": entry.provenance.confirmed_on,
                },
            )
            for one, entry in zip(points, entries, strict=True)
        )
        return points, said

    def _graduated(self, rule: AdjustmentRule) -> tuple[list[Fraction] | Insufficient, tuple[Step, ...]]:
        assert rule.graduated is not None
        name = rule.graduated.component
        value, step = self.component(name)
        if isinstance(value, Insufficient):
            return Insufficient(MISSING_ADJUSTMENT, parts=(name,)), (step,)
        points = shortfall(rule.graduated, value)
        if self._moves(name) != EXACT:
            self.moves = None
        figures = {"rule": _words(rule), "component": _words(self.scheme.component(name)), "value": value}
        return [points], (Step("adjustment", SHORT_BY, {**figures, "points": points}, (step,)),)


def _by_steps(scale: StepsScale, votes: Votes) -> tuple[Result, str, dict[str, object]]:
    found = by_steps(scale, votes)
    if isinstance(found, Insufficient):
        return found, OF_NO_STEP, {}
    if found.held is None:
        return found.points, OF_NO_STEP, {"votes": _votes(votes), "base": found.base}
    options, share = tuple(found.held.options), str(found.held.share)
    return found.points, OF_STEP, {"votes": found.votes, "base": found.base, "options": options, "share": share}


def _worth(rule: AdjustmentRule, entry: Entry) -> Fraction:
    if rule.levels:
        return Fraction(rule.levels[entry.level])
    assert entry.points is not None
    return entry.points


def _votes(votes: Votes) -> tuple[Step, ...]:
    return tuple(Step("votes", PAIR, {"name": name, "value": n}) for name, n in votes.counts.items())


def _sum(terms: Sequence[Term]) -> tuple[Step, ...]:
    return tuple(
        Step("term", TERM, {"weight": term.weight, "value": term.value, "out_of": term.out_of}) for term in terms
    )


def _words(named: Words) -> Words:
    return Words(zh=named.zh, en=named.en)
