"""The method notes that stand in every report: what was asked, how it was counted, divided, rounded and hidden."""

from collections.abc import Iterator

from survey.core.errors import N_
from survey.core.numbers import RANK_PLACES, half_up
from survey.counting.figures import Count
from survey.questionnaires.schema import Item
from survey.reports.disclosure import HIDDEN
from survey.reports.names import Names
from survey.reports.table import Cell, Headings, Table, make_table
from survey.reports.units import INDEX_PLACES
from survey.reports.weights import weighting_notes
from survey.rounds.definition import FrozenRound
from survey.scoring.policy import denominators
from survey.scoring.results import Components

METHOD: Headings = (("note", N_("Note")), ("value", N_("Value")))

HOW_INDEX = N_("mean of the points of scored answers, item by item; then the mean of the items by their weights")
HOW_RATE = N_("satisfied answers divided by the base; both are listed with the item; interval (95 %) by Wilson")
HOW_INTERVAL = N_(
    "index ± t · s/√n · √((N-n)/(N-1)); s is the standard deviation of the ballots' own indices; "
    "the last factor only where the population N is known"
)
HOW_COMPOSITE = N_(
    "mean of the parts by weight; insufficient when one part is; index ± 1.96 standard errors, "
    "the root of the summed squared weighted errors of the parts"
)
HOW_PLACES = N_(
    "places that chance leaves open: two units of a ranking group are told apart when their indices differ by more "
    "than 1.96 · √(e₁² + e₂²); a unit whose error is not shown is told apart from none"
)
HOW_ROUNDED = N_("half up, on output only, to %(places)d decimals; ranked at %(stored)d decimals, ties share a place")
HOW_HIDDEN = N_(
    "%(mark)s stands for figures of fewer than %(cell)d ballots and for those that would give them back, the same in "
    "every report of this count; remarks are listed from %(text)d on a question, apart from all answers"
)
HOW_ALIKE = {
    "low": N_("hidden when they all fell on one option below the best"),
    "any": N_("hidden when they all fell on one option"),
    "show": N_("shown"),
}
BY_POPULATION = N_("%(types)s: units below by population")
BY_PLAN = N_("%(types)s: units below by planned ballots")
WITH_OWN = N_("%(rule)s, with the answers about the unit itself as one more part")
HOW_ITEM = N_("weight %(weight)s; points: %(points)s; base of the rate: %(counted)s; satisfied: %(satisfied)s")
NONE = N_("none")


def method_table(names: Names, components: Components) -> Table:
    """Return the notes, one a row."""
    notes = [*source_notes(names, components.frozen, components.count), *_ways(names, components)]
    rows: Iterator[dict[str, Cell]] = ({"note": note, "value": value} for note, value in notes)
    return make_table("method", N_("Method"), METHOD, rows, names.translate)


def source_notes(names: Names, frozen: FrozenRound, count: Count) -> Iterator[tuple[str, Cell]]:
    """Give what any report was made from: the round, its questionnaire, its keys, its urn and its count."""
    say, definition = names.translate, frozen.definition
    yield say(N_("Round")), f"{definition.id} {definition.title.words(names.language)}"
    yield say(N_("Organiser")), definition.organiser.words(names.language)
    yield say(N_("Opens")), definition.opens_at
    yield say(N_("Closes")), definition.closes_at
    yield say(N_("Questionnaire")), frozen.questionnaire.reference
    yield say(N_("Hash of the questionnaire")), frozen.questionnaire.content_hash
    yield say(N_("Hash of the frozen round")), frozen.content_hash
    for key in frozen.keys:
        yield say(N_("Fingerprint of the key")), key.fingerprint
    yield say(N_("Hash of the count")), count.content_hash
    yield say(N_("Hash of the urn")), count.urn_root
    yield say(N_("Ballots counted")), sum(count.ballots.values())
    yield say(N_("Envelopes that did not open")), len(count.unreadable)
    yield say(N_("Envelopes that were copies")), len(count.duplicates)


def _ways(names: Names, components: Components) -> Iterator[tuple[str, Cell]]:
    say, definition = names.translate, components.frozen.definition
    disclosure = definition.disclosure
    yield say(N_("Fewest scored answers for an index")), definition.rules.minimum
    yield say(N_("Index")), say(HOW_INDEX)
    yield say(N_("Satisfaction rate")), say(HOW_RATE)
    yield say(N_("Interval")), say(HOW_INTERVAL)
    if definition.weighting is not None:
        yield from weighting_notes(names, components, definition.weighting)
    if components.units:
        yield say(N_("Places from and to")), say(HOW_PLACES)
    for rollup in definition.rollup:
        rule = say(BY_POPULATION if rollup.weight == "population" else BY_PLAN)
        rule %= {"types": ", ".join(rollup.types)}
        yield say(N_("Composite")), say(WITH_OWN) % {"rule": rule} if rollup.own else rule
    if definition.rollup:
        yield say(N_("Composite")), say(HOW_COMPOSITE)
    yield say(N_("Rounding")), say(HOW_ROUNDED) % {"places": INDEX_PLACES, "stored": RANK_PLACES}
    yield (
        say(N_("Hidden figures")),
        say(HOW_HIDDEN)
        % {
            "mark": HIDDEN,
            "cell": disclosure.min_cell,
            "text": disclosure.min_text,
        },
    )
    yield say(N_("Votes all alike")), say(HOW_ALIKE[disclosure.unanimity])
    for item in components.frozen.questionnaire.items:
        if item.options:
            yield item.id, item_note(names, item)


def item_note(names: Names, item: Item) -> str:
    """Say which options enter which denominator."""
    policy = denominators(item.options)
    words = {option.code: option.words(names.language) for option in item.options}
    points = [f"{words[option]} {half_up(worth, 4).normalize():f}" for option, worth in policy.points.items()]

    def listed(some: list[str]) -> str:
        return names.translate(N_(", ")).join(some) or names.translate(NONE)

    return names.translate(HOW_ITEM) % {
        "weight": f"{item.weight.normalize():f}",
        "points": listed(points),
        "counted": listed([words[option] for option in policy.counted]),
        "satisfied": listed([words[option] for option in policy.satisfied]),
    }
