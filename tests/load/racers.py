"""Processes that cast at the same moment; each is told when to go by a barrier, code by code."""

# ruff: noqa: S311 - a play, repeated by its seed

import http.client
import multiprocessing
import re
from collections.abc import Sequence
from contextlib import closing
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

# Nothing of ours is imported here: four processes would import all of it before every race.
DONE, USED = "提交成功", "此码已使用"
RACERS = 4
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TIMEOUT = 120

HIDDEN = re.compile(r'<input type="hidden"[^>]*\sname="([^"]*)"[^>]*\svalue="([^"]*)"')
RADIO = re.compile(r'<input type="radio"[^>]*\sname="([^"]*)"[^>]*\svalue="([^"]*)"')


def open_letter(connection: http.client.HTTPConnection, path: str, draw: Random) -> bytes:
    """Open a code and return the body that casts it, with answers by chance."""
    connection.request("GET", path)
    response = connection.getresponse()
    page = response.read().decode()
    assert response.status == 200, response.status
    choices: dict[str, list[str]] = {}
    for name, value in RADIO.findall(page):
        choices.setdefault(name, []).append(value)
    assert choices
    return urlencode([*HIDDEN.findall(page), *((name, draw.choice(some)) for name, some in choices.items())]).encode()


def cast(connection: http.client.HTTPConnection, path: str, body: bytes) -> str:
    """Cast, and say in one word what the page said."""
    connection.request("POST", path, body, FORM)
    response = connection.getresponse()
    page = response.read().decode()
    if response.status == 200 and DONE in page:
        return "done"
    if response.status == 409 and USED in page:
        return "used"
    return str(response.status)


def race(base_url: str, paths: Sequence[str], *, same_form: bool) -> list[list[str]]:
    """Let several processes cast every code at once; return for each code what each of them was told."""
    letters: list[bytes] | None = None
    if same_form:
        with closing(_connect(base_url)) as connection:
            letters = [open_letter(connection, path, Random(path)) for path in paths]
    context = multiprocessing.get_context("spawn")
    barrier, told = context.Barrier(RACERS), context.SimpleQueue()
    arguments = (base_url, paths, letters, barrier, told)
    racers = [context.Process(target=_racer, args=(number, *arguments)) for number in range(RACERS)]
    for racer in racers:
        racer.start()
    answers = [told.get() for _ in racers]
    for racer in racers:
        racer.join(TIMEOUT)
    return [list(row) for row in zip(*answers, strict=True)]


def _racer(
    number: int, base_url: str, paths: Sequence[str], letters: list[bytes] | None, barrier: Any, told: Any
) -> None:
    connection = _connect(base_url)
    result = []
    try:
        bodies = letters or [open_letter(connection, path, Random(f"{number}:{path}")) for path in paths]
        for path, body in zip(paths, bodies, strict=True):
            barrier.wait(TIMEOUT)
            result.append(cast(connection, path, body))
    except BaseException as error:
        barrier.abort()
        result += [repr(error)] * (len(paths) - len(result))
        raise
    finally:
        connection.close()
        told.put(result)


def _connect(base_url: str) -> http.client.HTTPConnection:
    parts = urlsplit(base_url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
