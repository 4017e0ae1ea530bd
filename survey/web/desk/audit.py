"""The log of what staff did, in sentences."""

from flask import Blueprint, render_template, request
from flask_babel import gettext

from survey.staff.audit import broken_links, list_entries
from survey.staff.models import ROOT
from survey.staff.roles import Power
from survey.web.desk.shell import looking, me

PAGE = 100

audit = Blueprint("audit", __name__, url_prefix="/audit")


@audit.get("")
def show() -> str:
    """Show the newest entries of the member's offices, whether the chain holds, and a link to older ones."""
    before = request.args.get("before", type=int)
    rights = me().rights
    offices = None if rights.may(Power.AUDIT, ROOT) else rights.offices(Power.AUDIT)
    with looking() as database:
        entries = list_entries(database, offices, before=before, most=PAGE)
        broken = list(broken_links(database))
    said = [(entry, gettext(entry.sentence) % entry.figures) for entry in entries]
    older = entries[-1].number if len(entries) == PAGE else None
    return render_template("desk/audit.html", said=said, broken=broken, older=older)
