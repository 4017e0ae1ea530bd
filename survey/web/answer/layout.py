"""A ballot about many subjects as sections, blocks and rows, dimension by dimension or subject by subject.

Only the page's order is decided here; in the envelope every answer keeps the place that the form gives it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from survey.core.errors import N_
from survey.questionnaires.form import Form, Question
from survey.questionnaires.kinds.statement import StatementItem
from survey.questionnaires.words import Item
from survey.rounds.definition import FrozenRound, RoundDefinition
from survey.subjects.roster import Subject
from survey.web.answer.cards import Card, make_cards

MOST_DIMENSIONS = 3  # with more, one reads better person by person
MOST_COLUMNS = 6
RANKS = {"head": N_("head"), "deputy": N_("deputy")}
GROUPS = {"unit": N_("Units"), "head": N_("Heads"), "deputy": N_("Deputies")}
DIRECTIONS = {"positive": N_("positive statement"), "negative": N_("negative statement")}


@dataclass(frozen=True, slots=True)
class Person:
    """A subject of the ballot: a cadre with a post, or a unit.

    Attributes:
        number: its place on the page.
        all: how many there are.
    """

    number: int
    all: int
    code: str
    name: str
    post: str

    @property
    def place(self) -> str:
        """The place in words: ``3/40``."""
        return f"{self.number}/{self.all}"


@dataclass(frozen=True, slots=True)
class Remark:
    """A text that belongs to a row, folded up until it is asked for.

    Attributes:
        when: the options that ask for it, in words; empty when it always may be written.
    """

    card: Card
    when: str


@dataclass(frozen=True, slots=True)
class Row:
    """One question about one subject.

    Attributes:
        number: its place on the page.
        way: its direction in words: of the statement, or the title of its sheet.
        remarks: the texts that belong to it.
    """

    number: int
    card: Card
    item: Item
    person: Person
    way: str
    remarks: tuple[Remark, ...]

    @property
    def choices(self) -> tuple[tuple[str, str, bool], ...]:
        """Value and words of every option, and whether it stands apart (不了解)."""
        plain = [(choice.value, choice.words, False) for choice in self.card.choices]
        return (*plain, *((choice.value, choice.words, True) for choice in self.card.apart))

    @property
    def columns(self) -> int:
        """How many options stand side by side where there is room."""
        n = len(self.choices)
        return n if n <= MOST_COLUMNS else MOST_COLUMNS - 1


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under one heading: a person with the items, or an item with the persons."""

    id: str
    words: str
    person: Person | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Subjects that are asked the same items; its title is empty when there is only one section."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a ballot.

    Attributes:
        title: empty when there is only one sheet.
        before: cards of the items asked once a ballot, before those about subjects.
        after: the same, after them.
    """

    number: int
    title: str
    form: Form
    before: tuple[Card, ...]
    sections: tuple[Section, ...]
    after: tuple[Card, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows in page order."""
        return tuple(row for section in self.sections for block in section.blocks for row in block.rows)


def make_sheets(frozen: FrozenRound, form: Form, lang: str) -> tuple[Sheet, ...]:
    """Lay out a ballot; words are those of the present language.

    Args:
        frozen: the round, which knows the units above a ballot's subjects.
        form: the ballot.
        lang: the language of its words.
    """
    titles = [title.words(lang) for title in frozen.questionnaire.sheets] or [""]
    return tuple(
        _Layout(frozen, sheet, lang, title).sheet(number)
        for number, (sheet, title) in enumerate(zip(form.sheets, titles, strict=True))
    )


class _Layout:
    def __init__(self, frozen: FrozenRound, form: Form, lang: str, title: str) -> None:
        self._title_of_sheet = title
        self._definition = frozen.definition
        self._form = form
        self._lang = lang
        self._units = {subject.code: subject.name for subject in frozen.subjects}
        self._by_code = {subject.code: subject for subject in frozen.subjects}
        self._questions = {question.name: question for question in form.questions}
        self._about: dict[str, list[Question]] = {}
        for question in form.questions:
            if question.subject is not None:
                self._about.setdefault(question.subject.code, []).append(question)
        chosen = [question for question in form.questions if question.subject is not None]
        self._cards = {card.name: card for card in make_cards(form, lang, chosen)}
        self._groups = self._same_items()
        codes = [code for group in self._groups for code in group]
        self._persons = {code: self._person(number, len(codes), code) for number, code in enumerate(codes, 1)}
        self._numbers = {"row": 0, "block": 0}

    def sheet(self, number: int) -> Sheet:
        """Return the page."""
        alone = [question for question in self._form.questions if question.subject is None]
        cards = make_cards(self._form, self._lang, alone)
        first = next((q.offset for q in self._form.questions if q.subject is not None), -1)
        before = sum(1 for question in alone if question.offset < first)
        sections = tuple(self._section(group) for group in self._groups)
        return Sheet(number, self._title_of_sheet, self._form, cards[:before], sections, cards[before:])

    def _same_items(self) -> list[list[str]]:
        """Put subjects together that are asked the same items."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for code, questions in self._about.items():
            groups.setdefault(tuple(question.item.id for question in questions), []).append(code)
        return list(groups.values())

    def _person(self, number: int, n: int, code: str) -> Person:
        subject = self._by_code[code]
        unit = self._units.get(subject.parent, "") if subject.kind == "cadre" else ""
        rank = _(RANKS[subject.rank]) if subject.rank else ""
        return Person(number, n, code, subject.name, f"{unit} {rank}".strip())

    def _section(self, codes: Sequence[str]) -> Section:
        asked = [question for question in self._about[codes[0]] if question.item.kind != "text"]
        by_item = _by_dimension(self._definition, len(asked), len(codes))
        blocks = self._by_item(codes) if by_item else self._by_person(codes)
        title = self._title([self._by_code[code] for code in codes]) if len(self._groups) > 1 else ""
        return Section(title, tuple(blocks))

    @staticmethod
    def _title(subjects: Sequence[Subject]) -> str:
        kinds = {subject.rank or subject.kind for subject in subjects}
        title: str = _(GROUPS[kinds.pop()]) if len(kinds) == 1 and kinds <= GROUPS.keys() else _("Cadres")
        return title

    def _by_person(self, codes: Sequence[str]) -> Iterator[Block]:
        for code in codes:
            rows = tuple(self._row(question) for question in self._rows_of(code))
            yield Block(self._next_id(), "", self._persons[code], rows)

    def _by_item(self, codes: Sequence[str]) -> Iterator[Block]:
        columns = [self._rows_of(code) for code in codes]
        for questions in zip(*columns, strict=True):
            rows = tuple(self._row(question) for question in questions)
            yield Block(self._next_id(), questions[0].item.words(self._lang), None, rows)

    def _rows_of(self, code: str) -> list[Question]:
        """Return a subject's questions that are rows of their own: all but the texts, unless there is nothing else."""
        questions = self._about[code]
        return [question for question in questions if question.item.kind != "text"] or questions[:1]

    def _row(self, question: Question) -> Row:
        assert question.subject is not None
        self._numbers["row"] += 1
        item = question.item
        return Row(
            self._numbers["row"],
            self._cards[question.name],
            item,
            self._persons[question.subject.code],
            _(DIRECTIONS[item.polarity]) if isinstance(item, StatementItem) else self._title_of_sheet,
            tuple(self._remarks(question)),
        )

    def _remarks(self, question: Question) -> Iterator[Remark]:
        """Return the texts shown with a row: those that its answer asks for; with the last one, all others."""
        assert question.subject is not None
        own = self._rows_of(question.subject.code)
        for text in self._about[question.subject.code]:
            if text.item.kind != "text" or text is question:
                continue
            asks = next((name for name, _numbers in text.conditions if any(q.name == name for q in own)), own[-1].name)
            if asks == question.name:
                yield Remark(self._cards[text.name], self._when(text))

    def _when(self, text: Question) -> str:
        words = []
        for name, numbers in text.conditions:
            options = self._questions[name].item.options
            words += [options[number - 1].words(self._lang) for number in sorted(numbers)]
        joint: str = _(" or ")
        return joint.join(words)

    def _next_id(self) -> str:
        self._numbers["block"] += 1
        return f"b{self._numbers['block']}"


def _by_dimension(definition: RoundDefinition, items: int, subjects: int) -> bool:
    if definition.layout != "auto":
        return definition.layout == "by_dimension"
    return items <= MOST_DIMENSIONS and subjects > 1
