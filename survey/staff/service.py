"""Verbs on members of staff: invite, accept, give and take roles, switch off."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.staff.actor import Actor
from survey.staff.models import DeskSession, Invitation, Member, MemberRole
from survey.staff.offices import Tree, expect_office
from survey.staff.passwords import hash_password, lock_away
from survey.staff.roles import POWERS, Power, Role

INVITED_FOR = timedelta(days=3)
TOKEN_BYTES = 32
USED = N_("This invitation is used or over; ask for a new one")


@dataclass(frozen=True)
class Grant:
    """A role in an office and in all below it."""

    role: Role
    office: str


@dataclass(frozen=True)
class Rights:
    """What a member may do where."""

    tree: Tree
    grants: tuple[Grant, ...]

    def may(self, power: Power, office: str) -> bool:
        """Tell whether a role in this office, or in one above, has the power."""
        return any(power in POWERS[grant.role] and self.tree.covers(grant.office, office) for grant in self.grants)

    def somewhere(self, power: Power) -> bool:
        """Tell whether a role in any office has the power."""
        return any(power in POWERS[grant.role] for grant in self.grants)

    def sees(self, office: str) -> bool:
        """Tell whether the office is in the member's branch at all."""
        return any(self.tree.covers(grant.office, office) for grant in self.grants)

    def offices(self, power: Power) -> frozenset[str]:
        """Return all offices in which the member has the power."""
        found: frozenset[str] = frozenset()
        for grant in self.grants:
            if power in POWERS[grant.role]:
                found |= self.tree.below(grant.office)
        return found


def token_digest(token: str) -> bytes:
    """Return what is stored of a link or cookie."""
    return hashlib.sha256(token.encode()).digest()


def invite(session: Session, actor: Actor, login: str, grants: Sequence[Grant], now: datetime) -> str:
    """Offer an account and return the token of its link, which works once, for three days.

    Raises:
        Refused: when the address is none, or no role is offered.
        AlreadyDone: when the address has an account.
        NotFound: when an office does not exist.
    """
    login = clean_login(login)
    if not grants:
        raise Refused(N_("Offer at least one role"))
    if session.scalar(select(Member).where(Member.login == login)):
        raise AlreadyDone(N_("%(login)s has an account already; give it another role instead"), login=login)
    for grant in grants:
        expect_office(session, grant.office)
    session.execute(delete(Invitation).where(Invitation.login == login))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        Invitation(
            digest=token_digest(token),
            login=login,
            roles=[[grant.role.value, grant.office] for grant in grants],
            invited_by=actor.name,
            ends_at=now + INVITED_FOR,
        )
    )
    session.flush()
    return token


def get_invitation(session: Session, token: str, now: datetime) -> Invitation:
    """Return the invitation of a link.

    Raises:
        NotFound: when it is used, over or was never made.
    """
    row = session.get(Invitation, token_digest(token))
    if row is None or row.ends_at <= now:
        raise NotFound(USED)
    return row


def accept(session: Session, row: Invitation, name: str, password: str, language: str) -> Member:
    """Make the account of an invitation; the link works no more.

    Raises:
        Refused: when the password is too short or too long.
        NotFound: when somebody else was quicker with the same link.
    """
    hashed = hash_password(password)
    taken = delete(Invitation).where(Invitation.digest == row.digest).returning(Invitation.digest)
    if session.scalar(taken.execution_options(synchronize_session=False)) is None:
        raise NotFound(USED)
    member = Member(login=row.login, name=name.strip(), language=language, password=hashed)
    session.add(member)
    session.flush()
    set_roles(session, member, [Grant(Role(role), office) for role, office in row.roles])
    return member


def set_roles(session: Session, member: Member, grants: Iterable[Grant]) -> None:
    """Give a member exactly these roles; sessions end, so that no page outlives its right.

    Raises:
        NotFound: when an office does not exist.
    """
    session.execute(delete(MemberRole).where(MemberRole.member_id == member.id))
    for grant in dict.fromkeys(grants):
        expect_office(session, grant.office)
        session.add(MemberRole(member_id=member.id, office=grant.office, role=grant.role.value))
    end_sessions(session, member)


def grants_of(session: Session, member: Member) -> tuple[Grant, ...]:
    """Return a member's roles."""
    rows = session.scalars(
        select(MemberRole).where(MemberRole.member_id == member.id).order_by(MemberRole.office, MemberRole.role)
    )
    return tuple(Grant(Role(row.role), row.office) for row in rows)


def set_active(session: Session, member: Member, *, active: bool) -> None:
    """Switch an account on or off; switched off, its sessions end at once."""
    member.active = active
    end_sessions(session, member)


def change_password(session: Session, member: Member, password: str) -> None:
    """Set a new password; all sessions end."""
    member.password = hash_password(password)
    end_sessions(session, member)


def set_totp(member: Member, secret: str, key: bytes, step: int) -> None:
    """Ask for one-time passwords at every login from now on."""
    member.totp_secret = lock_away(secret, key, secrets.token_bytes(12))
    member.totp_step = step


def drop_totp(member: Member) -> None:
    """Ask for no one-time password any more."""
    member.totp_secret = None


def end_sessions(session: Session, member: Member) -> None:
    """Log a member out everywhere."""
    session.execute(delete(DeskSession).where(DeskSession.member_id == member.id))
    session.flush()


def get_member(session: Session, number: int) -> Member:
    """Return a member.

    Raises:
        NotFound: when there is none.
    """
    row = session.get(Member, number)
    if row is None:
        raise NotFound(N_("There is no such member of staff"))
    return row


def find_member(session: Session, login: str) -> Member:
    """Return the member who logs in with an address.

    Raises:
        NotFound: when there is none.
    """
    row = session.scalar(select(Member).where(Member.login == clean_login(login)))
    if row is None:
        raise NotFound(N_("There is no such member of staff"))
    return row


def list_members(session: Session) -> list[Member]:
    """Return all members by address."""
    return list(session.scalars(select(Member).order_by(Member.login)))


def list_invitations(session: Session, now: datetime) -> list[Invitation]:
    """Return the invitations that may still be accepted; those that are over are removed."""
    session.execute(delete(Invitation).where(Invitation.ends_at <= now))
    return list(session.scalars(select(Invitation).order_by(Invitation.login)))


def clean_login(login: str) -> str:
    """Return an address as it is stored.

    Raises:
        Refused: when it is none.
    """
    cleaned = login.strip().lower()
    user, _at, host = cleaned.partition("@")
    if not user or not host or len(cleaned) > Member.login.type.length or any(sign.isspace() for sign in cleaned):
        raise Refused(N_("%(login)s is no e-mail address"), login=login.strip()[:80] or '""')
    return cleaned
