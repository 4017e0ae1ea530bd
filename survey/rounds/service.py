"""Verbs on rounds: create, check, open, close, publish; and what opening froze."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.core.errors import N_, AlreadyDone, Invalid, NotFound, Refused
from survey.core.ids import gives_hash
from survey.core.keys import KeyKind, PublicKey, read_public_key
from survey.questionnaires.service import get_questionnaire
from survey.rounds.definition import FrozenRound, RoundDefinition, VoterGroup, read_definition
from survey.rounds.fitness import misfits
from survey.rounds.lifecycle import Blocker, blockers
from survey.rounds.models import Round, State, VoterGroupRow
from survey.rounds.voters import VoterLine, read_voters, resolve
from survey.subjects.roster import Subject
from survey.subjects.service import import_roster, list_subjects

_thawed: dict[str, FrozenRound] = {}


def create_round(session: Session, file: Path) -> Round:
    """Create a draft from a round file and the files it names; all or nothing.

    A round that is not open yet is replaced, so that what blocks it can be mended in its files.

    Raises:
        Invalid: with every fault of the files.
        AlreadyDone: when a round of that name is open or over, or codes were issued for it.
        Refused: when the key file is no public key.
    """
    definition = read_definition(file)
    get_questionnaire(session, definition.questionnaire)
    if definition.subjects:
        import_roster(session, file.parent / definition.subjects)
    lines = read_voters(file.parent / definition.voters)
    row = _empty_draft(session, definition.id)
    row.definition = definition.model_dump(mode="json")
    row.public_keys = [key.document() for key in _read_keys(definition, file.parent)]
    session.add(row)
    session.flush()
    session.add_all(
        VoterGroupRow(
            round_id=row.id,
            group=line.group,
            ballot_class=line.ballot_class,
            planned=line.planned,
            subjects=line.subjects,
        )
        for line in lines
    )
    session.flush()
    return row


def _read_keys(definition: RoundDefinition, folder: Path) -> list[PublicKey]:
    needed = KeyKind.TRUSTEE if definition.seal == "trustees" else KeyKind.OFFICE
    keys = []
    for name in definition.key_files:
        key = read_public_key(folder / name)
        if key.kind is not needed:
            raise Refused(
                N_("%(file)s holds a key of the kind %(kind)s; the seal %(seal)s needs one of the kind %(needed)s"),
                file=name,
                kind=key.kind.value,
                seal=definition.seal,
                needed=needed.value,
            )
        if key in keys:
            raise Refused(N_("%(file)s is the same key again; two different trustees are needed"), file=name)
        keys.append(key)
    return keys


def _empty_draft(session: Session, name: str) -> Round:
    row = session.scalar(select(Round).where(Round.name == name))
    if row is None:
        return Round(name=name, state=State.DRAFT)
    if row.state not in (State.DRAFT, State.READY):
        raise AlreadyDone(N_("There is a round %(name)s already; give the new one another id"), name=name)
    try:
        session.execute(delete(VoterGroupRow).where(VoterGroupRow.round_id == row.id))
    except IntegrityError as error:
        # Batches of codes hold on to their voter group.
        raise AlreadyDone(
            N_("Codes of %(name)s are issued already; give the new round another id"), name=name
        ) from error
    row.state = State.DRAFT
    return row


def get_round(session: Session, name: str) -> Round:
    """Return the round of a name.

    Raises:
        NotFound: when there is none.
    """
    row = session.scalar(select(Round).where(Round.name == name))
    if row is None:
        raise NotFound(N_("There is no round %(name)s"), name=name)
    return row


def list_rounds(session: Session) -> list[Round]:
    """Return all rounds, newest last."""
    return list(session.scalars(select(Round).order_by(Round.id)))


def list_voter_groups(session: Session, row: Round) -> list[VoterGroupRow]:
    """Return the voter groups of a round, in the order of their file."""
    return list(
        session.scalars(select(VoterGroupRow).where(VoterGroupRow.round_id == row.id).order_by(VoterGroupRow.id))
    )


def check_round(session: Session, row: Round, now: datetime) -> tuple[Blocker, ...]:
    """List what blocks opening; with nothing left a draft becomes ready, with something a ready one a draft."""
    _expect(row, State.DRAFT, State.READY)
    definition = RoundDefinition.model_validate(row.definition)
    roster = list_subjects(session)
    found: list[Blocker] = []
    voters: list[VoterGroup] = []
    for group in list_voter_groups(session, row):
        try:
            voters.append(resolve(_line(group), roster))
        except Invalid as error:
            found += [
                Blocker(p.message, N_("import the roster that has it, or correct the voters file"), p.figures)
                for p in error.problems
            ]
    found += blockers(definition, keys=len(row.public_keys), voters=voters, roster=roster, now=now)
    found += misfits(definition, get_questionnaire(session, definition.questionnaire), voters, roster)
    row.state = State.DRAFT if found else State.READY
    session.flush()
    return tuple(found)


def open_round(session: Session, row: Round, now: datetime) -> FrozenRound:
    """Open a round: freeze version, rosters, rules and the key's fingerprint.

    Raises:
        Refused: when it is not a draft or ready, or something still blocks it.
    """
    found = check_round(session, row, now)
    if found:
        first = found[0]
        raise Refused(
            N_("The round cannot open: %(reason)s (%(n)s blockers; see `flask rounds check %(name)s`)"),
            reason=first.message % first.figures,
            n=len(found),
            name=row.name,
        )
    frozen = _freeze(session, row)
    row.frozen, row.frozen_hash = frozen.document(), frozen.content_hash
    row.state, row.opened_at = State.OPEN, now
    session.flush()
    return frozen


def close_round(session: Session, row: Round, now: datetime) -> None:
    """Close a round for good. Call it through ``casting.close``, which waits for ballots under way.

    Raises:
        Refused: when it is not open.
    """
    _expect(row, State.OPEN)
    row.state, row.closed_at = State.CLOSED, now
    session.flush()


def publish_round(session: Session, row: Round, now: datetime) -> None:
    """Let everybody see a counted round's results.

    Raises:
        Refused: when it is not counted, or was not meant to be announced when it opened.
    """
    _expect(row, State.COUNTED)
    if not frozen_round(session, row.id).definition.announced:
        raise Refused(
            N_("The results of %(name)s are not for publication: the round was opened without announce: true"),
            name=row.name,
        )
    row.published_at = row.published_at or now
    session.flush()


def frozen_round(source: Session | Connection, round_id: int) -> FrozenRound:
    """Return what opening froze; kept in memory by its hash, since it never changes.

    Raises:
        Refused: when the round was never opened, or its frozen content no longer gives its hash.
    """
    found = source.execute(select(Round.frozen_hash).where(Round.id == round_id)).scalar_one_or_none()
    if found is None:
        raise Refused(N_("The round is not open yet; nothing of it is frozen"))
    if found not in _thawed:
        document = source.execute(select(Round.frozen).where(Round.id == round_id)).scalar_one()
        assert document is not None
        if not gives_hash(document, found):
            raise Refused(N_("The frozen content of the round was changed: it no longer gives its hash"))
        _thawed[found] = FrozenRound.from_document(document)
    return _thawed[found]


def note_present(session: Session, row: Round, group: str, ballot_class: str, present: int) -> None:
    """Write down how many voters of a group and class came (实到).

    Raises:
        NotFound: when there is no such group and class.
        Refused: when the round is not open, or more came than were expected.
    """
    _expect(row, State.READY, State.OPEN, State.CLOSED)
    voters = session.scalar(
        select(VoterGroupRow).where(
            VoterGroupRow.round_id == row.id,
            VoterGroupRow.group == group,
            VoterGroupRow.ballot_class == ballot_class,
        )
    )
    if voters is None:
        raise NotFound(
            N_("The round %(name)s has no voters of group %(group)s, class %(ballot_class)s"),
            name=row.name,
            group=group,
            ballot_class=ballot_class,
        )
    if not 0 <= present <= voters.planned:
        raise Refused(
            N_("%(present)s present of %(planned)s expected cannot be; count again, or correct the voters file"),
            present=present,
            planned=voters.planned,
        )
    voters.present = present
    session.flush()


def present_voters(session: Session, row: Round) -> dict[tuple[str, str], int | None]:
    """Return how many voters came, by group and class; none where nobody counted them."""
    return {(group.group, group.ballot_class): group.present for group in list_voter_groups(session, row)}


def _freeze(session: Session, row: Round) -> FrozenRound:
    definition = RoundDefinition.model_validate(row.definition)
    roster = list_subjects(session)
    voters = tuple(resolve(_line(group), roster) for group in list_voter_groups(session, row))
    return FrozenRound(
        definition,
        get_questionnaire(session, definition.questionnaire),
        _taking_part(roster, voters),
        voters,
        tuple(PublicKey.from_document(key) for key in row.public_keys),
    )


def _taking_part(roster: tuple[Subject, ...], voters: tuple[VoterGroup, ...]) -> tuple[Subject, ...]:
    """Keep the subjects that are rated, and the units above them."""
    by_code = {subject.code: subject for subject in roster}
    wanted = {code for voter in voters for code in voter.subjects}
    above = {by_code[code].parent for code in wanted}
    while not above <= wanted:
        wanted |= above
        above = {by_code[code].parent for code in above if code in by_code}
    return tuple(subject for subject in roster if subject.code in wanted)


def _line(group: VoterGroupRow) -> VoterLine:
    return VoterLine(group.group, group.ballot_class, group.planned, group.subjects)


def _expect(row: Round, *states: State) -> None:
    if row.state not in states:
        raise Refused(
            N_("The round %(name)s is %(state)s; this needs it to be %(needed)s"),
            name=row.name,
            state=row.state,
            needed=" or ".join(states),
        )
