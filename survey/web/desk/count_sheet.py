"""The count sheet (计票单): what went in, what came out, by what it can be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.counting.service import get_count, get_signatures
from survey.rounds.models import Round
from survey.rounds.service import frozen_round
from survey.turnout.rules import Disposition


@dataclass(frozen=True)
class CountSheet:
    """The figures of a count, but no answer.

    Attributes:
        envelopes: in the urn.
        counted: envelopes whose ballot counts.
        void: by the rules of the round.
        unreadable: that no key opened, by their number in the order of the bytes.
        duplicates: copies of the one before, likewise.
        signed: of each key its fingerprint, and whether its holder signed the count.
        account: of each group and class, where its codes ended.
        names: of the units that were rated, by their code; a group may have such a code.
    """

    envelopes: int
    counted: int
    void: int
    unreadable: tuple[int, ...]
    duplicates: tuple[int, ...]
    root: str
    hash: str
    frozen_hash: str
    signed: Sequence[tuple[str, bool]]
    account: Sequence[Disposition]
    names: Mapping[str, str]


def sheet_of(session: Session, row: Round, turnout: Sequence[Disposition]) -> CountSheet:
    """Return the count sheet of a counted round.

    Raises:
        Refused: when the stored figures no longer give their hash.
    """
    count = get_count(session, row)
    signatures: Sequence[Mapping[str, str]] = get_signatures(session, row)
    names = {one["fingerprint"] for one in signatures}
    counted = sum(one.valid for one in count.sheets)
    void = sum(sum(one.void.values()) for one in count.sheets)
    frozen = frozen_round(session, row.id)
    return CountSheet(
        counted + void + len(count.unreadable) + len(count.duplicates),
        counted,
        void,
        count.unreadable,
        count.duplicates,
        count.urn_root,
        count.content_hash,
        count.frozen_hash,
        [(key.fingerprint, key.fingerprint in names) for key in frozen.keys],
        turnout,
        {one.code: one.name for one in frozen.subjects},
    )
