"""Remove a draft that was never opened and has no codes: what goes in figures, a reason, an entry in the log."""

from werkzeug.wrappers import Response

from forms.desk.base import ReasonForm
from survey.codes.service import expect_none_issued
from survey.core.errors import N_, SurveyError
from survey.rounds.drafting import hold_draft
from survey.rounds.service import REMOVED, get_round, list_voter_groups, rehearsal_of, remove_round
from survey.web.desk.faults import faults
from survey.web.desk.rounds.room import page, rounds
from survey.web.desk.shell import back, looking, note, say, work


@rounds.get("/<round_id>/remove")
def removing(round_id: str) -> str:
    """Show what would go, or why it stays."""
    return _removing(round_id)


@rounds.post("/<round_id>/remove")
def remove(round_id: str) -> Response | tuple[str, int]:
    """Remove the draft."""
    form = ReasonForm()
    if not form.validate():
        return _removing(round_id, form, []), 400
    try:
        with work() as session:
            row = get_round(session, round_id)
            hold_draft(session, row)
            expect_none_issued(session, row)
            removed = remove_round(session, row)
            note(session, row.office, REMOVED, reason=form.reason.data, **removed)
    except SurveyError as error:
        return _removing(round_id, form, faults(error)), 409
    say(N_("The draft %(round)s is removed, with %(planned)s planned voters"), **removed)
    return back("desk.rounds.index")


def _removing(round_id: str, form: ReasonForm | None = None, problems: list[str] | None = None) -> str:
    with looking() as session:
        row = get_round(session, round_id)
        groups = list_voter_groups(session, row)
        return page(
            "remove.html",
            session,
            row,
            groups=len(groups),
            planned=sum(group.planned for group in groups),
            rehearsed=rehearsal_of(session, row) is not None,
            form=form or ReasonForm(formdata=None),
            problems=problems,
        )
