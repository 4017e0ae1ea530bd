"""Opened ballots as bytes in, figures out. Pure, exact, and the same in any order of the ballots."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from survey.core.errors import N_
from survey.counting.figures import SPREAD_UNIT, Pile, SheetCount, Spread, Text
from survey.questionnaires.form import Form, Question
from survey.questionnaires.kinds.number import NumberItem
from survey.questionnaires.words import Bytes, Numbers
from survey.rounds.consistency import agreeing_ranges
from survey.rounds.grading import feeding, gives_points
from survey.rounds.limits import all_equal_rows, breaching_rows
from survey.rounds.rules import Rules

_WEIGHT_UNIT = 10_000

LIMIT_BROKEN = N_("breaks a limit of the ballot")
ALL_EQUAL = N_("says the same of everybody")


@dataclass
class Tally:
    """What the ballots of one group and class on one sheet add up to so far; see ``SheetCount``.

    Attributes:
        spreads: n, sum and sum of squares of the ballots' own indices, by subject.
        ends: the lowest and the highest of them; only where the round drops both.
    """

    valid: int = 0
    void: dict[str, int] = field(default_factory=dict)
    all_equal: int = 0
    inconsistent: int = 0
    piles: dict[str, dict[str, int]] = field(default_factory=dict)
    spreads: dict[str, list[int]] = field(default_factory=dict)
    ends: dict[str, tuple[int, int]] = field(default_factory=dict)
    texts: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add another part of the same group, class and sheet."""
        self.valid += other.valid
        self.all_equal += other.all_equal
        self.inconsistent += other.inconsistent
        for reason, n in other.void.items():
            self.void[reason] = self.void.get(reason, 0) + n
        for name, counts in other.piles.items():
            pile = self.piles.setdefault(name, dict.fromkeys(counts, 0))
            for option, n in counts.items():
                pile[option] = pile.get(option, 0) + n
        for subject, figures in other.spreads.items():
            mine = self.spreads.setdefault(subject, [0, 0, 0])
            for i, figure in enumerate(figures):
                mine[i] += figure
        for subject, ends in other.ends.items():
            self.ends[subject] = outermost(self.ends.get(subject), ends)
        self.texts += other.texts


def outermost(one: tuple[int, int] | None, other: tuple[int, int]) -> tuple[int, int]:
    """Return the lower low and the higher high."""
    return other if one is None else (min(one[0], other[0]), max(one[1], other[1]))


def sane_rows(form: Form, ballots: Bytes) -> NDArray[np.bool_]:
    """Tell which ballots are answers to this form and nothing else.

    Args:
        form: the compiled sheet.
        ballots: one row a ballot, padded to the round's size.
    """
    sane = (ballots[:, form.size :] == 0).all(axis=1)
    for question in form.questions:
        sane &= question.item.sane(ballots[:, question.place])
    return np.asarray(sane, dtype=np.bool_)


def tally_ballots(form: Form, ballots: Bytes, rules: Rules) -> Tally:
    """Set void ballots aside and put every answer of the others on its own pile.

    Args:
        form: the compiled sheet.
        ballots: sane rows only.
        rules: of the round.
    """
    result = Tally()
    breaking = breaching_rows(rules.limits, form, ballots)
    equal = all_equal_rows(form, ballots)
    void = breaking
    _note(result.void, LIMIT_BROKEN, breaking)
    if rules.all_equal == "void":
        _note(result.void, ALL_EQUAL, equal & ~breaking)
        void = breaking | equal
    ballots = ballots[~void]
    result.valid = len(ballots)
    result.all_equal = int((equal & ~void).sum())
    for question in form.questions:
        column = ballots[:, question.place]
        result.piles[question.name] = question.item.tally(column)
        if question.item.kind == "text":
            result.texts += _texts(question, column)
    for subject in ["", *(subject.code for subject in form.subjects)]:
        _spread(result, subject, form, ballots, rules)
    return result


def _note(void: dict[str, int], reason: str, rows: NDArray[np.bool_]) -> None:
    if rows.any():
        void[reason] = int(rows.sum())


def _texts(question: Question, column: Bytes) -> Iterable[tuple[str, str, str]]:
    for row in column[column.any(axis=1)]:
        text = question.item.decode(row.tobytes())
        yield _subject_of(question), question.item.id, str(text)


def _subject_of(question: Question) -> str:
    return question.subject.code if question.subject else ""


def _spread(result: Tally, subject: str, form: Form, ballots: Bytes, rules: Rules) -> None:
    """Add up the ballots' own indices of a subject, in whole 1/10000 points."""
    own = [question for question in form.questions if _subject_of(question) == subject]
    by_items, overall = ([q for q in own if q.item.overall is wanted] for wanted in (False, True))
    score = {item.id for item in feeding([question.item for question in own], rules.grade_by)}
    index, _answered = _indices([question for question in own if question.item.id in score], ballots)
    if index is None:
        return
    result.spreads[subject] = [len(index), int(index.sum()), int((index * index).sum())]
    if rules.trim_above is not None and len(index):
        result.ends[subject] = (int(index.min()), int(index.max()))
    if overall:
        result.inconsistent += _inconsistent(overall[0], by_items, ballots)


def _indices(questions: Sequence[Question], ballots: Bytes) -> tuple[Numbers | None, NDArray[np.bool_]]:
    """Return the weighted mean of the scored answers of every ballot that has one, and which ballots these are."""
    scored = [question for question in questions if gives_points(question.item)]
    if not scored:
        return None, np.zeros(len(ballots), dtype=np.bool_)
    total = np.zeros(len(ballots), dtype=np.int64)
    weight = np.zeros(len(ballots), dtype=np.int64)
    for question in scored:
        in_index, points = _worth(question, ballots)
        own = int(question.item.weight * _WEIGHT_UNIT)
        total += np.where(in_index, points * own, 0)
        weight += np.where(in_index, own, 0)
    answered = np.asarray(weight > 0, dtype=np.bool_)
    total, weight = total[answered], weight[answered]
    return (2 * total + weight) // (2 * weight), answered


def _inconsistent(overall: Question, items: Sequence[Question], ballots: Bytes) -> int:
    """Count the overall grades that do not agree with the items of the same ballot."""
    index, answered = _indices(items, ballots)
    if index is None:
        return 0
    numbers = ballots[answered, overall.offset]
    points = [Fraction(option.points or 0) if option.in_index else None for option in overall.item.options]
    ranges = agreeing_ranges(points)
    wrong = np.zeros(len(index), dtype=np.bool_)
    for number, agreeing in enumerate(ranges, 1):
        given = numbers == number
        if agreeing.low is not None:
            wrong |= given & (index < ceil(agreeing.low * SPREAD_UNIT))
        if agreeing.high is not None:
            wrong |= given & (index > floor(agreeing.high * SPREAD_UNIT))
    return int(wrong.sum())


def _worth(question: Question, ballots: Bytes) -> tuple[NDArray[np.bool_], Numbers]:
    """Return which ballots have a scored answer to a question, and its points in 1/10000."""
    item = question.item
    if isinstance(item, NumberItem):
        steps = item.steps(ballots[:, question.place])
        return steps > 0, int(item.minimum * SPREAD_UNIT) + (steps - 1) * int(item.unit * SPREAD_UNIT)
    numbers = ballots[:, question.offset]
    points = [0, *(int((option.points or Decimal(0)) * SPREAD_UNIT) for option in item.options)]
    in_index = [False, *(option.in_index for option in item.options)]
    return np.array(in_index, dtype=np.bool_)[numbers], np.array(points, dtype=np.int64)[numbers]


def sheet_count(group: str, ballot_class: str, sheet: int, tally: Tally) -> SheetCount:
    """Return how many ballots there are, without their answers."""
    return SheetCount(group, ballot_class, sheet, tally.valid, tally.void, tally.all_equal, tally.inconsistent)


def piles_of(group: str, ballot_class: str, form: Form, tally: Tally) -> Iterable[Pile]:
    """Return the piles of a group's sheet, in the form's order."""
    for question in form.questions:
        counts = tally.piles.get(question.name) or question.item.tally(np.zeros((0, question.item.width), np.uint8))
        yield Pile(group, ballot_class, _subject_of(question), question.item.id, counts)


def spreads_of(group: str, ballot_class: str, tally: Tally) -> Iterable[Spread]:
    """Return the spreads of a group's sheet."""
    for subject, (n, total, squares) in sorted(tally.spreads.items()):
        yield Spread(group, ballot_class, subject, n, total, squares)


def shuffled_texts(texts: Iterable[tuple[str, str, str]], urn_root: str) -> tuple[Text, ...]:
    """Return the remarks by subject and item, in an order drawn from the urn as a whole.

    The same urn gives the same order on any machine; nothing else of a ballot tells it.
    """
    piles: dict[tuple[str, str], list[str]] = defaultdict(list)
    for subject, item, text in texts:
        piles[subject, item].append(text)
    return tuple(
        Text(subject, item, text)
        for (subject, item), pile in sorted(piles.items())
        for text in sorted(pile, key=lambda text: (hashlib.sha256(f"{urn_root}\0{text}".encode()).digest(), text))
    )
