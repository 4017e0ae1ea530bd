"""The questions of a ballot as cards on a page, in one language."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from survey.questionnaires.form import Form, Question
from survey.questionnaires.words import Item, Option


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as a row of a card; only the first row has an id, for links to the card."""

    value: str
    words: str
    id: str


@dataclass(frozen=True, slots=True)
class Card:
    """One question.

    Attributes:
        name: of its form fields.
        heading: the subject, where a new one begins and the ballot has several.
        about: the subject on every card of such a ballot, for those who hear the page.
        note: on what condition it is asked, in words.
        depends: the same for the script: ``name=value,value name=value``.
        choices: the options that carry a judgement.
        apart: those that do not (不了解), set apart from the others.
    """

    number: int
    name: str
    item: Item
    words: str
    heading: str
    about: str
    note: str
    depends: str
    choices: tuple[Choice, ...]
    apart: tuple[Choice, ...]

    @property
    def id(self) -> str:
        """Where links to the question lead."""
        return f"q-{self.name}"

    @property
    def first_id(self) -> str:
        """The first field: where links from an error lead."""
        return f"{self.id}-1"

    @property
    def kind(self) -> str:
        """The item's kind, which is also its template's name."""
        return self.item.kind

    @property
    def required(self) -> bool:
        """Whether it must be answered."""
        return self.item.required

    @property
    def is_steps(self) -> bool:
        """Whether its options can stand side by side on a wide screen."""
        return self.kind in ("scale", "statement")

    def described(self, problems: Container[str], hint: str = "") -> str:
        """Return the ids of what describes its fields: the note, and the fault if there is one."""
        parts = [f"{self.id}-note"] if self.note or hint else []
        parts += [f"{self.id}-fault"] if self.name in problems else []
        return " ".join(parts)


def make_cards(form: Form, lang: str, chosen: Sequence[Question] | None = None) -> tuple[Card, ...]:
    """Return a ballot's questions as cards, in page order; conditions are worded in the present language.

    Args:
        form: the ballot.
        lang: the language of its words.
        chosen: only these of its questions, numbered by themselves.
    """
    return tuple(_cards(form, lang, form.questions if chosen is None else chosen))


def _cards(form: Form, lang: str, chosen: Sequence[Question]) -> Iterator[Card]:
    several = len(form.subjects) > 1
    numbers = {question.name: number for number, question in enumerate(chosen, 1)}
    questions = {question.name: question for question in form.questions}
    subject = None
    for question in chosen:
        about = question.subject.name if several and question.subject else ""
        heading = about if question.subject is not subject else ""
        subject = question.subject
        rows = _rows(question, lang)
        yield Card(
            number=numbers[question.name],
            name=question.name,
            item=question.item,
            words=question.item.words(lang),
            heading=heading,
            about=about,
            note=_condition(question, questions, numbers, lang),
            depends=_depends(question, questions),
            choices=tuple(row for row, option in rows if _judges(option)),
            apart=tuple(row for row, option in rows if not _judges(option)),
        )


def _rows(question: Question, lang: str) -> list[tuple[Choice, Option]]:
    return [
        (Choice(value, option.words(lang), f"q-{question.name}-1" if place == 0 else ""), option)
        for place, (value, option) in enumerate(question.choices)
    ]


def _judges(option: Option) -> bool:
    return option.scored and option.counted


def _condition(question: Question, questions: dict[str, Question], numbers: dict[str, int], lang: str) -> str:
    parts = []
    for name, wanted in question.conditions:
        options = questions[name].item.options
        words = _(" or ").join(options[number - 1].words(lang) for number in sorted(wanted))
        parts.append(_("Only if your answer to question %(number)s is: %(words)s", number=numbers[name], words=words))
    return " ".join(parts)


def _depends(question: Question, questions: dict[str, Question]) -> str:
    parts = []
    for name, wanted in question.conditions:
        values = [value for number, (value, _option) in enumerate(questions[name].choices, 1) if number in wanted]
        parts.append(f"{name}={','.join(values)}")
    return " ".join(parts)
