"""Verbs on counts: count a closed round, here or away from here, and get its count again."""

import hashlib
import hmac
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.ballots.box import take_out
from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.core.keys import PrivateKey
from survey.counting.figures import Count, Ends, Pile, SheetCount, Spread
from survey.counting.models import CountRow
from survey.counting.opening import CHUNK, Chunk, Opened, open_urn
from survey.counting.signed import SignedCount, read_signed, sign
from survey.counting.tally import Tally, outermost, piles_of, sheet_count, shuffled_texts, spreads_of
from survey.counting.urnfile import read_urn, urn_root, write_urn
from survey.rounds.definition import FrozenRound
from survey.rounds.models import WORDS, Round, State
from survey.rounds.service import frozen_round, list_voter_groups
from survey.staff.webhooks import notify

COUNTED_ALONE = N_(
    "Counted the round %(round)s at the terminal, without a second person: %(envelopes)s envelopes, hash of the count "
    "%(hash)s, root of the urn %(root)s"
)
TAKEN_ALONE = N_(
    "Took the signed count of the round %(round)s at the terminal, without a second person: %(envelopes)s envelopes, "
    "hash of the count %(hash)s, root of the urn %(root)s"
)
URN_WRITTEN = N_("Let the urn of the round %(round)s be written to a file")
"""For the log; a count at the desk names the two people, see ``survey.worker.count``."""

Progress = Callable[[int], None]
SHEETS = range(1, 256)
SALT = "minsheng count salt"
# The place and sheet, in an urn file, of an envelope whose row names none of the round's; it does not open.
NOWHERE = (2**32 - 1, 0)


def _silent(_n: int) -> None:
    """Tell nobody."""


def count_round(
    session: Session, row: Round, private_keys: Sequence[PrivateKey], *, on_progress: Progress = _silent
) -> SignedCount:
    """Open the urn and return the figures. Writes nothing: killed half-way, it simply starts again.

    Args:
        session: a consistent view of the database.
        row: a closed round.
        private_keys: the office's key, or both trustees' in any order.
        on_progress: told the number of envelopes after each chunk.

    Raises:
        AlreadyDone: when the round is counted.
        Refused: when it is not closed, or the keys do not fit.
    """
    _expect_closed(row)
    frozen = frozen_round(session, row.id)
    keys = _in_order(frozen, private_keys)
    groups = {(group.group, group.ballot_class): group.id for group in list_voter_groups(session, row)}
    chunks = take_out(session.connection(), row.id, CHUNK)
    return sign(_count(frozen, groups, open_urn(chunks, frozen, groups, keys, on_progress=on_progress), keys), keys)


def expect_keys(session: Session, row: Round, private_keys: Sequence[PrivateKey]) -> None:
    """Do nothing when a closed round can be counted with these keys; asked before a long count is begun.

    Raises:
        AlreadyDone, Refused: as ``count_round``.
    """
    _expect_closed(row)
    _in_order(frozen_round(session, row.id), private_keys)


def export_urn(session: Session, row: Round, file: Path, *, on_progress: Progress = _silent) -> str:
    """Write the sorted envelopes and what opening froze, but no code, to a file that is counted elsewhere.

    Returns:
        The urn's root, to compare when the count comes back.

    Raises:
        Refused: when the round is not closed, or the file exists.
    """
    _expect_closed(row)
    frozen = frozen_round(session, row.id)
    by_name = {(voter.group, voter.ballot_class): place for place, voter in enumerate(frozen.voters)}
    ids = {(group.group, group.ballot_class): group.id for group in list_voter_groups(session, row)}
    places = {ids[name]: place for name, place in by_name.items() if name in ids}
    chunks = _placed(take_out(session.connection(), row.id, CHUNK), places)
    return write_urn(file, frozen, chunks, on_progress=on_progress)


def count_file(file: Path, private_keys: Sequence[PrivateKey], *, on_progress: Progress = _silent) -> SignedCount:
    """Open an exported urn and return the figures, signed by the trustees; needs no database.

    Raises:
        Refused: when the file was changed, or the keys do not fit.
    """
    frozen, chunks = read_urn(file, CHUNK)
    keys = _in_order(frozen, private_keys)
    groups = {(voter.group, voter.ballot_class): place for place, voter in enumerate(frozen.voters)}
    return sign(_count(frozen, groups, open_urn(chunks, frozen, groups, keys, on_progress=on_progress), keys), keys)


def take_count(session: Session, row: Round, file: Path) -> SignedCount:
    """Read a count that was made elsewhere and check that it is of this urn and signed by both trustees.

    Raises:
        AlreadyDone: when the round is counted.
        Refused: when it is not closed, the file was changed, is of another round or urn, or not signed by both.
    """
    _expect_closed(row)
    frozen = frozen_round(session, row.id)
    if frozen.definition.seal != "trustees":
        raise Refused(
            N_(
                "%(name)s is sealed by the office alone, whose key signs nothing: nobody could tell a count made "
                "elsewhere from an invented one. Count it here, with --key."
            ),
            name=row.name,
        )
    signed = read_signed(file)
    if signed.count.frozen_hash != frozen.content_hash:
        raise Refused(
            N_("%(file)s is the count of another round, %(other)s; nothing was written"),
            file=file.name,
            other=signed.count.round,
        )
    here = urn_root(take_out(session.connection(), row.id, CHUNK))
    if signed.count.urn_root != here:
        raise Refused(
            N_("%(file)s was counted from another urn (root %(other)s, here %(here)s); nothing was written"),
            file=file.name,
            other=signed.count.urn_root[:16],
            here=here[:16],
        )
    for key in frozen.keys:
        if not signed.is_signed_by(key):
            raise Refused(
                N_("%(file)s is not signed by the trustee with the key %(fingerprint)s; nothing was written"),
                file=file.name,
                fingerprint=key.fingerprint,
            )
    return signed


def keep_count(session: Session, row: Round, signed: SignedCount, now: datetime) -> None:
    """Write a count down for good; the round is counted from then on.

    Raises:
        AlreadyDone: when somebody else's count was quicker.
        Refused: when the round is not closed.
    """
    _expect_closed(row)
    session.add(
        CountRow(
            round_id=row.id,
            content_hash=signed.count.content_hash,
            document=zlib.compress(signed.count.to_bytes(), 9),
            signatures=[dict(signature) for signature in signed.signatures],
        )
    )
    row.state, row.counted_at = State.COUNTED, now
    session.flush()
    notify(session, "round.counted", row.office, round=row.name)


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
        data = zlib.decompress(kept.document)
        count = Count.read(data) if hashlib.sha256(data).hexdigest() == kept.content_hash else None
    except (zlib.error, ValueError, KeyError):
        count = None
    if count is None:
        raise Refused(
            N_("The stored count of %(name)s was changed: its figures no longer give their hash"), name=row.name
        )
    return count


def get_signatures(session: Session, row: Round) -> tuple[Mapping[str, str], ...]:
    """Return the trustees' signatures of a round's count; none under the office's seal, or before the count."""
    found = session.scalar(select(CountRow.signatures).where(CountRow.round_id == row.id))
    return tuple(found or ())


def _expect_closed(row: Round) -> None:
    if row.state == State.COUNTED:
        raise AlreadyDone(N_("The round %(name)s is counted already; a count never changes"), name=row.name)
    if row.state != State.CLOSED:
        raise Refused(
            N_("The round %(name)s is %(state)s; it is counted after it is closed"),
            name=row.name,
            state=WORDS[row.state],
        )


def _in_order(frozen: FrozenRound, private_keys: Sequence[PrivateKey]) -> tuple[PrivateKey, ...]:
    """Return the private keys in the order of the round's public ones.

    Raises:
        Refused: when one does not fit or is missing.
    """
    given = {key.public: key for key in private_keys}
    needed = ", ".join(key.fingerprint for key in frozen.keys)
    for public in given:
        if public not in frozen.keys:
            raise Refused(
                N_(
                    "This key does not fit: the round is sealed to %(needed)s, the key given is %(given)s. "
                    "The urn is untouched."
                ),
                needed=needed,
                given=public.fingerprint,
            )
    missing = [key.fingerprint for key in frozen.keys if key not in given]
    if missing:
        raise Refused(
            N_(
                "The round is sealed to %(needed)s; the key %(missing)s is missing, and without it nothing opens. "
                "The urn is untouched."
            ),
            needed=needed,
            missing=", ".join(missing),
        )
    return tuple(given[key] for key in frozen.keys)


def _placed(chunks: Iterable[Chunk], places: Mapping[int, int]) -> Iterable[Chunk]:
    for chunk in chunks:
        yield [
            (places[group_id], sheet, sealed) if group_id in places and sheet in SHEETS else (*NOWHERE, sealed)
            for group_id, sheet, sealed in chunk
        ]


def _salt(keys: Sequence[PrivateKey], root: str) -> str:
    """Return what makes a count's hash hide its figures: the same whenever this urn is opened with these keys."""
    secret = b"".join(key.secret for key in keys)
    return hmac.digest(secret, f"{SALT} {root}".encode(), "sha256").hex()


def _count(
    frozen: FrozenRound, groups: dict[tuple[str, str], int], opened: Opened, keys: Sequence[PrivateKey]
) -> Count:
    sheets: list[SheetCount] = []
    piles: list[Pile] = []
    spreads: list[Spread] = []
    texts: list[tuple[str, str, str]] = []
    for voter in frozen.voters:
        name = (voter.group, voter.ballot_class)
        for sheet, form in enumerate(frozen.form(voter.subjects).sheets, 1):
            tally = opened.tallies.get((groups[name], sheet), Tally())
            sheets.append(sheet_count(*name, sheet, tally))
            piles += piles_of(*name, form, tally)
            spreads += spreads_of(*name, tally)
            texts += tally.texts
    return Count(
        frozen.definition.id,
        frozen.content_hash,
        tuple(sheets),
        tuple(piles),
        tuple(spreads),
        _ends(frozen, groups, opened),
        shuffled_texts(texts, opened.root),
        tuple(opened.unreadable),
        tuple(opened.duplicates),
        opened.root,
        _salt(keys, opened.root),
    )


def _ends(frozen: FrozenRound, groups: dict[tuple[str, str], int], opened: Opened) -> tuple[Ends, ...]:
    """Return what trimming drops, class by class and subject by subject, of all voter groups together."""
    ends: dict[tuple[str, str], tuple[int, int]] = {}
    ballots: dict[tuple[str, str], int] = {}
    for voter in frozen.voters:
        tally = opened.tallies.get((groups[voter.group, voter.ballot_class], 1), Tally())
        for subject, own in tally.ends.items():
            place = (voter.class_of(subject), subject)
            ends[place] = outermost(ends.get(place), own)
            ballots[place] = ballots.get(place, 0) + tally.spreads[subject][0]
    above = frozen.definition.rules.trim_above
    return tuple(
        Ends(*place, sum(pair)) for place, pair in sorted(ends.items()) if above is not None and ballots[place] > above
    )
