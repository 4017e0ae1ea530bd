"""What stands in a report about survey weights: the method in words, and every category's shares, unit by unit."""

from collections.abc import Iterator
from fractions import Fraction

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.reports.disclosure import HIDDEN, Shown
from survey.reports.disclosure.weighted import weights_of
from survey.reports.names import Names
from survey.reports.table import Cell, Headings, Table, make_table, rounded
from survey.rounds.weighting import Margin, Weighting
from survey.scoring.results import Components, UnitResult
from survey.scoring.rules.explanation import plain
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.weighting import Weights

PLACES = 2
WEIGHT_PLACES = 6

WEIGHTS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("margin", N_("Margin")),
    ("category", N_("Category")),
    ("n", N_("Ballots")),
    ("share", N_("Share of the ballots, %")),
    ("weighted", N_("Share with weights, %")),
    ("target", N_("Share asked for, %")),
    ("remark", N_("Note")),
)
METHODS = {
    "post-stratification": N_("post-stratification: (N_h/N)/(n_h/n), one weight a category"),
    "raking": N_("raking: margin after margin in turn, until every share is met"),
}
ERRORS = {
    "calibrated": N_("linearised, from the residuals about the categories"),
    "plain": N_("linearised, the weights taken as fixed; the wider one"),
}
HOW_TRIMMED = N_(
    "weights between %(least)s and %(most)s of their mean; what is cut is shared out among the others; "
    "at most %(rounds)s rounds, to %(tolerance)s"
)
HOW_REFUSED = N_(
    "none with a design effect above %(deff)s, with fewer than %(answers)s answers of any category, or with a share "
    "more than %(off)s off; categories with fewer than %(merge)s ballots are merged with the one they name"
)
HOW_INTERVAL = N_(
    "weighted index ± t · error, t with as many degrees of freedom as the effective number of ballots, less one; "
    "the interval of a rate by Wilson, from its effective number of answers"
)
TARGET = N_("%(category)s %(share)s (%(voters)s)")
OWN_TARGETS = N_("units with shares of their own: %(subjects)s")
FOUND = N_("%(rounds)s rounds, weights from %(least)s to %(most)s, %(trimmed)s of %(cells)s cut")
MERGED = N_("%(n)s ballots, merged into %(into)s")
NO_WEIGHTS = N_("no weights: %(reason)s")
HIDDEN_FIGURES = ("n", "share", "weighted")


def weights_table(names: Names, components: Components, shown: Shown) -> Table:
    """Return a row for every category of every margin of every unit that was rated itself."""
    weighting = components.frozen.definition.weighting
    assert weighting is not None
    rows = (
        row
        for unit in components.units
        if unit.weighting is not None and unit.weighting.weights is not None
        for margin in weighting.margins
        for row in _rows(names, unit, margin, shown)
    )
    return make_table("weights", N_("Weights"), WEIGHTS, rows, names.translate)


def _rows(names: Names, unit: UnitResult, margin: Margin, shown: Shown) -> Iterator[dict[str, Cell]]:
    weights = weights_of(unit)
    targets = margin.targets(unit.code)
    total = sum(targets.values())
    merges = {merge.part: merge for merge in weights.merges if merge.margin == margin.id} if weights else {}
    shares = {one.part: one for one in weights.shares if one.margin == margin.id} if weights else {}
    words = {one.id: one.words(names.language) for one in margin.categories}
    for category in margin.categories:
        row: dict[str, Cell] = {
            "code": unit.code,
            "name": names.subject(unit.code),
            "margin": margin.words(names.language),
            "category": words[category.id],
            "target": rounded(targets[category.id] / total * 100, PLACES),
        }
        if unit.code in shown.too_small:
            yield row | dict.fromkeys(HIDDEN_FIGURES, HIDDEN)
        elif weights is None:
            reason = unit.weighting.weights if unit.weighting else None
            yield row | {"remark": names.reason(reason) if isinstance(reason, Insufficient) else None}
        elif category.id in merges:
            merge = merges[category.id]
            figures = {"n": merge.n, "into": words[merge.into]}
            yield row | {"remark": names.translate(MERGED) % figures}
        else:
            share = shares[category.id]
            yield row | {
                "n": share.n,
                "share": rounded(_part(share.n, weights.n), PLACES),
                "weighted": rounded(share.have * 100, PLACES),
                "target": rounded(share.want * 100, PLACES),
            }


def _part(n: int, of: int) -> Fraction:
    return Fraction(100 * n, of)


def weighting_notes(names: Names, components: Components, weighting: Weighting) -> Iterator[tuple[str, Cell]]:
    """Give what the method table says of weights: margins, targets, trimming, and each unit's rounds of raking."""
    say, limits = names.translate, weighting.limits
    yield say(N_("Weights")), say(METHODS[weighting.method])
    for margin in weighting.margins:
        yield f"{say(N_('Margin'))} {margin.words(names.language)}", _targets(names, margin)
    trimming = {
        "least": plain(limits.least),
        "most": plain(limits.most),
        "rounds": limits.rounds,
        "tolerance": f"{limits.tolerance.normalize():f}",
    }
    yield say(N_("Trimming of weights")), say(HOW_TRIMMED) % trimming
    refused = {
        "deff": plain(limits.deff),
        "answers": limits.answers,
        "off": plain(limits.off),
        "merge": limits.merge_below,
    }
    yield say(N_("No weighted figure")), say(HOW_REFUSED) % refused
    yield say(N_("Standard error of the weighted index")), say(ERRORS[weighting.error])
    yield say(N_("Interval of weighted figures")), say(HOW_INTERVAL)
    for unit in components.units:
        found = unit.weighting.weights if unit.weighting else None
        if isinstance(found, Weights):
            yield f"{say(N_('Weights'))} {names.subject(unit.code)}", say(FOUND) % _found(found)
        elif isinstance(found, Insufficient):
            yield f"{say(N_('Weights'))} {names.subject(unit.code)}", say(NO_WEIGHTS) % {"reason": names.reason(found)}


def _found(weights: Weights) -> dict[str, object]:
    return {
        "rounds": weights.rounds,
        "least": half_up(min(weights.of.values()), WEIGHT_PLACES),
        "most": half_up(max(weights.of.values()), WEIGHT_PLACES),
        "trimmed": len(weights.trimmed),
        "cells": len(weights.of),
    }


def _targets(names: Names, margin: Margin) -> str:
    say = names.translate
    listed = [
        say(TARGET)
        % {
            "category": one.words(names.language),
            "share": plain(one.target()),
            "voters": say(N_(", ")).join(one.voters),
        }
        for one in margin.categories
    ]
    own = margin.categories[0].own
    if own:
        listed.append(say(OWN_TARGETS) % {"subjects": say(N_(", ")).join(names.subject(code) for code in own)})
    return say(N_("; ")).join(listed)
