"""The rehearsal of a round (试填): its twin, open at once, on which every page can be tried. It never counts.

It is sealed to keys made for it alone, whose private halves are kept nowhere: nobody can ever read what was answered.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, Refused
from survey.core.keys import KeyKind, PrivateKey, PublicKey
from survey.rounds.definition import TRUSTEES, RoundDefinition
from survey.rounds.lifecycle import rehearsal_name
from survey.rounds.models import WORDS, Round, State, VoterGroupRow
from survey.rounds.service import is_rehearsal, list_voter_groups, open_round

USUAL_CODES = 3
MOST_CODES = 20
"""Codes for each voter group: a few, to try the pages, not to fill a hall."""

MADE = N_("Made a rehearsal of the round %(round)s with %(codes)s codes")
"""For the log."""

SHORTEST = timedelta(days=1)
SEED = 32


def make_rehearsal(session: Session, row: Round, now: datetime, *, codes: int = USUAL_CODES) -> Round:
    """Make the twin of a round that is not open yet, and open it.

    Args:
        session: the unit of work.
        row: a draft, or a round that is ready.
        now: the moment, UTC.
        codes: how many codes each voter group of the twin is to have.

    Raises:
        Refused: when the round was opened, is itself a rehearsal, or its questions, voters or rules do not fit yet.
        AlreadyDone: when there is one, or another round has its name.
    """
    # Whoever opens the round at this moment is waited for, and seen.
    session.refresh(row, with_for_update=True)
    if is_rehearsal(row):
        raise Refused(N_("%(name)s is a rehearsal itself"), name=row.name)
    if row.state not in (State.DRAFT, State.READY):
        raise Refused(
            N_("%(name)s is %(state)s; it is rehearsed before it opens"), name=row.name, state=WORDS[row.state]
        )
    if not 1 <= codes <= MOST_CODES:
        raise Refused(N_("A rehearsal has 1 to %(most)s codes for each voter group"), most=MOST_CODES)
    name = rehearsal_name(row.name)
    if session.scalar(select(Round.id).where(Round.name == name)) is not None:
        raise AlreadyDone(N_("There is a round %(name)s already; clear it first"), name=name)
    twin = _twin(row, name, now)
    session.add(twin)
    session.flush()
    session.add_all(
        VoterGroupRow(
            round_id=twin.id,
            group=group.group,
            ballot_class=group.ballot_class,
            planned=codes,
            subjects=group.subjects,
        )
        for group in list_voter_groups(session, row)
    )
    session.flush()
    open_round(session, twin, now)
    return twin


def _twin(row: Round, name: str, now: datetime) -> Round:
    definition = RoundDefinition.model_validate(row.definition)
    now = now.astimezone(definition.closes_at.tzinfo).replace(microsecond=0)
    again = definition.model_copy(
        update={
            "id": name,
            "rehearsal": True,
            "opens_at": min(definition.opens_at, now),
            "closes_at": max(definition.closes_at, now + SHORTEST),
            "announce": False,
        }
    )
    return Round(
        name=name,
        office=row.office,
        state=State.DRAFT,
        definition=again.model_dump(mode="json"),
        public_keys=[key.document() for key in _lost_keys(definition)],
    )


def _lost_keys(definition: RoundDefinition) -> list[PublicKey]:
    """Make keys like the round's, and forget what would open them."""
    if definition.seal == "trustees":
        return [PrivateKey(KeyKind.TRUSTEE, secrets.token_bytes(SEED)).public for _ in range(TRUSTEES)]
    return [PrivateKey(KeyKind.OFFICE, secrets.token_bytes(SEED)).public]
