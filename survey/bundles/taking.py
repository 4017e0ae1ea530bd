"""Take the counts of a verified bundle into the record of the level above, which merges them into its runs."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.bundles.verify import Verified
from survey.core.errors import N_, AlreadyDone, Refused
from survey.counting.merge import expect_mergeable, merge_counts
from survey.counting.service import get_count
from survey.counting.taken import Taken, keep_taken, list_taken
from survey.rounds.models import State
from survey.rounds.service import frozen_round, list_rounds
from survey.scoring.parts import part_document, part_from_document

TAKEN = N_("Took %(n)s counts from the bundle %(file)s, signed by %(fingerprint)s; hash of its run %(hash)s")
"""For the log."""


def take(session: Session, verified: Verified, now: datetime) -> tuple[Taken, ...]:
    """Keep every count of a bundle that is not here yet; all of them or none.

    Returns:
        Those that are new.

    Raises:
        AlreadyDone: when a count was made here, or was taken with other figures.
        Refused: when trustees have not signed a count's figures, there is none, or it does not fit the others.
    """
    if not verified.counts:
        raise Refused(N_("The bundle has no count; there is nothing to take"))
    for one in verified.counts:
        if one.unsigned:
            raise Refused(
                N_(
                    "The figures of %(name)s (%(origin)s) are not signed by the trustees %(fingerprints)s; the count "
                    "is not taken"
                ),
                name=one.round,
                origin=one.origin,
                fingerprints=", ".join(one.unsigned),
            )
    here = {row.frozen_hash for row in list_rounds(session)}
    new = []
    for part in verified.run.inputs.rounds:
        if part.frozen.content_hash in here:
            raise AlreadyDone(
                N_("The round %(name)s of this bundle was held here; only counts from elsewhere are taken"),
                name=part.name,
            )
        taken = Taken(part.name, part.frozen.content_hash, part_document(part), verified.signer, now)
        if keep_taken(session, taken):
            new.append(taken)
    for name in {part.name for part in verified.run.inputs.rounds}:
        _expect_fitting(session, name)
    return tuple(new)


def _expect_fitting(session: Session, name: str) -> None:
    """Refuse now what would make every later run fail."""
    taken = [part_from_document(one.document) for one in list_taken(session, name)]
    opened = [row for row in list_rounds(session) if row.name == name and row.frozen_hash is not None]
    expect_mergeable([*(part.frozen for part in taken), *(frozen_round(session, row.id) for row in opened)])
    counted = [row for row in opened if row.state == State.COUNTED]
    merge_counts(
        [
            *((part.frozen, part.count) for part in taken),
            *((frozen_round(session, row.id), get_count(session, row)) for row in counted),
        ]
    )
