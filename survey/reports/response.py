"""The tables of what came in: the response account and the remarks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from survey.core.errors import N_
from survey.reports.disclosure import Shown
from survey.reports.names import Names
from survey.reports.table import Cell, Headings, Table, make_table, rounded
from survey.scoring.results import Components
from survey.scoring.rules.explanation import plain
from survey.turnout.aapor import CodeAccount, account_of_codes, rates
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
SPARE = ("spare", N_("Of these spare"))
OUTCOMES: Headings = (
    ("outcome", N_("Outcome after AAPOR")),
    ("n", N_("Codes")),
    ("reason", N_("Which codes these are")),
)
RATES: Headings = (
    ("rate", N_("Rate after AAPOR")),
    ("formula", N_("Formula")),
    ("above", N_("Above the line")),
    ("below", N_("Below the line")),
    ("value", N_("Value, %")),
    ("remark", N_("Note")),
)
# AAPOR's line between a partial answer and a break-off. Our pages record neither, so it only words the mapping.
PARTIAL_FROM = Fraction(1, 2)
PLACES = 2
E_IS = N_("e = %(e)s; %(source)s")

TEXTS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("item", N_("Item id")),
    ("question", N_("Question")),
    ("text", N_("Remark")),
)


def turnout_table(names: Names, turnout: Sequence[Disposition]) -> Table:
    """Return a row for every group and class; where spare codes were issued, also how many."""
    spare = any(row.spare for row in turnout)
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
            **({"spare": row.spare} if spare else {}),
        }
        for row in turnout
    )
    return make_table("turnout", N_("Response"), (*TURNOUT, SPARE) if spare else TURNOUT, rows, names.translate)


def outcomes_table(names: Names, account: CodeAccount) -> Table:
    """Return the mapping from what became of the codes to AAPOR's outcomes."""
    rows: Iterator[dict[str, Cell]] = (
        {"outcome": one.outcome, "n": one.n, "reason": one.say(names.translate)} for one in account.mapping
    )
    return make_table("outcomes", N_("Outcomes"), OUTCOMES, rows, names.translate)


def rates_table(names: Names, account: CodeAccount) -> Table:
    """Return RR1-RR6, COOP, REF and CON, each with its formula, what it is made of, and the e it uses."""
    found = rates(account.account)
    figures = {"e": plain(found.e.value), "source": names.translate(found.e.source)}
    remark = names.translate(E_IS) % figures
    rows: Iterator[dict[str, Cell]] = (
        {
            "rate": rate.name,
            "formula": rate.formula,
            "above": rate.above,
            "below": plain(rate.below),
            "value": None if rate.value is None else rounded(rate.value * 100, PLACES),
            "remark": remark if "e(" in rate.formula else None,
        }
        for rate in found.of.values()
    )
    return make_table("rates", N_("Response rates after AAPOR"), RATES, rows, names.translate)


def account_of(turnout: Sequence[Disposition]) -> CodeAccount:
    """Return the response account of a round whose voters held codes; who holds one is known to be eligible."""
    return account_of_codes(turnout, PARTIAL_FROM)


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
