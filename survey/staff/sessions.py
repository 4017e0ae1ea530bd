"""Logging in and being logged in: sessions are rows, so that they can be ended at once."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey.core.errors import N_, Refused
from survey.staff.models import DeskSession, Member
from survey.staff.passwords import unlock, used_step
from survey.staff.service import TOKEN_BYTES, token_digest

ABSOLUTE = timedelta(hours=8)
IDLE = timedelta(minutes=30)
NOTED = timedelta(minutes=1)
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=1)


class WrongLogin(Refused):
    """Address, password or one-time password are wrong, or the account waits: nobody learns which."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "These do not fit together: address, password and, where it is set up, one-time password. "
                "After several wrong tries, wait a minute before the next"
            )
        )


@dataclass(frozen=True)
class Asked:
    """The account that somebody wants to log in to, as it stands before the password is looked at.

    Attributes:
        member_id: whose it is; none when no password is right at this moment.
        password: what is stored of the password.
    """

    member_id: int | None = None
    password: str | None = field(default=None, repr=False)


def find_asked(session: Session, login: str, *, known: bool, now: datetime) -> Asked:
    """Return the account of an address.

    An account that is switched off, or was tried too often, looks as if there were none.

    Args:
        session: the database.
        login: the address.
        known: whether this browser logged in to this account before; it is then not made to wait for others.
        now: the present moment.
    """
    member = session.scalar(select(Member).where(Member.login == login.strip().lower()))
    if member is None or not member.active or not (known or _is_due(member, now)):
        return Asked()
    return Asked(member.id, member.password)


def log_in(
    session: Session, asked: Asked, code: str, *, right: bool, totp_key: bytes, known: bool, now: datetime
) -> tuple[Member, str]:
    """Open a session, when the password was right.

    Args:
        session: the unit of work; keep it also when this raises, for it counts failures. It begins after the
            password was checked: that takes a while, and nobody who casts a ballot waits for it.
        asked: the account, as it was found.
        code: a one-time password, where the account asks for one.
        right: whether the password is the account's.
        totp_key: the server's key for one-time secrets.
        known: as ``find_asked``.
        now: the present moment.

    Returns:
        The member, and the token for the browser's cookie.

    Raises:
        WrongLogin: when something is wrong.
    """
    member = session.get(Member, asked.member_id, with_for_update=True)
    if member is None or not member.active or member.password != asked.password:
        raise WrongLogin
    # Of many tries at once only the first ones count as tries before the wait.
    if not (known or _is_due(member, now)):
        raise WrongLogin
    step = member.totp_step
    if right and member.totp_secret is not None:
        found = used_step(unlock(member.totp_secret, totp_key), code, now, member.totp_step)
        right, step = found is not None, found or step
    if right and step != member.totp_step:
        # Two requests with the same one-time password: one of them finds it used.
        right = (
            session.scalar(
                update(Member)
                .where(Member.id == member.id, Member.totp_step < step)
                .values(totp_step=step)
                .returning(Member.id)
            )
            is not None
        )
    if not right:
        member.failures, member.failed_at = member.failures + 1, now
        session.flush()
        raise WrongLogin
    member.failures = 0
    return member, open_session(session, member, now)


def open_session(session: Session, member: Member, now: datetime) -> str:
    """Log a member in and return the token for the cookie; sessions that are over are removed."""
    session.execute(delete(DeskSession).where(DeskSession.seen_at <= now - ABSOLUTE))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(DeskSession(digest=token_digest(token), member_id=member.id, made_at=now, seen_at=now))
    session.flush()
    return token


def find_session(session: Session, token: str, now: datetime) -> Member | None:
    """Return who is logged in with a token; none when the session is over, ended or the account switched off."""
    row = session.get(DeskSession, token_digest(token))
    if row is None or now - row.made_at >= ABSOLUTE or now - row.seen_at >= IDLE:
        return None
    member = session.get(Member, row.member_id)
    return member if member is not None and member.active else None


def is_to_be_noted(session: Session, token: str, now: datetime) -> bool:
    """Tell whether it is time to write down that a session is used; not at every request."""
    row = session.get(DeskSession, token_digest(token))
    return row is not None and now - row.seen_at >= NOTED


def note_seen(session: Session, token: str, now: datetime) -> None:
    """Write down that a session is used."""
    session.execute(update(DeskSession).where(DeskSession.digest == token_digest(token)).values(seen_at=now))


def close_session(session: Session, token: str) -> None:
    """Log out."""
    session.execute(delete(DeskSession).where(DeskSession.digest == token_digest(token)))


def _is_due(member: Member, now: datetime) -> bool:
    """Tell whether the account takes another try: it waits, doubling from one second, at most a minute."""
    beyond = member.failures - FREE_TRIES
    if beyond < 0 or member.failed_at is None:
        return True
    pause = min(timedelta(seconds=2 ** min(beyond, 10)), LONGEST_WAIT)
    return member.failed_at + pause <= now
