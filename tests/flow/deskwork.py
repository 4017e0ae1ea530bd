"""People at the desk: members with roles, each at a browser of their own that fills in the real forms."""

import itertools
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.core import clock
from survey.staff import passwords
from survey.staff.actor import TERMINAL
from survey.staff.offices import add_office
from survey.staff.roles import Role
from survey.staff.service import Grant, accept, get_invitation, invite
from survey.storage.engine import unit_of_work
from tests.flow.site import Site

# A real password costs 64 MiB and a tenth of a second each time; hundreds of tests hire people.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

PASSWORD = "correct horse battery staple"
ALL = tuple(Role)

_numbers = itertools.count(1)


def office(site: Site, code: str, parent: str = "") -> str:
    with unit_of_work(site.engine) as session:
        add_office(session, code, f"机构{code}", parent)
    return code


def hire(site: Site, *roles: Role, office: str = "") -> str:
    """Make a member with these roles in an office, and return the address to log in with."""
    login = f"staff{next(_numbers)}@example.gov.cn"
    with unit_of_work(site.engine) as session:
        token = invite(session, TERMINAL, login, [Grant(Role(role), office) for role in roles], clock.now())
        accept(session, get_invitation(session, token, clock.now()), f"员工{login[5:8]}", PASSWORD, "zh")
    return login


class _Forms(HTMLParser):
    """Collects the forms of a page: where each goes, and what it would send unfilled."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict] = []
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": found.get("action", ""), "method": found.get("method", "get"), "fields": []})
            return
        if not self.forms:
            return
        fields = self.forms[-1]["fields"]
        kind = found.get("type", "text")
        if tag == "input" and "name" in found and (kind not in ("checkbox", "radio") or "checked" in found):
            fields.append((found["name"], found.get("value", "")))
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and self._select:
            chosen = [name for name, _ in fields if name == self._select]
            if "selected" in found or not chosen:
                fields[:] = [pair for pair in fields if pair[0] != self._select]
                fields.append((self._select, found.get("value", "")))
        elif tag == "textarea":
            self._area = found["name"]
            fields.append((self._area, ""))

    def handle_data(self, data):
        if self._area:
            name, value = self.forms[-1]["fields"][-1]
            self.forms[-1]["fields"][-1] = (name, value + data)

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


@dataclass
class Desk:
    """One member's browser."""

    client: FlaskClient
    login: str
    page: TestResponse | None = None

    def get(self, path: str, **query: str) -> TestResponse:
        self.page = self.client.get(path, query_string=query or None)
        return self.page

    def html(self, path: str, **query: str) -> str:
        page = self.get(path, **query)
        assert page.status_code == 200, (path, page.status_code, page.get_data(as_text=True)[:2000])
        return page.get_data(as_text=True)

    def submit(self, path: str, data: dict | None = None, *, form: int | str = 0, page: str | None = None, **fields):
        """Open a page, fill in one of its forms and send it.

        Args:
            path: the page with the form.
            data: fields to fill in, by name.
            form: which form: its place after those of the head, or a part of its action.
            page: where the form goes when it names no action.
        """
        reader = _Forms()
        reader.feed(self.html(path))
        forms = [one for one in reader.forms if not one["action"].endswith(("/logout", "/account/language", "/seen"))]
        chosen = forms[form] if isinstance(form, int) else next(one for one in forms if form in one["action"])
        values = dict(chosen["fields"]) | (data or {}) | fields
        self.page = self.client.post(chosen["action"] or page or path, data=values)
        return self.page

    def token(self, path: str = "/desk/account") -> str:
        """Return the token against forgery, as a page's form carries it."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.html(path))
        assert found
        return found[1]

    def post(self, path: str, data: dict | None = None, **fields) -> TestResponse:
        """Send a post with a right token but without opening its page."""
        self.page = self.client.post(path, data={"csrf_token": self.token()} | (data or {}) | fields)
        return self.page


def at_desk(site: Site, *roles: Role, office: str = "") -> Desk:
    """Hire somebody with these roles and log in."""
    login = hire(site, *roles, office=office)
    desk = Desk(site.app.test_client(), login)
    answer = desk.submit("/desk/login", login=login, password=PASSWORD)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return desk
