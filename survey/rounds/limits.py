"""Whether a ballot keeps a round's limits (优秀名额), and whether it says the same of everybody (全部同分). Pure.

Every check stands here twice: for one ballot's answers, and for the bytes of many ballots at a count.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from survey.core.errors import N_, Problem
from survey.questionnaires.form import Answers, Form, Question
from survey.questionnaires.kinds.number import NumberItem
from survey.questionnaires.kinds.scale import ScaleItem
from survey.questionnaires.words import Answer, Bytes, Numbers
from survey.rounds.rules import Limit

TOO_MANY = N_("%(what)s: at most %(allowed)d of %(subjects)d; this ballot gives %(given)d")
TOO_FEW = N_("%(what)s: at least %(allowed)d of %(subjects)d; this ballot gives %(given)d")
FEWEST_SUBJECTS = 2  # of one subject alone, nothing can be the same as of another

Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Breach:
    """A limit that a ballot does not keep.

    Attributes:
        given: how often the ballot gives it.
        allowed: the most, or for ``least`` the fewest, that it may give.
        subjects: how many subjects the ballot asks about.
    """

    limit: Limit
    given: int
    allowed: int
    subjects: int

    def problem(self, form: Form, language: Literal["zh", "en"] = "zh") -> Problem:
        """Return the rule with its figures, at the first question it is about; the options' words in a language."""
        return Problem(
            _asked(self.limit, form)[0].name,
            TOO_FEW if self.limit.least is not None else TOO_MANY,
            {
                "what": self._what(form, language),
                "allowed": self.allowed,
                "subjects": self.subjects,
                "given": self.given,
            },
        )

    def _what(self, form: Form, language: str) -> str:
        item = form.questionnaire.item(self.limit.item)
        if self.limit.options:
            return " / ".join(one.words(language) for one in item.options if one.code in self.limit.options)
        bounds = ((">=", self.limit.at_least), ("<", self.limit.below))
        said = " & ".join(f"{sign} {bound:f}" for sign, bound in bounds if bound is not None)
        return f"{item.words(language)} {said}"


def breaches(limits: Sequence[Limit], form: Form, answers: Answers) -> tuple[Breach, ...]:
    """Return the limits that a ballot does not keep; a limit on what the form does not ask has no say.

    Args:
        limits: of the round.
        form: the whole form, or one sheet of it.
        answers: option numbers from 1, or decimal numbers.
    """
    found = []
    for limit in limits:
        asked = _asked(limit, form)
        if not asked:
            continue
        given = sum(
            1 for question in asked if question.name in answers and _counts(limit, question, answers[question.name])
        )
        if not _keeps(limit, len(asked), given):
            found.append(Breach(limit, given, _bound(limit, len(asked)), len(asked)))
    return tuple(found)


def breaching_rows(limits: Sequence[Limit], form: Form, ballots: Bytes) -> Rows:
    """Tell which ballots break at least one limit: ``breaches`` for many ballots at once.

    Args:
        limits: of the round.
        form: the form, or one sheet of it.
        ballots: sane rows, one a ballot, padded or not.

    Returns:
        One truth a row.
    """
    breaking = np.zeros(len(ballots), dtype=np.bool_)
    for limit in limits:
        asked = _asked(limit, form)
        if not asked:
            continue
        given = np.zeros(len(ballots), dtype=np.int64)
        for question in asked:
            given += _counting_rows(limit, question, ballots[:, question.place])
        bound = _bound(limit, len(asked))
        breaking |= given < bound if limit.least is not None else given > bound
    return breaking


def all_equal(form: Form, answers: Answers) -> bool:
    """Tell whether a ballot gives everybody the same mark on every scale and number item asked per subject.

    Marks are compared within one scale (or one range of numbers), and at least two subjects must have one.
    A blank says nothing. Who answers 不了解 gives no mark: a ballot with one is not "all equal", for it does
    tell subjects apart, and a ballot of nothing else is honest, not thoughtless; its answers are a finding.
    """
    groups: defaultdict[Hashable, list[tuple[Question, Answer]]] = defaultdict(list)
    for key, question in _comparable(form):
        if question.name in answers:
            groups[key].append((question, answers[question.name]))
    return (
        all(len({answer for _, answer in given}) == 1 for given in groups.values())
        and all(_is_mark(question, answer) for given in groups.values() for question, answer in given)
        and any(len({_subject(question) for question, _ in given}) >= FEWEST_SUBJECTS for given in groups.values())
    )


def all_equal_rows(form: Form, ballots: Bytes) -> Rows:
    """Tell which ballots are ``all_equal``, of many at once.

    Args:
        form: the form, or one sheet of it.
        ballots: sane rows, one a ballot, padded or not.

    Returns:
        One truth a row.
    """
    groups: defaultdict[Hashable, list[Question]] = defaultdict(list)
    for key, question in _comparable(form):
        groups[key].append(question)
    equal = np.ones(len(ballots), dtype=np.bool_)
    enough = np.zeros(len(ballots), dtype=np.bool_)
    for questions in groups.values():
        # Blanks become the row's greatest number, so that they never differ.
        columns = np.stack([_numbers(question, ballots) for question in questions], axis=1)
        greatest = columns.max(axis=1)
        least = np.where(columns == 0, greatest[:, None], columns).min(axis=1)
        equal &= least == greatest
        unmarked = [
            i for i, option in enumerate(questions[0].item.options, 1) if not (option.scored and option.counted)
        ]
        equal &= ~np.isin(greatest, np.array(unmarked, dtype=np.int64))
        subjects = np.zeros(len(ballots), dtype=np.int64)
        for code in dict.fromkeys(map(_subject, questions)):
            own = [i for i, question in enumerate(questions) if _subject(question) == code]
            subjects += (columns[:, own] != 0).any(axis=1)
        enough |= subjects >= FEWEST_SUBJECTS
    return np.asarray(equal & enough, dtype=np.bool_)


def _asked(limit: Limit, form: Form) -> list[Question]:
    return [question for question in form.questions if question.item.id == limit.item]


def _bound(limit: Limit, subjects: int) -> int:
    bound = limit.least if limit.least is not None else limit.allowed(subjects)
    assert bound is not None  # a limit has one of most, share and least
    return bound


def _keeps(limit: Limit, subjects: int, given: int) -> bool:
    bound = _bound(limit, subjects)
    return given >= bound if limit.least is not None else given <= bound


def _counted_numbers(limit: Limit, question: Question) -> frozenset[int]:
    return frozenset(i for i, option in enumerate(question.item.options, 1) if option.code in limit.options)


def _counts(limit: Limit, question: Question, answer: Answer) -> bool:
    if isinstance(answer, Decimal):
        return (
            not limit.options
            and (limit.at_least is None or answer >= limit.at_least)
            and (limit.below is None or answer < limit.below)
        )
    chosen = answer if isinstance(answer, tuple) else (answer,)
    return not _counted_numbers(limit, question).isdisjoint(chosen)


def _counting_rows(limit: Limit, question: Question, column: Bytes) -> Rows:
    """Tell in which rows the answer to a question counts towards a limit."""
    item = question.item
    if isinstance(item, NumberItem):
        steps = item.steps(column)
        counts = (steps > 0) & (not limit.options)
        if limit.at_least is not None:
            counts &= steps >= _first_step(item, limit.at_least)
        if limit.below is not None:
            counts &= steps < _first_step(item, limit.below)
        return np.asarray(counts, dtype=np.bool_)
    numbers = tuple(sorted(_counted_numbers(limit, question)))
    if item.multiple_values:
        mask = np.frombuffer(item.encode(numbers), np.uint8)
        return np.asarray((column & mask).any(axis=1), dtype=np.bool_)
    return np.isin(column[:, 0], np.array(numbers, dtype=np.uint8))


def _first_step(item: NumberItem, bound: Decimal) -> int:
    """Return the code of the smallest number that is not below a bound, even one outside the item's range."""
    steps: int = math.ceil((Fraction(bound) - Fraction(item.minimum)) * 10**item.places)
    most = int((item.maximum - item.minimum).scaleb(item.places))
    return min(max(0, steps), most + 1) + 1


def _comparable(form: Form) -> Iterator[tuple[Hashable, Question]]:
    """Return the scale and number questions about subjects, each with what its answers are comparable within."""
    for question in form.questions:
        item = question.item
        if question.subject is None:
            continue
        if isinstance(item, ScaleItem):
            yield item.scale, question
        elif isinstance(item, NumberItem):
            yield (item.minimum, item.maximum, item.places), question


def _numbers(question: Question, ballots: Bytes) -> Numbers:
    """Return the answers' codes, 0 for a blank."""
    column = ballots[:, question.place]
    item = question.item
    return item.steps(column) if isinstance(item, NumberItem) else column[:, 0].astype(np.int64)


def _is_mark(question: Question, answer: Answer) -> bool:
    if not isinstance(answer, int):
        return True
    option = question.item.options[answer - 1]
    return option.scored and option.counted


def _subject(question: Question) -> str:
    assert question.subject is not None
    return question.subject.code
