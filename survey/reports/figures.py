"""A report as tables: every figure beside its denominators, small cells hidden, the method at the end."""

from collections.abc import Callable, Sequence

from survey.reports.disclosure import Shown, protect_components
from survey.reports.items import item_tables
from survey.reports.method import method_table
from survey.reports.names import Names
from survey.reports.response import account_of, outcomes_table, rates_table, texts_table, turnout_table
from survey.reports.table import Table
from survey.reports.units import parts_table, units_table
from survey.reports.weights import weights_table
from survey.scoring.results import Components
from survey.turnout.rules import Disposition


def report_tables(
    components: Components,
    turnout: Sequence[Disposition],
    translate: Callable[[str], str],
    *,
    language: str = "zh",
    shown: Shown | None = None,
) -> tuple[Table, ...]:
    """Return every table of a round's report, the units first.

    Args:
        components: the scored round.
        turnout: the response account, one entry a group and class.
        translate: from an English sentence of the program to the reader's language.
        language: the language of the round's own words, zh or en.
        shown: what of it may be shown, when the caller has decided it already.
    """
    names = Names(components.frozen, translate, language)
    shown = shown or protect_components(components)
    account = account_of(turnout)
    is_weighted = components.frozen.definition.weighting is not None
    return (
        units_table(names, components, shown),
        parts_table(names, components, shown),
        *item_tables(names, components, shown),
        *((weights_table(names, components, shown),) if is_weighted else ()),
        turnout_table(names, turnout),
        outcomes_table(names, account),
        rates_table(names, account),
        texts_table(names, components, shown),
        method_table(names, components),
    )
