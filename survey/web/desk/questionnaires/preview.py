"""A questionnaire as it will look on a phone, with made-up subjects; nothing of it can be sent anywhere."""

from datetime import UTC, datetime
from typing import Any

from flask import g, make_response, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from survey.casting import Ballot
from survey.core.errors import N_
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.selectors import TYPE
from survey.rounds.definition import FrozenRound, RoundDefinition, VoterGroup
from survey.subjects.roster import Subject
from survey.web.answer.ballot_pages import sheet_facts, sheets_of
from survey.web.answer.pages import PageKey, form_facts, is_ballot
from survey.web.display import Display
from survey.web.headers import CONTENT_SECURITY_POLICY

GROUP, CLASS = "preview", "A"
OPENS, CLOSES = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
SUBJECTS = 3
NAMES = (N_("Example A"), N_("Example B"), N_("Example C"))
CADRES = ("cadre", "head", "deputy")
NOTHING: MultiDict[str, str] = MultiDict()
# The form goes nowhere; should a browser's extension think otherwise, this forbids it.
NOT_SENT = CONTENT_SECURITY_POLICY.replace("form-action 'self'", "form-action 'none'")


def is_for_ballots(questionnaire: Questionnaire) -> bool:
    """Tell whether a questionnaire reads like a ballot on cadres; a survey of citizens asks of one unit."""
    if questionnaire.sheets or any(item.overall or item.kind == "statement" for item in questionnaire.items):
        return True
    return any(selector in CADRES for item in questionnaire.items for selector in item.only)


def made_up_subjects(questionnaire: Questionnaire, *, ballot: bool) -> tuple[Subject, ...]:
    """Return subjects of whom everything is asked: one of each kind that is named; on a ballot three at least."""
    selectors = list(dict.fromkeys(one for item in questionnaire.items for one in item.only))
    selectors = selectors or (["head", "deputy"] if ballot else ["unit"])
    if ballot:
        selectors += selectors[-1:] * (SUBJECTS - len(selectors))
    return tuple(_made_up(number, selector) for number, selector in enumerate(selectors))


def _made_up(number: int, selector: str) -> Subject:
    name = _(NAMES[number]) if number < len(NAMES) else _("Example %(number)s", number=number + 1)
    is_unit = selector == "unit" or selector.startswith(TYPE)
    return Subject.model_validate(
        {
            "code": f"preview-{number + 1}",
            "name": name,
            "kind": "unit" if is_unit else "cadre",
            "unit_type": selector.removeprefix(TYPE) if selector.startswith(TYPE) else "",
            "rank": "" if is_unit else selector if selector in {"head", "deputy"} else "head",
        }
    )


def made_up_ballot(questionnaire: Questionnaire, *, ballot: bool) -> Ballot:
    """Return what somebody would hold if a round, a ballot or a survey, asked this questionnaire."""
    subjects = made_up_subjects(questionnaire, ballot=ballot)
    definition = RoundDefinition.model_validate(
        {
            "id": "preview",
            "title": questionnaire.title.model_dump(),
            "organiser": {"zh": "主办单位", "en": "Organiser"},
            "contact": "-",
            "questionnaire": questionnaire.reference,
            "kind": "ballot" if ballot else "opinion",
            "voters": "-",
            "opens_at": OPENS,
            "closes_at": CLOSES,
        }
    )
    voters = VoterGroup(GROUP, CLASS, 1, tuple(subject.code for subject in subjects))
    return Ballot(0, 0, FrozenRound(definition, questionnaire, subjects, (voters,), ()), GROUP, CLASS)


def phone_page(
    questionnaire: Questionnaire,
    display: Display,
    sheet: int = 0,
    *,
    ballot: bool,
    **links: Any,  # noqa: ANN401
) -> Response:
    """Render the answering page, in a phone's width and under a watermark.

    Args:
        questionnaire: what is asked.
        display: language and size of its text.
        sheet: which of its sheets, from 0.
        ballot: whether a ballot asks it, or else a survey.
        links: where the preview leads: ``back``, and ``here`` for other languages, sizes and sheets.
    """
    g.display = display
    with force_locale(display.lang):
        key = PageKey.of(made_up_ballot(questionnaire, ballot=ballot), display)
        sheets: tuple[Any, ...] = ()
        if is_ballot(key.ballot):
            sheets = sheets_of(key)
            template = "answer/ballot/form.html"
            facts = sheet_facts(key, sheets[min(sheet, len(sheets) - 1)])
        else:
            template, facts = "answer/form.html", form_facts(key)
        html = render_template(
            "desk/questionnaires/phone.html",
            **facts,
            **links,
            template=template,
            pages=len(sheets),
            ballot=ballot,
            either=not questionnaire.sheets and any(item.per == "subject" for item in questionnaire.items),
            questionnaire=questionnaire,
            display=display,
            # The public pages are not there where only the desk runs, and nobody is to leave the preview by them.
            url_for=_nowhere,
            action="",
            stamp="",
            given=NOTHING,
            problems={},
            faults=(),
            carried_fields="",
            back_from="",
        )
    response = make_response(html)
    response.headers["Content-Security-Policy"] = NOT_SENT
    return response


def _nowhere(*_names: object, **_values: object) -> str:
    return "#main"
