"""The review page of a secret ballot: gaps first, then every grade in list order, before the one act that is final.

It carries the answers back in hidden fields; nothing is stored. What depends on the answers is filled up to
one length as far as it is one of a few, so that the page's size does not tell the choices.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from flask import get_template_attribute, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from survey.questionnaires.form import Answers, Question
from survey.questionnaires.words import Answer, Item
from survey.rounds.limits import Breach, all_equal, breaches
from survey.web.answer.ballot_pages import late_words, sheets_of
from survey.web.answer.cards import Card
from survey.web.answer.facts import counted_words, how_many
from survey.web.answer.layout import Person, Row, Sheet
from survey.web.answer.pages import MOST_PAGES, PageKey, heading, without_indentation

FEW_CHOICES = ("scale", "single", "statement")
NOTES_BYTES = 4096
GAPS_SHOWN = 30
Names = frozenset[str]


@dataclass(frozen=True)
class Line:
    """A person with what the page shows of each question."""

    person: Person
    first: str
    said: Sequence[str]


@dataclass(frozen=True)
class Total:
    """How often each option of an item was given."""

    words: str
    given: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Gap:
    """A subject, or a question of the whole ballot, with something left blank; where it begins."""

    name: str
    words: str


@dataclass(frozen=True)
class Checked:
    """A ballot's answers, looked at.

    Attributes:
        late: questions that were left to the end and all given the unscored option.
        gaps: questions left blank.
        blocked: why it cannot be cast, in words; empty when it can.
        warned: why it will be void, and what is unusual, in words.
    """

    answers: Answers
    late: Names
    gaps: tuple[Question, ...]
    blocked: tuple[str, ...]
    warned: tuple[str, ...]


def check(key: PageKey, answers: Answers, late: Names) -> Checked:
    """Look at answers: gaps, limits, all the same."""
    ballot = key.ballot
    rules = ballot.frozen.definition.rules
    found = breaches(rules.limits, ballot.form, answers)
    gaps = ballot.form.gaps(answers)
    blocked = [_breach_words(key, breach) for breach in found if breach.limit.breach == "block"]
    required = [question for question in gaps if question.item.required]
    if required:
        said = ngettext(
            "%(num)s answer that is required is missing",
            "%(num)s answers that are required are missing",
            len(required),
        )
        blocked.append(said)
    warned = [
        _("%(rule)s. A ballot like this will be void.", rule=_breach_words(key, breach))
        for breach in found
        if breach.limit.breach == "void"
    ]
    if all_equal(ballot.form, answers):
        warned.append(_equal_words(key, answers))
        if rules.all_equal == "void":
            warned.append(_("By the rules of this round a ballot that gives everybody the same will be void."))
    return Checked(answers, late, gaps, tuple(blocked), tuple(warned))


def unscored(item: Item) -> int | None:
    """Return the number of an item's option that is never scored: 不了解, or 弃权 where that is all it has."""
    found = [(not option.counted, number) for number, option in enumerate(item.options, 1) if not option.scored]
    return min(found)[1] if found and not item.multiple_values else None


def render_ballot_review(key: PageKey, code: str, stamp: str, checked: Checked, *, unsure: bool = False) -> str:
    """Return the review page of a ballot.

    Args:
        key: the ballot and the display.
        code: the code in the form's address.
        stamp: the form's stamp.
        checked: the answers, looked at.
        unsure: say that one of the two ways to go on with the gaps must be chosen.
    """
    form = key.ballot.form
    notes = render_template("answer/ballot/notes.html", blocked=checked.blocked, warned=checked.warned)
    late = [question for question in form.questions if question.name in checked.late]
    fillable = [question for question in checked.gaps if unscored(question.item)]
    return render_template(
        "answer/ballot/review.html",
        **heading(key),
        action=url_for("answer.cast", code=code),
        stamp=stamp,
        blocked=checked.blocked,
        notes=_padded(without_indentation(notes), NOTES_BYTES),
        late_mask="".join("01"[question.name in checked.late] for question in form.questions),
        late_said=how_many(late) if late else "",
        late_words=late_words(form, key.display.lang),
        gaps=list(_gaps(key, checked.gaps))[:GAPS_SHOWN],
        gaps_said=_gaps_said(checked.gaps),
        fillable=how_many(fillable) if fillable else "",
        unsure=unsure,
        sheets=[_sheet(key, sheet, checked) for sheet in sheets_of(key)],
    )


@dataclass(frozen=True)
class ShownSheet:
    """One form of the ballot as the page shows it."""

    title: str
    totals: Sequence[Total]
    before: Sequence[str]
    lines: Sequence[Line]
    after: Sequence[str]


def _sheet(key: PageKey, sheet: Sheet, checked: Checked) -> ShownSheet:
    questions = {question.name: question for question in sheet.form.questions}
    said = _Said(key, questions, checked)
    persons: dict[str, list[Row]] = {}
    for row in sheet.rows:
        persons.setdefault(row.person.code, []).append(row)
    lines = [
        Line(
            rows[0].person,
            rows[0].card.name,
            [said.of(card) for row in rows for card in (row.card, *(remark.card for remark in row.remarks))],
        )
        for rows in persons.values()
    ]
    return ShownSheet(
        sheet.title,
        list(_totals(key, sheet, checked.answers)),
        [said.alone(card) for card in sheet.before],
        lines,
        [said.alone(card) for card in sheet.after],
    )


@dataclass(frozen=True)
class _Pieces:
    """What was rendered of the answers needed so far."""

    made: dict[tuple[str, Answer | None, bool], Markup] = field(default_factory=dict)


@lru_cache(maxsize=MOST_PAGES)
def _pieces(_key: PageKey) -> _Pieces:
    return _Pieces()


@dataclass(frozen=True)
class _Said:
    """Renders single answers; those of a few options once, filled up to the longest of them."""

    key: PageKey
    questions: Mapping[str, Question]
    checked: Checked

    def of(self, card: Card) -> Markup:
        """Return one answer with its hidden field; nothing for a text that was not written."""
        answer = self.checked.answers.get(card.name)
        late = card.name in self.checked.late
        if card.kind not in FEW_CHOICES:
            return Markup() if answer is None and card.kind == "text" else self._render(card, answer, late=False)
        made = _pieces(self.key).made
        if (card.name, answer, late) not in made:
            self._make_all(card, made)
        return made[card.name, answer, late]

    def alone(self, card: Card) -> str:
        """Return the row of a question that is not about a subject."""
        question = self.questions[card.name]
        answer = self.checked.answers.get(card.name)
        shown = "" if answer is None else question.item.shown(answer, self.key.display.lang)
        values = () if answer is None else question.item.values(answer)
        return Markup(  # noqa: S704 - a template's own output
            render_template("answer/review_row.html", card=card, shown=shown, values=values, order=f"edit:{card.name}")
        )

    def _make_all(self, card: Card, made: dict[tuple[str, Answer | None, bool], Markup]) -> None:
        every = (None, *range(1, len(self.questions[card.name].choices) + 1))
        found = {(answer, late): self._render(card, answer, late=late) for answer in every for late in (False, True)}
        longest = max(len(piece.encode()) for piece in found.values())
        for (answer, late), piece in found.items():
            made[card.name, answer, late] = piece + " " * (longest - len(piece.encode()))

    def _render(self, card: Card, answer: Answer | None, *, late: bool) -> Markup:
        item = self.questions[card.name].item
        shown = "" if answer is None else item.shown(answer, self.key.display.lang)
        values = () if answer is None else item.values(answer)
        said = get_template_attribute("answer/ballot/said.html", "said")
        return Markup(said(card, shown, values, late))  # noqa: S704 - a template's own output


def _totals(key: PageKey, sheet: Sheet, answers: Answers) -> Iterator[Total]:
    by_item: dict[str, list[Row]] = {}
    for row in sheet.rows:
        if row.item.options:
            by_item.setdefault(row.item.id, []).append(row)
    for rows in by_item.values():
        if len(rows) == 1:
            continue
        given = Counter(number for row in rows for number in _numbers(answers.get(row.card.name)))
        blank = sum(1 for row in rows if row.card.name not in answers)
        item = rows[0].item
        shown = [(o.words(key.display.lang), f"{given[i]:>4}") for i, o in enumerate(item.options, 1)]
        yield Total(item.words(key.display.lang), [*shown, (_("not rated"), f"{blank:>4}")])


def _numbers(answer: Answer | None) -> tuple[int, ...]:
    if isinstance(answer, tuple):
        return answer
    return (answer,) if isinstance(answer, int) else ()


def _gaps(key: PageKey, gaps: Sequence[Question]) -> Iterator[Gap]:
    missing = {question.name for question in gaps}
    for sheet in sheets_of(key):
        named: set[str] = set()
        for card in (*sheet.before, *sheet.after):
            if card.name in missing:
                yield Gap(card.name, _("Question %(number)s", number=card.number))
        for row in sheet.rows:
            if row.card.name in missing and row.person.code not in named:
                named.add(row.person.code)
                yield Gap(row.card.name, f"{row.person.number} {row.person.name}")


def _gaps_said(gaps: Sequence[Question]) -> str:
    if not gaps:
        return ""
    about = [question for question in gaps if question.subject is not None]
    parts = []
    if about:
        parts.append(
            _("%(persons)s not fully rated (%(answers)s)", persons=how_many(about), answers=_answers(len(about)))
        )
    if len(about) < len(gaps):
        parts.append(_answers(len(gaps) - len(about)))
    joint: str = _(", ")
    said: str = _("Still missing: %(what)s", what=joint.join(parts))
    return said


def _answers(n: int) -> str:
    said: str = ngettext("%(num)s answer", "%(num)s answers", n)
    return said


def _breach_words(key: PageKey, breach: Breach) -> str:
    item = key.ballot.form.questionnaire.item(breach.limit.item)
    what = counted_words(breach.limit, item, key.display.lang)
    figures = {"what": what, "allowed": breach.allowed, "given": breach.given}
    if breach.limit.least is not None:
        said: str = _("“%(what)s”: at least %(allowed)s are needed; this ballot gives %(given)s", **figures)
    else:
        said = _("“%(what)s”: at most %(allowed)s may be given; this ballot gives %(given)s", **figures)
    return said


def _equal_words(key: PageKey, answers: Answers) -> str:
    form = key.ballot.form
    marked = [
        question
        for question in form.questions
        if question.subject is not None and question.name in answers and question.item.kind in ("scale", "number")
    ]
    words = {question.item.shown(answers[question.name], key.display.lang) for question in marked}
    if len(words) == 1:
        said: str = _(
            "All %(persons)s are given “%(what)s”. Is that what you mean?", persons=how_many(marked), what=words.pop()
        )
    else:
        said = _("All %(persons)s are given the same. Is that what you mean?", persons=how_many(marked))
    return said


def _padded(html: str, block: int) -> Markup:
    """Fill up to a whole number of blocks, at least one."""
    return Markup(html + " " * (block - len(html.encode()) % block))  # noqa: S704 - a template's own output
