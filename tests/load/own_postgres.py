"""A PostgreSQL that may be stopped and started again in the middle of a test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import postgres


@dataclass(frozen=True)
class Stoppable:
    """A server with a switch."""

    server: postgres.Server

    @property
    def _later_log(self) -> Path:
        # The first log belongs to whoever runs the tests, which is not whom the server runs as.
        return self.server.folder / "later.log"

    def said(self) -> str:
        """Return everything it wrote into its logs."""
        return self.server.log.read_text() + self._later_log.read_text()

    def stop(self) -> None:
        """Stop it at once, as if its machine had lost power; it recovers at the next start."""
        self._control("stop", "--mode=immediate")

    def start(self) -> None:
        """Start it where it was, with the settings it had."""
        settings = " ".join(f"-c{name}='{value}'" for name, value in postgres.SETTINGS.items())
        self._control("start", "--wait", f"--log={self._later_log}", f"--options=-k {self.server.folder} {settings}")

    def _control(self, *words: str) -> None:
        command = [self.server.programs / "pg_ctl", "-D", self.server.data, *words]
        # Its output goes nowhere: the server inherits it, and a pipe would stay open as long as the server runs.
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.server.folder,
            **postgres._account(self.server.folder),
        )


@contextmanager
def stoppable() -> Iterator[Stoppable]:
    """Run a server of one's own, with a database for the test."""
    with postgres.running() as server:
        switch = Stoppable(server)
        yield switch
        if (server.data / "postmaster.pid").exists():
            switch.stop()
