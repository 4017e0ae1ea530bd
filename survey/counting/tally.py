"""Opened ballots as bytes in, figures out. Pure, exact, and the same in any order of the ballots."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from survey.counting.figures import SPREAD_UNIT, Pile, Spread, Text
from survey.questionnaires.form import Form, Question
from survey.questionnaires.words import Bytes, Numbers

_WEIGHT_UNIT = 10_000


@dataclass
class GroupTally:
    """What the ballots of one group and class add up to so far."""

    ballots: int = 0
    piles: dict[str, dict[str, int]] = field(default_factory=dict)
    spreads: dict[str, list[int]] = field(default_factory=dict)
    texts: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, other: "GroupTally") -> None:
        """Add another part of the same group."""
        self.ballots += other.ballots
        for name, counts in other.piles.items():
            pile = self.piles.setdefault(name, dict.fromkeys(counts, 0))
            for option, n in counts.items():
                pile[option] = pile.get(option, 0) + n
        for subject, figures in other.spreads.items():
            mine = self.spreads.setdefault(subject, [0, 0, 0])
            for i, figure in enumerate(figures):
                mine[i] += figure
        self.texts += other.texts


def sane_rows(form: Form, ballots: Bytes) -> NDArray[np.bool_]:
    """Tell which ballots are answers to this form and nothing else.

    Args:
        form: the compiled questionnaire.
        ballots: one row a ballot, padded to the round's size.
    """
    sane = (ballots[:, form.size :] == 0).all(axis=1)
    for question in form.questions:
        sane &= question.item.sane(ballots[:, question.place])
    return np.asarray(sane, dtype=np.bool_)


def tally_ballots(form: Form, ballots: Bytes) -> GroupTally:
    """Put every answer on its own pile.

    Args:
        form: the compiled questionnaire.
        ballots: sane rows only.
    """
    result = GroupTally(ballots=len(ballots))
    for question in form.questions:
        column = ballots[:, question.place]
        result.piles[question.name] = question.item.tally(column)
        if question.item.kind == "text":
            result.texts += _texts(question, column)
    for subject in ["", *(subject.code for subject in form.subjects)]:
        spread = _spread(subject, form.questions, ballots)
        if spread is not None:
            result.spreads[subject] = spread
    return result


def _texts(question: Question, column: Bytes) -> Iterable[tuple[str, str, str]]:
    for row in column[column.any(axis=1)]:
        text = question.item.decode(row.tobytes())
        yield _subject_of(question), question.item.id, str(text)


def _subject_of(question: Question) -> str:
    return question.subject.code if question.subject else ""


def _spread(subject: str, questions: Sequence[Question], ballots: Bytes) -> list[int] | None:
    """Return n, sum and sum of squares of the ballots' own indices, in whole 1/10000 points."""
    scored = [q for q in questions if _subject_of(q) == subject and q.item.weight and _points(q).size]
    if not scored:
        return None
    total = np.zeros(len(ballots), dtype=np.int64)
    weight = np.zeros(len(ballots), dtype=np.int64)
    for question in scored:
        numbers = ballots[:, question.offset]
        in_index = _in_index(question)[numbers]
        own = int(question.item.weight * _WEIGHT_UNIT)
        total += np.where(in_index, _points(question)[numbers] * own, 0)
        weight += np.where(in_index, own, 0)
    total, weight = total[weight > 0], weight[weight > 0]
    index: Numbers = (2 * total + weight) // (2 * weight)
    return [len(index), int(index.sum()), int((index * index).sum())]


def _points(question: Question) -> Numbers:
    """Return each option's points in 1/10000, by its number; empty when no option is scored."""
    options = question.item.options
    if question.item.multiple_values or not any(option.in_index for option in options):
        return np.zeros(0, dtype=np.int64)
    points = [0, *(int((option.points or Decimal(0)) * SPREAD_UNIT) for option in options)]
    return np.array(points, dtype=np.int64)


def _in_index(question: Question) -> NDArray[np.bool_]:
    return np.array([False, *(option.in_index for option in question.item.options)], dtype=np.bool_)


def piles_of(group: str, ballot_class: str, form: Form, tally: GroupTally) -> Iterable[Pile]:
    """Return a group's piles, in the form's order."""
    for question in form.questions:
        counts = tally.piles.get(question.name) or question.item.tally(np.zeros((0, question.item.width), np.uint8))
        yield Pile(group, ballot_class, _subject_of(question), question.item.id, counts)


def spreads_of(group: str, ballot_class: str, tally: GroupTally) -> Iterable[Spread]:
    """Return a group's spreads."""
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
