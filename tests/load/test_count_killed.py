"""A count killed half-way leaves the urn as it was; run again, it gives the same bytes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from survey.core.keys import read_private_key
from survey.counting.service import count_round, get_count
from survey.rounds.models import State
from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work
from tests.load.staging import PASSPHRASE, close_stage, fill_urn

BALLOTS = 12_000


@pytest.fixture
def urn(stage, engine):
    round_ = stage(BALLOTS)
    (round_.folder / "passphrase").write_text(PASSPHRASE)
    fill_urn(engine, round_)
    close_stage(engine, round_)
    return round_


def start_count(round_):
    command = [
        sys.executable,
        "-m",
        "flask",
        "count",
        round_.name,
        "--key",
        round_.key_file,
        "--passphrase-file",
        round_.folder / "passphrase",
        "--json",
    ]
    return subprocess.Popen(
        command, env=os.environ | round_.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def kill_half_way(process):
    """Kill the count, and only itself, once its progress bar has moved; return the processes it had started."""
    seen = b""
    while b"envelopes/s" not in seen or b"/12000 [" not in seen or b" 0/12000" in seen.rpartition(b"\r")[2]:
        part = os.read(process.stderr.fileno(), 4096)
        assert part, seen
        seen += part
    children = children_of(process.pid)
    process.kill()
    process.communicate()
    return children


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_count_killed_half_way_and_run_again_gives_the_same_bytes(urn, engine):
    # Given what an undisturbed count gives
    with unit_of_work(engine) as session:
        keys = [read_private_key(urn.key_file, PASSPHRASE)]
        expected = count_round(session, get_round(session, urn.name), keys).count
    # When a count is killed half-way; nobody can write meanwhile, so that it is never too late
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE count"))
        process = start_count(urn)
        children = kill_half_way(process)
    # Then nothing of it is left: the round is closed, and no process still holds the key
    with unit_of_work(engine) as session:
        assert get_round(session, urn.name).state == State.CLOSED
    until = time.monotonic() + 10
    while any(alive(child) for child in children) and time.monotonic() < until:
        time.sleep(0.1)
    left = [child for child in children if alive(child)]
    for child in left:
        os.kill(child, signal.SIGKILL)
    # And when it is run again, the figures are those of the undisturbed count, byte by byte
    process = start_count(urn)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors.decode()
    with unit_of_work(engine) as session:
        row = get_round(session, urn.name)
        assert row.state == State.COUNTED
        assert get_count(session, row).to_bytes() == expected.to_bytes()
    assert sum(expected.ballots.values()) == BALLOTS
    assert left == []
