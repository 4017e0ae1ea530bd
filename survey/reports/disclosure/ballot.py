"""The pattern of a democratic ballot or a test: votes by class and together, class means, weighted totals."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from survey.questionnaires.kinds.number import NumberItem
from survey.reports.disclosure.pattern import Joint, Line, Pattern, protect_count
from survey.reports.disclosure.rows import is_small, is_unanimous
from survey.reports.units import INDEX_PLACES
from survey.rounds.grading import feeding
from survey.scoring.ballot_results import TOGETHER, BallotResults, ItemVotes, SubjectResult, Votes
from survey.scoring.ballots import class_weight
from survey.scoring.rules.insufficient import Insufficient
from survey.subjects.roster import Subject

# What one more in the last decimal of a printed mean or total is worth.
_PRINTED = Fraction(1, 10**INDEX_PLACES)

Terms = dict[tuple[Hashable, str], Fraction | int]


@dataclass(frozen=True)
class ShownBallots:
    """What of a ballot's results may be shown; every table and file is a part of it."""

    _pattern: Pattern
    _alone: frozenset[tuple[str, str]]
    _withheld: frozenset[tuple[str, ...]]
    _figures: tuple[tuple[str, ...], ...]

    def votes(self, subject: str, item: str, ballot_class: str, option: str) -> bool:
        """Tell whether the votes for an option may be shown; for no class, those of all together."""
        key = self._key(subject, item, ballot_class)
        return key in self._pattern.lines and self._pattern.shows(key, option)

    def mean(self, subject: str, ballot_class: str) -> bool:
        """Tell whether a class's mean may be shown."""
        key = ("mean", subject, ballot_class)
        return self._pattern.shows_joint(key) and key not in self._withheld

    def total(self, subject: str) -> bool:
        """Tell whether a subject's weighted total, and so its place, may be shown."""
        return self._pattern.shows_joint(("total", subject)) and ("total", subject) not in self._withheld

    def everything(self, subject: str) -> bool:
        """Tell whether nothing of a subject is hidden, so that a total with all its digits says no more."""
        lines = (found for key, found in self._pattern.lines.items() if isinstance(key, tuple) and key[0] == subject)
        return not any(found.hidden for found in lines) and subject not in self._hidden_joints

    @cached_property
    def _hidden_joints(self) -> frozenset[str]:
        return frozenset(key[1] for key in self._figures if not self._pattern.shows_joint(key) or key in self._withheld)

    def _key(self, subject: str, item: str, ballot_class: str) -> tuple[str, str, str]:
        # With a single class its line is the sum as well.
        return (subject, item, TOGETHER if (subject, item) in self._alone else ballot_class)


def protect_ballots(results: BallotResults) -> ShownBallots:
    """Decide once for a count what every report of it may show."""
    lines: list[Line] = []
    alone = set()
    ballots: dict[Hashable, int] = {}
    totals: list[Joint] = []
    means: list[Joint] = []
    for code, items in [(one.code, one.items) for one in results.subjects] + [("", results.general)]:
        for item in items:
            if not _is_counted(item):
                continue
            if len(item.classes) == 1:
                alone.add((code, item.item))
            lines += _lines(code, item)
            for votes in item.classes:
                ballots[code, votes.ballot_class] = max(votes.ballots, ballots.get((code, votes.ballot_class), 0))
    for subject in results.subjects:
        totals += _total(results, subject)
        means += _means(results, subject)
    disclosure = results.frozen.definition.disclosure
    # Totals are what the ballot is for: where not everything can be shown, class means are given up first.
    pattern = protect_count(lines, [*totals, *means], disclosure=disclosure, ballots=ballots)
    withheld = (key for subject in results.subjects for key in _withheld(results, subject))
    figures = tuple(joint.key for joint in (*totals, *means) if isinstance(joint.key, tuple))
    return ShownBallots(pattern, frozenset(alone), frozenset(withheld), figures)


def _is_counted(item: ItemVotes) -> bool:
    return bool(item.denominators.counted)


def _lines(subject: str, item: ItemVotes) -> Iterator[Line]:
    if len(item.classes) == 1:
        yield _line(subject, item, item.together, TOGETHER, (), (subject, item.classes[0].ballot_class))
        return
    for votes in item.classes:
        yield _line(subject, item, votes, votes.ballot_class, (), (subject, votes.ballot_class))
    parts = tuple((subject, item.item, votes.ballot_class) for votes in item.classes)
    yield _line(subject, item, item.together, TOGETHER, parts, None)


def _line(
    subject: str, item: ItemVotes, votes: Votes, ballot_class: str, parts: tuple[Hashable, ...], group: Hashable
) -> Line:
    # "Don't know" and abstentions say nothing of the subject; they stay visible like the blanks.
    opinions = item.denominators.points or dict.fromkeys(item.denominators.counted)
    cells = {option: n for option, n in votes.counts.items() if option in opinions}
    return Line((subject, item.item, ballot_class), cells, (), _best(item), parts, group)


def _best(item: ItemVotes) -> frozenset[str]:
    points = item.denominators.points
    if not points:
        return frozenset(item.denominators.satisfied)
    return frozenset(option for option, worth in points.items() if worth == max(points.values()))


def _terms(results: BallotResults, subject: SubjectResult, ballot_class: str) -> Terms:
    """Return what each vote of a class adds to the sum of its ballots' scores."""
    terms: Terms = {}
    if _numbers(results, subject):
        return terms
    for item in _feeding(results, subject):
        if not _is_counted(item):
            continue
        weight = Fraction(results.frozen.questionnaire.item(item.item).weight)
        classes = [votes.ballot_class for votes in item.classes]
        line = TOGETHER if len(classes) == 1 else ballot_class
        if weight and ballot_class in (TOGETHER, *classes):
            for option, worth in item.denominators.points.items():
                terms[(subject.code, item.item, line), option] = weight * worth
    return terms


def _feeding(results: BallotResults, subject: SubjectResult) -> list[ItemVotes]:
    asked = [results.frozen.questionnaire.item(item.item) for item in subject.items]
    names = {item.id for item in feeding(asked, results.frozen.definition.rules.grade_by)}
    return [item for item in subject.items if item.item in names]


def _numbers(results: BallotResults, subject: SubjectResult) -> dict[str, ItemVotes]:
    """Return the numbers that feed a subject's score; no vote for a single number is ever printed."""
    asked = {item.item: results.frozen.questionnaire.item(item.item) for item in subject.items}
    return {
        item.item: item
        for item in _feeding(results, subject)
        for one in (asked[item.item],)
        if isinstance(one, NumberItem) and one.scored and one.weight
    }


def _withheld(results: BallotResults, subject: SubjectResult) -> Iterator[tuple[str, ...]]:
    """Give the means and the total that numbers must not show: of few ballots, all alike, or telling such a one."""
    numbers = _numbers(results, subject)
    if not numbers:
        return
    disclosure = results.frozen.definition.disclosure

    def alike(ballot_class: str) -> bool:
        found = []
        for name, item in numbers.items():
            asked = results.frozen.questionnaire.item(name)
            assert isinstance(asked, NumberItem)
            votes = next((one for one in item.classes if one.ballot_class == ballot_class), item.together)
            cells = {number: n for number, n in votes.counts.items() if n}
            best = {number for number in cells if Fraction(number) == asked.maximum}
            # A line of one option alone says nothing; here the other numbers were options, too.
            found.append(is_unanimous(cells | {"": 0}, disclosure.unanimity, best or {""}))
        return all(found)

    closed = {one.code for one in subject.classes if is_small(one.n, disclosure.min_class) or alike(one.code)}
    if not isinstance(subject.total, Insufficient):
        entered = [one for one in subject.classes if one.code in subject.total.entered]
        visible = sorted((one.n, one.code) for one in entered if one.code not in closed)
        if len(entered) - len(visible) == 1 and visible:
            closed.add(visible[0][1])
        if alike(TOGETHER) or [one.code in closed for one in entered] == [True]:
            yield "total", subject.code
    yield from (("mean", subject.code, code) for code in closed)


def _classes(subject: SubjectResult) -> list[str]:
    """Return the classes that a subject's mean was made of, also where the round does not name them."""
    named = [one.code for one in subject.classes if one.code != TOGETHER]
    return named or list(dict.fromkeys(votes.ballot_class for item in subject.items for votes in item.classes))


def _means(results: BallotResults, subject: SubjectResult) -> Iterator[Joint]:
    for one in subject.classes:
        if one.code == TOGETHER:
            # The mean of all is the total.
            continue
        terms = _terms(results, subject, one.code)
        step = _PRINTED * max(1, one.n) * _item_weights(results, subject)
        yield Joint(("mean", subject.code, one.code), terms, (subject.code, one.code), step)


def _total(results: BallotResults, subject: SubjectResult) -> Iterator[Joint]:
    if isinstance(subject.total, Insufficient):
        return
    terms: Terms = {}
    for ballot_class in _classes(subject):
        weight = _weight(results, subject, ballot_class)
        for cell, worth in _terms(results, subject, ballot_class).items():
            terms[cell] = terms.get(cell, 0) + weight * worth
    entered = [one for one in subject.classes if one.code in subject.total.entered]
    rules = results.frozen.definition.rules
    weights = sum(
        (Fraction(one.n) if rules.ballot_class(one.code) is None else one.weight for one in entered), Fraction(0)
    )
    yield Joint(("total", subject.code), terms, None, _PRINTED * weights * _item_weights(results, subject))


def _item_weights(results: BallotResults, subject: SubjectResult) -> Fraction:
    """Return what a ballot's score was divided by.

    A ballot that leaves items out is divided by less, which nobody reads off the counts: its score says less of
    them than is assumed here.
    """
    items = (item for item in _feeding(results, subject) if _is_counted(item))
    return sum((Fraction(results.frozen.questionnaire.item(item.item).weight) for item in items), Fraction(0))


def _weight(results: BallotResults, subject: SubjectResult, ballot_class: str) -> Fraction:
    rule = results.frozen.definition.rules.ballot_class(ballot_class)
    if rule is None:
        return Fraction(1)
    if isinstance(subject.total, Insufficient) or ballot_class not in subject.total.entered:
        return Fraction(0)
    of_class = next(one.n for one in subject.classes if one.code == ballot_class)
    return class_weight(rule, _roster(results)[subject.code]) / max(1, of_class)


def _roster(results: BallotResults) -> dict[str, Subject]:
    return {subject.code: subject for subject in results.frozen.subjects}
