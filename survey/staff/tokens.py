"""Tokens of programs: made once, shown once, kept as the digest of their secret half.

A token reads ``mst_<id>.<secret>.<signature>``. The signature spares the database a forged one; the digest is
what decides. Its prefix lets a scanner of source code find one that was left there.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

from itsdangerous import BadSignature, Signer
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, Invalid, NotFound, Problem
from survey.staff import audit
from survey.staff.actor import Actor
from survey.staff.models import AuditEntry
from survey.staff.offices import expect_office
from survey.staff.roles import Power
from survey.staff.service import Rights
from survey.staff.token_models import ApiToken

PURPOSE = "minsheng.api-token"
PURPOSE_OF_KEY = "api tokens"
PREFIX = "mst_"
SECRET_BYTES = 32
LONGEST_NAME = 80
LONGEST_LIFE = timedelta(days=366)


class Scope(StrEnum):
    """What a token may be used for."""

    ROUNDS_READ = "rounds:read"
    TURNOUT_READ = "turnout:read"
    COMPONENTS_WRITE = "components:write"
    RESULTS_READ = "results:read"
    RATINGS_MINT = "ratings:mint"
    WEBHOOKS_MANAGE = "webhooks:manage"


SCOPES = {
    Scope.ROUNDS_READ: N_("list rounds and see their state"),
    Scope.TURNOUT_READ: N_("read how many answered"),
    Scope.COMPONENTS_WRITE: N_("file components of a scheme"),
    Scope.RESULTS_READ: N_("read published results"),
    Scope.RATINGS_MINT: N_("mint codes for the rating of services"),
    Scope.WEBHOOKS_MANAGE: N_("add, test and remove webhooks"),
}

NEEDS: Mapping[Scope, Power] = {
    Scope.ROUNDS_READ: Power.SEE,
    Scope.TURNOUT_READ: Power.SEE,
    Scope.COMPONENTS_WRITE: Power.SCORE,
    Scope.RESULTS_READ: Power.SEE,
    Scope.RATINGS_MINT: Power.PRINT,
    Scope.WEBHOOKS_MANAGE: Power.PEOPLE,
}
"""What a member must be able to do to let a program do it."""

MADE = N_("Made the API token %(name)s (%(id)s) for %(scopes)s, until %(day)s")
"""For the log, which also tells which member made a token."""


@dataclass(frozen=True)
class Wish:
    """A token to be made.

    Attributes:
        name: for people, 1 to 80 characters: which program it is for.
        office: it holds for this office and all below it.
        scopes: what it may do, one or more.
        ends_at: when it ends by itself, within 366 days.
    """

    name: str
    office: str
    scopes: tuple[str, ...]
    ends_at: datetime


def make_token(
    session: Session, key: bytes, wish: Wish, actor: Actor, now: datetime, *, rights: Rights | None = None
) -> tuple[ApiToken, str]:
    """Make a token and return it with its text, which nobody can show again.

    Args:
        session: the unit of work.
        key: the server's key for signing tokens.
        wish: what it is for.
        actor: who makes it.
        now: the present moment.
        rights: the maker's, which no token exceeds; none at the terminal, where nothing limits it.

    Raises:
        Invalid: when the name, a scope or the end is none, or a scope is more than the maker may do in the office.
        NotFound: when the office does not exist.
    """
    chosen = list(dict.fromkeys(wish.scopes))
    problems = [*_name_faults(wish.name), *(_scope_faults(chosen) or _excess(chosen, wish.office, rights))]
    if not now < wish.ends_at <= now + LONGEST_LIFE:
        problems.append(
            Problem(
                "ends_at",
                N_("a token ends in the future, after %(days)s days at the latest"),
                {"days": LONGEST_LIFE.days},
            )
        )
    if problems:
        raise Invalid(problems)
    expect_office(session, wish.office)
    secret = urlsafe_b64encode(secrets.token_bytes(SECRET_BYTES)).rstrip(b"=").decode()
    row = ApiToken(
        id=secrets.token_hex(8),
        name=wish.name.strip(),
        office=wish.office,
        scopes=[Scope(one).value for one in chosen],
        digest=_digest(secret),
        made_by=actor.name,
        made_at=now,
        ends_at=wish.ends_at,
    )
    session.add(row)
    session.flush()
    day = row.ends_at.date().isoformat()
    audit.record(session, actor, row.office, MADE, name=row.name, id=row.id, scopes=" ".join(row.scopes), day=day)
    return row, PREFIX + _signer(key).sign(f"{row.id}.{secret}").decode()


def find_token(session: Session, key: bytes, text: str, now: datetime) -> ApiToken | None:
    """Return the token of a text; none when it is forged, unknown, over or revoked."""
    try:
        known = _signer(key).unsign(text.removeprefix(PREFIX).encode("ascii")).decode()
    except (BadSignature, UnicodeError):
        return None
    number, _, secret = known.partition(".")
    row = session.get(ApiToken, number)
    if row is None or not compare_digest(row.digest, _digest(secret)):
        return None
    return None if row.revoked_at is not None or row.ends_at <= now else row


def note_used(session: Session, token_id: str, day: date) -> None:
    """Write down the day a token was last used."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(used_on=day))


def list_tokens(session: Session, offices: frozenset[str] | None = None) -> list[ApiToken]:
    """Return tokens, the newest first; of some offices, or all."""
    found = select(ApiToken).order_by(ApiToken.made_at.desc(), ApiToken.id)
    if offices is not None:
        found = found.where(ApiToken.office.in_(offices))
    return list(session.scalars(found))


def get_token(session: Session, token_id: str) -> ApiToken:
    """Return the token of an id.

    Raises:
        NotFound: when there is none.
    """
    row = session.get(ApiToken, token_id)
    if row is None:
        raise NotFound(N_("There is no API token %(id)s"), id=token_id)
    return row


def revoke_token(session: Session, row: ApiToken, actor: Actor, now: datetime) -> None:
    """End a token at once.

    Raises:
        AlreadyDone: when it was revoked before.
    """
    if row.revoked_at is not None:
        raise AlreadyDone(N_("The API token %(name)s was revoked before"), name=row.name)
    row.revoked_at = now
    session.flush()
    audit.record(session, actor, row.office, N_("Revoked the API token %(name)s (%(id)s)"), name=row.name, id=row.id)


def revoke_tokens_of(session: Session, member_id: int, actor: Actor, now: datetime) -> int:
    """End every token that a member made, since nobody answers for it any more; return how many there were."""
    told = select(AuditEntry.figures).where(AuditEntry.member_id == member_id, AuditEntry.sentence == MADE)
    made = [session.get(ApiToken, figures["id"]) for figures in session.scalars(told)]
    working = [row for row in made if row is not None and row.revoked_at is None and row.ends_at > now]
    for row in working:
        revoke_token(session, row, actor, now)
    return len(working)


def scopes_within(rights: Rights, office: str) -> tuple[Scope, ...]:
    """Return what somebody with these rights may let a program do in an office."""
    return tuple(scope for scope in Scope if rights.may(NEEDS[scope], office))


def _excess(chosen: list[str], office: str, rights: Rights | None) -> list[Problem]:
    if rights is None:
        return []
    within = scopes_within(rights, office)
    beyond = [one for one in chosen if one not in within]
    message = N_("your own roles in this office do not allow %(value)s; they allow: %(allowed)s")
    figures: dict[str, object] = {"value": " ".join(beyond), "allowed": " ".join(within) or "-"}
    return [Problem("scopes", message, figures)] if beyond else []


def _name_faults(name: str) -> list[Problem]:
    if 1 <= len(name.strip()) <= LONGEST_NAME and name.isprintable():
        return []
    return [Problem("name", N_("a name has 1 to %(most)s characters that can be seen"), {"most": LONGEST_NAME})]


def _scope_faults(chosen: list[str]) -> list[Problem]:
    allowed = {one.value for one in Scope}
    unknown = [one for one in chosen if one not in allowed]
    if chosen and not unknown:
        return []
    message = N_("%(value)s is no scope; allowed: %(allowed)s")
    figures: dict[str, object] = {
        "value": " ".join(unknown)[:80] or '""',
        "allowed": " ".join(one.value for one in Scope),
    }
    return [Problem("scopes", message, figures)]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _signer(key: bytes) -> Signer:
    return Signer(key, salt=PURPOSE, sep=".", digest_method=hashlib.sha256)
