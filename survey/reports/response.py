"""The tables of what came in: the response account and the remarks."""

from collections import Counter
from collections.abc import Sequence

from survey.core.errors import N_
from survey.reports.disclosure import Shown
from survey.reports.names import Names
from survey.reports.table import Headings, Table, make_table
from survey.scoring.results import Components
from survey.turnout.rules import Disposition

TURNOUT: Headings = (
    ("group", N_("Voter group")),
    ("class", N_("Ballot class")),
    ("planned", N_("Planned")),
    ("issued", N_("Issued")),
    ("spent", N_("Spent")),
    ("waiting", N_("Waiting")),
    ("expired", N_("Expired")),
    ("void", N_("Void")),
    ("rate", N_("Response rate, %")),
)
TEXTS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("item", N_("Item id")),
    ("question", N_("Question")),
    ("text", N_("Remark")),
)


def turnout_table(names: Names, turnout: Sequence[Disposition]) -> Table:
    """Return a row for every group and class."""
    rows = (
        {
            "group": names.subject(row.group),
            "class": row.ballot_class,
            "planned": row.planned,
            "issued": row.issued,
            "spent": row.spent,
            "waiting": row.waiting,
            "expired": row.expired,
            "void": row.void,
            "rate": row.rate,
        }
        for row in turnout
    )
    return make_table("turnout", N_("Response"), TURNOUT, rows, names.translate)


def texts_table(names: Names, components: Components, shown: Shown) -> Table:
    """Return the remarks on items about subjects that have enough of them, in the order the count gave them.

    They stand apart from every answer, and never by class. A subject whose index is hidden has none shown.
    """
    texts = components.count.texts
    enough = components.frozen.definition.disclosure.min_text
    voices = Counter((text.subject, text.item) for text in texts)
    rows = (
        {
            "code": text.subject,
            "name": names.subject(text.subject),
            "item": text.item,
            "question": names.question(text.item),
            "text": text.text,
        }
        for text in texts
        if voices[text.subject, text.item] >= enough and text.subject not in shown.hidden
    )
    return make_table("texts", N_("Remarks"), TEXTS, rows, names.translate)
