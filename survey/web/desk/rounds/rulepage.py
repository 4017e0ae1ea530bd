"""The page of a round's rules: quorum, limits, classes and weights, and what may be shown."""

import re
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.desk.rules import RulesForm
from survey.core.errors import N_, SurveyError
from survey.questionnaires.service import get_questionnaire
from survey.rounds.definition import RoundDefinition
from survey.rounds.drafting import change_definition
from survey.rounds.service import get_round
from survey.web.desk.faults import faults
from survey.web.desk.rounds.room import changing, page, rounds
from survey.web.desk.rounds.rulebook import (
    BOUNDS,
    BREACHES,
    CLASS_FIELDS,
    FIELD_NAMES,
    LIMIT_FIELDS,
    Row,
    class_rows,
    fields_of,
    limit_rows,
    rows_sent,
    with_rules,
)
from survey.web.desk.shell import back, looking, note, say

EMPTY_ROWS = 3
_ROWS = re.compile(r"rules\.(classes|limits)\.([0-9]+)(?:\.(.*))?")
_ROW_NAMES = {"classes": N_("Class %(n)s, %(field)s"), "limits": N_("Limit %(n)s, %(field)s")}


@rounds.get("/<round_id>/rules")
def rules(round_id: str) -> str:
    """Show the rules of a round."""
    with looking() as session:
        definition = RoundDefinition.model_validate(get_round(session, round_id).definition)
        form = RulesForm(formdata=None, data=fields_of(definition))
        return _page(session, round_id, form, class_rows(definition), limit_rows(definition))


@rounds.post("/<round_id>/rules")
def change_rules(round_id: str) -> Response | tuple[str, int]:
    """Give a draft other rules."""
    form = RulesForm()
    classes = rows_sent(request.form, "class", CLASS_FIELDS)
    limits = rows_sent(request.form, "limit", LIMIT_FIELDS)
    try:
        with changing(round_id) as (session, row, definition):
            said = {name: value or "" for name, value in form.data.items() if isinstance(value, str | None)}
            changed = with_rules(definition, said, classes, limits)
            change_definition(session, row, changed)
            sentence = N_("Changed the rules of %(name)s: %(classes)s classes, %(limits)s limits, minimum %(minimum)s")
            figures = {"classes": len(classes), "limits": len(limits), "minimum": changed.rules.minimum}
            note(session, row.office, sentence, name=row.name, **figures)
    except SurveyError as error:
        wrong = faults(error, form, FIELD_NAMES | _QUORUM, _place)
        with looking() as session:
            return _page(session, round_id, form, classes, limits, problems=wrong), 400
    say(N_("The rules are saved"))
    return back("desk.rounds.show", round_id=round_id)


_QUORUM = {"rules.quorum.share": "quorum_share", "rules.quorum.operator": "quorum_operator"}


def _page(
    session: Session,
    round_id: str,
    form: RulesForm,
    classes: list[Row],
    limits: list[Row],
    **values: Any,  # noqa: ANN401 - what the page shows
) -> str:
    row = get_round(session, round_id)
    asked = get_questionnaire(session, row.definition["questionnaire"])
    none = dict.fromkeys(CLASS_FIELDS, ""), dict.fromkeys(LIMIT_FIELDS, "")
    return page(
        "rules.html",
        session,
        row,
        form=form,
        classes=[*classes, *[none[0]] * EMPTY_ROWS],
        limits=[*limits, *[none[1]] * EMPTY_ROWS],
        bounds=BOUNDS,
        breaches=BREACHES,
        items=[item for item in asked.items if item.per == "subject"],
        **values,
    )


def _place(where: str) -> str:
    """Return what people call the row and column of a fault."""
    found = _ROWS.fullmatch(where)
    if found is None:
        return where
    field = gettext(_COLUMNS.get(found[3] or "", "%(field)s")) % {"field": found[3]}
    named: str = gettext(_ROW_NAMES[found[1]]) % {"n": found[2], "field": field}
    return named


_COLUMNS = {
    "code": N_("code"),
    "zh": N_("name in Chinese"),
    "en": N_("name in English"),
    "weight": N_("weight"),
    "weights": N_("other weights"),
    "minimum": N_("minimum"),
    "item": N_("question"),
    "options": N_("options"),
    "at_least": N_("number from"),
    "below": N_("number below"),
    "most": N_("amount"),
    "share": N_("amount"),
    "least": N_("amount"),
    "breach": N_("what follows"),
}
