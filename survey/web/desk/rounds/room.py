"""The room of rounds, and what all its pages need: the draft, held while it changes; or why it no longer does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from survey.codes.service import expect_none_issued
from survey.core import clock
from survey.core.errors import N_, Refused, SurveyError
from survey.rounds.definition import RoundDefinition
from survey.rounds.drafting import hold_draft
from survey.rounds.models import Round, State
from survey.rounds.service import check_round, get_round
from survey.staff.roles import Power
from survey.web.desk.shell import me, work

rounds = Blueprint("rounds", __name__, url_prefix="/rounds")


@contextmanager
def changing(name: str) -> Iterator[tuple[Session, Round, RoundDefinition]]:
    """Open the one transaction in which a draft is changed; others wait, and it is checked again at the end.

    Raises:
        NotFound: when there is no such round.
        Refused: when it was opened, is a rehearsal, or codes were issued for it.
    """
    with work() as session:
        row = get_round(session, name)
        definition = hold_draft(session, row)
        expect_none_issued(session, row)
        yield session, row, definition
        # With nothing left in its way it is ready, and its codes can be issued.
        check_round(session, row, clock.now())


def fixed(session: Session, row: Round) -> SurveyError | None:
    """Return why nothing of a round can be changed by the present member; none when it can."""
    if row.state not in (State.DRAFT, State.READY):
        return Refused(
            N_("%(name)s was opened: what it asks, of whom and under which key is frozen and never changes"),
            name=row.name,
        )
    if row.definition.get("rehearsal"):
        return Refused(N_("%(name)s is a rehearsal; change the round that it rehearses"), name=row.name)
    if not me().may(Power.SET_UP, row.office):
        return Refused(N_("Your role looks at this; set-up staff of the office change it"))
    try:
        expect_none_issued(session, row)
    except Refused as error:
        return error
    return None


def page(template: str, session: Session, row: Round, **values: Any) -> str:  # noqa: ANN401 - what a page shows
    """Render a page of a round."""
    return render_template(f"desk/rounds/{template}", round=row, fixed=fixed(session, row), **values)
