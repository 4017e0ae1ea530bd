"""Verbs on rounds: create, check, open, close, publish; and what opening froze."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from survey.core.errors import N_, Invalid, NotFound, Refused
from survey.core.ids import gives_hash
from survey.core.keys import PublicKey, read_public_key
from survey.core.sentences import Sentence
from survey.questionnaires.service import get_questionnaire
from survey.rounds.definition import FrozenRound, RoundDefinition, VoterGroup, read_definition
from survey.rounds.drafting import hold_draft, replace_voters, write_draft
from survey.rounds.fitness import misfits
from survey.rounds.lifecycle import Blocker, blockers, rehearsal_name, rehearsed
from survey.rounds.models import WORDS, Round, State, VoterGroupRow
from survey.rounds.voters import Lookup, VoterLine, read_voters, resolve
from survey.staff.webhooks import notify
from survey.subjects.roster import Subject
from survey.subjects.service import import_roster, list_subjects

CHECKED = N_("Checked the round %(name)s: %(n)s things in its way")
OPENED = N_("Opened the round %(round)s, frozen content %(hash)s. Reason: %(reason)s")
CLOSED = N_("Closed the round %(round)s with %(envelopes)s envelopes in the urn. Reason: %(reason)s")
PRESENT = N_("Wrote down for %(round)s: of group %(group)s, class %(ballot_class)s, %(n)s are present")
REMOVED = N_(
    "Removed the draft of the round %(round)s, never opened and without codes: %(groups)s groups and classes, "
    "%(planned)s planned voters. Reason: %(reason)s"
)
PUBLISHED = N_("Published the results of the round %(round)s: %(reason)s")
"""For the log."""

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
    keys = [(name, read_public_key(file.parent / name)) for name in definition.key_files]
    return write_draft(session, definition, lines, keys)


def remove_round(session: Session, row: Round) -> dict[str, object]:
    """Remove a draft that was never opened. That it has no codes ``codes.service.expect_none_issued`` tells first.

    Returns:
        What the log says of it.

    Raises:
        Refused: when it was opened, is a rehearsal, or is being rehearsed.
    """
    hold_draft(session, row)
    if rehearsal_of(session, row) is not None:
        raise Refused(N_("%(name)s is being rehearsed; clear its rehearsal first"), name=row.name)
    groups = list_voter_groups(session, row)
    figures = {"round": row.name, "groups": len(groups), "planned": sum(group.planned for group in groups)}
    replace_voters(session, row, ())
    session.delete(row)
    session.flush()
    return figures


def get_round(session: Session, name: str) -> Round:
    """Return the round of a name.

    Raises:
        NotFound: when there is none.
    """
    row = session.scalar(select(Round).where(Round.name == name))
    if row is None:
        raise NotFound(N_("There is no round %(name)s"), name=name)
    return row


def list_rounds(session: Session, *, rehearsals: bool = False) -> list[Round]:
    """Return all rounds, newest last; rehearsals only when asked for, since they never count for anything."""
    rows = session.scalars(select(Round).order_by(Round.id))
    return [row for row in rows if rehearsals or not is_rehearsal(row)]


def is_rehearsal(row: Round) -> bool:
    """Tell whether a round is the rehearsal of another."""
    return bool(row.definition.get("rehearsal"))


def rehearsal_of(session: Session, row: Round) -> Round | None:
    """Return the rehearsal of a round, when there is one."""
    twin = session.scalar(select(Round).where(Round.name == rehearsal_name(row.name)))
    return twin if twin is not None and is_rehearsal(twin) else None


def list_voter_groups(session: Session, row: Round) -> list[VoterGroupRow]:
    """Return the voter groups of a round, in the order of their file."""
    return list(
        session.scalars(select(VoterGroupRow).where(VoterGroupRow.round_id == row.id).order_by(VoterGroupRow.id))
    )


def check_round(
    session: Session, row: Round, now: datetime, roster: tuple[Subject, ...] | None = None
) -> tuple[Blocker, ...]:
    """List what blocks opening; with nothing left a draft becomes ready, with something a ready one a draft.

    Args:
        session: the unit of work.
        row: the round.
        now: the moment.
        roster: where it was read already.
    """
    _expect(row, State.DRAFT, State.READY)
    found = find_blockers(session, row, now, roster)
    # It only bars the opening: what is right stays right, and codes can be printed meanwhile.
    row.state = State.DRAFT if any(one.about != "rehearsal" for one in found) else State.READY
    session.flush()
    return found


def find_blockers(
    session: Session, row: Round, now: datetime, roster: tuple[Subject, ...] | None = None
) -> tuple[Blocker, ...]:
    """List what blocks a round from opening, and change nothing."""
    definition = RoundDefinition.model_validate(row.definition)
    roster = list_subjects(session) if roster is None else roster
    lookup = Lookup(roster)
    found: list[Blocker] = []
    voters: list[VoterGroup] = []
    for group in list_voter_groups(session, row):
        try:
            voters.append(resolve(_line(group), lookup))
        except Invalid as error:
            remedy = N_("import the roster that has it, or correct the voters file")
            found += [Blocker(p.message, remedy, p.figures, about="voters") for p in error.problems]
    found += blockers(definition, keys=len(row.public_keys), voters=voters, roster=roster, now=now)
    found += misfits(definition, get_questionnaire(session, definition.questionnaire), voters, roster)
    return (*found, rehearsed(row.name)) if rehearsal_of(session, row) else tuple(found)


def open_round(session: Session, row: Round, now: datetime) -> FrozenRound:
    """Open a round: freeze version, rosters, rules and the key's fingerprint.

    Raises:
        Refused: when it is not a draft or ready, or something still blocks it.
    """
    # Whoever makes a rehearsal of it at this moment is waited for, and seen.
    session.refresh(row, with_for_update=True)
    found = check_round(session, row, now)
    if found:
        first = found[0]
        raise Refused(
            N_("The round cannot open: %(reason)s (%(n)s blockers; see `flask rounds check %(name)s`)"),
            reason=Sentence(first.message, first.figures),
            n=len(found),
            name=row.name,
        )
    frozen = _freeze(session, row)
    row.frozen, row.frozen_hash = frozen.document(), frozen.content_hash
    row.state, row.opened_at = State.OPEN, now
    session.flush()
    if not is_rehearsal(row):
        notify(session, "round.opened", row.office, round=row.name)
    return frozen


def close_round(session: Session, row: Round, now: datetime) -> None:
    """Close a round for good. Call it through ``casting.close``, which waits for ballots under way.

    Raises:
        Refused: when it is not open, or is a rehearsal.
    """
    if is_rehearsal(row):
        raise Refused(N_("%(name)s is a rehearsal: it is never closed or counted, but cleared"), name=row.name)
    _expect(row, State.OPEN)
    row.state, row.closed_at = State.CLOSED, now
    session.flush()
    notify(session, "round.closed", row.office, round=row.name)


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
    if row.published_at is None:
        row.published_at = now
        notify(session, "results.published", row.office, round=row.name)
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
    lookup = Lookup(roster)
    voters = tuple(resolve(_line(group), lookup) for group in list_voter_groups(session, row))
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
            state=WORDS[row.state],
            needed=tuple(WORDS[state] for state in states),
        )
