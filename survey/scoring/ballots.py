"""Democratic ballots (民主测评) and tests (正反向测评): from the count of a round to totals, votes and proposals."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from fractions import Fraction

from survey.core.errors import N_
from survey.counting.figures import BLANK, SPREAD_UNIT, Count
from survey.questionnaires.kinds.number import NumberItem
from survey.questionnaires.kinds.statement import ABSENT, EXISTS, StatementItem
from survey.questionnaires.schema import Item
from survey.questionnaires.selectors import closest
from survey.rounds.definition import FrozenRound
from survey.rounds.grading import feeding
from survey.rounds.rules import BallotClass
from survey.scoring.ballot_results import TOGETHER, BallotResults, ItemVotes, SubjectResult, Votes
from survey.scoring.policy import denominators
from survey.scoring.rules.classes import ClassMean, Total, class_total, shortage
from survey.scoring.rules.denominators import Denominators
from survey.scoring.rules.index import TOO_FEW, Mean, item_index
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.posneg import Proposal, propose, statement_share
from survey.scoring.rules.ranking import ranks
from survey.scoring.rules.shares import share_of
from survey.scoring.rules.steps import StepResult, evaluate
from survey.scoring.rules.trimming import trimmed_mean
from survey.subjects.roster import Subject

NO_POINTS = N_("no item gives points")


def score_ballots(frozen: FrozenRound, count: Count, *, renormalise: AbstractSet[str] = frozenset()) -> BallotResults:
    """Score every subject that somebody rates.

    Args:
        frozen: what the round's opening froze.
        count: the round's count.
        renormalise: classes that staff approved to leave out where they are short of ballots.
    """
    urn = _Urn(frozen, count)
    rated = {code for voter in frozen.voters for code in voter.subjects}
    subjects = [subject for subject in frozen.subjects if subject.code in rated]
    found = {subject.code: _score(frozen, urn, subject, renormalise) for subject in subjects}
    return BallotResults(frozen, count, _ranked(subjects, found), _items(frozen, urn, ""))


class _Urn:
    """The count's figures by subject and by the class that ballots count as for it."""

    def __init__(self, frozen: FrozenRound, count: Count) -> None:
        voters = {(voter.group, voter.ballot_class): voter for voter in frozen.voters}
        self.counts: defaultdict[tuple[str, str], dict[str, Counter[str]]] = defaultdict(dict)
        self.ballots: Counter[tuple[str, str, str]] = Counter()
        self.scores: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self.planned: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.expected: Counter[str] = Counter()
        for voter in frozen.voters:
            for subject in voter.subjects:
                self.planned[subject][voter.class_of(subject)] = None
                self.expected[subject] += voter.planned
        for pile in count.piles:
            code = voters[pile.group, pile.ballot_class].class_of(pile.subject)
            self.counts[pile.subject, pile.item].setdefault(code, Counter()).update(pile.counts)
            sheet = frozen.questionnaire.item(pile.item).sheet
            self.ballots[pile.subject, pile.item, code] += count.valid(pile.group, pile.ballot_class, sheet)
        for spread in count.spreads:
            code = voters[spread.group, spread.ballot_class].class_of(spread.subject)
            scores = self.scores[spread.subject, code]
            scores[0] += spread.n
            scores[1] += spread.total
        self.ends = {(ends.subject, ends.ballot_class): ends.dropped for ends in count.ends}


def _score(frozen: FrozenRound, urn: _Urn, subject: Subject, renormalise: AbstractSet[str]) -> SubjectResult:
    items = _items(frozen, urn, subject.code)
    classes = _classes(frozen, urn, subject)
    asked = [frozen.questionnaire.item(item.item) for item in items]
    scored = feeding(asked, frozen.definition.rules.grade_by)
    total = _total(classes, renormalise) if scored else Insufficient(NO_POINTS)
    return SubjectResult(
        code=subject.code,
        items=items,
        classes=classes,
        total=total,
        levels=_levels(frozen, urn, subject, items, renormalise),
        test=_test(frozen, items, classes, renormalise),
    )


# --- votes -------------------------------------------------------------------------------------------------------


def _items(frozen: FrozenRound, urn: _Urn, subject: str) -> tuple[ItemVotes, ...]:
    return tuple(
        _item_votes(item, urn, subject) for item in frozen.questionnaire.items if (subject, item.id) in urn.counts
    )


def _item_votes(item: Item, urn: _Urn, subject: str) -> ItemVotes:
    by_class = urn.counts[subject, item.id]
    ballots = {code: urn.ballots[subject, item.id, code] for code in by_class}
    together: Counter[str] = Counter()
    for counts in by_class.values():
        together.update(counts)
    return ItemVotes(
        item=item.id,
        overall=item.overall,
        denominators=denominators(item.options),
        classes=tuple(_votes(item, code, counts, ballots[code]) for code, counts in by_class.items()),
        together=_votes(item, TOGETHER, together, sum(ballots.values())),
    )


def _votes(item: Item, code: str, counts: Counter[str], ballots: int) -> Votes:
    rules = _denominators(item, counts)
    one_option = not item.multiple_values
    names = [option.code for option in item.options] or [name for name in counts if name != BLANK]
    return Votes(
        ballot_class=code,
        ballots=ballots,
        counts={name: counts[name] for name in names},
        blank=counts[BLANK],
        shares={name: share_of(counts, (name,), rules.counted) for name in rules.counted} if one_option else {},
        mean=item_index(counts, rules.points) if one_option and rules.points else None,
    )


def _denominators(item: Item, counts: Iterable[str]) -> Denominators:
    """Read off how the answers to an item count; a number that is scored is worth itself."""
    if isinstance(item, NumberItem) and item.scored:
        return Denominators({name: Fraction(name) for name in counts if name != BLANK}, (), ())
    return denominators(item.options)


# --- totals ------------------------------------------------------------------------------------------------------


def _classes(frozen: FrozenRound, urn: _Urn, subject: Subject) -> tuple[ClassMean, ...]:
    rules = frozen.definition.rules
    means = {code: _class_mean(urn, subject.code, code, rules.trim_above) for code in urn.planned[subject.code]}
    if rules.classes:
        return tuple(
            _weighed([means[one.code]], one.code, class_weight(one, subject), one.minimum)
            for one in rules.classes
            if one.code in means
        )
    return (_weighed(list(means.values()), TOGETHER, Fraction(1), rules.minimum),)


def _class_mean(urn: _Urn, subject: str, code: str, trim_above: int | None) -> tuple[int, Mean | Insufficient]:
    """Return how many ballots of a class score a subject, and their mean."""
    n, total = urn.scores[subject, code]
    ends = urn.ends.get((subject, code))
    dropped = None if ends is None else Fraction(ends, SPREAD_UNIT)
    return n, trimmed_mean(n, Fraction(total, SPREAD_UNIT), dropped, trim_above)


def _weighed(parts: Sequence[tuple[int, Mean | Insufficient]], code: str, weight: Fraction, minimum: int) -> ClassMean:
    """Join what counts as one class, ballot by ballot."""
    means = [mean for _, mean in parts if isinstance(mean, Mean)]
    kept = sum(mean.n for mean in means)
    value = sum((mean.total for mean in means), Fraction(0)) / kept if kept else None
    return ClassMean(code, weight, minimum, sum(n for n, _ in parts), value)


def class_weight(rule: BallotClass, subject: Subject) -> Fraction:
    """Return what a class weighs for a subject: by its type, else its rank, else its kind, else as usual."""
    selector = closest(rule.weights, subject)
    return Fraction(rule.weight if selector is None else rule.weights[selector])


def _total(classes: Sequence[ClassMean], renormalise: AbstractSet[str]) -> Total | Insufficient:
    return _without_classes(classes) or class_total(classes, renormalise)


def _without_classes(classes: Sequence[ClassMean]) -> Insufficient | None:
    """Return why the ballots of a round that names no classes are too few; none when they are enough."""
    only = classes[0] if classes and classes[0].code == TOGETHER else None
    if only is None or not only.short:
        return None
    return Insufficient(TOO_FEW, {"n": only.n, "minimum": only.minimum})


def _ranked(subjects: Sequence[Subject], found: dict[str, SubjectResult]) -> tuple[SubjectResult, ...]:
    groups: defaultdict[tuple[str, str, str], dict[str, Fraction]] = defaultdict(dict)
    for subject in subjects:
        value = found[subject.code].exact
        if value is not None:
            groups[subject.group, subject.kind, subject.rank][subject.code] = value
    places = {code: place for values in groups.values() for code, place in ranks(values).items()}
    return tuple(replace(found[subject.code], rank=places.get(subject.code)) for subject in subjects)


# --- proposals ---------------------------------------------------------------------------------------------------


def _levels(
    frozen: FrozenRound, urn: _Urn, subject: Subject, items: Sequence[ItemVotes], renormalise: AbstractSet[str]
) -> StepResult | Insufficient | None:
    """Return what the shares of votes propose, provided that every class voted; the classes do not weigh here."""
    table = frozen.definition.rules.levels
    votes = next((item for item in items if table is not None and item.item == table.item), None)
    if table is None or votes is None:
        return None
    voting = [_voting(one, votes) for one in _classes(frozen, urn, subject)]
    short = _without_classes(voting) or shortage(voting, renormalise)
    if short is not None:
        return short
    counted = sum(votes.together.counts[option] for option in votes.denominators.counted)
    return evaluate(table, votes.together.counts, counted, urn.expected[subject.code])


def votes_short(subject: SubjectResult, votes: ItemVotes, renormalise: AbstractSet[str]) -> Insufficient | None:
    """Return which classes have too few votes on an item about a subject; none when none has."""
    voting = [_voting(one, votes) for one in subject.classes]
    return _without_classes(voting) or shortage(voting, renormalise)


def _voting(one: ClassMean, votes: ItemVotes) -> ClassMean:
    """Return a class with its counted votes on an item in place of its scored ballots."""
    cast = next((own for own in votes.classes if own.ballot_class == one.code), votes.together)
    return replace(one, n=sum(cast.counts[option] for option in votes.denominators.counted), mean=Fraction(0))


def _test(
    frozen: FrozenRound, items: Sequence[ItemVotes], classes: Sequence[ClassMean], renormalise: AbstractSet[str]
) -> Proposal | Insufficient | None:
    rule = frozen.definition.rules.test_levels
    if rule is None or frozen.definition.kind != "posneg":
        return None
    statements = [
        statement_share(votes.item, votes.together.counts, EXISTS.code, ABSENT.code)
        for votes in items
        if _is_negative(frozen.questionnaire.item(votes.item))
    ]
    # Where classes have no names, the test's own minimum is the only one.
    own = [replace(one, minimum=1) if one.code == TOGETHER else one for one in classes]
    total = _total(own, renormalise)
    mean = total if isinstance(total, Insufficient) else total.value
    return propose(rule, mean, sum(one.n for one in classes), statements)


def _is_negative(item: Item) -> bool:
    return isinstance(item, StatementItem) and item.polarity == "negative"
