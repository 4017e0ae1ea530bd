"""A browser at the editor of questionnaires: it sends every field of a page back, but for those typed in."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict

from tests.flow.deskwork import Desk

NEW = "/desk/questionnaires/new"


class _Fields(HTMLParser):
    """Collects what the editor's form would send, in its order, and what is folded away or not."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.focused: list[str] = []
        self._in_form = False
        self._select: list[str] | None = None
        self._area = False

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
        if found.get("id") == "here":
            self.focused.append(found.get("name", "") if tag != "button" else found["value"])
        if tag == "form":
            self._in_form = found.get("class") == "editor" or found.get("action", "").endswith("/new/text")
        if not self._in_form:
            return
        if tag == "input" and (found.get("type") != "checkbox" or "checked" in found):
            self.sent.append((found["name"], found.get("value", "")))
        elif tag == "select":
            self._select = [found["name"]]
        elif tag == "option" and self._select is not None:
            if "selected" in found or len(self._select) == 1:
                self._select[1:] = [found["value"]]
        elif tag == "textarea":
            self._area = True
            self.sent.append((found["name"], ""))

    def handle_data(self, data):
        if self._area:
            name, value = self.sent[-1]
            self.sent[-1] = (name, value + data)

    def handle_endtag(self, tag):
        if tag == "form":
            self._in_form = False
        elif tag == "select" and self._select is not None:
            if self._in_form:
                self.sent.append((self._select[0], *self._select[1:]))
            self._select = None
        elif tag == "textarea":
            self._area = False


@dataclass
class Editor:
    """One member at the editor: ``fields`` is what stands on the page."""

    desk: Desk
    html: str = ""
    status: int = 0
    fields: MultiDict = field(default_factory=MultiDict)
    focused: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, desk: Desk, **query: str) -> "Editor":
        editor = cls(desk)
        editor._read(desk.get(NEW, **query))
        return editor

    @classmethod
    def of_text(cls, desk: Desk, text: str) -> "Editor":
        """Come from the page of texts."""
        editor = cls(desk)
        editor.fields = MultiDict({"csrf_token": desk.token(), "written": text})
        editor.press("fields")
        return editor

    def press(self, order: str, /, **typed: str | list[str]):
        """Type into fields (``items__1__zh``), press a button, and see the next page."""
        return self.type(typed)._send(order)

    def type(self, typed: dict) -> "Editor":
        for name, value in typed.items():
            self.fields.setlist(name.replace("__", "."), [value] if isinstance(value, str) else value)
        return self

    def _send(self, order):
        sent = MultiDict([*self.fields.items(multi=True), ("do", order)])
        # A browser sends every line end as two signs.
        crlf = [(name, re.sub("\r?\n", "\r\n", value)) for name, value in sent.items(multi=True)]
        answer = self.desk.client.post(NEW, data=MultiDict(crlf))
        if answer.mimetype == "text/html" and answer.status_code in (200, 400):
            self._read(answer)
        self.status = answer.status_code
        return answer

    def _read(self, answer):
        self.status, self.html = answer.status_code, answer.get_data(as_text=True)
        reader = _Fields()
        reader.feed(self.html)
        assert len(reader.ids) == len(set(reader.ids)), "an id stands twice"
        self.fields, self.focused = MultiDict(reader.sent), reader.focused

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    @property
    def faults(self) -> list[str]:
        """The fields that the summary leads to."""
        return re.findall(r'<li>\s*<a href="#([^"]*)"', self.html.partition('role="alert"')[2].partition("<form")[0])
