"""A questionnaire compiled for the subjects of one ballot: read, check, encode and decode answers.

The same rules serve the page, the urn and the count. An answer stands at a fixed place in a fixed number
of bytes, so that every envelope of a round has one size whatever was answered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from survey.core.errors import N_, Invalid, Problem
from survey.core.validation import Rule
from survey.questionnaires.kinds.choice import option_values
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.selectors import Subject, fits
from survey.questionnaires.words import Answer, Item, Option

Answers = Mapping[str, Answer]


class Fields(Protocol):
    """What a posted form offers: all values of one name."""

    def getlist(self, key: str) -> list[str]:
        """Return the values sent under a name, in order."""
        ...


@dataclass(frozen=True)
class Question:
    """One item asked of one subject (or of the ballot as a whole), and its place in the envelope."""

    name: str
    item: Item
    subject: Subject | None
    offset: int
    conditions: tuple[tuple[str, frozenset[int]], ...]

    @property
    def choices(self) -> tuple[tuple[str, Option], ...]:
        """The form value of every option, with the option."""
        return tuple(zip(option_values(len(self.item.options)), self.item.options, strict=True))

    @property
    def place(self) -> slice:
        """Where its answer stands in a ballot's bytes."""
        return slice(self.offset, self.offset + self.item.width)


class Form:
    """All questions of one ballot, in page order.

    Args:
        questionnaire: what is asked.
        subjects: about whom.
        sheet: only the questions of one sheet; places count from its beginning.
    """

    def __init__(self, questionnaire: Questionnaire, subjects: Sequence[Subject], sheet: int | None = None) -> None:
        self.questionnaire = questionnaire
        self.subjects = tuple(subjects)
        self._sheet = sheet
        self.questions = tuple(self._place(questionnaire))
        self.size = sum(question.item.width for question in self.questions)

    @cached_property
    def sheets(self) -> "tuple[Form, ...]":
        """The forms that are sealed apart: one for each sheet, itself when there is only one."""
        if self._sheet is not None or not self.questionnaire.sheets:
            return (self,)
        numbers = range(1, len(self.questionnaire.sheets) + 1)
        return tuple(Form(self.questionnaire, self.subjects, number) for number in numbers)

    def _place(self, questionnaire: Questionnaire) -> Iterator[Question]:
        offset = 0
        for item, subject in self._order(questionnaire):
            yield Question(_name(item, subject), item, subject, offset, self._conditions(item, subject))
            offset += item.width

    def _order(self, questionnaire: Questionnaire) -> Iterator[tuple[Item, Subject | None]]:
        """Keep the items' order; a run of items asked per subject is repeated subject by subject."""
        run: list[Item] = []
        for item in questionnaire.items:
            if self._sheet not in (None, item.sheet):
                continue
            if item.per == "subject":
                run.append(item)
                continue
            yield from self._per_subject(run)
            run = []
            yield item, None
        yield from self._per_subject(run)

    def _per_subject(self, run: list[Item]) -> Iterator[tuple[Item, Subject | None]]:
        for subject in self.subjects:
            for item in run:
                if not item.only or any(fits(selector, subject) for selector in item.only):
                    yield item, subject

    def _conditions(self, item: Item, subject: Subject | None) -> tuple[tuple[str, frozenset[int]], ...]:
        result = []
        for asked_id, codes in (item.show_if or {}).items():
            asked = self.questionnaire.item(asked_id)
            numbers = frozenset(i for i, option in enumerate(asked.options, 1) if option.code in codes)
            result.append((_name(asked, subject if asked.per == "subject" else None), numbers))
        return tuple(result)

    def read(self, fields: Fields) -> Answers:
        """Return the answers of a posted form; unknown fields are ignored.

        Raises:
            Invalid: one problem a question, ``where`` being the question's name.
        """
        answers: dict[str, Answer] = {}
        problems = []
        for question in self.questions:
            if not asked(question, answers):
                continue
            try:
                answer = question.item.read(fields.getlist(question.name))
            except Rule as fault:
                problems.append(Problem(question.name, fault.message, dict(fault.figures)))
                continue
            if answer is not None:
                answers[question.name] = answer
        if problems:
            raise Invalid(problems)
        return answers

    def missing(self, answers: Answers) -> tuple[Problem, ...]:
        """Return a problem for every required question left blank, or one when nothing at all was answered."""
        problems = tuple(
            Problem(question.name, N_("please answer this question; it is required"))
            for question in self.gaps(answers)
            if question.item.required
        )
        if not problems and not answers:
            return (Problem(self.questions[0].name, N_("nothing is answered yet; please start here")),)
        return problems

    def gaps(self, answers: Answers) -> tuple[Question, ...]:
        """Return the questions that are asked but left blank; a remark is missed only where it is required."""
        return tuple(
            question
            for question in self.questions
            if question.name not in answers
            and (question.item.required or question.item.kind != "text")
            and asked(question, answers)
        )

    def fields(self, answers: Answers) -> list[tuple[str, str]]:
        """Return the form fields that carry the answers back."""
        return [
            (question.name, value)
            for question in self.questions
            if question.name in answers
            for value in question.item.values(answers[question.name])
        ]

    def shown(self, answers: Answers, question: Question, language: str) -> str:
        """Return an answer in words, empty when blank."""
        answer = answers.get(question.name)
        return "" if answer is None else question.item.shown(answer, language)

    def encode(self, answers: Answers) -> bytes:
        """Return the ballot's bytes: every answer at its fixed place, blanks as zeros."""
        return b"".join(
            bytes(question.item.width) if answer is None else question.item.encode(answer)
            for question in self.questions
            for answer in (answers.get(question.name),)
        )

    def decode(self, data: bytes) -> Answers:
        """Return the answers that ``encode`` wrote.

        Raises:
            ValueError: for bytes that no answers give.
        """
        answers = {}
        for question in self.questions:
            answer = question.item.decode(data[question.place])
            if answer is not None:
                answers[question.name] = answer
        return answers


def asked(question: Question, answers: Answers) -> bool:
    """Tell whether a question is asked at all, given the answers before it."""
    return all(not numbers.isdisjoint(_chosen(answers.get(name))) for name, numbers in question.conditions)


def _chosen(answer: Answer | None) -> tuple[object, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


def _name(item: Item, subject: Subject | None) -> str:
    return item.id if subject is None else f"{item.id}:{subject.code}"
