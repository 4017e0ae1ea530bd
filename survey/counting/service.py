"""Verbs on counts: count a closed round, and get its count again."""

import zlib
from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.ballots.box import take_out
from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.core.keys import fingerprint, public_bytes
from survey.counting.figures import Count, Pile, Spread
from survey.counting.models import CountRow
from survey.counting.opening import CHUNK, Opened, open_urn
from survey.counting.tally import GroupTally, piles_of, shuffled_texts, spreads_of
from survey.rounds.definition import FrozenRound
from survey.rounds.models import Round, State
from survey.rounds.service import frozen_round, list_voter_groups


def count_round(
    session: Session, row: Round, private_key: X25519PrivateKey, *, on_progress: Callable[[int], None] = lambda _n: None
) -> Count:
    """Open the urn and return the figures. Writes nothing: killed half-way, it simply starts again.

    Raises:
        AlreadyDone: when the round is counted.
        Refused: when it is not closed, or the key does not fit.
    """
    _expect_closed(row)
    frozen = frozen_round(session, row.id)
    _check_key(frozen, private_key)
    groups = {(group.group, group.ballot_class): group.id for group in list_voter_groups(session, row)}
    opened = open_urn(
        take_out(session.connection(), row.id, CHUNK), frozen, groups, private_key, on_progress=on_progress
    )
    return _count(frozen, groups, opened)


def keep_count(session: Session, row: Round, count: Count, now: datetime) -> None:
    """Write a count down for good; the round is counted from then on.

    Raises:
        AlreadyDone: when somebody else's count was quicker.
        Refused: when the round is not closed.
    """
    _expect_closed(row)
    session.add(CountRow(round_id=row.id, content_hash=count.content_hash, document=zlib.compress(count.to_bytes(), 9)))
    row.state, row.counted_at = State.COUNTED, now
    session.flush()


def get_count(session: Session, row: Round) -> Count:
    """Return the count of a round, its hash checked.

    Raises:
        NotFound: when the round is not counted.
        Refused: when the stored figures no longer give their hash.
    """
    kept = session.scalar(select(CountRow).where(CountRow.round_id == row.id))
    if kept is None:
        raise NotFound(N_("The round %(name)s is not counted yet"), name=row.name)
    try:
        count = Count.read(zlib.decompress(kept.document))
    except (zlib.error, ValueError, KeyError):
        count = None
    if count is None or count.content_hash != kept.content_hash:
        raise Refused(
            N_("The stored count of %(name)s was changed: its figures no longer give their hash"), name=row.name
        )
    return count


def _expect_closed(row: Round) -> None:
    if row.state == State.COUNTED:
        raise AlreadyDone(N_("The round %(name)s is counted already; a count never changes"), name=row.name)
    if row.state != State.CLOSED:
        raise Refused(
            N_("The round %(name)s is %(state)s; it is counted after it is closed"), name=row.name, state=row.state
        )


def _check_key(frozen: FrozenRound, private_key: X25519PrivateKey) -> None:
    given = public_bytes(private_key.public_key())
    if given != frozen.public_key:
        raise Refused(
            N_(
                "This key does not fit: the round is sealed to %(needed)s, the key given is %(given)s. "
                "The urn is untouched."
            ),
            needed=frozen.key_fingerprint,
            given=fingerprint(given),
        )


def _count(frozen: FrozenRound, groups: dict[tuple[str, str], int], opened: Opened) -> Count:
    ballots: dict[tuple[str, str], int] = {}
    piles: list[Pile] = []
    spreads: list[Spread] = []
    texts: list[tuple[str, str, str]] = []
    for voter in frozen.voters:
        name = (voter.group, voter.ballot_class)
        tally = opened.groups.get(groups[name], GroupTally())
        ballots[name] = tally.ballots
        piles += piles_of(*name, frozen.form(voter.subjects), tally)
        spreads += spreads_of(*name, tally)
        texts += tally.texts
    return Count(
        frozen.definition.id,
        frozen.content_hash,
        ballots,
        tuple(piles),
        tuple(spreads),
        shuffled_texts(texts, opened.root),
        tuple(opened.unreadable),
        tuple(opened.duplicates),
        opened.root,
    )
