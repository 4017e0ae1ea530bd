"""Killed while people cast: nothing acknowledged is lost, nothing is stored twice."""

# ruff: noqa: S311 - a play, repeated by its seed

import os
import signal
from random import Random

from survey.cli.demo.phones import PhoneJob, run_phones
from survey.cli.demo.server import start_server
from survey.codes.generator import digest
from tests.load.conftest import envelope_count, spent_digests
from tests.load.staging import code_key

BALLOTS = 600
KILLS = 6
PHONES = 6


class Assassin:
    """Kills a worker, or every third time the master with its workers, whenever so many more phones are done."""

    def __init__(self, server, env):
        self.server, self.env = server, env
        self.draw = Random(1)
        self.done = self.kills = 0

    def on_progress(self, n):
        self.done += n
        if self.kills < KILLS and self.done >= (self.kills + 1) * BALLOTS // (KILLS + 1):
            self.kills += 1
            if self.kills % 3:
                os.kill(self.draw.choice(self.server.workers()), signal.SIGKILL)
            else:
                self.kill_all()

    def kill_all(self):
        # As systemd does when it ends a unit: the whole group, at once.
        workers = self.server.workers()
        for pid in (self.server.pid, *workers):
            os.kill(pid, signal.SIGKILL)
        self.server.process.wait()
        port = int(self.server.base_url.rpartition(":")[2])
        self.server = start_server(self.env, self.server.log, port=port)


def test_nothing_is_lost_or_doubled_when_workers_and_master_are_killed(stage, server_log, engine):
    # Given phones that send the same form again until they see a done page
    round_ = stage(BALLOTS)
    jobs = [PhoneJob(path) for path in round_.paths()]
    assassin = Assassin(start_server(round_.env, server_log), round_.env)
    # When workers and the master are killed while they cast
    try:
        report = run_phones(
            jobs,
            assassin.server.base_url,
            processes=PHONES,
            seed=1,
            patience=120,
            time_limit=400,
            on_progress=assassin.on_progress,
        )
    finally:
        assassin.server.stop()
    # Then every acknowledged ballot is stored, and none is stored that nobody was told of
    acknowledged = {
        digest(code, code_key()) for code, result in zip(round_.codes, report.results, strict=True) if result == "cast"
    }
    assert assassin.kills == KILLS
    assert report.surprises == {}
    assert len(acknowledged) == BALLOTS
    assert spent_digests(engine) == acknowledged
    assert envelope_count(engine) == BALLOTS
