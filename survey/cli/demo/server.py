"""A server of our own: gunicorn on a loopback port, started, waited for and stopped by its process number."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = ROOT / "deploy" / "gunicorn.conf.py"
_OK = 200
_POLL = 0.05
_LAST_LINES = 20


class ServerFailed(Exception):
    """The server did not become healthy; the text holds the end of its log."""


@dataclass
class Server:
    """A running gunicorn.

    Attributes:
        base_url: where it listens, without a slash at the end.
        log: the file that everything it says goes to.
        process: its master.
    """

    base_url: str
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        """Return the master's process number."""
        return self.process.pid

    def workers(self) -> list[int]:
        """Return the process numbers of its workers, as the system knows them now."""
        try:
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        except FileNotFoundError:
            return []

    def stop(self, seconds: float = 15.0) -> None:
        """Ask it to finish; after ``seconds`` end it, with the workers it had."""
        if self.process.poll() is not None:
            return
        workers = self.workers()
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            for pid in [self.pid, *workers]:
                _kill(pid)
            self.process.wait()


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(
    env: Mapping[str, str], log: Path, *, port: int = 0, app: str = "wsgi:app", workers: int = 2, patience: float = 30.0
) -> Server:
    """Start gunicorn with the settings of ``deploy/`` and wait until ``/healthz`` answers.

    Args:
        env: what to add to the environment, for example ``MINSHENG_DATABASE_URL``.
        log: the file for its output; it is appended to.
        port: 0 takes a free one.
        app: what to serve.
        workers: processes, of four threads each.
        patience: seconds to wait for it.

    Raises:
        ServerFailed: when it ends or does not answer in that time.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", str(SETTINGS), "--bind", f"127.0.0.1:{port}"]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own settings, and an app that we name
            [*command, "--workers", str(workers), app],
            cwd=ROOT,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    server = Server(f"http://127.0.0.1:{port}", log, process)
    until = time.monotonic() + patience
    while not is_healthy(port):
        if process.poll() is not None or time.monotonic() > until:
            server.stop(0)
            lines = log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
            raise ServerFailed("\n".join(["the server did not start", *lines]))
        time.sleep(_POLL)
    return server


@contextmanager
def serving(
    env: Mapping[str, str], log: Path, *, port: int = 0, app: str = "wsgi:app", workers: int = 2
) -> Iterator[Server]:
    """Run a server for the length of a ``with`` block; the arguments are those of ``start_server``."""
    server = start_server(env, log, port=port, app=app, workers=workers)
    try:
        yield server
    finally:
        server.stop()


def is_healthy(port: int) -> bool:
    """Say whether somebody answers ``/healthz`` on the port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
