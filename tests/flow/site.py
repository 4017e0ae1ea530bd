"""A site with open rounds, made by the product's own verbs, and a phone that reads its pages and fills in its forms."""

import gzip
import re
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from config import Settings
from survey.application import create_app
from survey.ballots.models import Envelope
from survey.casting import close
from survey.codes.models import Code, CodeState
from survey.codes.service import issue_codes
from survey.core import clock
from survey.core.keys import read_private_key
from survey.counting.service import count_round, keep_count
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import add_questionnaire, library_file
from survey.rounds.service import create_round, get_round, list_voter_groups, open_round, publish_round
from survey.storage.engine import reading, unit_of_work
from tests.factories.questionnaires import FOLDER
from tests.factories.rounds import PASSPHRASE, write_round

SECRET = "a secret for the tests of pages, and of nothing else"
VOTERS = "group,class,planned,subjects\n620102,citizen,12,own\n"


@dataclass
class Site:
    """The application on a database, and the codes of its rounds."""

    app: Flask
    engine: Engine
    folder: Path
    codes: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def at(cls, database_url: str, folder: Path, **settings: object) -> "Site":
        own = {"queue": folder / "queue.db", "files": folder / "files"}
        app = create_app(Settings(secret_key=SECRET, database_url=database_url, **(own | settings)))
        app.testing = False  # errors become pages, as for the public
        return cls(app, app.extensions["minsheng"].engine, folder)

    def round(self, questionnaire="public-satisfaction", name="spring", voters=VOTERS, **fields):
        """Open a round and return its codes; fields go into the round's file."""
        now = clock.now()
        times = {"opens_at": (now - timedelta(hours=1)).isoformat(), "closes_at": (now + timedelta(days=1)).isoformat()}
        local = FOLDER / f"{questionnaire}.yaml"
        asked = read_questionnaire(local if local.exists() else library_file(questionnaire))
        written = times | {"id": name, "questionnaire": asked.reference} | fields
        file = write_round(self.folder, voters=voters, **written)
        with unit_of_work(self.engine) as session:
            add_questionnaire(session, asked)
            row = create_round(session, file)
            open_round(session, row, now)
            key = self.app.extensions["minsheng"].code_key
            issued = issue_codes(session, row, list_voter_groups(session, row), key)
        self.codes[name] = [one.code for one in issued]
        return self.codes[name]

    def phone(self) -> "Phone":
        """Return a phone of its own, without cookies."""
        return Phone(self.app.test_client(use_cookies=False))

    def ballots(self) -> int:
        """Count the envelopes in the urn; they are as many as the codes spent."""
        with reading(self.engine) as connection:
            envelopes = connection.scalar(select(func.count()).select_from(Envelope))
            spent = connection.scalar(select(func.count()).where(Code.state == CodeState.SPENT))
        assert envelopes == spent
        return envelopes

    def close(self, name="spring"):
        with unit_of_work(self.engine) as session:
            close(session, get_round(session, name), clock.now())

    def count(self, name="spring"):
        """Close and count a round with the key of its folder."""
        self.close(name)
        key = read_private_key(self.folder / "office.key", PASSPHRASE)
        with unit_of_work(self.engine) as session:
            row = get_round(session, name)
            keep_count(session, row, count_round(session, row, [key]), clock.now())

    def publish(self, name="spring"):
        with unit_of_work(self.engine) as session:
            publish_round(session, get_round(session, name), clock.now())


class _Reader(HTMLParser):
    """Collects what a browser would send and where to."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: list[tuple[str, str]] = []
        self.choices: dict[str, list[str]] = {}
        self.checked: list[tuple[str, str]] = []
        self.texts: dict[str, str] = {}
        self.buttons: list[tuple[str, str]] = []
        self._textarea = ""

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        kind = found.get("type", "")
        if tag == "form":
            self.action = found["action"]
        elif tag == "button" and "name" in found:
            self.buttons.append((found["name"], found["value"]))
        elif tag == "textarea":
            self._textarea = found["name"]
            self.texts[self._textarea] = ""
        elif tag == "input" and kind == "hidden":
            self.hidden.append((found["name"], found["value"]))
        elif tag == "input" and kind in ("radio", "checkbox"):
            self.choices.setdefault(found["name"], []).append(found["value"])
            if "checked" in found:
                self.checked.append((found["name"], found["value"]))
        elif tag == "input" and kind == "text":
            self.texts[found["name"]] = found.get("value", "")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data):
        if self._textarea:
            # A browser drops the first line break of a textarea.
            self.texts[self._textarea] += data.removeprefix("\n")


class Page:
    """A response as somebody sees it."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        body = response.get_data()
        packed = response.headers.get("Content-Encoding") == "gzip"
        self.html = (gzip.decompress(body) if packed else body).decode(errors="replace")
        self.form = _Reader()
        self.form.feed(self.html)

    @property
    def words(self) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self.html).split())

    @property
    def title(self) -> str:
        return re.search(r"<title>\s*(.*?)\s*</title>", self.html, re.DOTALL)[1]

    def fields(self) -> dict[str, list[str]]:
        """Return what the page's form would send untouched."""
        sent: dict[str, list[str]] = {}
        for name, value in [*self.form.hidden, *self.form.checked, *self.form.texts.items()]:
            sent.setdefault(name, []).append(value)
        return sent


class Phone:
    """Opens pages, fills in forms and sends them as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> Page:
        return Page(self.client.get(path, headers=_headers(headers)))

    def post(self, path: str, data: object, **headers: str) -> Page:
        return Page(self.client.post(path, data=data, headers=_headers(headers)))

    def send(self, page: Page, *, button: tuple[str, str] | None = None, **answers: str | list[str]) -> Page:
        """Send a page's form with some answers changed; ``work__620102`` stands for the field ``work:620102``."""
        fields = page.fields() | _named(answers)
        if button:
            fields[button[0]] = [button[1]]
        return self.post(page.form.action, fields)

    def fill(self, page: Page, choice: int = 0, **answers: str | list[str]) -> Page:
        """Answer every question that has choices alike, and send the form."""
        alike = {name: [values[choice]] for name, values in page.form.choices.items()}
        return self.post(page.form.action, page.fields() | alike | _named(answers))

    def vote(self, code: str, choice: int = 0) -> Page:
        """Open, fill in, review, cast."""
        return self.send(self.fill(self.get(f"/t/{code}"), choice))


def _named(answers: dict[str, str | list[str]]) -> dict[str, list[str]]:
    return {name.replace("__", ":"): [value] if isinstance(value, str) else value for name, value in answers.items()}


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
