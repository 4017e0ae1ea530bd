"""What a visit weighs on the wire."""

import http.client
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.databases import Database
from bench.phones import Phones, unpacked
from survey.cli.demo.server import serving
from tests.load.staging import set_stage

LINKED = re.compile(r'<(?:script|link|img)[^>]*\s(?:src|href)="([^"]+)"')


@dataclass(frozen=True)
class Weight:
    """Bytes with headers, compressed.

    Attributes:
        first: the first response.
        visit: the first response and everything it links to, the review and the done page.
        requests: how many requests that is.
    """

    first: int
    visit: int
    requests: int


def measure(database: Database, folder: Path) -> Weight:
    """Weigh one visit of ten questions and a remark."""
    stage = set_stage(database.url, database.folder, 2, name="weighed", units=1)
    with serving(stage.env, folder / "weighed.log", workers=1) as server:
        parts = urlsplit(server.base_url)
        order = {
            "host": parts.hostname,
            "port": parts.port,
            "steps": ["open", "review", "cast"],
            "phones": 1,
            "seed": 0,
            "paths": stage.paths(),
        }
        phones = Phones(order)
        phones.bytes = 0  # it has looked at a page already
        line = phones.connect()
        line.path = stage.paths()[0]
        page = phones.ask(line)
        first = phones.bytes
        line.body, line.step = phones.filled(page), 1
        phones.ask(line)
        line.body, line.step = line.body + phones.known.review_adds, 2
        phones.ask(line)
        linked = set(LINKED.findall(unpacked(page).decode()))
        return Weight(first, phones.bytes + sum(_weight(parts.netloc, path) for path in linked), 3 + len(linked))


def _weight(place: str, path: str) -> int:
    connection = http.client.HTTPConnection(place, timeout=10)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    head = sum(len(name) + len(value) + 4 for name, value in response.getheaders())
    return len(response.read()) + head
