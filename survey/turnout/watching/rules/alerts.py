"""What needs somebody: alerts on a round that runs. Pure.

No alert is about a person, for nobody knows who is missing; and none is made of a figure that is masked.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.turnout.watching.rules import Limits
from survey.turnout.watching.rules.pace import WHOLE, Period, Point
from survey.turnout.watching.rules.sums import Key, Reading, Sums

NOT_OPENED = N_("Batch %(batch)s has not been opened yet")
NOT_ISSUED = N_("%(n)s of %(planned)s codes planned for the class %(ballot_class)s are not issued yet")
NO_PROGRESS = N_("No new full step of ballots since %(since)s")
NO_HISTORY = N_("There are no points of the curve: is the worker running?")
BELOW_PLAN = N_("The response rate is %(rate)s %%; the plan line asks for %(asked)s %% by now")
SILENT = N_("Nothing has come back of the batch %(batch)s (%(issued)s codes), and %(share)s %% of the time is over")
SILENT_IN_STEPS = N_(
    "Fewer than %(step)s ballots have come back of the batch %(batch)s (%(issued)s codes), and %(share)s %% of the "
    "time is over"
)
MORE_SILENT = N_("The same holds of %(n)s more batches")
WRONG_CODES = N_(
    "%(tried)s wrong codes were tried in the ten minutes from %(since)s, in all rounds together: somebody guesses, or "
    "slips are misprinted"
)
MANY_VOID = N_("%(share)s %% of the codes are void: %(void)s of %(made)s")


@dataclass(frozen=True)
class Alert:
    """One thing that needs somebody.

    Attributes:
        key: what it is about.
        message: English sentence with the places of ``figures``; a moment among them is shown as people write it.
        grave: whether it should be looked at first.
    """

    key: Key
    message: str
    figures: Mapping[str, object] = field(default_factory=dict)
    grave: bool = False


@dataclass(frozen=True)
class Tried:
    """How many wrong codes were tried in the ten minutes from a moment, in all rounds together."""

    at: datetime
    tried: int


@dataclass(frozen=True)
class Watched:
    """All that alerts are made of.

    Attributes:
        reading: the response as it may be read.
        sums: its sums.
        masked: the sums that are not shown.
        points: the curve as it is kept, in full steps of ballots, the present moment last.
        period: the round's time.
        asked: the response rate in percent that the plan line asks for by now; none without a target.
        wrong_codes: what was tried of late.
    """

    reading: Reading
    sums: Sums
    masked: Container[Key]
    points: Sequence[Point]
    period: Period
    asked: Fraction | None = None
    wrong_codes: Sequence[Tried] = ()


def alerts(watched: Watched, now: datetime, limits: Limits) -> tuple[Alert, ...]:
    """Return what needs somebody in a round that is open, the grave first."""
    found = [*_not_opened(watched, now), *_not_issued(watched), *_void(watched, limits), *_wrong(watched, limits)]
    found += _silent(watched, now, limits)
    if watched.period.opens_at <= now < watched.period.closes_at and Key() not in watched.masked:
        found += [*_below_plan(watched, limits), *_quiet(watched, now, limits)]
    return tuple(sorted(found, key=lambda alert: not alert.grave))


def _not_opened(watched: Watched, now: datetime) -> Iterator[Alert]:
    if now < watched.period.opens_at:
        return
    for part in watched.reading.parts:
        if part.door == "waiting" and not part.void and not part.spare:
            yield Alert(part.key, NOT_OPENED, {"batch": part.batch}, grave=True)


def _not_issued(watched: Watched) -> Iterator[Alert]:
    issued: dict[Key, int] = {}
    for part in watched.reading.parts:
        if not part.spare and not part.void:
            cell = Key(part.account.group, part.account.ballot_class)
            issued[cell] = issued.get(cell, 0) + part.account.made
    for group in watched.reading.groups:
        key = Key(group.group, group.ballot_class)
        missing = group.planned - issued.get(key, 0)
        if missing > 0:
            figures = {"n": missing, "planned": group.planned, "ballot_class": group.ballot_class}
            yield Alert(key, NOT_ISSUED, figures, grave=missing == group.planned)


def _void(watched: Watched, limits: Limits) -> Iterator[Alert]:
    for key, account in watched.sums.items():
        whole_or_unit = key.ballot_class is None and key.batch is None
        if not whole_or_unit or key in watched.masked or not account.void:
            continue
        share = Fraction(account.void, account.made)
        if share >= limits.void_share:
            figures = {"share": half_up(share * WHOLE, 1), "void": account.void, "made": account.made}
            yield Alert(key, MANY_VOID, figures)


def _silent(watched: Watched, now: datetime, limits: Limits) -> Iterator[Alert]:
    """Yield the batches of which nothing is seen to have come back, the largest first.

    Of a secret round that says no more than the table does: there, too, fewer ballots than a step are none.
    """
    share = watched.period.share(now)
    if share < limits.silent_share or now >= watched.period.closes_at:
        return
    silent = [
        part
        for part in watched.reading.parts
        if part.door == "open"
        and not part.void
        and not part.spare
        and not part.account.spent
        and part.account.issued
        and part.key not in watched.masked
    ]
    silent.sort(key=lambda part: (-part.account.issued, part.batch))
    gone = int(share * WHOLE)
    for part in silent[: limits.largest]:
        figures = {"batch": part.batch, "issued": part.account.issued, "share": gone, "step": watched.reading.step}
        yield Alert(part.key, SILENT_IN_STEPS if watched.reading.step > 1 else SILENT, figures)
    if len(silent) > limits.largest:
        yield Alert(Key(), MORE_SILENT, {"n": len(silent) - limits.largest})


def _wrong(watched: Watched, limits: Limits) -> Iterator[Alert]:
    worst = max(watched.wrong_codes, key=lambda one: one.tried, default=None)
    if worst is not None and worst.tried >= limits.wrong_codes:
        figures = {"tried": worst.tried, "since": worst.at}
        yield Alert(Key(), WRONG_CODES, figures, grave=worst.tried >= limits.many_wrong_codes)


def _below_plan(watched: Watched, limits: Limits) -> Iterator[Alert]:
    whole = watched.sums[Key()]
    rate = Fraction(WHOLE * whole.spent, whole.issued) if whole.issued else Fraction(0)
    if watched.asked is not None and rate < watched.asked - limits.slack:
        yield Alert(Key(), BELOW_PLAN, {"rate": half_up(rate, 1), "asked": half_up(watched.asked, 1)}, grave=True)


def _quiet(watched: Watched, now: datetime, limits: Limits) -> Iterator[Alert]:
    long = max(limits.quiet_least, _times(watched.period.closes_at - watched.period.opens_at, limits.quiet_share))
    *kept, present = watched.points
    if not kept:
        if now - watched.period.opens_at >= limits.quiet_least:
            yield Alert(Key(), NO_HISTORY)
        return
    since = present.at
    for point in reversed(kept):
        if point.spent < present.spent:
            break
        since = point.at
    if now - since >= long:
        yield Alert(Key(), NO_PROGRESS, {"since": since})


def _times(span: timedelta, share: Fraction) -> timedelta:
    return span * share.numerator / share.denominator
