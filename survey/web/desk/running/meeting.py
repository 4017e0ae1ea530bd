"""In the hall: let the codes of a batch in or no more, write down who came. One tap each; the log keeps both."""

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from survey.codes.service import LET_IN, LET_IN_NO_MORE, open_batch, shut_batch
from survey.core import clock
from survey.core.errors import N_, Refused, SurveyError
from survey.rounds.models import Round
from survey.rounds.service import PRESENT, note_present
from survey.web.desk.faults import faults
from survey.web.desk.running.pages import overview
from survey.web.desk.running.room import real_round, running
from survey.web.desk.shell import back, note, say, work

ALL = "*"
"""Every batch of the round; no batch has this name."""
LONGEST_NUMBER = 8


@running.post("/doors")
def doors(round_id: str) -> Response | tuple[str, int]:
    """Let codes in, or no more."""
    try:
        with work() as session:
            _move(session, real_round(session, round_id))
    except SurveyError as error:
        return overview(round_id, faults(error)), 409
    return back("desk.running.show", round_id=round_id)


def _move(session: Session, row: Round) -> None:
    if wanted := request.form.get("open"):
        changed = open_batch(session, row, None if wanted == ALL else wanted)
        done = LET_IN
    elif wanted := request.form.get("shut"):
        changed = shut_batch(session, row, None if wanted == ALL else wanted, clock.now())
        done = LET_IN_NO_MORE
    else:
        raise Refused(N_("Choose a batch"))
    if not changed:
        say(N_("Nothing changed"))
        return
    named = ", ".join(changed) if wanted != ALL else ALL
    note(session, row.office, done, round=row.name, n=len(changed), batches=named)
    say(done, round=row.name, n=len(changed), batches=named)


@running.post("/present")
def present(round_id: str) -> Response | tuple[str, int]:
    """Write down how many voters of a group and class came (实到)."""
    group, ballot_class = request.form.get("group", ""), request.form.get("class", "")
    try:
        with work() as session:
            row = real_round(session, round_id)
            n = _number(request.form.get("present", ""))
            note_present(session, row, group, ballot_class, n)
            figures = {"round": row.name, "group": group, "ballot_class": ballot_class, "n": n}
            note(session, row.office, PRESENT, **figures)
    except SurveyError as error:
        return overview(round_id, faults(error)), 409
    say(PRESENT, **figures)
    return back("desk.running.show", round_id=round_id)


def _number(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_NUMBER:
        raise Refused(N_("Write a whole number, for example 118"))
    return int(text)
