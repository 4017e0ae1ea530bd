"""Programs that ask /api/v1: a token each, and a client that sends it."""

from dataclasses import dataclass
from datetime import timedelta

from survey.core import clock
from survey.core.ids import derive_key
from survey.ratings.service import add_plan
from survey.rounds.service import get_round
from survey.scoring.scheme import read_scheme
from survey.scoring.service import add_scheme
from survey.staff.actor import Actor
from survey.staff.offices import add_office
from survey.staff.tokens import PURPOSE_OF_KEY, Scope, Wish, make_token
from survey.storage.engine import unit_of_work
from survey.subjects.service import import_roster
from tests.factories.ratings import ZHEJIANG
from tests.flow.scoring_desk import ROSTER, SCHEME

MAKER = Actor(None, "a test")
EVERY = tuple(Scope)


@dataclass
class Program:
    """Asks with its token."""

    client: object
    text: str
    id: str = ""

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.text}"} if self.text else {}

    def ask(self, method, path, headers=None, **more):
        return self.client.open(f"/api/v1{path}", method=method, headers={**self.headers, **(headers or {})}, **more)

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def put(self, path, json, **more):
        return self.ask("PUT", path, json=json, **more)

    def post(self, path, json=None, **more):
        return self.ask("POST", path, json=json, **more)

    def delete(self, path, **more):
        return self.ask("DELETE", path, **more)


def program(site, *scopes, office="", days=30, name="one-stop service"):
    """Make a token of an office, and return the program that has it."""
    app = site.app
    made = app.extensions["minsheng"]
    now = clock.now()
    wish = Wish(name, office, scopes or EVERY, now + timedelta(days=days))
    with unit_of_work(site.engine) as session:
        row, text = make_token(session, derive_key(made.settings.secret_key, PURPOSE_OF_KEY), wish, MAKER, now)
    return Program(app.test_client(use_cookies=False), text, row.id)


def stranger(site):
    """Return a program without a token."""
    return Program(site.app.test_client(use_cookies=False), "")


def offices(site, *codes):
    """Add offices below the root."""
    with unit_of_work(site.engine) as session:
        for code in codes:
            add_office(session, code, code)


def with_scheme(site):
    (site.folder / "roster.csv").write_text(ROSTER)
    (site.folder / "scheme.yaml").write_text(SCHEME)
    with unit_of_work(site.engine) as session:
        import_roster(session, site.folder / "roster.csv")
        add_scheme(session, read_scheme(site.folder / "scheme.yaml"))


def with_plan(site):
    with unit_of_work(site.engine) as session:
        add_plan(session, ZHEJIANG)


def of_office(site, name, office):
    with unit_of_work(site.engine) as session:
        get_round(session, name).office = office
