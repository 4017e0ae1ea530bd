"""T-A1: whoever has everything but the private keys cannot tell who voted how (security.md 2.3)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from tests.secrecy.election import BACKUPS, KILLS, NAME, hold_election
from tests.secrecy.evidence import MARKER
from tests.secrecy.places import Place, on_postgres, on_sqlite
from tests.secrecy.scores import most_exact_in
from tests.secrecy.strategies import COUNT, attack
from tests.secrecy.verdicts import CAUGHT, alarms, caught_by, raised_twice
from tests.secrecy.weak_builds import BUILDS, SIX, hold_weak_election, sound

# One worker after the other: an election keeps both cores busy by itself.
pytestmark = pytest.mark.xdist_group("secrecy")
VOTERS = 1_000


@pytest.fixture
def migrated_place(engine_name, request) -> Callable[[], AbstractContextManager[Place]]:
    if engine_name == "sqlite":
        return lambda: on_sqlite(request.getfixturevalue("migrated_sqlite"))
    server = request.getfixturevalue("postgres_server")
    return lambda: on_postgres(server, request.getfixturevalue("migrated_postgres"))


@pytest.fixture
def empty_place(engine_name, request) -> Callable[[], AbstractContextManager[Place]]:
    if engine_name == "sqlite":
        return on_sqlite
    return lambda: on_postgres(request.getfixturevalue("postgres_server"))


def test_no_strategy_links_a_voter_of_the_product_to_her_ballot(migrated_place):
    def hold(seed):
        with migrated_place() as place:
            election, case = hold_election(place.collector, place.folder, seed=seed)
            see_that_the_attacker_had_everything(election, case)
            results = list(attack(case))
            if seed == 1:
                see_that_only_the_keys_are_missing(election, case, results)
            return results

    assert raised_twice(hold) == set()


def see_that_the_attacker_had_everything(election, case):
    evidence = case.evidence
    assert len(evidence.holders) == VOTERS
    assert {len(evidence.ballots_of[group]) for group in evidence.groups} == {VOTERS // 5}
    assert election.kills == KILLS
    assert election.backups == BACKUPS
    # A mistyped code, a bad field and a form without a stamp, a fault of ours, a used code.
    assert {404, 400, 409} < election.statuses.keys()
    assert election.statuses.keys() & {500, 503}
    assert "POST /t/<code>" in evidence.logs[0]
    assert "a malformed request was refused" in evidence.logs[0]
    turnout = {poll.text for poll in evidence.polls if poll.path == "flask turnout"}
    assert len(turnout) > BACKUPS
    assert any(poll.path == f"/results/{NAME}" and "单位620101" in poll.text for poll in evidence.polls)
    assert {len(evidence.outcome.reported[group]) for group in evidence.groups} == {VOTERS // 5}
    logs = "\n".join(evidence.logs)
    assert not any(holder.code in logs or holder.digest.hex() in logs for holder in evidence.holders)
    for file in evidence.seized.before_count:
        assert not MARKER.search(file.read_bytes()), file.name


def see_that_only_the_keys_are_missing(election, case, results):
    """See that the way to the sealed envelope is open, and that with the keys it leads to every remark."""
    links = {result.name: result.envelopes for result in results}
    assert links["same commit in the log"] == VOTERS
    ballots = tuple(replace(ballot, content=election.contents[ballot.key]) for ballot in case.evidence.seized.ballots)
    opened = replace(case.evidence, seized=replace(case.evidence.seized, ballots=ballots))
    assert caught_by(attack(replace(case, evidence=opened)))["same commit in the log"] == 1


@pytest.mark.parametrize("build", BUILDS, ids=[build.name for build in BUILDS])
def test_every_weak_build_is_caught(empty_place, build):
    with empty_place() as place:
        results = list(attack(hold_weak_election(build, place.collector)))
    caught = caught_by(results)
    assert caught.keys() & set(build.caught_by)
    assert min(share for name, share in caught.items() if name in build.caught_by) >= CAUGHT
    assert caught.keys() <= {name for name, _ in alarms(results)}


def test_the_build_that_they_all_differ_from_is_not_caught(empty_place):
    def hold(seed):
        with empty_place() as place:
            return list(attack(hold_weak_election(sound(), place.collector, seed)))

    assert raised_twice(hold) == set()


def test_the_bounds_are_those_that_were_promised():
    assert COUNT >= 20
    assert len(SIX) == 6
    assert most_exact_in(5) == 17
