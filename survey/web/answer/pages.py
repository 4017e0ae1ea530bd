"""The pages of one ballot: rendered once for each display, then kept as bytes.

What is a request's own stands in one hole of the page, between the code in the form's address and the stamp
in its first field. Pages that carry somebody's answers are made for him alone and never kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from survey.casting import Ballot
from survey.web.answer.cards import Card, make_cards
from survey.web.display import Display, local_time
from survey.web.prepared import PreparedPage

MOST_PAGES = 1024
SECONDS_TO_CLOSE = 15  # on a shared device
SECONDS_A_QUESTION = 10
# No answer and no wording can hold these: templates escape the angle brackets.
CODE_HERE = "00000000000000000000"
STAMP_HERE = "<stamp>"
ESCAPED_STAMP_HERE = "&lt;stamp&gt;"
NOTHING: MultiDict[str, str] = MultiDict()


def is_ballot(ballot: Ballot) -> bool:
    """Tell whether a round's pages are those of a secret ballot about many subjects."""
    return ballot.frozen.definition.kind in ("ballot", "posneg")


@dataclass(frozen=True, slots=True)
class PageKey:
    """What makes two pages the same; the ballot itself is only along to render the first of them."""

    version: str
    group_id: int
    display: Display
    ballot: Ballot = field(compare=False, repr=False)

    @classmethod
    def of(cls, ballot: Ballot, display: Display) -> "PageKey":
        """Return the key of a ballot's pages."""
        return cls(ballot.frozen.content_hash, ballot.group_id, display, ballot)


@dataclass(frozen=True)
class FormPage:
    """The answering page without anybody's answers."""

    page: PreparedPage
    between: bytes

    def hole(self, code: str, stamp: str) -> bytes:
        """Return what is a request's own."""
        return code.encode() + self.between + stamp.encode()


@lru_cache(maxsize=MOST_PAGES)
def form_page(key: PageKey) -> FormPage:
    """Render and compress the answering page of a ballot."""
    html = without_indentation(render_form(key, CODE_HERE, STAMP_HERE))
    before, rest = html.split(CODE_HERE, 1)
    between, after = rest.split(ESCAPED_STAMP_HERE, 1)
    return FormPage(PreparedPage(before.encode(), after.encode()), between.encode())


@lru_cache(maxsize=MOST_PAGES)
def cards_of(key: PageKey) -> tuple[Card, ...]:
    """Return a ballot's questions in the display's language."""
    return make_cards(key.ballot.form, key.display.lang)


def render_form(
    key: PageKey,
    code: str,
    stamp: str,
    given: MultiDict[str, str] = NOTHING,
    problems: Mapping[str, str] | None = None,
) -> str:
    """Render the answering page, with what was already given and what was wrong with it.

    Args:
        key: the ballot and the display.
        code: the code in the form's address.
        stamp: the form's stamp.
        given: the fields of an earlier post.
        problems: a sentence for each question with a fault, by name.
    """
    definition = key.ballot.frozen.definition
    return render_template(
        "answer/form.html",
        action=url_for("answer.review" if definition.review else "answer.cast", code=code),
        stamp=stamp,
        given=given,
        problems=problems or {},
        **form_facts(key),
    )


def form_facts(key: PageKey) -> dict[str, Any]:
    """Return what the answering page shows to everybody."""
    cards = cards_of(key)
    definition = key.ballot.frozen.definition
    intro = key.ballot.frozen.questionnaire.intro
    return {
        **heading(key),
        "cards": cards,
        "subjects": key.ballot.form.subjects,
        "intro": intro.words(key.display.lang) if intro else "",
        "closes": local_time(definition.closes_at),
        "grace": definition.grace_minutes,
        "minutes": -(-len(cards) * SECONDS_A_QUESTION // 60),
        "button": _("Check and submit") if definition.review else _("Submit"),
    }


def heading(key: PageKey) -> dict[str, Any]:
    """Return what every page of a round says about it, and whether it is a rehearsal."""
    definition = key.ballot.frozen.definition
    return {
        "title": definition.title.words(key.display.lang),
        "organiser": definition.organiser.words(key.display.lang),
        "contact": definition.contact,
        "rehearsal": definition.rehearsal,
    }


def without_indentation(html: str) -> str:
    """Drop the templates' indentation; for pages that hold nobody's words only."""
    return re.sub(r"\n\s+", "\n", html)


def _done(key: PageKey) -> str:
    secret = key.ballot.frozen.definition.secret
    return render_template("answer/done.html", **heading(key), secret=secret, seconds=SECONDS_TO_CLOSE)


@lru_cache(maxsize=MOST_PAGES)
def done_page(key: PageKey) -> PreparedPage:
    """Render the page that everybody gets at the end."""
    html = without_indentation(_done(key))
    return PreparedPage(html.encode(), b"")
