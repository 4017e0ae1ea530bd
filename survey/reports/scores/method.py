"""What a run was made of and how: scheme, weights, grades, rounding, rounds with their hashes."""

from collections.abc import Iterator
from decimal import Decimal

from survey.core.errors import N_
from survey.reports.disclosure import HIDDEN
from survey.reports.method import METHOD
from survey.reports.scores.facts import ScoreReport
from survey.reports.table import Cell, Table, make_table
from survey.scoring.rules.explanation import plain
from survey.scoring.rules.insufficient import LIST_SEPARATOR
from survey.scoring.scheme_grading import Grading
from survey.scoring.scheme_parts import PointsScale

FROM = N_("%(grade)s from %(mark)s")
REST = N_("%(grade)s below that")
ROUNDED = N_("half up, on output only, to %(shown)d decimals; compared and ranked at %(compared)d, ties share a place")
ROUND_IS = N_(
    "%(title)s: hash of what was frozen %(frozen)s, hash of the count %(count)s, ballots counted %(ballots)d; "
    "denominators and response stand in its own report"
)
HIDING = N_(
    "%(mark)s stands for what the report of a round hides, and for the figures that would give it back; where that "
    "report rounds a total, the score has no more decimals. Score, gates and grades stay"
)
ORDER = N_("score, grade by score, gates that block, gates that lower, ceilings, flags, quotas by group, decisions")
FONTS = N_(
    "set in one embedded font; an office would use 方正小标宋 for the title, 仿宋_GB2312 for the text, 黑体 and "
    "楷体_GB2312 for headings"
)
ADJUSTED = N_("all that is added counts for no more than %(plus)s, all that is taken off for no more than %(minus)s")
UNLIMITED = N_("any number of")


def method_table(report: ScoreReport) -> Table:
    """Return the notes, one a row."""
    rows: Iterator[dict[str, Cell]] = (
        {"note": note, "value": value} for note, value in (*_about(report), *_rules(report), *_rounds(report))
    )
    return make_table("method", N_("Method"), METHOD, rows, report.translate)


def _about(report: ScoreReport) -> Iterator[tuple[str, Cell]]:
    say, numbered, scheme = report.say, report.numbered, report.scheme
    yield say(N_("Scheme")), f"{scheme.reference} {report.words(scheme.title)}"
    yield say(N_("Hash of the scheme")), scheme.content_hash
    yield say(N_("Year")), str(scheme.year)
    if numbered.number is not None:
        yield say(N_("Run")), numbered.number
    if numbered.what_if:
        yield say(N_("What if")), numbered.what_if
    yield say(N_("Hash of the run")), report.run.content_hash
    if numbered.made_at is not None:
        yield say(N_("Made at")), numbered.made_at
    if numbered.software:
        yield say(N_("Software")), numbered.software
    yield say(N_("Assessed")), len(report.run.grades.units)
    yield say(N_("Pieces of evidence")), len(report.run.inputs.evidence)


def _rules(report: ScoreReport) -> Iterator[tuple[str, Cell]]:
    say, scheme = report.say, report.scheme
    # In the scheme's order: one read back from its canonical bytes has lost any other.
    named = {one.id: one for one in scheme.components}
    for one in scheme.types:
        weights = [f"{report.words(named[name])} {plain(one.weights[name])}" for name in named if one.weights.get(name)]
        weights += [f"× {report.words(named[name])}" for name in named if name in one.multipliers]
        yield say(N_("Weights of %(type)s"), type=report.words(one)), say(LIST_SEPARATOR).join(weights)
    for component in scheme.components:
        if component.of:
            parts = [
                f"{report.words(named[name])} {plain(component.of[name])}" for name in named if name in component.of
            ]
            yield report.words(component), say(LIST_SEPARATOR).join(parts)
        elif not isinstance(component.scale, PointsScale):
            yield report.words(component), say(SCALES[component.scale.kind])
    for grading in scheme.gradings:
        yield say(N_("Grades")), _bands(report, grading)
    limits = scheme.adjustments
    if limits.rules:
        yield (
            say(N_("Plus and minus points")),
            say(ADJUSTED, plus=_limit(report, limits.most_plus), minus=_limit(report, limits.most_minus)),
        )
    yield say(N_("Order")), say(ORDER)
    yield say(N_("Rounding")), say(ROUNDED, shown=scheme.rounding.shown, compared=scheme.rounding.compared)
    yield say(N_("Hidden figures")), say(HIDING, mark=HIDDEN)
    yield say(N_("Print")), say(FONTS)


SCALES = {
    "best": N_("its full mark times own figure over the best one"),
    "places": N_("places of several leaders, each place lower costs a share of the full mark"),
    "options": N_("mean of the points of the votes"),
    "steps": N_("points by shares of votes, the first step that holds"),
}


def _bands(report: ScoreReport, grading: Grading) -> str:
    said = [
        report.say(REST, grade=report.words(band))
        if band.at_least is None
        else report.say(FROM, grade=report.words(band), mark=plain(band.at_least))
        for band in grading.bands
    ]
    return report.say(LIST_SEPARATOR).join(said)


def _limit(report: ScoreReport, limit: Decimal | None) -> str:
    return report.say(UNLIMITED) if limit is None else plain(limit)


def _rounds(report: ScoreReport) -> Iterator[tuple[str, Cell]]:
    for name, counted in report.run.rounds.items():
        yield (
            report.say(N_("Round %(round)s"), round=name),
            report.say(
                ROUND_IS,
                title=report.words(counted.frozen.definition.title),
                frozen=counted.frozen.content_hash,
                count=counted.count.figures_hash,
                ballots=sum(counted.count.ballots.values()),
            ),
        )
