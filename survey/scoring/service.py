"""Verbs on schemes and runs: add a scheme, gather all that was filed, keep a run, get it again, publish it."""

import hashlib
import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from survey.core.errors import N_, AlreadyDone, NotFound, Refused
from survey.core.ids import gives_hash
from survey.core.validation import validate
from survey.core.words import Words
from survey.counting.service import get_count, get_signatures
from survey.counting.taken import list_taken
from survey.rounds.models import State
from survey.rounds.service import frozen_round, list_rounds, present_voters
from survey.scoring.evidence import Evidence
from survey.scoring.filing import list_evidence, wait_in_line
from survey.scoring.models import SchemeVersion, ScoreRun
from survey.scoring.parts import part_from_document
from survey.scoring.run import Run, RunInputs, score_run
from survey.scoring.scheme import Scheme
from survey.scoring.sources import CountedRound
from survey.staff.webhooks import notify
from survey.storage.versions import find_version, freeze, list_versions
from survey.subjects.roster import Subject
from survey.subjects.service import list_subjects
from survey.turnout.queries import get_turnout

MOST_RUNS = 2**31

ADDED = N_("Added the scheme %(reference)s (hash %(hash)s)")
SCORED = N_("Scored %(scheme)s: run %(number)s, %(units)s assessed, hash %(hash)s")
TRIED = N_("Tried what if for %(scheme)s (%(what_if)s): run %(number)s, %(units)s assessed")
PUBLISHED = N_("Published run %(number)s of %(scheme)s: %(reason)s")
"""For the log."""


@dataclass(frozen=True)
class KeptRun:
    """A run as kept.

    Attributes:
        number: from 1, in the order in which a scheme was scored.
        what_if: what was tried; empty for a run that counts.
        document: what was hashed.
    """

    scheme: str
    number: int
    version: int
    content_hash: str
    what_if: str
    software: str
    made_at: datetime
    published_at: datetime | None
    document: dict[str, Any]


# --- schemes -----------------------------------------------------------------------------------------------------


def add_scheme(session: Session, scheme: Scheme) -> bool:
    """Freeze a version; adding the same content again changes nothing.

    Returns:
        Whether the version is new.

    Raises:
        AlreadyDone: when that version exists with another content.
    """
    return freeze(session, SchemeVersion, scheme)


def get_scheme(session: Session, reference: str) -> Scheme:
    """Return the version ``id@version``, or the last one of an ``id``; its hash checked.

    Raises:
        NotFound: when there is none.
        Refused: when the stored content no longer gives its hash.
        Invalid: when this version of the program no longer reads it.
    """
    known = find_version(session, SchemeVersion, reference)
    if known is None:
        raise NotFound(N_("There is no scheme %(reference)s; add its file first"), reference=reference)
    if not gives_hash(known.document, known.content_hash):
        raise Refused(
            N_("The stored scheme %(reference)s was changed: its content no longer gives its hash"),
            reference=f"{known.id}@{known.version}",
        )
    return validate(known.document, Scheme, f"{known.id}@{known.version}")


def list_schemes(session: Session) -> list[SchemeVersion]:
    """Return every version, by name and number."""
    return list_versions(session, SchemeVersion)


# --- runs --------------------------------------------------------------------------------------------------------


def gather(session: Session, scheme: Scheme) -> RunInputs:
    """Return all that a run of a scheme is made of, as it stands now."""
    rounds = [
        CountedRound(
            frozen_round(session, row.id),
            get_count(session, row),
            get_turnout(session, row),
            present_voters(session, row),
            get_signatures(session, row),
        )
        for row in list_rounds(session)
        if row.name in scheme.round_names and row.state == State.COUNTED
    ]
    rounds += [
        part_from_document(one.document) for name in sorted(scheme.round_names) for one in list_taken(session, name)
    ]
    return RunInputs.of(scheme, list_subjects(session), list_evidence(session, scheme.id), rounds)


def keep_run(session: Session, run: Run, now: datetime, *, software: str, what_if: str = "") -> tuple[int, bool]:
    """Keep a run for good; one that says the same as the last is the last.

    Returns:
        Its number, and whether it is new.
    """
    scheme = run.inputs.scheme
    wait_in_line(session, scheme.id)
    mine = select(ScoreRun).where(ScoreRun.scheme == scheme.id)
    last = session.scalars(mine.where(ScoreRun.what_if == what_if).order_by(ScoreRun.number.desc()).limit(1)).first()
    if last is not None and last.content_hash == run.content_hash:
        return last.number, False
    highest = session.scalar(select(func.max(ScoreRun.number)).where(ScoreRun.scheme == scheme.id)) or 0
    session.add(
        ScoreRun(
            scheme=scheme.id,
            number=highest + 1,
            version=scheme.version,
            content_hash=run.content_hash,
            document=zlib.compress(run.to_bytes(), 9),
            what_if=what_if,
            software=software,
            made_at=now,
        )
    )
    session.flush()
    return highest + 1, True


def get_run(session: Session, scheme_id: str, number: int | None = None) -> KeptRun:
    """Return a run; without a number, the last that counts. Its hash is checked.

    Raises:
        NotFound: when there is none.
        Refused: when its stored bytes no longer give its hash.
    """
    found = select(ScoreRun).where(ScoreRun.scheme == scheme_id)
    found = found.where(ScoreRun.what_if == "") if number is None else found.where(ScoreRun.number == number)
    # No database takes every number that somebody may type.
    asked = number is None or 0 < number < MOST_RUNS
    row = session.scalars(found.order_by(ScoreRun.number.desc()).limit(1)).first() if asked else None
    if row is None:
        message = N_("There is no run %(number)s of the scheme %(scheme)s; make one by `flask score %(scheme)s`")
        raise NotFound(message, number=number or "", scheme=scheme_id)
    return _kept(row)


def expect_version(kept: KeptRun, reference: str) -> None:
    """Refuse a run of another version than ``id@version`` names; an ``id`` alone names every version.

    Raises:
        Refused: naming both versions.
    """
    made_by = f"{kept.scheme}@{kept.version}"
    if "@" in reference and reference != made_by:
        raise Refused(
            N_("Run %(number)s was made by %(made_by)s, not by %(name)s"),
            number=kept.number,
            made_by=made_by,
            name=reference,
        )


def get_published(session: Session, scheme_id: str) -> KeptRun | None:
    """Return the last run of a scheme that was published; none when none was.

    Raises:
        NotFound: when there is no such scheme.
        Refused: when its stored bytes no longer give their hash.
    """
    if session.scalar(select(SchemeVersion.id).where(SchemeVersion.id == scheme_id).limit(1)) is None:
        raise NotFound(N_("There is no scheme %(reference)s; add its file first"), reference=scheme_id)
    found = select(ScoreRun).where(ScoreRun.scheme == scheme_id, ScoreRun.published_at.is_not(None))
    row = session.scalars(found.order_by(ScoreRun.number.desc()).limit(1)).first()
    return None if row is None else _kept(row)


@dataclass(frozen=True)
class PublishedScheme:
    """A scheme that has a published run, without the run itself."""

    id: str
    title: Words
    year: int
    number: int
    published_at: datetime


def list_published(session: Session) -> list[PublishedScheme]:
    """Return every scheme with the last of its runs that was published, the last published first."""
    columns = (ScoreRun.scheme, ScoreRun.number, ScoreRun.version, ScoreRun.published_at)
    found = session.execute(select(*columns).where(ScoreRun.published_at.is_not(None)).order_by(ScoreRun.number))
    # A later number of the same scheme takes the place of an earlier one.
    last = {scheme: (number, version, at) for scheme, number, version, at in found if at is not None}
    published = []
    for name, (number, version, at) in last.items():
        document = session.scalars(
            select(SchemeVersion.document).where(SchemeVersion.id == name, SchemeVersion.version == version)
        ).one()
        title = Words.model_validate(document["title"])
        published.append(PublishedScheme(name, title, document["year"], number, at))
    return sorted(published, key=lambda one: (one.published_at, one.id), reverse=True)


def list_runs(session: Session, scheme_id: str) -> list[ScoreRun]:
    """Return every run of a scheme, by number; what was hashed is read only where somebody asks for it."""
    found = select(ScoreRun).where(ScoreRun.scheme == scheme_id).order_by(ScoreRun.number)
    return list(session.scalars(found.options(defer(ScoreRun.document))))


def run_again(session: Session, kept: KeptRun) -> Run:
    """Compute a kept run anew, from the scheme and the evidence it keeps and the counts it names.

    Raises:
        Refused: when a count is no longer there, or what comes out is not what was kept.
    """
    inputs = kept.document["inputs"]
    scheme = Scheme.model_validate(inputs["scheme"])
    wanted = {(one["frozen_hash"], one["figures_hash"]) for one in inputs["rounds"]}
    there = gather(session, scheme).rounds
    rounds = [one for one in there if (one.frozen.content_hash, one.count.figures_hash) in wanted]
    run = score_run(
        RunInputs.of(
            scheme,
            [Subject.model_validate(one) for one in inputs["subjects"]],
            [Evidence.from_document(one) for one in inputs["evidence"]],
            rounds,
        )
    )
    if run.content_hash != kept.content_hash:
        raise Refused(
            N_(
                "Computed anew, run %(number)s of %(scheme)s is not what was kept (made by version %(software)s): "
                "a count is missing, or this version computes otherwise"
            ),
            number=kept.number,
            scheme=kept.scheme,
            software=kept.software,
        )
    return run


def publish_run(session: Session, scheme_id: str, number: int | None, now: datetime) -> int:
    """Let everybody see a run.

    Raises:
        NotFound: when there is none.
        Refused: for a what-if, and for a run of other rules than those frozen here; while a round that it reads is
            not published, or never to be announced; when it cannot be computed anew.
        AlreadyDone: when it is published, or one that was made after it.
    """
    wait_in_line(session, scheme_id)
    kept = get_run(session, scheme_id, number)
    expect_publishable(session, kept)
    # What cannot be computed anew has no page.
    run_again(session, kept)
    row = session.get(ScoreRun, (scheme_id, kept.number))
    assert row is not None
    row.published_at = now
    session.flush()
    # A scheme is the whole installation's.
    notify(session, "results.published", "", scheme=scheme_id, run=kept.number)
    return kept.number


def expect_publishable(session: Session, kept: KeptRun) -> None:
    """Do nothing when a run may be published; whether it can be computed anew is not tried.

    Raises:
        Refused, AlreadyDone: as ``publish_run`` does.
    """
    if kept.what_if:
        raise Refused(
            N_("Run %(number)s is a what-if (%(what)s); it is never published"), number=kept.number, what=kept.what_if
        )
    if kept.published_at is not None:
        raise AlreadyDone(N_("Run %(number)s is published already"), number=kept.number)
    shown = session.scalar(
        select(func.max(ScoreRun.number)).where(ScoreRun.scheme == kept.scheme, ScoreRun.published_at.is_not(None))
    )
    if shown is not None and shown > kept.number:
        raise AlreadyDone(
            N_("Run %(newer)s, made after run %(number)s, is published already; everybody would still see that one"),
            newer=shown,
            number=kept.number,
        )
    _expect_frozen(session, kept)
    _expect_announced(session, kept)


def _expect_frozen(session: Session, kept: KeptRun) -> None:
    """Refuse to publish what only a changed note in the table makes a run that counts."""
    scheme = get_scheme(session, f"{kept.scheme}@{kept.version}")
    if kept.document["inputs"]["scheme"] != scheme.document():
        message = N_("Run %(number)s was not made by the rules that are frozen as %(scheme)s; it is never published")
        raise Refused(message, number=kept.number, scheme=scheme.reference)


def _expect_announced(session: Session, kept: KeptRun) -> None:
    """Refuse to publish scores that would tell what a round's own report may not."""
    read = {one["frozen_hash"] for one in kept.document["inputs"]["rounds"]}
    there = gather(session, Scheme.model_validate(kept.document["inputs"]["scheme"])).rounds
    published = {row.frozen_hash for row in list_rounds(session) if row.published_at is not None}
    here = {row.frozen_hash for row in list_rounds(session)}
    for one in there:
        if one.frozen.content_hash not in read:
            continue
        if not one.frozen.definition.announced:
            raise Refused(
                N_("The results of the round %(round)s are not announced; published scores would tell them"),
                round=one.name,
            )
        if one.frozen.content_hash in here - published:
            raise Refused(
                N_("The round %(round)s is not published yet; publish it first, by `flask publish %(round)s`"),
                round=one.name,
            )


def _kept(row: ScoreRun) -> KeptRun:
    try:
        data = zlib.decompress(row.document)
    except zlib.error:
        data = b""
    if hashlib.sha256(data).hexdigest() != row.content_hash:
        raise Refused(
            N_("The stored run %(number)s of %(scheme)s was changed: its figures no longer give their hash"),
            number=row.number,
            scheme=row.scheme,
        )
    return KeptRun(
        row.scheme,
        row.number,
        row.version,
        row.content_hash,
        row.what_if,
        row.software,
        row.made_at,
        row.published_at,
        json.loads(data),
    )
