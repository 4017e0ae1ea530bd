"""An explanation in words (说明): sentences that open down, the one structure behind page, print and file."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any


@dataclass(frozen=True)
class Said:
    """One sentence with what it rests on.

    Attributes:
        level: how deep it stands; 0 for the subject itself.
        text: in one language.
        kind: subject, score, sum, component, adjustment, band, gate, quota, rank, grade, decision, source, round,
            counts or withheld.
        holds: for a gate, whether it holds.
    """

    level: int
    text: str
    kind: str
    holds: bool | None = None
    children: tuple["Said", ...] = ()

    def walk(self) -> Iterator["Said"]:
        """Give it and everything below it, from the top down."""
        yield self
        for child in self.children:
            yield from child.walk()

    def document(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "level": self.level,
            "text": self.text,
            "kind": self.kind,
            "holds": self.holds,
            "children": [child.document() for child in self.children],
        }

    def html(self) -> str:
        """Return it as a list that opens down without any script; every text is escaped."""
        text = f'<span class="said said-{self.kind}">{escape(self.text)}</span>'
        if not self.children:
            return f"<li>{text}</li>"
        inner = "".join(child.html() for child in self.children)
        unfolded = " open" if self.level <= 1 else ""
        return f"<li><details{unfolded}><summary>{text}</summary><ul>{inner}</ul></details></li>"
