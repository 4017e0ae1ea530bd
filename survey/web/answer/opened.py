"""The form in somebody's hands: its code, its ballot and its stamp, from a code just admitted or from a post."""

from contextlib import suppress
from dataclasses import dataclass
from hmac import compare_digest

from flask import g, request
from flask_babel import gettext as _

from survey import casting
from survey.casting import Ballot, UnknownCode
from survey.codes.generator import digest, normalise
from survey.core import clock
from survey.core.errors import Invalid, Problem, Refused
from survey.storage.engine import reading
from survey.web.answer.status import Refusal
from survey.web.display import display
from survey.web.services import services
from survey.web.stamp import BadStamp, Stamp


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form that may be filled in."""

    code: str
    ballot: Ballot
    stamp: Stamp


class Faulty(Exception):
    """Answers with faults: the form comes back with them, each marked."""

    def __init__(self, opened: OpenForm, problems: tuple[Problem, ...]) -> None:
        super().__init__()
        self.opened = opened
        self.problems = {problem.where: problem.say(_) for problem in problems}


def digits_of(code: str) -> str:
    """Return the 20 digits of an address.

    Raises:
        UnknownCode: when there are none; a wrong digit must look like any other wrong code.
    """
    try:
        return normalise(code)
    except Invalid as error:
        raise UnknownCode from error


def admit(code: str) -> OpenForm:
    """Open a form for a code that may be answered with now.

    Raises:
        UnknownCode, CodeUsed, NotYetOpen, RoundClosed, BatchWaits, BatchShut: as the door says.
    """
    here = services()
    now = clock.now()
    with reading(here.engine) as connection:
        admitted = casting.admit(connection, code, key=here.code_key, now=now)
    stamp = here.stamps.make(
        round_id=admitted.round_id,
        group_id=admitted.group_id,
        version=admitted.ballot.frozen.content_hash,
        code_digest=admitted.digest,
        now=now,
    )
    return OpenForm(code, admitted.ballot, stamp)


def posted(code: str) -> OpenForm:
    """Return the form that was posted.

    Raises:
        UnknownCode: when the address has no code.
        Refusal: when the stamp is missing, forged, of another code or of another version.
    """
    digits = digits_of(code)
    try:
        stamp = services().stamps.read(request.form.get("_stamp", ""))
    except BadStamp as error:
        raise Refusal("stale") from error
    if not compare_digest(stamp.code_digest, digest(digits, services().code_key)):
        raise Refusal("stale")
    ballot = _ballot(stamp)
    g.contact, g.rehearsal = ballot.frozen.definition.contact, ballot.frozen.definition.rehearsal
    return OpenForm(digits, ballot, stamp)


def guard_answers(opened: OpenForm) -> None:
    """On a shared device see to it that answers are shown only before they are cast.

    Whoever comes next could otherwise have the browser send an earlier form again.

    Raises:
        CodeUsed: when its code was used.
    """
    if display().kiosk:
        with suppress(Refused):  # closed or not: that is told when it is cast
            admit(opened.code)


def _ballot(stamp: Stamp) -> Ballot:
    """Return the ballot that a form was made for; from memory, as a rule."""
    known = casting.known_ballot(stamp.group_id, stamp.version)
    if known is None:
        with reading(services().engine) as connection:
            known = casting.ballot_form(connection, stamp.round_id, stamp.group_id, stamp.version)
    if known.frozen.content_hash != stamp.version:
        raise Refusal("changed")
    return known
