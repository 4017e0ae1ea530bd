"""Ballots of made-up voters: drawn by chance, right by the rules of the door, and worth nothing.

Nobody ever opens them, so they need no opinion: every option is as likely as any other.
"""

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from survey.core.errors import N_, Refused
from survey.questionnaires.form import Answers, Form, asked
from survey.questionnaires.kinds.choice import ChoiceItem
from survey.questionnaires.kinds.multiple import MultipleItem
from survey.questionnaires.kinds.number import NumberItem
from survey.questionnaires.kinds.text import TextItem
from survey.questionnaires.words import Answer, Item
from survey.rounds.limits import breaches
from survey.rounds.rules import Limit

WRITTEN = "示范文字不计入"
BLANK = 0.03
"""The share of questions left open that may be."""

MOST_TRIES = 2000


def fill(form: Form, limits: Sequence[Limit], draw: Random) -> Answers:
    """Return the answers of a made-up voter, as the form itself reads them.

    Args:
        form: what the voter is asked.
        limits: of the round; all of them are kept.
        draw: chance.

    Raises:
        Refused: when chance found no ballot that keeps the limits.
    """
    answers = _drawn(form, {}, draw)
    wrong = _wrong(form, limits, answers)
    for _ in range(MOST_TRIES):
        if not wrong:
            return _read(form, answers)
        other = _changed(form, limits, answers, draw)
        if (still := _wrong(form, limits, other)) <= wrong:
            answers, wrong = other, still
    raise Refused(N_("No made-up ballot was found that keeps the limits of this round; look at them once more"))


def _read(form: Form, answers: Answers) -> Answers:
    return form.read(_Posted(form.fields(answers)))


class _Posted:
    """A form's fields as a browser would send them."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        self._values: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in fields:
            self._values[name].append(value)

    def getlist(self, key: str) -> list[str]:
        return self._values[key]


def _wrong(form: Form, limits: Sequence[Limit], answers: Answers) -> int:
    """Return how far a ballot is from one that the door takes."""
    beyond = sum(abs(breach.given - breach.allowed) for breach in breaches(limits, form, answers))
    return beyond + len(form.missing(answers))


def _changed(form: Form, limits: Sequence[Limit], answers: Answers, draw: Random) -> Answers:
    """Return a ballot with another answer to one question that a broken limit is about, or any."""
    items = {breach.limit.item for breach in breaches(limits, form, answers)}
    questions = [one for one in form.questions if one.item.id in items] or list(form.questions)
    name = draw.choice(questions).name
    return _drawn(form, {key: answer for key, answer in answers.items() if key != name}, draw, never_blank=name)


def _drawn(form: Form, kept: Answers, draw: Random, *, never_blank: str = "") -> Answers:
    """Answer what is asked; an answer changes what is asked after it."""
    first = not kept
    answers: dict[str, Answer] = {}
    for question in form.questions:
        name = question.name
        if not asked(question, answers):
            continue
        if name in kept:
            answers[name] = kept[name]
        elif name == never_blank or question.item.required or (first and draw.random() >= BLANK):
            answers[name] = _answer(question.item, draw)
    return answers


def _answer(item: Item, draw: Random) -> Answer:
    if isinstance(item, ChoiceItem):
        return draw.randint(1, len(item.options))
    if isinstance(item, MultipleItem):
        most = len(item.options)
        chosen = draw.randint(max(1, item.at_least), item.at_most or most)
        return tuple(sorted(draw.sample(range(1, most + 1), chosen)))
    if isinstance(item, NumberItem):
        steps = int((item.maximum - item.minimum) / item.unit)
        return (item.minimum + draw.randint(0, steps) * item.unit).quantize(item.unit) + 0
    if isinstance(item, TextItem):
        length = min(item.max_length, max(item.min_length, len(WRITTEN)))
        return (WRITTEN * (length // len(WRITTEN) + 1))[:length]
    raise TypeError(item.kind)
