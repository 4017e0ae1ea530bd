"""A questionnaire as a form on paper: A4, boxes to tick and lines to write on, one embedded font.

It shows what is asked. It is no ballot: it has no code, so it cannot be cast.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from survey.codes import fonts
from survey.core.errors import N_
from survey.questionnaires.form import Form, Question
from survey.questionnaires.kinds.multiple import MultipleItem
from survey.questionnaires.kinds.number import NumberItem
from survey.questionnaires.kinds.statement import StatementItem
from survey.questionnaires.kinds.text import TextItem
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.words import Item, Option
from survey.reports.paper.lines import break_lines, printable, width_of
from survey.reports.paper.sheet import Sheet
from survey.subjects.roster import Subject

SIZE, SMALL = 12.0, 10.0
PITCH = 19.0
BOX, BOX_GAP, OPTION_GAP = 9.0, 4.0, 14.0
WRITING = 24.0  # the distance of lines to write on
MOST_LINES = 4
CHARACTERS_A_LINE = 40
NAME_SHARE = 0.3

NO_BALLOT = N_("The questionnaire %(reference)s on paper; fingerprint %(hash)s. It is no ballot and cannot be cast.")
REQUIRED = N_("required")
SEVERAL = N_("you may choose several")
AT_MOST = N_("choose at most %(most)s")
AT_LEAST = N_("choose at least %(least)s")
RANGE = N_("a number from %(least)s to %(most)s")
LENGTH = N_("at most %(n)s characters")
ONLY_IF = N_("only if the answer to question %(number)s is: %(words)s")
POSITIVE = N_("positive statement")
NEGATIVE = N_("negative statement")
EXAMPLES = N_("Questions about persons or units are shown with made-up names.")

NOTED = N_("%(words)s (%(notes)s)")
JOINT = N_("; ")

Translate = Callable[[str], str]


def write_paper(
    path: Path, questionnaire: Questionnaire, subjects: Sequence[Subject], language: str, translate: Translate
) -> None:
    """Print a questionnaire.

    Args:
        path: the PDF.
        questionnaire: what is asked.
        subjects: made-up ones, of whom items are asked per subject.
        language: zh or en.
        translate: gives the program's own sentences in that language.

    Raises:
        Refused: when the font is missing.
    """
    _Paper(path, questionnaire, subjects, language, translate).write()


class _Paper:
    def __init__(
        self, path: Path, questionnaire: Questionnaire, subjects: Sequence[Subject], language: str, translate: Translate
    ) -> None:
        self._questionnaire = questionnaire
        self._subjects = subjects
        self._language = language
        self._say = translate
        self._numbers: dict[str, int] = {}
        self._sheet = Sheet(path, questionnaire.title.words(language), language)

    def write(self) -> None:
        asked = self._questionnaire
        sheet = self._sheet
        sheet.title(asked.title.words(self._language))
        if asked.intro is not None:
            sheet.paragraph(asked.intro.words(self._language))
        if any(item.per == "subject" for item in asked.items):
            sheet.note(self._say(EXAMPLES))
        for number, form in enumerate(Form(asked, self._subjects).sheets):
            if asked.sheets:
                sheet.heading(asked.sheets[number].words(self._language))
            for item, questions in _by_item(form):
                self._ask(item, questions)
        sheet.y -= PITCH
        sheet.note(self._say(NO_BALLOT) % {"reference": asked.reference, "hash": asked.content_hash[:16]})
        sheet.save()

    def _ask(self, item: Item, questions: Sequence[Question]) -> None:
        """Set one item: its number and words, what must be known, and the places for its answers."""
        sheet = self._sheet
        number = self._numbers.setdefault(item.id, len(self._numbers) + 1)
        notes = self._notes(item)
        words = f"{number}. {item.words(self._language)}"
        if notes:
            words = self._say(NOTED) % {"words": words, "notes": self._say(JOINT).join(notes)}
        lines = break_lines(printable(words), sheet.width / SIZE)
        # A question stays with the first place for its answer.
        sheet.need(PITCH * (len(lines) + 1.6))
        sheet.y -= PITCH * 0.6
        for line in lines:
            self._text(sheet.left, line, SIZE, heavy=True)
        for question in questions:
            self._answer(item, question.subject.name if question.subject else "")

    def _notes(self, item: Item) -> list[str]:
        say = self._say
        notes = [say(REQUIRED)] if item.required else []
        if isinstance(item, StatementItem):
            notes.append(say(POSITIVE if item.polarity == "positive" else NEGATIVE))
        if isinstance(item, MultipleItem):
            notes += self._how_many(item)
        if isinstance(item, NumberItem):
            notes.append(say(RANGE) % {"least": f"{item.minimum:f}", "most": f"{item.maximum:f}"})
        if isinstance(item, TextItem):
            notes.append(say(LENGTH) % {"n": item.max_length})
        for asked, codes in (item.show_if or {}).items():
            options = [option.words(self._language) for option in self._options(asked) if option.code in codes]
            notes.append(say(ONLY_IF) % {"number": self._numbers.get(asked, "?"), "words": " / ".join(options)})
        return notes

    def _how_many(self, item: MultipleItem) -> list[str]:
        notes = [self._say(SEVERAL)]
        if item.at_least:
            notes.append(self._say(AT_LEAST) % {"least": item.at_least})
        if item.at_most is not None:
            notes.append(self._say(AT_MOST) % {"most": item.at_most})
        return notes

    def _options(self, item_id: str) -> Sequence[Option]:
        return self._questionnaire.item(item_id).options

    def _answer(self, item: Item, name: str) -> None:
        left = self._sheet.left + SIZE * 1.5
        if isinstance(item, TextItem):
            self._write_on(left, name, min(MOST_LINES, -(-item.max_length // CHARACTERS_A_LINE)))
        elif item.options:
            self._tick(left, name, [option.words(self._language) for option in item.options])
        else:
            self._write_on(left, name, 1, share=0.4)

    def _tick(self, left: float, name: str, options: Sequence[str]) -> None:
        """Set boxes with words behind them, as many side by side as there is room for."""
        sheet = self._sheet
        start = self._name(left, name)
        end = sheet.left + sheet.width
        x = start
        sheet.need(PITCH)
        for words in options:
            lines = break_lines(printable(words), (end - start - BOX - BOX_GAP) / SIZE)
            width = BOX + BOX_GAP + width_of(lines[0]) * SIZE
            if x > start and (x + width > end or len(lines) > 1):
                sheet.y -= PITCH
                sheet.need(PITCH)
                x = start
            baseline = self._baseline(SIZE)
            sheet.canvas.rect(x, baseline - 1, BOX, BOX)
            for number, line in enumerate(lines):
                if number:
                    sheet.y -= PITCH
                    sheet.need(PITCH)
                sheet.put(x + BOX + BOX_GAP, self._baseline(SIZE), line, SIZE)
            x = end if len(lines) > 1 else x + width + OPTION_GAP
        sheet.y -= PITCH

    def _write_on(self, left: float, name: str, lines: int, share: float = 1.0) -> None:
        sheet = self._sheet
        start = self._name(left, name)
        end = start + (sheet.left + sheet.width - start) * share
        for _number in range(lines):
            sheet.need(WRITING)
            sheet.y -= WRITING
            sheet.canvas.setLineWidth(0.5)
            sheet.canvas.line(start, sheet.y + 4, end, sheet.y + 4)
        sheet.y -= 4

    def _name(self, left: float, name: str) -> float:
        """Set a subject's name in front of its answer; return where the answer begins."""
        if not name:
            return left
        sheet = self._sheet
        room = sheet.width * NAME_SHARE
        lines = break_lines(printable(name), (room - SIZE) / SIZE)
        sheet.need(PITCH * len(lines))
        for line in lines[:-1]:
            self._text(left, line, SIZE)
        sheet.put(left, self._baseline(SIZE), lines[-1], SIZE)
        return left + room

    def _text(self, x: float, text: str, size: float, *, heavy: bool = False) -> None:
        self._sheet.need(PITCH)
        self._sheet.put(x, self._baseline(size), text, size, heavy=heavy)
        self._sheet.y -= PITCH

    def _baseline(self, size: float) -> float:
        return self._sheet.y - PITCH / 2 - size * (fonts.ASCENT - 0.5)


def _by_item(form: Form) -> list[tuple[Item, list[Question]]]:
    """Return each item once, in the order in which it is first asked, with all its questions."""
    found: dict[str, tuple[Item, list[Question]]] = {}
    for question in form.questions:
        found.setdefault(question.item.id, (question.item, []))[1].append(question)
    order = {item.id: place for place, item in enumerate(form.questionnaire.items)}
    return sorted(found.values(), key=lambda pair: order[pair[0].id])
