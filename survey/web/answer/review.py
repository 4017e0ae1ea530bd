"""The review page: what will be submitted, in words, before the one act that cannot be undone.

It carries the answers back in hidden fields; nothing is stored. A row whose answer is one of a few is
rendered once and filled up to the longest of them, so that the page's size does not tell the choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from flask import render_template, url_for

from survey.questionnaires.form import Answers, Question
from survey.questionnaires.words import Answer
from survey.web.answer.cards import Card
from survey.web.answer.pages import (
    CODE_HERE,
    ESCAPED_STAMP_HERE,
    MOST_PAGES,
    STAMP_HERE,
    PageKey,
    cards_of,
    heading,
    without_indentation,
)

GAPS_HERE = "<gaps>"
ROWS_HERE = "<rows>"
FEW_CHOICES = ("scale", "single", "statement")


@dataclass(frozen=True)
class ReviewPage:
    """The page cut at its four places, and the rows needed so far: every answer's, by question."""

    parts: tuple[str, str, str, str, str]
    rows: dict[str, Mapping[Answer | None, str]] = field(default_factory=dict)


@lru_cache(maxsize=MOST_PAGES)
def _page(key: PageKey) -> ReviewPage:
    html = render_template(
        "answer/review.html",
        **heading(key),
        action=url_for("answer.cast", code=CODE_HERE),
        stamp=STAMP_HERE,
        gaps=GAPS_HERE,
        rows=ROWS_HERE,
    )
    rest = without_indentation(html)
    parts = []
    for place in (CODE_HERE, ESCAPED_STAMP_HERE, "&lt;gaps&gt;", "&lt;rows&gt;"):
        part, rest = rest.split(place, 1)
        parts.append(part)
    return ReviewPage((parts[0], parts[1], parts[2], parts[3], rest))


def render_review(key: PageKey, code: str, stamp: str, answers: Answers) -> str:
    """Return the review page of somebody's answers."""
    page = _page(key)
    form = key.ballot.form
    gaps = {question.name for question in form.gaps(answers)}
    rows = [
        _row(key, page, card, question, answers.get(question.name))
        for card, question in zip(cards_of(key), form.questions, strict=True)
        if question.name in answers or question.name in gaps
    ]
    before, between, after, body, end = page.parts
    return "".join((before, code, between, stamp, after, _gaps(key, gaps), body, *rows, end))


def _gaps(key: PageKey, gaps: set[str]) -> str:
    if not gaps:
        return ""
    return render_template("answer/review_gaps.html", cards=[card for card in cards_of(key) if card.name in gaps])


def _row(key: PageKey, page: ReviewPage, card: Card, question: Question, answer: Answer | None) -> str:
    if card.kind not in FEW_CHOICES:
        return _render_row(key, card, question, answer)
    rows = page.rows.get(card.name)
    if rows is None:
        every = (None, *range(1, len(question.choices) + 1))
        made = {answer: without_indentation(_render_row(key, card, question, answer)) for answer in every}
        longest = max(len(row.encode()) for row in made.values())
        # Whole, in one assignment: other threads look here meanwhile.
        rows = page.rows[card.name] = {
            answer: row + " " * (longest - len(row.encode())) for answer, row in made.items()
        }
    return rows[answer]


def _render_row(key: PageKey, card: Card, question: Question, answer: Answer | None) -> str:
    item = question.item
    shown = "" if answer is None else item.shown(answer, key.display.lang)
    values = () if answer is None else item.values(answer)
    return render_template("answer/review_row.html", card=card, shown=shown, values=values)
