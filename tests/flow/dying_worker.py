"""``flask worker`` that is killed, or asked to stop, at an exact place of its work: python -m ... PLACE KIND N.

PLACE ``inside``: killed in the transaction of the N-th chunk of a kind, its file written and its mark not yet kept;
``between``: killed when that chunk is kept; ``stopped``: asked to stop there.
"""

import os
import signal
import sys

from flask.cli import main

from survey.worker.work import Work

PATIENCE = 60


def arm(place: str, kind: str, n: int) -> None:
    keep, step = Work.keep, Work.step
    kept = []

    def keep_and_die(work, name, path, session=None):
        if name.startswith(kind):
            kept.append(name)
        if place == "inside" and len(kept) == n:
            if session is not None:
                keep(work, name, path, session)
            os.kill(os.getpid(), signal.SIGKILL)
        keep(work, name, path, session)

    def step_and_die(work, done=1):
        if len(kept) >= n:
            if place == "between":
                os.kill(os.getpid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGTERM)
            assert work._shop.stopping.wait(PATIENCE)
        step(work, done)

    Work.keep, Work.step = keep_and_die, step_and_die


if __name__ == "__main__":
    arm(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    sys.argv = ["flask", "worker", "--threads", "1"]
    main()
