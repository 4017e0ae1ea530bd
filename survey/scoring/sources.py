"""From counted rounds to what a scheme reads of them: an index, a ballot's total, votes, a test's level. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from survey.core.errors import N_, Refused
from survey.counting.figures import Count
from survey.rounds.definition import FrozenRound
from survey.scoring.ballot_results import BallotResults, SubjectResult
from survey.scoring.ballots import score_ballots, votes_short
from survey.scoring.component import score_round
from survey.scoring.inputs import Reading, Value
from survey.scoring.results import Components, UnitResult
from survey.scoring.rules.composition import Votes
from survey.scoring.rules.explanation import Provenance, Step
from survey.scoring.rules.gates import LevelFound
from survey.scoring.rules.index import TOO_FEW
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.posneg import Proposal
from survey.scoring.rules.sheet import PRESENT_UNKNOWN
from survey.scoring.scheme import Scheme
from survey.scoring.scheme_grading import LevelKind
from survey.scoring.scheme_parts import Component, OptionsScale, RoundSource, StepsScale
from survey.scoring.sheets import Present, Sheets, count_sheets
from survey.turnout.rules import Disposition

BALLOTS = ("ballot", "posneg")
FIGURES = {"index": ("opinion", "rating"), "ballot": BALLOTS, "test_level": ("posneg",)}
SHORT_HASH = 16

NOT_COUNTED = N_("no count of the round %(round)s is here yet")
NOT_ASSESSED = N_("the round %(round)s does not assess this subject")
NO_RESULT = N_("the round %(round)s gives none: %(reason)s")
VOID = N_("the vote of the round %(round)s does not count: %(reason)s")
UNSURE = N_("whether the vote counts cannot be told: %(reason)s")
NOT_ASKED = N_("the item %(item)s of the round %(round)s is not asked about this subject")
LEFT_OUT = N_("class %(classes)s left out where it is short of ballots, approved by %(by)s because: %(reason)s")

Together = Mapping[str, "CountedRound"]


@dataclass(frozen=True)
class CountedRound:
    """A round with its count, as counted at one place.

    Attributes:
        present: how many came, by group and class; of ballots only.
        signatures: the trustees'.
    """

    frozen: FrozenRound
    count: Count
    turnout: tuple[Disposition, ...] = ()
    present: Present = field(default_factory=dict)
    signatures: tuple[Mapping[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The round's id; counts of one id belong together, wherever they were made."""
        return self.frozen.definition.id

    @property
    def kind(self) -> str:
        """The round's kind."""
        return self.frozen.definition.kind

    @cached_property
    def opinions(self) -> Components:
        """What an opinion survey or a rating gives."""
        return score_round(self.frozen, self.count)

    @cached_property
    def units(self) -> Mapping[str, UnitResult]:
        """The same by the subjects' codes."""
        return {unit.code: unit for unit in self.opinions.units}

    @cached_property
    def _ballots(self) -> dict[AbstractSet[str], BallotResults]:
        return {}

    def ballots(self, left_out: AbstractSet[str] = frozenset()) -> BallotResults:
        """Return what a ballot or test gives, without some classes where they are short."""
        known = self._ballots.get(left_out)
        if known is None:
            known = self._ballots[left_out] = score_ballots(self.frozen, self.count, renormalise=left_out)
        return known

    @cached_property
    def _by_code(self) -> dict[AbstractSet[str], dict[str, SubjectResult]]:
        return {}

    def subject(self, code: str, left_out: AbstractSet[str] = frozenset()) -> SubjectResult | None:
        """Return what a ballot or test gives for a subject; none when nobody rates it."""
        known = self._by_code.get(left_out)
        if known is None:
            known = self._by_code[left_out] = {one.code: one for one in self.ballots(left_out).subjects}
        return known.get(code)

    @cached_property
    def expected(self) -> Mapping[str, int]:
        """How many voters were planned, by subject."""
        found: Counter[str] = Counter()
        for voter in self.frozen.voters:
            found.update(dict.fromkeys(voter.subjects, voter.planned))
        return found

    @cached_property
    def sheets(self) -> Sheets | None:
        """The count sheets of a ballot; none where its turnout is not known."""
        if not self.turnout:
            return None
        return count_sheets(self.frozen, self.count, self.turnout, self.present)

    @cached_property
    def trouble(self) -> Insufficient | None:
        """Why its vote is void, or cannot be told to count; none when it counts."""
        if self.kind not in BALLOTS or self.sheets is None:
            return None
        fault = self.sheets.verdict.stuffed or self.sheets.verdict.quorum
        return None if fault is None else Insufficient(fault.message, fault.figures)

    @property
    def void(self) -> bool:
        """Whether too few came, or more ballots came back than were issued: the vote has to be repeated."""
        return self.trouble is not None and self.trouble.message != PRESENT_UNKNOWN


@dataclass(frozen=True)
class Approval:
    """That some classes of ballots may be left out where they are short, and why."""

    classes: frozenset[str]
    reason: str
    by: str


def check_sources(scheme: Scheme, rounds: Together) -> None:
    """Refuse a scheme that asks a round for what it cannot give.

    Raises:
        Refused: naming both.
    """
    read: list[Component | LevelKind] = [*scheme.components, *scheme.levels]
    for one in read:
        source = one.source
        if not isinstance(source, RoundSource) or source.round not in rounds:
            continue
        if isinstance(one, Component) and source.figure == "votes":
            _check_votes(one, source, rounds[source.round])
        kind = rounds[source.round].kind
        if kind not in FIGURES.get(source.figure, (kind,)):
            raise Refused(
                N_("%(name)s reads the figure %(figure)s, which the round %(round)s, of kind %(kind)s, does not give"),
                name=one.id,
                figure=source.figure,
                round=source.round,
                kind=kind,
            )


def _check_votes(component: Component, source: RoundSource, round_: CountedRound) -> None:
    items = {one.id: one for one in round_.frozen.questionnaire.items if one.options and not one.multiple_values}
    names = {"name": component.id, "round": source.round}
    if source.item not in items:
        raise Refused(
            N_(
                "%(name)s reads the votes for %(item)s, which is no item with one choice of the round %(round)s; "
                "allowed: %(allowed)s"
            ),
            **names,
            item=source.item,
            allowed=", ".join(items) or "-",
        )
    options = [option.code for option in items[source.item].options]
    unknown = [one for one in _options(component) if one not in options]
    if unknown:
        raise Refused(
            N_(
                "%(name)s counts votes for %(option)s, which the item %(item)s of the round %(round)s does not offer; "
                "allowed: %(allowed)s"
            ),
            **names,
            item=source.item,
            option=unknown[0],
            allowed=", ".join(options),
        )


def _options(component: Component) -> list[str]:
    match component.scale:
        case OptionsScale(points=points):
            return list(points)
        case StepsScale(steps=steps):
            return [option for step in steps for option in step.options]
    return []


def readings_of(
    scheme: Scheme, code: str, rounds: Together, approvals: Mapping[tuple[str, str], Approval]
) -> dict[str, Reading]:
    """Return what the rounds give for a subject, by component.

    Args:
        scheme: the scheme.
        code: the subject's.
        rounds: the counted rounds by their ids.
        approvals: by subject and component.
    """
    return {
        one.id: _reading(one.source, code, rounds, approvals.get((code, one.id)))
        for one in scheme.components
        if isinstance(one.source, RoundSource)
    }


def levels_of(scheme: Scheme, code: str, rounds: Together) -> dict[str, LevelFound]:
    """Return what the tests propose for a subject, by level; nothing where they propose nothing."""
    found = {one.id: _level(one, code, rounds) for one in scheme.levels}
    return {name: level for name, level in found.items() if level is not None}


def _reading(source: RoundSource, code: str, rounds: Together, approval: Approval | None) -> Reading:
    round_ = rounds.get(source.round)
    if round_ is None:
        return Reading(Insufficient(NOT_COUNTED, {"round": source.round}))
    provenance = _provenance(round_)
    if round_.void:
        return Reading(Insufficient(VOID, {"round": source.round, "reason": round_.trouble}), provenance)
    if round_.kind not in BALLOTS:
        unit = round_.units.get(code) if source.figure == "index" else None
        value = _named(_of_opinion(round_, code, source), source)
        return Reading(value, provenance, error=unit.entering_error if unit else None)
    value, left_out = _of_ballot(round_, code, source, approval.classes if approval else frozenset())
    return Reading(_named(value, source), provenance, (*_doubts(round_), *_notes(approval, left_out)))


def _provenance(round_: CountedRound) -> Provenance:
    return Provenance(round_.name, count=round_.count.figures_hash[:SHORT_HASH])


def _named(value: Value, source: RoundSource) -> Value:
    """Return a reason together with the round that gives it."""
    if isinstance(value, Insufficient) and value.message not in (NOT_ASKED, NOT_ASSESSED):
        return Insufficient(NO_RESULT, {"round": source.round, "reason": value})
    return value


def _of_ballot(
    round_: CountedRound, code: str, source: RoundSource, approved: AbstractSet[str]
) -> tuple[Value, Sequence[str]]:
    """Return what a ballot gives for a subject, and the classes that were left out of it."""
    subject = round_.subject(code, approved)
    if subject is None:
        return Insufficient(NOT_ASSESSED, {"round": source.round}), ()
    if source.figure == "ballot":
        total = subject.total
        return (total, ()) if isinstance(total, Insufficient) else (total.value, total.left_out)
    votes = subject.item(source.item or "")
    if votes is None:
        return Insufficient(NOT_ASKED, {"round": source.round, "item": source.item}), ()
    short = votes_short(subject, votes, approved)
    if short is not None:
        return short, ()
    without = votes_short(subject, votes, frozenset())
    together = votes.together
    return (
        Votes(together.counts, together.ballots, round_.expected[code]),
        () if without is None else without.parts,
    )


def _of_opinion(round_: CountedRound, code: str, source: RoundSource) -> Value:
    unit = round_.units.get(code)
    if unit is None:
        return Insufficient(NOT_ASSESSED, {"round": source.round})
    if source.figure == "index":
        return unit.entering
    item = next((one for one in unit.items if one.item == source.item), None)
    if item is None:
        return Insufficient(NOT_ASKED, {"round": source.round, "item": source.item})
    minimum = round_.frozen.definition.rules.minimum
    if item.answered < minimum:
        return Insufficient(TOO_FEW, {"n": item.answered, "minimum": minimum})
    return Votes(item.counts, item.answered + item.blank, round_.expected[code])


def _doubts(round_: CountedRound) -> tuple[Step, ...]:
    return () if round_.trouble is None else (Step("doubt", UNSURE, {"reason": round_.trouble}),)


def _notes(approval: Approval | None, left_out: Sequence[str]) -> tuple[Step, ...]:
    if approval is None or not left_out:
        return ()
    figures = {"classes": tuple(left_out), "by": approval.by, "reason": approval.reason}
    return (Step("approval", LEFT_OUT, figures),)


def _level(level: LevelKind, code: str, rounds: Together) -> LevelFound | None:
    source = level.source
    if not isinstance(source, RoundSource) or source.round not in rounds:
        return None
    round_ = rounds[source.round]
    found = None if round_.void else round_.subject(code)
    if found is None or not isinstance(found.test, Proposal):
        return None
    name = found.test.level.name
    value = name.zh if name.zh in level.values else name.en
    return LevelFound(value, _provenance(round_))
