"""What every page of the desk has: who is there, what may be done, one transaction, one way to say what happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from survey.core.sentences import fill
from survey.staff.actor import Actor
from survey.staff.audit import record
from survey.staff.models import Member
from survey.staff.roles import Power
from survey.staff.service import Rights
from survey.storage.engine import snapshot, unit_of_work
from survey.web.services import services


@dataclass(frozen=True)
class Me:
    """The member whose request this is.

    Attributes:
        id: the number.
        login: the address.
        name: the name.
        language: of the desk.
        rights: what may be done where.
        guarded: whether one-time passwords are asked for.
    """

    id: int
    login: str
    name: str
    language: str
    rights: Rights
    guarded: bool

    @classmethod
    def of(cls, member: Member, rights: Rights) -> "Me":
        """Make it from the member's row."""
        return cls(
            member.id, member.login, member.name, member.language, rights, guarded=member.totp_secret is not None
        )

    def may(self, power: Power | str, office: str | None = None) -> bool:
        """Tell whether something may be done in an office; without one, in any."""
        wanted = Power(power)
        return self.rights.somewhere(wanted) if office is None else self.rights.may(wanted, office)

    @property
    def actor(self) -> Actor:
        """The member as the log names it."""
        return Actor(self.id, self.name)


@contextmanager
def work() -> Iterator[Session]:
    """Open the request's one transaction; it is kept when the block ends without an error."""
    with unit_of_work(services().engine) as session:
        yield session


@contextmanager
def looking() -> Iterator[Session]:
    """Open one state of everything, for reading."""
    with snapshot(services().engine) as session:
        yield session


def me() -> Me:
    """Return who is logged in."""
    found: Me = g.me
    return found


def actor() -> Actor:
    """Return who is logged in, as the log names it."""
    return me().actor


def note(session: Session, office: str, sentence: str, **figures: object) -> None:
    """Write into the log, in the transaction given, what the present member does."""
    record(session, actor(), office, sentence, **figures)


def say(sentence: str, **figures: object) -> None:
    """Tell the present member, on the next page, what was done."""
    flash(fill(sentence, figures, gettext))


def back(endpoint: str, **values: object) -> Response:
    """Send the browser to a page, after something was done."""
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)  # type: ignore[arg-type]


def own_address(address: str) -> str | None:
    """Return an address of the desk as it was given, none when it leads anywhere else."""
    path = address.split("?", maxsplit=1)[0]
    odd = "//" in path or "/." in path or "\\" in address or not address.isprintable()
    if odd or not f"{path}/".startswith(url_for("desk.home")):
        return None
    return address if path.rstrip("/") != url_for("desk.entrance.login") else None


def here() -> str:
    """Return the address of the present page, to come back to after logging in."""
    return request.full_path.rstrip("?")
