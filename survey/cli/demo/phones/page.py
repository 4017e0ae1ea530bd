"""Read a page as a browser without scripts does: its forms, their fields, what a click would send."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["hidden", "radio", "checkbox", "number", "text"]
_TEXT_TYPES = {"text", "search", "tel", "textarea"}


@dataclass
class Choice:
    """One radio button or checkbox."""

    value: str
    chosen: bool
    label: str = ""


@dataclass
class Field:
    """One named field of a form; radios and checkboxes of one name are one field, with the note beside it."""

    name: str
    kind: Kind
    value: str = ""
    choices: list[Choice] = field(default_factory=list)
    note: str = ""

    def numbers_in_note(self) -> list[int]:
        """Return the whole numbers that the note names, such as the least and the most."""
        return [int(number) for number in re.findall(r"-?\d+", self.note)]


@dataclass
class Form:
    """One form: where it goes, what it carries, and where else its buttons send it."""

    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def asks(self) -> list[Field]:
        """Return the fields that a person fills in."""
        return [entry for entry in self.fields.values() if entry.kind != "hidden"]

    def carried(self) -> list[tuple[str, str]]:
        """Return what the form sends when nothing is touched."""
        pairs = []
        for entry in self.fields.values():
            if entry.kind in ("radio", "checkbox"):
                pairs += [(entry.name, choice.value) for choice in entry.choices if choice.chosen]
            elif entry.kind == "hidden" and entry.choices:
                pairs += [(entry.name, choice.value) for choice in entry.choices]
            else:
                pairs.append((entry.name, entry.value))
        return pairs

    def button_to(self, ending: str) -> tuple[str, list[tuple[str, str]]] | None:
        """Return the address and the own field of the button whose address ends so, or none."""
        # A button without a name does what the page is for; named ones switch the language or go back.
        for target, name, value in sorted(self.buttons, key=lambda button: button[1] != ""):
            path = urlsplit(target or self.action).path
            if path.lower().endswith(ending.lower()):
                return path, [(name, value)] if name else []
        if not self.buttons and urlsplit(self.action).path.lower().endswith(ending.lower()):
            return urlsplit(self.action).path, []
        return None


def read_forms(html: str, path: str) -> list[Form]:
    """Return the forms of a page that was fetched from ``path``."""
    reader = _Reader(path)
    reader.feed(html)
    reader.close()
    reader.attach_notes()
    return [reader.forms[key] for key in reader.order]


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: dict[str, Form] = {}
        self.order: list[str] = []
        self.current = ""
        self.words: list[str] = []
        self.label_for: str | None = None
        self.inside_label: list[Choice] = []
        self.by_id: dict[str, Choice] = {}
        self.textarea: Field | None = None
        self.note_id = ""
        self.notes: dict[str, str] = {}
        self.described: list[tuple[Field, str]] = []
        self.group_note = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.current = given.get("id") or f"#{len(self.order)}"
            form = self.form(self.current)
            form.action = given.get("action") or self.path
            form.method = given.get("method", "get").lower()
        elif tag == "label":
            self.label_for, self.inside_label, self.words = given.get("for", ""), [], []
        elif tag == "fieldset":
            self.group_note = given.get("aria-describedby", "")
        elif tag == "p":
            self.note_id, self.words = given.get("id", ""), []
        elif tag in ("input", "textarea", "button"):
            owner = given.get("form") or self.current
            if owner and "disabled" not in given:
                self.control(self.form(owner), tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.current = ""
        elif tag == "textarea" and self.textarea is not None:
            # The line break after the tag belongs to the markup.
            self.textarea.value = self.textarea.value.removeprefix("\n")
            self.textarea = None
        elif tag == "fieldset":
            self.group_note = ""
        elif tag == "p":
            self.notes[self.note_id] = "".join(self.words)
        elif tag == "label" and self.label_for is not None:
            named = [self.by_id[self.label_for]] if self.label_for in self.by_id else []
            for choice in self.inside_label or named:
                choice.label = "".join(self.words).strip()
            self.label_for = None

    def handle_data(self, data: str) -> None:
        if self.textarea is not None:
            self.textarea.value += data
        else:
            self.words.append(data)

    def form(self, key: str) -> Form:
        if key not in self.forms:
            self.forms[key] = Form(self.path, "get")
            self.order.append(key)
        return self.forms[key]

    def control(self, form: Form, tag: str, given: Mapping[str, str]) -> None:
        kind = "textarea" if tag == "textarea" else given.get("type", "submit" if tag == "button" else "text").lower()
        name = given.get("name", "")
        if kind in ("submit", "image"):
            form.buttons.append((given.get("formaction", ""), name, given.get("value", "")))
        elif name and kind in ("radio", "checkbox", "hidden"):
            self.choice(form, kind, name, given)
        elif name and (kind == "number" or kind in _TEXT_TYPES):
            number = kind == "number" or given.get("inputmode") in ("numeric", "decimal")
            entry = form.fields[name] = Field(name, "number" if number else "text", given.get("value", ""))
            self.described.append((entry, given.get("aria-describedby", "")))
            self.textarea = entry if tag == "textarea" else None

    def choice(self, form: Form, kind: str, name: str, given: Mapping[str, str]) -> None:
        known: Kind = "hidden" if kind == "hidden" else "radio" if kind == "radio" else "checkbox"
        if name not in form.fields:
            form.fields[name] = Field(name, known)
            self.described.append((form.fields[name], self.group_note))
        choice = Choice(given.get("value", "on" if kind != "hidden" else ""), "checked" in given)
        form.fields[name].choices.append(choice)
        if "id" in given:
            self.by_id[given["id"]] = choice
        if self.label_for is not None:
            self.inside_label.append(choice)

    def attach_notes(self) -> None:
        for entry, ids in self.described:
            entry.note = " ".join(self.notes.get(one, "") for one in ids.split())
