"""The job ``demo``: made-up voters answer in the rehearsal of a round, so that staff see everything move (示范).

It knows a real round's name only, and finds the twin by it: there is no way from here into a round that counts.

A made-up voter's code is in this process alone. When the process is gone, so are the codes that were not used yet:
nobody will ever come with them, and the voters who are still to come get others.
"""

import json
import secrets
import time
from collections import Counter
from pathlib import Path
from random import Random, SystemRandom

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import casting
from survey.casting import BatchShut, BatchWaits, UnknownCode
from survey.codes.models import Batch, Code, CodeState
from survey.codes.service import get_batch, issue_codes, open_batch
from survey.core.clock import now
from survey.core.errors import N_, NotFound
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round, VoterGroupRow
from survey.rounds.service import get_round, list_voter_groups, rehearsal_of
from survey.storage.engine import reading, snapshot, unit_of_work
from survey.worker.madeup import fill
from survey.worker.work import Work

PER_SECOND = 15
"""So many come each second: fast enough to watch, slow enough to see."""


def run(work: Work) -> None:
    """Let them come, one after the other.

    The payload: ``round``: the round that is rehearsed; ``voters``: how many.

    Raises:
        NotFound: when the rehearsal is gone.
        Refused: when its time is over, or no ballot keeps its limits.
    """
    draw = SystemRandom()
    voters = int(work.payload["voters"])
    done = _cast_so_far(work)
    turned_away = 0
    try:
        work.begin(voters, N_("ballots"), done=done)
        comes_at = time.monotonic()
        for code in _codes(work, voters - done, draw) if done < voters else ():
            comes_at += draw.uniform(0.5, 1.5) / PER_SECOND
            time.sleep(max(0.0, comes_at - time.monotonic()))
            turned_away += not _vote(work, code, draw)
            work.step()
    finally:
        work.result = {"cast": _cast_so_far(work), "turned_away": turned_away}


def _twin(work: Work, session: Session) -> Round:
    row = get_round(session, work.payload["round"])
    twin = rehearsal_of(session, row)
    if twin is None:
        raise NotFound(N_("There is no rehearsal of %(name)s"), name=row.name)
    return twin


def _vote(work: Work, code: str, draw: Random) -> bool:
    """Come to the door, answer, cast; tell whether the ballot was taken."""
    try:
        with reading(work.engine) as connection:
            admitted = casting.admit(connection, code, key=work.code_key, now=(opened_at := now()))
        ballot = admitted.ballot
        answers = fill(ballot.form, ballot.frozen.definition.rules.limits, draw)
        sealed = casting.seal_ballot(ballot, answers)
        with unit_of_work(work.engine) as session:
            casting.cast(
                session.connection(),
                ballot,
                sealed,
                code_digest=admitted.digest,
                cast_key=secrets.token_bytes(32),
                opened_at=opened_at,
                now=now(),
            )
            # After the code, in the order in which clearing locks: the two never wait for each other.
            work.hold(session)
    except (BatchWaits, BatchShut, UnknownCode):
        # What a host shuts, or staff void, is shut to everybody.
        return False
    return True


def _codes(work: Work, voters: int, draw: Random) -> list[str]:
    """Issue a code for each voter still to come; the mark of their batches is part of the transaction."""
    with unit_of_work(work.engine) as session:
        work.hold(session)
        twin = _twin(work, session)
        meeting = RoundDefinition.model_validate(twin.definition).meeting
        codes: list[str] = []
        batches: list[str] = []
        for group, n in _shares(work, session, twin, voters, draw):
            # Asked for as spare ones, since these may always be issued; but they are the twin's own voters.
            issued = issue_codes(session, twin, [group], work.code_key, spare=n)
            name = issued[0].batch
            get_batch(session, twin, name).spare = False
            group.planned += n
            codes += [one.code for one in issued]
            batches.append(name)
            if meeting:
                open_batch(session, twin, name)
        number = len(_marks(work)) + 1
        place = work.folder / f"batches-{number}.json"
        place.write_text(json.dumps(batches))
        work.keep(_mark(number), place, session)
    draw.shuffle(codes)
    return codes


def _shares(work: Work, session: Session, twin: Round, voters: int, draw: Random) -> list[tuple[VoterGroupRow, int]]:
    """Spread voters over the groups by chance, by what is planned in the round itself."""
    real = list_voter_groups(session, get_round(session, work.payload["round"]))
    planned = {(one.group, one.ballot_class): one.planned for one in real}
    groups = list_voter_groups(session, twin)
    weights = [planned.get((one.group, one.ballot_class), 1) for one in groups]
    drawn = Counter(draw.choices(range(len(groups)), weights, k=voters))
    return [(groups[place], n) for place, n in sorted(drawn.items())]


def _mark(number: int) -> str:
    return f"issue-{number}"


def _marks(work: Work) -> list[Path]:
    found: list[Path] = []
    while place := work.kept(_mark(len(found) + 1)):
        found.append(place)
    return found


def _batches(work: Work) -> set[str]:
    """Return the names of the batches that this job has issued."""
    return {name for place in _marks(work) for name in json.loads(place.read_text())}


def _cast_so_far(work: Work) -> int:
    own = _batches(work)
    with snapshot(work.engine) as session:
        row = rehearsal_of(session, get_round(session, work.payload["round"])) if own else None
        if row is None:
            return 0
        spent = session.execute(
            select(Batch.name, func.count())
            .join(Code, Code.batch_id == Batch.id)
            .where(Code.round_id == row.id, Code.state == CodeState.SPENT)
            .group_by(Batch.name)
        )
        return sum(n for name, n in spent if name in own)
