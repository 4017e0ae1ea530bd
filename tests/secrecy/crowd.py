"""The crowd's phones over HTTP, and those who do something wrong."""

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from queue import SimpleQueue
from random import Random
from urllib.parse import urlsplit

from sqlalchemy import Engine, text

from survey.cli.demo.phones.browser import Browser, Page
from survey.cli.demo.server import Server
from tests.secrecy.evidence import GRADES
from tests.secrecy.voters import Voter

PHONES = 4
PATIENCE = 120
STAMP = re.compile(r'name="_stamp" value="([^"]+)"')
CHOICE = re.compile(r'type="radio"[^>]*name="(grade[^"]*)"[^>]*value="([^"]*)"')
REMARK = re.compile(r'<textarea[^>]*name="(remark[^"]*)"')
DONE, USED = "提交成功", "此码已使用"

Letter = list[tuple[str, str]]


class Crowd:
    """A few phones in hand at a time; whoever comes first casts first, but for those under way together."""

    def __init__(self, server: Server, kill_after: Sequence[int], draw: Random) -> None:
        self.server = server
        self.kill_after = set(kill_after)
        self.draw = draw
        self.cast = 0
        self.seconds: dict[bytes, float] = {}
        self.kills = 0
        self._lock = threading.Lock()
        self._phones: SimpleQueue[Browser] = SimpleQueue()
        for _ in range(PHONES):
            self._phones.put(self.browser())
        self.hands = ThreadPoolExecutor(PHONES)

    def browser(self, patience: float = PATIENCE) -> Browser:
        return Browser(self.server.base_url, patience=patience, timeout=PATIENCE, user_agent="a phone under test")

    def vote(self, voters: Sequence[Voter]) -> None:
        """Let everybody open, fill in and cast; see that each was told so."""
        list(self.hands.map(self._vote, voters))

    def _vote(self, voter: Voter) -> None:
        phone = self._phones.get()
        try:
            filled = letter(phone, voter)
            start = time.perf_counter()
            page = phone.post(path(voter), filled)
            self.seconds[voter.holder.digest] = time.perf_counter() - start
        finally:
            self._phones.put(phone)
        assert DONE in page.text, page.status
        with self._lock:
            self.cast += 1
            if self.cast in self.kill_after:
                os.kill(self.draw.choice(self.server.workers()), signal.SIGKILL)
                self.kills += 1

    def misbehave(self, voter: Voter, engine: Engine) -> list[Page]:
        """Do everything wrong that somebody with a code can do, then cast; return what the server said."""
        with closing(self.browser(patience=0)) as browser:
            return list(self._wrongly(browser, voter, engine))

    def _wrongly(self, browser: Browser, voter: Voter, engine: Engine) -> Iterator[Page]:
        right, other = letter(browser, voter), letter(browser, voter)
        wrong = [(name, "99" if name.startswith("grade") else value) for name, value in right]
        yield browser.get(f"/t/{voter.holder.code[::-1]}")
        yield browser.post(path(voter), wrong)
        yield browser.post(path(voter), [pair for pair in right if pair[0] != "_stamp"])
        yield without_an_urn(engine, lambda: browser.post(path(voter), right))
        self.garble()
        self._vote(voter)
        yield browser.post(path(voter), right)
        yield browser.post(path(voter), other)

    def garble(self) -> None:
        """Send what is no request at all."""
        parts = urlsplit(self.server.base_url)
        with socket.create_connection((parts.hostname, parts.port), PATIENCE) as connection:
            connection.sendall(b"GARBLED \x00\xff /t/00000000000000000000\r\n\r\n")
            connection.recv(1000)

    def close(self) -> None:
        self.hands.shutdown()
        while not self._phones.empty():
            self._phones.get().close()


def path(voter: Voter) -> str:
    return f"/t/{voter.holder.code}"


def letter(browser: Browser, voter: Voter) -> Letter:
    """Open a form and fill it in as the voter wants."""
    page = browser.get(path(voter))
    choices = CHOICE.findall(page.text)
    assert page.status == 200, page.status
    return [
        ("_stamp", STAMP.search(page.text)[1]),
        choices[GRADES.index(voter.grade)],
        (REMARK.search(page.text)[1], voter.remark),
    ]


def without_an_urn(engine: Engine, act):
    """Do something while the table of envelopes is not to be found."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE envelope RENAME TO away"))
    try:
        return act()
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO envelope"))
