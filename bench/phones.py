"""A process of many fast phones: the requests of whole visits over kept connections, and little else.

It imports nothing of ours. It reads the first page it gets like a browser, and of the others only what differs, so
that the machine's cores are left to the server. One JSON object comes in on standard input; ``ready`` goes out; after
the line ``go`` the visits begin, and one JSON object goes out with what they took.
"""

import gzip
import json
import re
import selectors
import socket
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

HIDDEN = re.compile(rb'<input type="hidden"[^>]*\sname="([^"]*)"[^>]*\svalue="([^"]*)"')
RADIO = re.compile(rb'<input type="radio"[^>]*\sname="([^"]*)"[^>]*\svalue="([^"]*)"')
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TEXT = re.compile(rb'<textarea[^>]*\sname="([^"]*)"')
REMARK = "希望多听听群众意见。"
VARIANTS = 64
GZIP = 31
GIVE_UP = 30.0


@dataclass
class Knowledge:
    """What all pages share: where their hidden fields end, the answers, and what the review page adds."""

    form_ends: int = 0
    answers: list[str] = field(default_factory=list)
    review_adds: str = ""


@dataclass
class Line:
    """One phone's connection, and where it is in its visit."""

    sock: socket.socket
    path: str = ""
    step: int = 0
    body: str = ""
    began: float = 0.0
    buffer: bytearray = field(default_factory=bytearray)


class Phones:
    """Visits in a loop over all connections."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.address = (order["host"], order["port"])
        self.steps: list[str] = order["steps"]
        self.paths: list[str] = order["paths"]
        self.known = Knowledge()
        self.draw = Random(order["seed"])
        self.seconds: list[float] = []
        self.failures: dict[str, int] = {}
        self.bytes = 0
        if "review" in self.steps or "cast" in self.steps:
            self.learn(self.paths[0])
        self.phones: int = order["phones"]

    def connect(self) -> Line:
        """Open one phone's connection."""
        sock = socket.create_connection(self.address, timeout=GIVE_UP)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Line(sock)

    def learn(self, path: str) -> None:
        """Read one page, and its review, with all care. Nothing is spent by that."""
        line = self.connect()
        line.path, line.step = path, self.steps.index("open")
        page = self.ask(line)
        self.known.form_ends = max(match.end() for match in HIDDEN.finditer(unpacked(page)))
        choices: dict[bytes, list[bytes]] = {}
        for name, value in RADIO.findall(unpacked(page)):
            choices.setdefault(name, []).append(value)
        remarks = TEXT.findall(unpacked(page))
        for i in range(VARIANTS):
            pairs = [(name, self.draw.choice(values)) for name, values in choices.items()]
            pairs += [(name, REMARK.encode() if i % 10 == 0 else b"") for name in remarks]
            self.known.answers.append(urlencode(pairs))
        if "review" in self.steps:
            line.step = self.steps.index("review")
            line.body = self.filled(page)
            sent = {part.partition("=")[0] for part in line.body.split("&")}
            review = dict(HIDDEN.findall(unpacked(self.ask(line))))
            added = {name: value for name, value in review.items() if urlencode({name: b""})[:-1] not in sent}
            self.known.review_adds = "".join(f"&{urlencode({name: value})}" for name, value in added.items())
        line.sock.close()

    def ask(self, line: Line) -> bytes:
        """Send one request and wait for its answer."""
        line.sock.sendall(self.request(line))
        while (page := self.received(line)) is None:
            pass
        return page

    def filled(self, page: bytes) -> str:
        """Return the body that a page's form sends, with answers by chance."""
        # Everything after the last hidden field is the same on all pages: no need to unpack it again.
        start = zlib.decompressobj(GZIP).decompress(page, self.known.form_ends)
        return urlencode(HIDDEN.findall(start)) + "&" + self.draw.choice(self.known.answers)

    def request(self, line: Line) -> bytes:
        """Return the bytes of the request that is next."""
        step = self.steps[line.step]
        host = f"Host: {self.address[0]}:{self.address[1]}\r\nAccept-Encoding: gzip\r\nUser-Agent: bench\r\n"
        if step in ("open", "hello"):
            return f"GET {line.path} HTTP/1.1\r\n{host}\r\n".encode()
        path = line.path + ("/review" if step == "review" else "")
        head = f"POST {path} HTTP/1.1\r\n{host}Content-Type: application/x-www-form-urlencoded\r\n"
        return f"{head}Content-Length: {len(line.body)}\r\n\r\n{line.body}".encode()

    def received(self, line: Line) -> bytes | None:
        """Take what has come; return the body once the answer is whole."""
        part = line.sock.recv(65536)
        if not part:
            raise ConnectionError
        line.buffer += part
        end = line.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = LENGTH.search(line.buffer, 0, end)
        if length is None:
            raise ConnectionError
        whole = end + 4 + int(length[1])
        if len(line.buffer) < whole:
            return None
        status, page = bytes(line.buffer[9:12]), bytes(line.buffer[end + 4 : whole])
        self.bytes += whole
        del line.buffer[:whole]
        if status != b"200":
            self.failures[status.decode()] = self.failures.get(status.decode(), 0) + 1
        return page

    def run(self) -> dict[str, Any]:
        """Make all visits; return their seconds one by one, and the whole time."""
        waiting = selectors.DefaultSelector()
        paths = iter(self.paths)
        started = time.perf_counter()
        for _ in range(self.phones):
            # A connection opened before it is used would hold a thread of the server.
            self.next_visit(self.connect(), paths, waiting)
        while waiting.get_map():
            ready = waiting.select(GIVE_UP)
            if not ready:
                break
            for key, _ in ready:
                self.go_on(key.data, paths, waiting)
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "visits": self.seconds, "failures": self.failures, "bytes": self.bytes}

    def next_visit(self, line: Line, paths: Iterator[str], waiting: selectors.BaseSelector) -> None:
        """Begin the next visit on a connection, or hang up when there is none left."""
        path = next(paths, None)
        if path is None:
            if line.path:
                waiting.unregister(line.sock)
            line.sock.close()
            return
        if not line.path:
            waiting.register(line.sock, selectors.EVENT_READ, line)
        line.path, line.step, line.began = path, 0, time.perf_counter()
        line.sock.sendall(self.request(line))

    def go_on(self, line: Line, paths: Iterator[str], waiting: selectors.BaseSelector) -> None:
        """Take what came on a connection and send what follows."""
        page = self.received(line)
        if page is None:
            return
        step = self.steps[line.step]
        line.step += 1
        if line.step == len(self.steps):
            self.seconds.append(time.perf_counter() - line.began)
            self.next_visit(line, paths, waiting)
            return
        if step == "open":
            line.body = self.filled(page)
        elif step == "review":
            line.body += self.known.review_adds
        line.sock.sendall(self.request(line))


def unpacked(page: bytes) -> bytes:
    """Return a page's text."""
    return gzip.decompress(page) if page.startswith(b"\x1f\x8b") else page


def main() -> None:
    """Serve one order."""
    phones = Phones(json.loads(sys.stdin.readline()))
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(phones.run()), flush=True)


if __name__ == "__main__":
    main()
