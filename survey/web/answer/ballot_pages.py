"""The answering pages of a secret ballot, one for each sheet; the first is kept as bytes like every form."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from survey.questionnaires.form import Form
from survey.web.answer.facts import LimitFact, class_words, extent, limit_facts, other_classes
from survey.web.answer.layout import Row, Sheet, make_sheets
from survey.web.answer.pages import (
    CODE_HERE,
    ESCAPED_STAMP_HERE,
    MOST_PAGES,
    NOTHING,
    STAMP_HERE,
    FormPage,
    PageKey,
    heading,
    without_indentation,
)
from survey.web.display import local_time
from survey.web.prepared import PreparedPage

CARRIED_HERE = "<carried>"
PAGE = "sheet-{}"
LATE = "_late"


@dataclass(frozen=True)
class Fault:
    """A fault on top of a page: where it is, in words and as an address on the page."""

    place: str
    id: str
    words: str


@lru_cache(maxsize=MOST_PAGES)
def sheets_of(key: PageKey) -> tuple[Sheet, ...]:
    """Return a ballot's pages in the display's language."""
    return make_sheets(key.ballot.frozen, key.ballot.form, key.display.lang)


@lru_cache(maxsize=MOST_PAGES)
def limits_of(key: PageKey) -> tuple[LimitFact, ...]:
    """Return the limits on a ballot in the display's language."""
    return limit_facts(key.ballot.frozen.definition.rules.limits, key.ballot.form, key.display.lang)


@lru_cache(maxsize=MOST_PAGES)
def ballot_form_page(key: PageKey) -> FormPage:
    """Render and compress the first page of a ballot without anybody's answers."""
    before, between, after = _blank(key, 0)
    end = after.replace(Markup.escape(CARRIED_HERE), "")
    return FormPage(PreparedPage(before.encode(), end.encode()), between.encode())


def render_sheet(
    key: PageKey,
    number: int,
    code: str,
    stamp: str,
    given: MultiDict[str, str],
    problems: Mapping[str, str] | None = None,
    back_from: str = "",
) -> str:
    """Render a page of a ballot with what was already given, here and on the other pages.

    Args:
        key: the ballot and the display.
        number: the sheet's, from 0.
        code: the code in the form's address.
        stamp: the form's stamp.
        given: the fields of an earlier post.
        problems: a sentence for each question with a fault, by name.
        back_from: the subject whose row was asked for from the review page.
    """
    sheet = sheets_of(key)[number]
    carried = _carried(key, sheet, given)
    if problems or back_from or any(question.name in given for question in sheet.form.questions):
        return _render(key, sheet, code, stamp, carried, given=given, problems=problems or {}, back_from=back_from)
    before, between, after = _blank(key, number)
    return "".join((before, code, between, stamp, after.replace(Markup.escape(CARRIED_HERE), carried, 1)))


@lru_cache(maxsize=MOST_PAGES)
def _blank(key: PageKey, number: int) -> tuple[str, str, str]:
    html = without_indentation(_render(key, sheets_of(key)[number], CODE_HERE, STAMP_HERE, CARRIED_HERE))
    before, rest = html.split(CODE_HERE, 1)
    between, after = rest.split(ESCAPED_STAMP_HERE, 1)
    return before, between, after


def _carried(key: PageKey, sheet: Sheet, given: MultiDict[str, str]) -> Markup:
    """Return the hidden fields of the other sheets, and what the review page keeps of late answers."""
    names = [question.name for other in sheets_of(key) if other is not sheet for question in other.form.questions]
    fields = [(name, value) for name in (*names, LATE) for value in given.getlist(name)]
    return Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value) for name, value in fields
    )


def _render(  # noqa: PLR0913 - what a page is made of
    key: PageKey,
    sheet: Sheet,
    code: str,
    stamp: str,
    carried: str,
    *,
    given: MultiDict[str, str] = NOTHING,
    problems: Mapping[str, str] | None = None,
    back_from: str = "",
) -> str:
    reviewed = key.ballot.frozen.definition.review or not _is_last(key, sheet)
    return render_template(
        "answer/ballot/form.html",
        action=url_for("answer.review" if reviewed else "answer.cast", code=code),
        stamp=stamp,
        carried_fields=carried,
        faults=faults_on(sheet, problems or {}),
        given=given,
        problems=problems or {},
        back_from=back_from,
        **sheet_facts(key, sheet),
    )


def sheet_facts(key: PageKey, sheet: Sheet) -> dict[str, Any]:
    """Return what a page of a ballot shows to everybody."""
    definition = key.ballot.frozen.definition
    lang = key.display.lang
    intro = key.ballot.frozen.questionnaire.intro
    return {
        **heading(key),
        "page": PAGE.format(sheet.number),
        "sheet": sheet,
        "sheets": sheets_of(key),
        "intro": intro.words(lang) if intro and sheet.number == 0 else "",
        "ballot_class": class_words(key.ballot, lang),
        "other_classes": other_classes(key.ballot),
        "extent": extent(key.ballot.form),
        "order": definition.order.words(lang) if definition.order else "",
        "limits": [fact for fact in limits_of(key) if any(row.item.id == fact.item for row in sheet.rows)],
        "late_option": late_words(sheet.form, lang),
        "closes": "" if definition.meeting else local_time(definition.closes_at),
        "button": _button(last=_is_last(key, sheet), reviewed=definition.review),
    }


def _is_last(key: PageKey, sheet: Sheet) -> bool:
    return sheet.number == len(sheets_of(key)) - 1


def _button(*, last: bool, reviewed: bool) -> str:
    if not last:
        words: str = _("Next page")
    else:
        words = _("Check and submit") if reviewed else _("Submit")
    return words


def late_words(form: Form, lang: str) -> str:
    """Return the words of the options that are never scored (不了解), as far as the form has any."""
    found = dict.fromkeys(
        option.words(lang) for question in form.questions for option in question.item.options if not option.scored
    )
    joint: str = _(" or ")
    return joint.join(found)


def faults_on(sheet: Sheet, problems: Mapping[str, str]) -> list[Fault]:
    """Return the faults of a page in its order."""
    found = [
        Fault(_("Question %(number)s", number=c.number), c.first_id, problems.get(c.name, "")) for c in sheet.before
    ]
    for row in sheet.rows:
        place = spoken(row)
        found.append(Fault(place, row.card.id if row.choices else row.card.first_id, problems.get(row.card.name, "")))
        found += [
            Fault(f"{place} {remark.card.words}", remark.card.first_id, problems.get(remark.card.name, ""))
            for remark in row.remarks
        ]
    found += [
        Fault(_("Question %(number)s", number=c.number), c.first_id, problems.get(c.name, "")) for c in sheet.after
    ]
    return [fault for fault in found if fault.words]


def spoken(row: Row) -> str:
    """Return what a row is about: 3/40 王秀英 总体评价."""
    return f"{row.person.place} {row.person.name} {row.card.words}"
