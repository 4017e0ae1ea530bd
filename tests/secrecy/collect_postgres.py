"""Seize a PostgreSQL database: rows with system columns, the bytes of its pages, the log record by record, dumps."""

import re
import shutil
import struct
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests import postgres
from tests.secrecy.evidence import Mark, Seized, Trace

KEYS = {"code": "digest", "envelope": "urn_key"}
SYSTEM = "xmin::text, xmax::text, ctid::text"
PAGE = 8192
_HEAP = re.compile(
    r"^rmgr: Heap .* tx: +(?P<tx>\d+), lsn: (?P<lsn>[0-9A-F]+/[0-9A-F]+), .* desc: (?P<what>\S+) .*?off: (?P<off>\d+)"
)
_NEW = re.compile(r"new_off: (\d+)")
_BLOCK = re.compile(r"blkref #0: rel \d+/(\d+)/(\d+) (?:fork main )?blk (\d+)")
_COMMIT = re.compile(r"^rmgr: Transaction .* tx: +(\d+), .* desc: COMMIT")

Place = tuple[int, int]


class PostgresCollector:
    """Reads with the superuser's rights, and the files with the server's own programs."""

    def __init__(self, server: postgres.Server, database: str, folder: Path) -> None:
        self.server = server
        self.database = database
        self.folder = folder
        self.url = server.url(database)
        self.dumps = 0
        self.first_dump: dict[bytes, int] = {}
        self.ended: dict[Place, int] = {}

    @property
    def logs(self) -> tuple[Path, ...]:
        return (self.server.log,)

    def watch(self) -> None:
        with self._superuser() as connection:
            # A slot that nobody reads: the server keeps all of its log from here on.
            connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [self.database])
            self.begun = connection.execute("SELECT pg_current_wal_lsn() AS lsn").fetchone()["lsn"]

    def back_up(self) -> None:
        self.dumps += 1
        self._dump(f"dump-{self.dumps}.sql")
        with self._superuser() as connection:
            connection.execute("CHECKPOINT")
            self._pages(connection, "code")
            for table, where in (("code", "WHERE state = 'spent'"), ("envelope", "")):
                for row in connection.execute(f"SELECT {KEYS[table]} AS key FROM {table} {where}"):
                    self.first_dump.setdefault(row["key"], self.dumps)

    def seize(self, group_of_code: Mapping[bytes, str], group_names: Mapping[int, str]) -> Seized:
        lines = self._dump("dump.sql")
        with self._superuser() as connection:
            rows = {
                table: connection.execute(f"SELECT {SYSTEM}, {more} FROM {table}").fetchall()
                for table, more in (("code", "*"), ("envelope", "pg_column_toast_chunk_id(sealed) AS toast, *"))
            }
            log = self._replayed(connection)
            connection.execute("SELECT pg_drop_replication_slot(%s)", [self.database])
            connection.execute("CHECKPOINT")
            pages = {table: self._pages(connection, table) for table in KEYS}
        codes = [
            self._trace("code", row, group_of_code[row["digest"]], lines, log, pages)
            for row in rows["code"]
            if row["state"] == "spent"
        ]
        ballots = [
            self._trace("envelope", row, group_names[row["voter_group_id"]], lines, log, pages)
            for row in rows["envelope"]
        ]
        transactions = len({marks["transaction in the log"] for marks in log.values()})
        return Seized(
            tuple(codes),
            tuple(ballots),
            tuple(sorted(self.folder.iterdir())),
            f"{transactions} transactions of the log from {self.begun} on, {self.dumps} dumps",
        )

    def _trace(
        self,
        table: str,
        row: dict[str, Any],
        group: str,
        lines: Mapping[bytes, int],
        log: Mapping[tuple[str, Place], Mapping[str, Mark]],
        pages: Mapping[str, Mapping[Place, Mapping[str, Mark]]],
    ) -> Trace:
        block, offset = (int(part) for part in row["ctid"].strip("()").split(","))
        marks: dict[str, Mark] = {"transaction": int(row["xmin"]), "slot": (block, offset)}
        columns = {name: value for name, value in row.items() if name not in ("xmin", "xmax", "ctid", "toast")}
        if row.get("toast"):
            marks["toast chunk"] = row["toast"]
        key = columns[KEYS[table]]
        marks |= {f"column {name}": value for name, value in columns.items() if value is not None}
        marks |= {"dump line": lines[key], "backup": self.first_dump.get(key, self.dumps + 1)}
        marks |= log.get((table, (block, offset)), {}) | pages[table].get((block, offset), {})
        content = columns["sealed"] if table == "envelope" else key + columns["cast_key"]
        return Trace(key, group, marks, content)

    def _dump(self, name: str) -> dict[bytes, int]:
        """Write a dump; return the line on which each row stands."""
        file = self.folder / name
        command = [self.server.programs / "pg_dump", "-h", self.server.folder, "-U", "postgres", self.database]
        with file.open("wb") as out:
            subprocess.run(command, check=True, stdout=out)
        found = {}
        for number, line in enumerate(file.read_text().splitlines()):
            for value in re.findall(r"\\\\x((?:[0-9a-f]{2}){16,32})(?=\t|$)", line):
                found.setdefault(bytes.fromhex(value), number)
        return found

    def _replayed(self, connection: psycopg.Connection[dict[str, Any]]) -> dict[tuple[str, Place], dict[str, Mark]]:
        """Return by table and place which transaction wrote a row, where in the log, and when that committed."""
        end = connection.execute("SELECT pg_current_wal_flush_lsn() AS lsn").fetchone()["lsn"]
        log = self.folder / "waldump.txt"
        command = [self.server.programs / "pg_waldump", "-p", self.server.data / "pg_wal", "-s", self.begun, "-e", end]
        with log.open("wb") as out:
            subprocess.run(command, check=True, stdout=out, stderr=subprocess.DEVNULL)
        tables = {self._node(connection, table): table for table in KEYS}
        for segment in sorted((self.server.data / "pg_wal").iterdir()):
            if segment.is_file():
                shutil.copy(segment, self.folder / f"wal-{segment.name}")
        committed: dict[int, int] = {}
        found: dict[tuple[str, Place], dict[str, Mark]] = {}
        with log.open() as lines:
            for line in lines:
                if commit := _COMMIT.match(line):
                    committed[int(commit[1])] = len(committed)
                for table, place, marks in _records(line, tables):
                    found[table, place] = marks
        return {
            place: marks | {"commit": committed[marks["transaction in the log"]]}
            for place, marks in found.items()
            if marks["transaction in the log"] in committed
        }

    def _node(self, connection: psycopg.Connection[dict[str, Any]], table: str) -> tuple[int, int]:
        row = connection.execute(
            "SELECT (SELECT oid FROM pg_database WHERE datname = current_database()) AS base,"
            f" pg_relation_filenode('{table}') AS node"
        ).fetchone()
        return int(row["base"]), int(row["node"])

    def _pages(self, connection: psycopg.Connection[dict[str, Any]], table: str) -> dict[Place, dict[str, Mark]]:
        """Return from the bytes of the file where each row lies, and what ended the version before it."""
        base, node = self._node(connection, table)
        file = self.server.data / "base" / str(base) / str(node)
        shutil.copy(file, self.folder / f"{table}-{self.dumps}.heap")
        found: dict[Place, dict[str, Mark]] = {}
        for block, page in enumerate(_blocks(file.read_bytes())):
            for offset, start, ended, newer in _tuples(page):
                found.setdefault((block, offset), {})["byte in page"] = (block, -start)
                if table == "code" and ended and newer != (block, offset):
                    self.ended.setdefault(newer, ended)
        if table == "code":
            for place, ended in self.ended.items():
                found.setdefault(place, {})["older version's end"] = ended
        return found

    def _superuser(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(
            host=str(self.server.folder), user="postgres", dbname=self.database, autocommit=True, row_factory=dict_row
        )


def _records(line: str, tables: Mapping[tuple[int, int], str]) -> Iterator[tuple[str, Place, dict[str, Mark]]]:
    heap, block = _HEAP.match(line), _BLOCK.search(line)
    if not heap or not block or (table := tables.get((int(block[1]), int(block[2])))) is None:
        return
    new = _NEW.search(line)
    high, low = heap["lsn"].split("/")
    marks: dict[str, Mark] = {
        "transaction in the log": int(heap["tx"]),
        "log place": int(high, 16) << 32 | int(low, 16),
    }
    yield table, (int(block[3]), int(new[1] if new else heap["off"])), marks


def _blocks(file: bytes) -> Iterator[bytes]:
    for start in range(0, len(file), PAGE):
        yield file[start : start + PAGE]


def _tuples(page: bytes) -> Iterator[tuple[int, int, int, Place]]:
    """Yield (line pointer, first byte, transaction that ended it, place of the next version) of a heap page."""
    lower = struct.unpack("<H", page[12:14])[0]
    for i in range((lower - 24) // 4):
        pointer = struct.unpack("<I", page[24 + 4 * i : 28 + 4 * i])[0]
        start, flags = pointer & 0x7FFF, pointer >> 15 & 3
        if flags == 1:
            _created, ended, _command, high, low, offset = struct.unpack("<IIIHHH", page[start : start + 18])
            yield i + 1, start, ended, (high << 16 | low, offset)
