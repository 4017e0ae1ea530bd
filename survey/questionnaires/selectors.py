"""Which subjects something is about: by kind, by rank or by unit type."""

from collections.abc import Iterable
from typing import Annotated, Protocol

from survey.core.errors import N_
from survey.core.validation import Like

TYPE = "type:"

Selector = Annotated[
    str,
    Like(
        "unit|cadre|head|deputy|type:.{1,100}",
        N_("%(value)s selects no subjects; allowed: unit, cadre, head, deputy, or type: with a unit type"),
    ),
]


class Subject(Protocol):
    """Who a question is asked about; this room need not know more of a subject."""

    @property
    def code(self) -> str:
        """The subject's code."""
        ...

    @property
    def name(self) -> str:
        """The subject's name."""
        ...

    @property
    def kind(self) -> str:
        """Unit or cadre."""
        ...

    @property
    def rank(self) -> str:
        """Head or deputy; empty for units."""
        ...

    @property
    def unit_type(self) -> str:
        """The unit type, as the roster names it."""
        ...


def fits(selector: str, subject: Subject) -> bool:
    """Tell whether a selector selects a subject."""
    if selector.startswith(TYPE):
        return subject.unit_type == selector.removeprefix(TYPE)
    return selector in (subject.kind, subject.rank)


def closest(selectors: Iterable[str], subject: Subject) -> str | None:
    """Return the selector that says most about a subject: its type, else its rank, else its kind; none when none fits.

    It does not matter in which order they are written: data that is hashed has none.
    """
    fitting = [selector for selector in selectors if fits(selector, subject)]
    return max(fitting, key=lambda selector: (selector.startswith(TYPE), selector == subject.rank), default=None)
