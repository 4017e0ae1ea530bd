"""One installation's count of a round as plain data: as it travels in a bundle and is kept by the level above. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from survey.core.errors import N_, Refused
from survey.counting.figures import Count
from survey.rounds.definition import FrozenRound
from survey.scoring.sources import CountedRound
from survey.turnout.rules import Disposition

FROZEN, COUNT, TURNOUT, SIGNATURES = PARTS = ("frozen", "count", "turnout", "signatures")
Voters = Mapping[tuple[str, str], set[str]]

MOST_BALLOTS = 10**10
# The squares of a hundred points, in 1/10000 points, of that many ballots.
MOST_SQUARES = MOST_BALLOTS * 10**14


def part_document(part: CountedRound) -> dict[str, Any]:
    """Return a count without its remarks, and without the signatures that cover them."""
    # A signature over the remarks would let anybody try out what the only one of them was.
    return {
        FROZEN: part.frozen.document(),
        COUNT: part.count.figures(),
        TURNOUT: {
            "dispositions": [one.document() for one in part.turnout],
            "present": [
                {"group": group, "class": ballot_class, "present": n}
                for (group, ballot_class), n in sorted(part.present.items())
            ],
        },
        SIGNATURES: [
            {"fingerprint": one["fingerprint"], "figures": one["figures"]}
            for one in part.signatures
            if "figures" in one
        ],
    }


def part_from_document(document: Mapping[str, Any]) -> CountedRound:
    """Build it again.

    Raises:
        Refused: when the count has figures that no count of this round can have.
        ValueError, KeyError, TypeError, AttributeError: when it is none.
    """
    frozen = FrozenRound.from_document(document[FROZEN])
    count = replace(Count.from_document(document[COUNT]), kept=dict(document[COUNT]))
    turnout = document[TURNOUT]
    part = CountedRound(
        frozen,
        count,
        tuple(Disposition.from_document(one) for one in turnout["dispositions"]),
        {(one["group"], one["class"]): one["present"] for one in turnout["present"]},
        tuple({name: str(one[name]) for name in ("fingerprint", "figures")} for one in document[SIGNATURES]),
    )
    _check(part)
    return part


def _check(part: CountedRound) -> None:
    """Refuse what scoring would stumble over: voters, items, subjects and options that the round has not."""
    figures = {"name": part.name, "origin": part.frozen.content_hash[:16]}
    if part.count.round != part.name or part.count.frozen_hash != part.frozen.content_hash:
        raise Refused(N_("The count of %(name)s (%(origin)s) is of another round"), **figures)
    voters = {(voter.group, voter.ballot_class): {"", *voter.subjects} for voter in part.frozen.voters}
    if not (_fitting(part.frozen, part.count, voters) and _fitting_turnout(part, voters)):
        message = N_("The count of %(name)s (%(origin)s) has figures that no count of this round can have")
        raise Refused(message, **figures)


def _fitting(frozen: FrozenRound, count: Count, voters: Voters) -> bool:
    items = {item.id: {"", *(option.code for option in item.options)} for item in frozen.questionnaire.items}
    sheets = all(
        (one.group, one.ballot_class) in voters
        and _counts(one.sheet, one.valid, one.all_equal, one.inconsistent, *one.void.values())
        for one in count.sheets
    )
    piles = all(
        one.subject in voters[one.group, one.ballot_class]
        # Numbers and texts have no options; their piles are named by what was given.
        and (len(items[one.item]) == 1 or set(one.counts) <= items[one.item])
        and _counts(*one.counts.values())
        for one in count.piles
    )
    spreads = all(
        one.subject in voters[one.group, one.ballot_class] and _counts(one.n, one.squares) and _whole(one.total)
        for one in count.spreads
    )
    numbers = _counts(*count.unreadable, *count.duplicates) and all(_whole(one.dropped) for one in count.ends)
    return sheets and piles and spreads and numbers


def _fitting_turnout(part: CountedRound, voters: Voters) -> bool:
    lines = all(
        (one.group, one.ballot_class) in voters
        and _counts(one.planned, one.waiting, one.spent, one.void, one.expired, one.spare, one.step - 1)
        for one in part.turnout
    )
    return lines and all(name in voters and (n is None or _counts(n)) for name, n in part.present.items())


def _counts(*numbers: object) -> bool:
    return all(_whole(n) and n >= 0 for n in numbers)  # type: ignore[operator]


def _whole(n: object) -> bool:
    """Tell whether it is a whole number that some count could have."""
    return type(n) is int and abs(n) <= MOST_SQUARES
