"""Verbs on drafts, whoever writes them: files or the desk. A round that was opened is never changed here.

Whether codes were issued for a draft is known above this room: ask ``codes.service.expect_none_issued`` first.
"""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, Invalid, NotFound, Problem, Refused
from survey.core.keys import KeyKind, PublicKey
from survey.core.textfile import Progress, silent
from survey.questionnaires.service import get_questionnaire
from survey.rounds.definition import TRUSTEES, RoundDefinition
from survey.rounds.models import KEYS, SEALS, Round, State, VoterGroupRow
from survey.rounds.voters import VoterLine

MADE = N_("Made the draft of the round %(name)s with the questionnaire %(questionnaire)s")
WITH_ROSTER = N_("Took the roster in %(file)s for the draft of the round %(name)s")
"""For the log."""

RESERVED = frozenset({"new"})
"""Names that addresses of the desk have for pages of their own."""

_AT_ONCE = 1000
_TWICE = N_("group %(group)s, class %(ballot_class)s stands there already")


def new_draft(
    session: Session,
    definition: RoundDefinition,
    lines: Sequence[VoterLine] = (),
    keys: Sequence[tuple[str, PublicKey]] = (),
    *,
    office: str = "",
) -> Round:
    """Create a draft of a name that no round has.

    Raises:
        AlreadyDone: when there is a round of that name.
        NotFound: when the questionnaire is unknown.
        Invalid: when a group and class stands there twice.
        Refused: when a key does not fit the seal.
    """
    if session.scalar(select(Round.id).where(Round.name == definition.id)) is not None:
        raise AlreadyDone(N_("There is a round %(name)s already; give the new one another id"), name=definition.id)
    return write_draft(session, definition, lines, keys, office=office)


def write_draft(
    session: Session,
    definition: RoundDefinition,
    lines: Sequence[VoterLine],
    keys: Sequence[tuple[str, PublicKey]],
    *,
    office: str | None = None,
) -> Round:
    """Create a draft, or replace the round of its name that is not open yet.

    Args:
        session: the unit of work.
        definition: what the round is.
        lines: its voters, in their order.
        keys: what seals it, innermost first, each after the name of its file.
        office: the code of the office it belongs to; none leaves it where it was.

    Raises:
        AlreadyDone: when a round of that name is open or over, or codes were issued for it.
        NotFound: when the questionnaire is unknown.
        Invalid: when a page has its name, or a group and class stands there twice.
        Refused: when a key does not fit the seal.
    """
    if definition.id in RESERVED:
        raise Invalid([Problem("id", N_("this name is taken by a page; choose another"))])
    get_questionnaire(session, definition.questionnaire)
    _expect_distinct(lines)
    row = _empty_draft(session, definition.id)
    row.definition = definition.model_dump(mode="json")
    row.public_keys = []
    if office is not None:
        row.office = office
    for file, key in keys:
        row.public_keys = [*row.public_keys, _fitting(definition, row.public_keys, key, file)]
    session.add(row)
    session.flush()
    _put_voters(session, row, lines)
    return row


def hold_draft(session: Session, row: Round) -> RoundDefinition:
    """Keep everybody else from changing or opening a round in this transaction, and return what it says.

    Raises:
        Refused: when it was opened, or is a rehearsal.
    """
    session.refresh(row, with_for_update=True)
    definition = RoundDefinition.model_validate(row.definition)
    if row.state not in (State.DRAFT, State.READY):
        raise Refused(
            N_("%(name)s was opened: what it asks, of whom and under which key is frozen and never changes"),
            name=row.name,
        )
    if definition.rehearsal:
        raise Refused(N_("%(name)s is a rehearsal; change the round that it rehearses"), name=row.name)
    return definition


def change_definition(session: Session, row: Round, definition: RoundDefinition) -> None:
    """Let a draft say something else; its name stays.

    Raises:
        NotFound: when the questionnaire is unknown.
        Refused: when it was opened, has another name, or its keys do not fit the new seal.
    """
    hold_draft(session, row)
    if definition.id != row.name:
        raise Refused(N_("The name of %(name)s stays; make a new round for another"), name=row.name)
    get_questionnaire(session, definition.questionnaire)
    needed = _kind(definition)
    if any(key["kind"] != needed for key in row.public_keys):
        raise Refused(
            N_("The seal %(seal)s needs keys of the kind %(needed)s; take the present ones away first"),
            seal=SEALS[definition.seal],
            needed=KEYS[needed],
        )
    row.definition = definition.model_dump(mode="json")
    _changed(session, row)


def replace_voters(session: Session, row: Round, lines: Sequence[VoterLine], *, on_progress: Progress = silent) -> None:
    """Give a draft other voters, in the order of the lines.

    Args:
        session: the unit of work.
        row: the draft.
        lines: its voters.
        on_progress: told the number of lines after each thousand.

    Raises:
        Refused: when it was opened.
        AlreadyDone: when codes were issued for it.
        Invalid: when a group and class stands there twice.
    """
    hold_draft(session, row)
    _expect_distinct(lines)
    _drop_voters(session, row)
    _put_voters(session, row, lines, on_progress)
    _changed(session, row)


def add_voters(session: Session, row: Round, lines: Sequence[VoterLine]) -> None:
    """Add voters to a draft, after those that are there.

    Raises:
        Refused: when it was opened.
        Invalid: when a group and class stands there already.
    """
    hold_draft(session, row)
    _expect_distinct([*(_line(one) for one in _voters(session, row)), *lines])
    _put_voters(session, row, lines)
    _changed(session, row)


def change_voters(session: Session, row: Round, number: int, line: VoterLine) -> None:
    """Write one line of a draft's voters anew.

    Args:
        session: the unit of work.
        row: the draft.
        number: the line's row in the database.
        line: what it says now.

    Raises:
        NotFound: when the draft has no such line.
        Refused: when it was opened.
        Invalid: when another line has its group and class.
    """
    hold_draft(session, row)
    found = _one(session, row, number)
    _expect_distinct([*(_line(one) for one in _voters(session, row) if one is not found), line])
    found.group, found.ballot_class, found.planned = line.group, line.ballot_class, line.planned
    found.subjects, found.present = line.subjects, None
    _changed(session, row)


def remove_voters(session: Session, row: Round, number: int) -> VoterLine:
    """Take one line out of a draft's voters, and return it.

    Raises:
        NotFound: when the draft has no such line.
        Refused: when it was opened.
    """
    hold_draft(session, row)
    found = _one(session, row, number)
    session.delete(found)
    _changed(session, row)
    return _line(found)


def add_key(session: Session, row: Round, key: PublicKey, file: str) -> None:
    """Add a public key to a draft's seal: the office's one, or the next of two trustees'.

    Args:
        session: the unit of work.
        row: the draft.
        key: the public key.
        file: what the key's file is called.

    Raises:
        Refused: when it was opened, its seal has all its keys, or the key is of another kind or there already.
    """
    definition = hold_draft(session, row)
    _set_keys(row, definition, [*row.public_keys, _fitting(definition, row.public_keys, key, file)])
    _changed(session, row)


def remove_key(session: Session, row: Round, fingerprint: str) -> None:
    """Take a key away from a draft's seal.

    Raises:
        NotFound: when it has no key of that fingerprint.
        Refused: when it was opened.
    """
    definition = hold_draft(session, row)
    left = [key for key in row.public_keys if key["fingerprint"] != fingerprint]
    if len(left) == len(row.public_keys):
        raise NotFound(N_("%(name)s has no key %(fingerprint)s"), name=row.name, fingerprint=fingerprint)
    _set_keys(row, definition, left)
    _changed(session, row)


def _kind(definition: RoundDefinition) -> KeyKind:
    return KeyKind.TRUSTEE if definition.seal == "trustees" else KeyKind.OFFICE


def _fitting(definition: RoundDefinition, held: Sequence[dict[str, str]], key: PublicKey, file: str) -> dict[str, str]:
    """Return the key as it is stored, once it fits the seal and those it has."""
    needed = _kind(definition)
    if key.kind is not needed:
        raise Refused(
            N_("%(file)s holds a key of the kind %(kind)s; the seal %(seal)s needs one of the kind %(needed)s"),
            file=file,
            kind=KEYS[key.kind],
            seal=SEALS[definition.seal],
            needed=KEYS[needed],
        )
    document = key.document()
    if needed is KeyKind.TRUSTEE and document in held:
        raise Refused(N_("%(file)s is the same key again; two different trustees are needed"), file=file)
    if len(held) >= (TRUSTEES if needed is KeyKind.TRUSTEE else 1):
        raise Refused(N_("The round has its keys; take one away before you add %(file)s"), file=file)
    return document


def _set_keys(row: Round, definition: RoundDefinition, keys: list[dict[str, str]]) -> None:
    row.public_keys = keys
    # The files it was made from, if it was, no longer say what seals it.
    row.definition = definition.model_copy(update={"key": None, "keys": ()}).model_dump(mode="json")


def _expect_distinct(lines: Sequence[VoterLine]) -> None:
    seen = set()
    for line in lines:
        key = (line.group, line.ballot_class)
        if key in seen:
            raise Invalid([Problem("", _TWICE, {"group": line.group, "ballot_class": line.ballot_class})])
        seen.add(key)


def _empty_draft(session: Session, name: str) -> Round:
    row = session.scalar(select(Round).where(Round.name == name))
    if row is None:
        return Round(name=name, state=State.DRAFT)
    if row.state not in (State.DRAFT, State.READY):
        raise AlreadyDone(N_("There is a round %(name)s already; give the new one another id"), name=name)
    _drop_voters(session, row)
    row.state = State.DRAFT
    return row


def _drop_voters(session: Session, row: Round) -> None:
    try:
        session.execute(delete(VoterGroupRow).where(VoterGroupRow.round_id == row.id))
    except IntegrityError as error:
        # Batches of codes hold on to their voter group.
        raise AlreadyDone(
            N_("Codes of %(name)s are issued already; give the new round another id"), name=row.name
        ) from error


def _voters(session: Session, row: Round) -> list[VoterGroupRow]:
    found = select(VoterGroupRow).where(VoterGroupRow.round_id == row.id).order_by(VoterGroupRow.id)
    return list(session.scalars(found))


def _one(session: Session, row: Round, number: int) -> VoterGroupRow:
    found = session.get(VoterGroupRow, number)
    if found is None or found.round_id != row.id:
        raise NotFound(N_("%(name)s has no such line of voters"), name=row.name)
    return found


def _put_voters(session: Session, row: Round, lines: Sequence[VoterLine], on_progress: Progress = silent) -> None:
    rows = [{"round_id": row.id, **vars(line)} for line in lines]
    # In bulk: one by one, a file of 200,000 would keep everybody else from writing for a minute.
    for start in range(0, len(rows), _AT_ONCE):
        chunk = rows[start : start + _AT_ONCE]
        session.execute(insert(VoterGroupRow), chunk)
        on_progress(len(chunk))


def _line(row: VoterGroupRow) -> VoterLine:
    return VoterLine(row.group, row.ballot_class, row.planned, row.subjects)


def _changed(session: Session, row: Round) -> None:
    # What made it ready may no longer hold.
    row.state = State.DRAFT
    session.flush()
