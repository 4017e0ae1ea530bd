"""What a demo that goes on serving needs for its desk: a first account, and a worker beside the server."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from survey.cli.edge import work
from survey.core.clock import now
from survey.staff.actor import TERMINAL
from survey.staff.models import ROOT
from survey.staff.roles import Role
from survey.staff.service import Grant, invite

FIRST = "demo@example.gov.cn"
_PATIENCE = 20.0


def first_invitation() -> str:
    """Return the path of a link that makes whoever opens it the demo's staff, with every role."""
    with work() as session:
        token = invite(session, TERMINAL, FIRST, [Grant(role, ROOT) for role in Role], now())
    return f"/desk/invitations/{token}"


def settings_in(folder: Path) -> dict[str, str]:
    """Return the settings that server and worker share."""
    return {"MINSHENG_QUEUE": str(folder / "queue.db"), "MINSHENG_FILES": str(folder / "files")}


@contextmanager
def worker_beside(env: Mapping[str, str], log: Path) -> Iterator[None]:
    """Run the worker of long jobs for the length of a ``with`` block."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "worker"],
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
