"""The method notes of a ballot's report: what was asked, who sealed it, how it was weighed, rounded and hidden."""

from collections.abc import Iterator

from survey.core.errors import N_
from survey.core.numbers import RANK_PLACES
from survey.reports.disclosure import HIDDEN
from survey.reports.method import HOW_ROUNDED, METHOD, item_note, source_notes
from survey.reports.names import Names
from survey.reports.table import Cell, Table, make_table
from survey.reports.units import INDEX_PLACES
from survey.scoring.ballot_results import BallotResults
from survey.scoring.sheets import Sheets

HOW_TOTAL = N_(
    "a ballot's score is the weighted mean of its scored answers; a class's mean is that of its ballots; "
    "the total is the sum of weight times mean, divided by the weights of all classes planned for the subject"
)
HOW_OVERALL = N_("the score comes from the separate overall grade")
HOW_HIDDEN = N_(
    "%(mark)s stands for votes of fewer than %(cell)d, classes of fewer than %(of_class)d ballots, votes that were "
    "all alike, and whatever would give them back; remarks are listed from %(text)d"
)
HOW_SEALED = N_("two keys, neither of which opens anything alone")


def ballot_method_table(names: Names, results: BallotResults, sheets: Sheets) -> Table:
    """Return the notes, one a row."""
    rows: Iterator[dict[str, Cell]] = (
        {"note": note, "value": value}
        for note, value in [
            *source_notes(names, results.frozen, results.count),
            *_rules(names, results),
            *_quality(names, sheets),
            *((item.id, item_note(names, item)) for item in results.frozen.questionnaire.items if item.options),
        ]
    )
    return make_table("method", N_("Method"), METHOD, rows, names.translate)


def _rules(names: Names, results: BallotResults) -> Iterator[tuple[str, Cell]]:
    say, definition = names.translate, results.frozen.definition
    rules, disclosure = definition.rules, definition.disclosure
    if definition.seal == "trustees":
        yield say(N_("Seal")), say(HOW_SEALED)
    for one in rules.classes:
        sentence = N_("%(words)s: weight %(weight)s, at least %(minimum)d ballots")
        figures = {"words": one.words(names.language), "weight": one.weight, "minimum": one.minimum}
        yield say(N_("Class %(code)s")) % {"code": one.code}, say(sentence) % figures
    if rules.quorum is not None:
        yield say(N_("Quorum")), f"{say(N_('present of expected'))} {rules.quorum.operator} {rules.quorum.share}"
    yield say(N_("Total")), say(HOW_TOTAL)
    if rules.grade_by == "overall":
        yield say(N_("Total")), say(HOW_OVERALL)
    if rules.trim_above is not None:
        sentence = N_("of more than %(n)d ballots of a class, the highest and the lowest are dropped")
        yield say(N_("Trimming")), say(sentence) % {"n": rules.trim_above}
    places = {"places": INDEX_PLACES, "stored": RANK_PLACES}
    yield say(N_("Rounding")), say(HOW_ROUNDED) % places
    figures = {
        "mark": HIDDEN,
        "cell": disclosure.min_cell,
        "of_class": disclosure.min_class,
        "text": disclosure.min_text,
    }
    yield say(N_("Hidden figures")), say(HOW_HIDDEN) % figures


def _quality(names: Names, sheets: Sheets) -> Iterator[tuple[str, Cell]]:
    say = names.translate
    yield say(N_("Ballots that say the same of everybody, counted as they are")), sheets.all_equal
    yield say(N_("Overall grades more than one step off their own items")), sheets.inconsistent
