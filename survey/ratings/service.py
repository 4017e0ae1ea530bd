"""Verbs on service ratings: add a plan, mint a case's code, take a step after a bad rating."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.core.digits import digest
from survey.core.errors import N_, AlreadyDone, Invalid, NotFound, Problem, Refused
from survey.core.ids import gives_hash
from survey.ratings import rules
from survey.ratings.codes import case_code
from survey.ratings.models import LONGEST_TEXT, PlanVersion, RatingEvent, ServiceCase, ServiceRating
from survey.ratings.plan import RatingPlan
from survey.ratings.rules import Event, Step
from survey.staff.actor import Actor
from survey.staff.audit import record
from survey.storage.versions import find_version, freeze

PLAN_ADDED = N_("Added the rating plan %(reference)s (hash %(hash)s)")
MINTED = N_("Minted the code of the case %(case)s")
"""For the log."""

LENGTHS = {"office": 40, "case_ref": 80, "item": 100, "unit": 100, "window": 100, "handler": 100, "channel": 40}
NEEDED = ("case_ref", "item", "unit")
LOGGED: Mapping[Step, str] = {
    Step.ASSIGNED: N_("Bad rating of case %(case)s: assigned"),
    Step.CONTACTED: N_("Bad rating of case %(case)s: the person was contacted"),
    Step.UNREACHED: N_("Bad rating of case %(case)s: the person was not reached"),
    Step.VALID: N_("Bad rating of case %(case)s: found valid"),
    Step.MISJUDGED: N_("Bad rating of case %(case)s: found mistaken"),
    Step.MALICIOUS: N_("Bad rating of case %(case)s: found malicious"),
    Step.NO_GROUND: N_("Bad rating of case %(case)s: found without legal ground"),
    Step.APPEALED: N_("Bad rating of case %(case)s: appealed against"),
    Step.CORRECTED: N_("Bad rating of case %(case)s: corrected"),
    Step.EXPLAINED: N_("Bad rating of case %(case)s: explained"),
    Step.REPLIED: N_("Bad rating of case %(case)s: replied to"),
    Step.CLOSED: N_("Bad rating of case %(case)s: closed"),
}
"""What the log of the desk says of each step that staff take."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_UNPRINTABLE_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Handled:
    """A case that an office has finished.

    Attributes:
        office: the code of the office; empty for the root.
        case_ref: the case in the office's own system.
        item: the service item (事项).
        unit: who handled it, as a subject's code or in words.
        window: the window (窗口), as a subject's code or in words.
        handler: the member of staff, as a subject's code or in words.
        channel: how it came: hall, web, app, telephone ...
        closed_at: when it was finished.
        reachable: whether the office can reach the person (实名).
    """

    office: str
    case_ref: str
    item: str
    unit: str
    closed_at: datetime
    window: str = ""
    handler: str = ""
    channel: str = ""
    reachable: bool = True


@dataclass(frozen=True)
class Minted:
    """The code of a case; ``new`` is false when it was minted before."""

    case_id: int
    code: str = field(repr=False)
    new: bool


def add_plan(session: Session, plan: RatingPlan) -> bool:
    """Freeze a version of a plan; adding the same content again changes nothing.

    Returns:
        Whether the version is new.

    Raises:
        AlreadyDone: when that version exists with another content.
    """
    return freeze(session, PlanVersion, plan)


def get_plan(session: Session, reference: str) -> RatingPlan:
    """Return the plan named ``id@version``, or the newest version of ``id``, its hash checked.

    Raises:
        NotFound: when there is none.
        Refused: when the stored content no longer gives its hash.
    """
    known = find_version(session, PlanVersion, reference)
    if known is None:
        raise NotFound(N_("There is no rating plan %(reference)s; add its file first"), reference=reference)
    if not gives_hash(known.document, known.content_hash):
        raise Refused(
            N_("The stored rating plan %(reference)s was changed: its content no longer gives its hash"),
            reference=reference,
        )
    return RatingPlan.model_validate(known.document)


def mint(session: Session, plan: RatingPlan, handled: Handled, key: bytes) -> Minted:
    """Make a case known and return its code; the same request again gives the same code.

    Args:
        session: the unit of work.
        plan: a plan that was added.
        handled: the finished case.
        key: the server's key for code digests (``services().code_key``, ``minsheng().code_key``).

    Raises:
        Invalid: when a field is missing, too long, or not printable.
        AlreadyDone: when the case was minted before with another item, unit, window, handler, channel or end.
    """
    values = _values(handled)
    code = case_code(key, values["office"], values["case_ref"])
    row = {
        **values,
        "plan_id": plan.id,
        "plan_version": plan.version,
        "code_digest": digest(code, key),
        "state": "",
    }
    case_id = session.scalar(insert_once(session, ServiceCase, row).returning(ServiceCase.id))
    if case_id is not None:
        return Minted(case_id, code, new=True)
    known = session.scalar(
        select(ServiceCase).where(ServiceCase.office == values["office"], ServiceCase.case_ref == values["case_ref"])
    )
    if known is None:
        raise Refused(N_("Another case has this code already; ask for a code under another reference"))
    for name, value in values.items():
        if getattr(known, name) != value:
            raise AlreadyDone(
                N_("The case %(case)s was minted before with another %(field)s: %(value)s"),
                case=known.case_ref,
                field=name,
                value=getattr(known, name),
            )
    return Minted(known.id, code, new=False)


def _values(handled: Handled) -> dict[str, Any]:
    problems = []
    values: dict[str, Any] = {}
    for name, most in LENGTHS.items():
        value = str(getattr(handled, name)).strip()
        if not value and name in NEEDED:
            problems.append(Problem(name, N_("this field is missing")))
        if len(value) > most:
            problems.append(Problem(name, N_("this text is longer than %(allowed)s characters"), {"allowed": most}))
        if _UNPRINTABLE.search(value):
            problems.append(Problem(name, N_("this text has a character that cannot be printed")))
        values["service_window" if name == "window" else name] = value
    if handled.closed_at.tzinfo is None:
        problems.append(Problem("closed_at", N_("this moment has no time zone")))
    if problems:
        raise Invalid(problems)
    return {**values, "reachable": handled.reachable, "closed_at": handled.closed_at}


def insert_once(session: Session, table: type[ServiceCase | ServiceRating], row: Mapping[str, Any]) -> Any:  # noqa: ANN401 - each engine's own insert
    """Return the insertion of a row that does nothing where its key is taken, also at the same moment."""
    made = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return made(table).values(dict(row)).on_conflict_do_nothing()


def find_case(session: Session, code_digest: bytes) -> ServiceCase:
    """Return the case of a code.

    Raises:
        NotFound: when no case has that code.
    """
    case = session.scalar(select(ServiceCase).where(ServiceCase.code_digest == code_digest))
    if case is None:
        raise NotFound(N_("There is no case for this code"))
    return case


def is_case(session: Session, code_digest: bytes) -> bool:
    """Tell whether a code is that of a case."""
    return session.scalar(select(ServiceCase.id).where(ServiceCase.code_digest == code_digest)) is not None


def get_case(session: Session, case_id: int) -> ServiceCase:
    """Return a case by its number.

    Raises:
        NotFound: when there is none.
    """
    case = session.get(ServiceCase, case_id)
    if case is None:
        raise NotFound(N_("There is no case %(id)s"), id=case_id)
    return case


def case_plan(session: Session, case: ServiceCase) -> RatingPlan:
    """Return the plan under which a case was minted; it stays the same for its whole loop."""
    return get_plan(session, f"{case.plan_id}@{case.plan_version}")


def events_of(session: Session, case: ServiceCase) -> list[RatingEvent]:
    """Return the steps after a bad rating, oldest first."""
    return list(session.scalars(select(RatingEvent).where(RatingEvent.case_id == case.id).order_by(RatingEvent.number)))


def history_of(events: Sequence[RatingEvent]) -> tuple[Event, ...]:
    """Return stored steps as the rules take them."""
    return tuple(Event(Step(row.step), row.at, who(row.member_id, row.name)) for row in events)


def who(member_id: int | None, name: str) -> str:
    """Return what tells two people apart: a member's number, or the name at the terminal."""
    return f"#{member_id}" if member_id is not None else name


def clean_text(text: str) -> str:
    """Return a text as it is kept.

    Raises:
        Invalid: when it is too long, or holds characters that no telephone types.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) > LONGEST_TEXT:
        raise Invalid([Problem("text", N_("This text has %(n)s characters; at most %(most)s"), _too_long(text))])
    if _UNPRINTABLE_IN_TEXT.search(text):
        raise Invalid([Problem("text", N_("this text has a character that cannot be printed"))])
    return text


def _too_long(text: str) -> dict[str, object]:
    return {"n": len(text), "most": LONGEST_TEXT}


def take_step(
    session: Session,
    case: ServiceCase,
    step: Step,
    actor: Actor,
    now: datetime,
    *,
    note: str = "",
    figures: Mapping[str, object] | None = None,
) -> RatingEvent:
    """Take the next step after a bad rating; it is noted in the staff's log, too.

    Raises:
        Refused: naming the condition that fails.
        Invalid: when the note is too long.
    """
    # Two people at once: the second one waits, then sees what the first one did.
    session.refresh(case, with_for_update=True)
    plan, events, note = case_plan(session, case), events_of(session, case), clean_text(note)
    if not events:
        raise Refused(N_("The case %(case)s has no bad rating to follow up"), case=case.case_ref)
    rules.check_step(plan, history_of(events), Event(step, now, who(actor.id, actor.name)), note=note)
    event = RatingEvent(step=step, at=now, member_id=actor.id, name=actor.name, note=note, figures=dict(figures or {}))
    add_event(session, case, plan, events, event)
    record(
        session,
        actor,
        case.office,
        LOGGED[step],
        case=case.case_ref,
    )
    return event


def add_event(
    session: Session, case: ServiceCase, plan: RatingPlan, events: Sequence[RatingEvent], event: RatingEvent
) -> None:
    """Keep a step as the next one, and where the case now stands."""
    event.case_id, event.number = case.id, len(events) + 1
    session.add(event)
    due = rules.next_deadline(plan, history_of([*events, event]))
    case.state, case.due_at = event.step, due.ends_at if due else None
    session.flush()
