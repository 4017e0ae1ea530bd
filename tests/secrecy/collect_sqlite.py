"""Seize a SQLite database: its rows, the bytes of its pages, its write-ahead log commit by commit, copies, dumps."""

import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.secrecy.evidence import Mark, Seized, Trace
from tests.secrecy.sqlite_file import cells, frames, pages

KEYS = {"code": "digest", "envelope": "urn_key"}


class SqliteCollector:
    """Holds a reading transaction open, so that the log is never begun anew and keeps every commit."""

    def __init__(self, database: Path, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.url = f"sqlite:///{database}"
        self.copies = 0
        self.first_copy: dict[bytes, int] = {}

    @property
    def logs(self) -> tuple[Path, ...]:
        return ()

    def watch(self) -> None:
        self.reader = sqlite3.connect(self.database, isolation_level=None, check_same_thread=False)
        self.reader.execute("BEGIN")
        self.reader.execute("SELECT count(*) FROM code").fetchone()

    def back_up(self) -> None:
        """Copy the file with its log, as a careless backup does, and once more through SQLite itself."""
        self.copies += 1
        for suffix in ("", "-wal"):
            self._copy(f"copy-{self.copies}.db{suffix}", suffix)
        online = self._online(f"online-{self.copies}.db")
        with sqlite3.connect(online) as connection:
            for key in _present(connection):
                self.first_copy.setdefault(key, self.copies)
        connection.close()

    def seize(self, group_of_code: Mapping[bytes, str], group_names: Mapping[int, str]) -> Seized:
        self._copy("seized.db-wal", "-wal")
        self._copy("seized.db", "")
        whole = self._online("whole.db")
        self.reader.close()
        places, log = _places(whole), _replayed((self.folder / "seized.db-wal").read_bytes())
        with sqlite3.connect(whole) as connection:
            connection.row_factory = sqlite3.Row
            codes = [
                self._trace("code", line, row, group_of_code[row["digest"]], places, log)
                for line, row in enumerate(connection.execute("SELECT * FROM code"))
                if row["state"] == "spent"
            ]
            ballots = [
                self._trace("envelope", line, row, group_names[row["voter_group_id"]], places, log)
                for line, row in enumerate(connection.execute("SELECT * FROM envelope"))
            ]
            self._dump(connection)
        connection.close()
        files = tuple(
            sorted(file for file in self.folder.iterdir() if file.suffix in (".db", ".sql") or "wal" in file.name)
        )
        commits = 1 + max((marks["commit"] for marks in log.values()), default=-1)
        return Seized(tuple(codes), tuple(ballots), files, f"{commits} commits of the -wal, {self.copies} x 2 copies")

    def _trace(
        self,
        table: str,
        line: int,
        row: sqlite3.Row,
        group: str,
        places: Mapping[bytes, Mapping[str, Mark]],
        log: Mapping[bytes, Mapping[str, Mark]],
    ) -> Trace:
        values: dict[str, Any] = dict(row)
        key = values[KEYS[table]]
        # A code is written twice; the log shows when the bytes came that only a spent one has.
        written = values["cast_key"] if table == "code" else key
        columns = {f"column {name}": value for name, value in values.items() if value is not None}
        marks = columns | {"dump line": line, "backup": self.first_copy.get(key, self.copies + 1)}
        content = values["sealed"] if table == "envelope" else key + written
        return Trace(key, group, marks | places.get(key, {}) | log.get(written, {}), content)

    def _copy(self, name: str, suffix: str) -> None:
        # By another process: closing a file drops all locks that this process holds on it, SQLite's own, too.
        subprocess.run(["/bin/cp", f"{self.database}{suffix}", self.folder / name], check=True)

    def _online(self, name: str) -> Path:
        file = self.folder / name
        source, target = sqlite3.connect(self.database), sqlite3.connect(file)
        source.backup(target)
        source.close()
        target.close()
        return file

    def _dump(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = None
        (self.folder / "dump.sql").write_text("\n".join(connection.iterdump()))


def _present(connection: sqlite3.Connection) -> list[bytes]:
    rows = connection.execute("SELECT digest FROM code WHERE state = 'spent' UNION ALL SELECT urn_key FROM envelope")
    return [row[0] for row in rows]


def _places(file: Path) -> dict[bytes, dict[str, Mark]]:
    """Return where each row stands, by every bytes value on it."""
    found: dict[bytes, dict[str, Mark]] = {}
    for number, page in pages(file.read_bytes()):
        for cell in cells(number, page):
            marks: dict[str, Mark] = {"slot": (cell.page, cell.slot), "byte in page": (cell.page, -cell.offset)}
            if cell.overflow:
                marks["overflow page"] = cell.overflow
            if cell.rowid is not None:
                marks["rowid"] = cell.rowid
            found.update(dict.fromkeys((value for value in cell.values if len(value) >= 16), marks))
    return found


def _replayed(log: bytes) -> dict[bytes, dict[str, Mark]]:
    """Return in which commit and frame each bytes value first stood on a page."""
    found: dict[bytes, dict[str, Mark]] = {}
    for frame in frames(log):
        for cell in cells(frame.page, frame.data):
            for value in cell.values:
                if len(value) >= 16 and value not in found:
                    found[value] = {"commit": frame.commit, "log place": frame.number}
    return found
