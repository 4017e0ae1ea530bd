"""What was refused stands in the log: who tried what without the right, once an hour, so that nobody can fill it."""

from http import HTTPStatus

from flask import g, request

from survey.core.errors import N_
from survey.staff.models import ROOT
from survey.web.desk.often import often
from survey.web.desk.scopes import SCOPES
from survey.web.desk.shell import me, note, work

HOUR = 3600
MOST_IN_AN_HOUR = 20
FORBIDDEN = N_("Was refused %(page)s %(thing)s: the role does not permit it")
FOREIGN = N_("Was refused %(page)s %(thing)s: it is of another office")


def write_down(status: int) -> None:
    """Note the refusal of the present request; a page that does not exist is none.

    The page is named by its rule and the thing by its own name: whatever else stands in an address may be a code.
    """
    foreign = g.get("refused")
    if g.get("me") is None or request.url_rule is None or (status != HTTPStatus.FORBIDDEN and foreign is None):
        return
    known = {name: value for name, value in (request.view_args or {}).items() if name in SCOPES}
    thing = " ".join(map(str, known.values()))
    lately = often("refusals", HOUR)
    if lately.note((me().id, request.endpoint, request.method, thing)) > 1 or lately.note(me().id) > MOST_IN_AN_HOUR:
        return
    office = g.get("office") if foreign is None else foreign
    with work() as database:
        sentence = FORBIDDEN if foreign is None else FOREIGN
        note(database, office or ROOT, sentence, page=f"{request.method} {request.url_rule.rule}", thing=thing)
