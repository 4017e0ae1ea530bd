"""Score: apply the scheme to all that was counted and filed; or try what would be, which is marked and never counts."""

from collections.abc import Sequence
from pathlib import Path

from werkzeug.wrappers import Response

from forms.desk.base import DeskForm
from survey.core import clock
from survey.core.errors import N_, Refused, SurveyError
from survey.core.software import software
from survey.scoring import filing, service
from survey.scoring.run import score_run
from survey.scoring.trying import gathered_with, what_if_of
from survey.staff.models import ROOT
from survey.web.desk.faults import faults, status_of
from survey.web.desk.schemes.overview import scheme_page
from survey.web.desk.schemes.room import schemes
from survey.web.desk.shell import back, looking, note, say, work
from survey.web.desk.upload import received

UNUSED = N_("%(unused)s filed pieces are not used: the scheme asks for them no more, or assesses those units no more")


@schemes.post("/<scheme_id>/score")
def score(scheme_id: str) -> Response | tuple[str, int]:
    """Make a run that counts, of everything as it stands now."""
    if not DeskForm().validate():
        raise Refused(N_("This request cannot be understood"))
    try:
        return _run(scheme_id, ())
    except SurveyError as error:
        return scheme_page(scheme_id, problems=faults(error)), 400


@schemes.post("/<scheme_id>/what-if")
def what_if(scheme_id: str) -> Response | tuple[str, int]:
    """Make a run with other rules or other figures; nothing of them is filed."""
    try:
        with received() as file:
            return _run(scheme_id, (file,))
    except SurveyError as error:
        return scheme_page(scheme_id, problems=faults(error)), status_of(error)


def _run(scheme_id: str, changes: Sequence[Path]) -> Response:
    # Reading and computing take a while; nobody who casts a ballot waits for them.
    with looking() as session:
        inputs = gathered_with(session, scheme_id, changes)
        left = filing.left_over(session, inputs.scheme)
    run = score_run(inputs)
    tried = what_if_of(changes)
    with work() as session:
        number, new = service.keep_run(session, run, clock.now(), software=software(), what_if=tried)
        figures = {
            "scheme": inputs.scheme.reference,
            "number": number,
            "units": len(run.grades.units),
            "hash": run.content_hash[:16],
            "what_if": tried,
            "unused": len(run.unused) + len(left),
        }
        if new:
            note(session, ROOT, service.TRIED if tried else service.SCORED, **figures)
    if not new:
        say(N_("Nothing has changed since run %(number)s of %(scheme)s"), **figures)
    elif tried:
        say(N_("Run %(number)s is a what-if (%(what_if)s): it is kept apart and can never be published"), **figures)
    else:
        say(N_("Run %(number)s of %(scheme)s: %(units)s assessed"), **figures)
    if figures["unused"]:
        say(UNUSED, **figures)
    return back("desk.schemes.run", scheme_id=scheme_id, number=number)
