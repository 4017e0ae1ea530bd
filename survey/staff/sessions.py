"""Logging in and being logged in: sessions are rows, so that they can be ended at once."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey.core.errors import N_, Refused
from survey.staff.models import DeskSession, Member
from survey.staff.passwords import is_password, unlock, used_step
from survey.staff.service import TOKEN_BYTES, token_digest

ABSOLUTE = timedelta(hours=8)
IDLE = timedelta(minutes=30)
NOTED = timedelta(minutes=1)
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=1)


class WrongLogin(Refused):
    """Address, password or one-time password are wrong: nobody learns which."""

    def __init__(self) -> None:
        super().__init__(N_("These do not fit together: address, password and, where it is set up, one-time password"))


class TooManyTries(Refused):
    """This account was tried too often from browsers it does not know."""

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, int(wait.total_seconds()))
        super().__init__(
            N_("Too many wrong passwords for this account; try again in %(seconds)s seconds"), seconds=seconds
        )
        self.seconds = seconds


def log_in(
    session: Session, login: str, password: str, code: str, *, totp_key: bytes, known: bool, now: datetime
) -> tuple[Member, str]:
    """Check a login and open a session.

    Args:
        session: the unit of work; keep it also when this raises, for it counts failures.
        login: the address.
        password: as typed.
        code: a one-time password, where the account asks for one.
        totp_key: the server's key for one-time secrets.
        known: whether this browser logged in to this account before; it is then not made to wait for others.
        now: the present moment.

    Returns:
        The member, and the token for the browser's cookie.

    Raises:
        WrongLogin: when something is wrong.
        TooManyTries: when the account was tried too often; the password was not even looked at.
    """
    member = session.scalar(select(Member).where(Member.login == login.strip().lower()))
    if member is not None and not known and (wait := _wait(member, now)) > timedelta(0):
        raise TooManyTries(wait)
    right = is_password(member.password if member is not None and member.active else None, password)
    if member is None:
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


def _wait(member: Member, now: datetime) -> timedelta:
    """Return how long the account takes no further try: doubling from one second, at most a minute."""
    beyond = member.failures - FREE_TRIES
    if beyond < 0 or member.failed_at is None:
        return timedelta(0)
    pause = min(timedelta(seconds=2 ** min(beyond, 10)), LONGEST_WAIT)
    return member.failed_at + pause - now
