"""Merge the counts of one round that several installations held: counties upward into a province. Pure.

What a result hangs on must be the same everywhere: questionnaire, kind, rules, rollup, disclosure, weighting, and each
subject. The voters must not overlap. The result does not depend on the order in which the parts are given.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

from survey.core.difference import first_difference
from survey.core.errors import N_, Refused
from survey.core.ids import canonical_json
from survey.counting.figures import Count, Ends
from survey.counting.tally import shuffled_texts
from survey.rounds.definition import FrozenRound, RoundDefinition, VoterGroup
from survey.subjects.roster import Subject

MAY_DIFFER = {
    *("title", "organiser", "contact", "subjects", "voters", "seal", "key", "keys", "opens_at", "closes_at"),
    *("grace_minutes", "review", "channel", "meeting", "layout", "order", "announce", "objection_days"),
}
"""Fields of a round's file that may differ from place to place, for no result hangs on them; all others may not."""


class OfVoters(Protocol):
    """What a count keeps by group and class."""

    @property
    def group(self) -> str:
        """The voters' group."""

    @property
    def ballot_class(self) -> str:
        """The voters' class."""


Part = tuple[FrozenRound, Count]


def merge_counts(parts: Iterable[Part]) -> Part:
    """Return one round and one count of all parts; a single part as it is.

    Args:
        parts: what each opening froze, with its count.

    Raises:
        Refused: naming the first thing that differs, or that two parts both have.
    """
    ordered = sorted(parts, key=lambda part: (part[0].content_hash, part[1].content_hash))
    if not ordered:
        raise Refused(N_("There is no count to merge"))
    for frozen, count in ordered:
        if count.frozen_hash != frozen.content_hash:
            raise Refused(N_("The count of %(name)s is of another round"), name=frozen.definition.id)
    rounds = [frozen for frozen, _ in ordered]
    expect_mergeable(rounds)
    if len(ordered) == 1:
        return ordered[0]
    merged = _frozen(rounds)
    return merged, _count(merged, [count for _, count in ordered])


def expect_mergeable(rounds: Sequence[FrozenRound]) -> None:
    """Refuse rounds whose counts will never fit together, counted or not.

    Raises:
        Refused: naming the first thing that differs, or the voters that two rounds both have.
    """
    for frozen in rounds:
        _expect_same(rounds[0], frozen)
    _expect_apart(rounds)


def _name_of(line: OfVoters) -> tuple[str, str]:
    return line.group, line.ballot_class


# --- what must be the same, and what must not overlap -------------------------------------------------------------


def _expect_same(one: FrozenRound, other: FrozenRound) -> None:
    mine, its = (frozen.definition.model_dump(mode="json", exclude=MAY_DIFFER) for frozen in (one, other))
    found = first_difference(mine, its)
    if found is None and one.questionnaire.content_hash != other.questionnaire.content_hash:
        found = first_difference(one.questionnaire.document(), other.questionnaire.document(), "questionnaire")
    if found is not None:
        raise Refused(
            N_(
                "The counts of %(name)s cannot be merged: %(place)s is %(one)s in the round %(hash)s, "
                "%(other)s in the round %(other_hash)s"
            ),
            name=one.definition.id,
            place=str(found),
            one=found.one,
            other=found.other,
            hash=one.content_hash[:16],
            other_hash=other.content_hash[:16],
        )


def _expect_apart(rounds: Sequence[FrozenRound]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for frozen in rounds:
        for voter in frozen.voters:
            name = _name_of(voter)
            if name in seen:
                raise Refused(
                    N_(
                        "The counts of %(name)s cannot be merged: the voters of group %(group)s, class "
                        "%(ballot_class)s stand in the round %(one)s and in the round %(other)s"
                    ),
                    name=frozen.definition.id,
                    group=name[0],
                    ballot_class=name[1],
                    one=seen[name],
                    other=frozen.content_hash[:16],
                )
            seen[name] = frozen.content_hash[:16]


# --- the round ----------------------------------------------------------------------------------------------------


def _frozen(rounds: Sequence[FrozenRound]) -> FrozenRound:
    keys = {key.fingerprint: key for one in rounds for key in one.keys}
    return FrozenRound(
        _definition([one.definition for one in rounds]),
        rounds[0].questionnaire,
        _subjects(rounds),
        tuple(sorted((voter for one in rounds for voter in one.voters), key=_name_of)),
        tuple(keys[fingerprint] for fingerprint in sorted(keys)),
    )


def _definition(definitions: Sequence[RoundDefinition]) -> RoundDefinition:
    """Join the fields that no result hangs on: the widest times, the strictest promises, else the first in order."""
    least = min(definitions, key=lambda one: canonical_json(one.model_dump(mode="json")))
    announced = [one.announce for one in definitions]
    return least.model_copy(
        update={
            "seal": max(one.seal for one in definitions),
            "key": None,
            "keys": (),
            "opens_at": min(one.opens_at for one in definitions),
            "closes_at": max(one.closes_at for one in definitions),
            "grace_minutes": max(one.grace_minutes for one in definitions),
            "review": any(one.review for one in definitions),
            "meeting": any(one.meeting for one in definitions),
            "announce": False if False in announced else None if None in announced else True,
            "objection_days": max(one.objection_days for one in definitions),
        }
    )


def _subjects(rounds: Sequence[FrozenRound]) -> tuple[Subject, ...]:
    """Return everybody, by code.

    Raises:
        Refused: when one code stands for two subjects.
    """
    found: dict[str, tuple[Subject, FrozenRound]] = {}
    for frozen in rounds:
        for subject in frozen.subjects:
            known, where = found.setdefault(subject.code, (subject, frozen))
            differs = first_difference(known.model_dump(mode="json"), subject.model_dump(mode="json"))
            if differs is not None:
                raise Refused(
                    N_(
                        "The counts of %(name)s cannot be merged: the subject %(code)s has the %(place)s %(one)s in "
                        "the round %(hash)s, %(other)s in the round %(other_hash)s"
                    ),
                    name=frozen.definition.id,
                    code=subject.code,
                    place=str(differs),
                    one=differs.one or "-",
                    other=differs.other or "-",
                    hash=where.content_hash[:16],
                    other_hash=frozen.content_hash[:16],
                )
    return tuple(subject for subject, _ in sorted(found.values(), key=lambda pair: pair[0].code))


# --- the count ----------------------------------------------------------------------------------------------------


def _count(frozen: FrozenRound, counts: Sequence[Count]) -> Count:
    root = hashlib.sha256("".join(sorted(count.urn_root for count in counts)).encode()).hexdigest()
    texts = [(text.subject, text.item, text.text) for count in counts for text in count.texts]
    return Count(
        frozen.definition.id,
        frozen.content_hash,
        tuple(sorted((one for count in counts for one in count.sheets), key=_name_of)),
        tuple(sorted((one for count in counts for one in count.piles), key=_name_of)),
        tuple(sorted((one for count in counts for one in count.spreads), key=_name_of)),
        _ends(frozen, counts),
        shuffled_texts(texts, root),
        _numbers(counts, "unreadable"),
        _numbers(counts, "duplicates"),
        root,
        _salt(counts),
    )


def _salt(counts: Sequence[Count]) -> str:
    salts = sorted(count.salt for count in counts)
    return hashlib.sha256("".join(salts).encode()).hexdigest() if any(salts) else ""


def _numbers(counts: Sequence[Count], name: Literal["unreadable", "duplicates"]) -> tuple[int, ...]:
    """Return the numbers of envelopes as if the urns had been laid one behind the other."""
    numbers: list[int] = []
    before = 0
    for count in counts:
        numbers += [before + number for number in getattr(count, name)]
        counted = sum(one.valid + sum(one.void.values()) for one in count.sheets)
        before += counted + len(count.unreadable) + len(count.duplicates)
    return tuple(numbers)


def _ends(frozen: FrozenRound, counts: Sequence[Count]) -> tuple[Ends, ...]:
    """Return what trimming drops; where two parts rated a subject as one class, nobody knows it any more.

    Raises:
        Refused: naming such a class and subject.
    """
    above = frozen.definition.rules.trim_above
    if above is None:
        return ()
    voters = {_name_of(voter): voter for voter in frozen.voters}
    ballots = [_ballots(voters, count) for count in counts]
    together = sum(ballots, Counter())
    for (ballot_class, subject), n in sorted(together.items()):
        if n > above and sum((ballot_class, subject) in one for one in ballots) > 1:
            raise Refused(
                N_(
                    "The counts of %(name)s cannot be merged: %(n)s ballots of class %(ballot_class)s about "
                    "%(subject)s stand in several counts, and the highest and the lowest of more than %(above)s "
                    "are dropped; a count does not tell its own"
                ),
                name=frozen.definition.id,
                n=n,
                ballot_class=ballot_class,
                subject=subject or "-",
                above=above,
            )
    return tuple(
        sorted((ends for count in counts for ends in count.ends), key=lambda ends: (ends.ballot_class, ends.subject))
    )


def _ballots(voters: Mapping[tuple[str, str], VoterGroup], count: Count) -> Counter[tuple[str, str]]:
    """Return how many scored ballots there are by the class that they count as, and by subject."""
    found: Counter[tuple[str, str]] = Counter()
    for spread in count.spreads:
        if spread.n:
            found[voters[_name_of(spread)].class_of(spread.subject), spread.subject] += spread.n
    return found
