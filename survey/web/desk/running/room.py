"""The room of a round that runs, and what its pages show of it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from survey.core.errors import N_, Refused
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round
from survey.rounds.service import get_round, is_rehearsal, list_voter_groups
from survey.turnout.rules import Disposition, sum_up
from survey.web.desk.watching.snapshot import snapshots

running = Blueprint("running", __name__, url_prefix="/rounds/<round_id>/run")


@dataclass(frozen=True)
class Figures:
    """What stands on every page before a step.

    Attributes:
        voters: planned by the voters file.
        groups: groups and classes.
        account: of all codes together; of an open secret round in steps.
    """

    voters: int
    groups: int
    account: Disposition

    @property
    def in_steps(self) -> bool:
        """Whether the figures are rounded."""
        return self.account.step > 1


def figures_of(session: Session, row: Round) -> Figures:
    """Return the figures of a round, of the same minute as those of the page that watches it."""
    groups = list_voter_groups(session, row)
    account = sum_up(snapshots().get(session, row).reading.groups, "")
    return Figures(sum(group.planned for group in groups), len(groups), account)


def real_round(session: Session, name: str) -> Round:
    """Return a round that is run here.

    Raises:
        NotFound: when there is none.
        Refused: when it is a rehearsal, which opens by itself and is cleared.
    """
    row = get_round(session, name)
    if is_rehearsal(row):
        raise Refused(
            N_("%(name)s is a rehearsal: it opened when it was made, and is cleared on its round's page"), name=row.name
        )
    return row


def page(template: str, session: Session, row: Round, **values: Any) -> str:  # noqa: ANN401 - what a page shows
    """Render a page of the room."""
    return render_template(
        f"desk/running/{template}",
        round=row,
        definition=RoundDefinition.model_validate(row.definition),
        figures=figures_of(session, row),
        **values,
    )
