"""The tables of units: index, interval, place; and the parts that composites were made of."""

from collections.abc import Iterator

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.reports.disclosure import HIDDEN, Shown
from survey.reports.names import Names
from survey.reports.table import Cell, Headings, Table, make_table, rounded
from survey.scoring.places import place_bands
from survey.scoring.results import ERROR_PLACES, WEIGHTED_ERROR_PLACES, Components, UnitResult
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.rank_bands import Band
from survey.scoring.weighted import interval_of

INDEX_PLACES = 2
EFFECTIVE_PLACES = 1
TOO_SMALL = N_("sample too small, not shown")
PROTECTED = N_("not shown, or votes could be worked out")

UNITS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("group", N_("Ranking group")),
    ("rank", N_("Rank")),
    ("rank_low", N_("Place from (95 %)")),
    ("rank_high", N_("Place to (95 %)")),
    ("apart", N_("Told apart")),
    ("index", N_("Index")),
    ("low", N_("Index from (95 %)")),
    ("high", N_("Index to (95 %)")),
    ("n", N_("Scored ballots")),
    ("population", N_("Population")),
    ("deviation", N_("Standard deviation")),
    ("correction", N_("Finite population correction")),
    ("error", N_("Standard error")),
    ("stored", N_("Index as ranked")),
    ("remark", N_("Note")),
)
WEIGHTED: Headings = (
    ("unweighted", N_("Index without weights")),
    ("deff", N_("Design effect")),
    ("effective", N_("Effective ballots")),
    ("method", N_("How the standard error was found")),
)
PARTS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("part", N_("Code of the part")),
    ("part_name", N_("Part")),
    ("weight", N_("Weight")),
    ("index", N_("Index")),
    ("error", N_("Standard error")),
    ("n", N_("Scored ballots")),
)
FIGURES = (
    "rank",
    "rank_low",
    "rank_high",
    "apart",
    "index",
    "low",
    "high",
    "n",
    "population",
    "deviation",
    "correction",
    "error",
    "stored",
)
WEIGHTED_FIGURES = ("unweighted", "deff", "effective")
SPREAD = ("low", "high", "deviation", "error")


def units_table(names: Names, components: Components, shown: Shown) -> Table:
    """Return a row for every unit; of a weighted round with what the weights do."""
    is_weighted = components.frozen.definition.weighting is not None
    headings = (*UNITS[:-1], *WEIGHTED, UNITS[-1]) if is_weighted else UNITS
    bands = place_bands(components, shown.without_spread)
    rows = (
        _with_weights(names, unit, shown) | _unit(names, components, unit, shown, bands.get(unit.code))
        for unit in components.units
    )
    return make_table("units", N_("Units"), headings, rows, names.translate)


def _with_weights(names: Names, unit: UnitResult, shown: Shown) -> dict[str, Cell]:
    if unit.weighting is None:
        return {}
    if unit.code in shown.hidden:
        return dict.fromkeys(WEIGHTED_FIGURES, HIDDEN)
    unweighted, effect, effective = (
        unit.weighting.unweighted,
        unit.weighting.design_effect,
        unit.weighting.effective_n,
    )
    return {
        "unweighted": None if isinstance(unweighted, Insufficient) else rounded(unweighted, INDEX_PLACES),
        "deff": rounded(effect, ERROR_PLACES),
        "effective": rounded(effective, EFFECTIVE_PLACES),
        "method": names.translate(unit.weighting.method) if unit.weighting.method else None,
    }


def _spread(components: Components, unit: UnitResult) -> dict[str, Cell]:
    """Return error and interval; with weights no finer than the disclosure rules tried it."""
    interval, error, places = unit.interval, unit.error, ERROR_PLACES
    if unit.weighting is not None and error is not None and not isinstance(unit.index, Insufficient):
        error, places = half_up(error, WEIGHTED_ERROR_PLACES), WEIGHTED_ERROR_PLACES
        interval = interval_of(components.frozen.questionnaire, unit.index, error, unit.weighting.effective_n)
    if interval is None:
        return {"error": rounded(error, places)}
    return {
        "low": rounded(interval.low, INDEX_PLACES),
        "high": rounded(interval.high, INDEX_PLACES),
        "error": rounded(error, places),
    }


def _unit(names: Names, components: Components, unit: UnitResult, shown: Shown, band: Band | None) -> dict[str, Cell]:
    row: dict[str, Cell] = {"code": unit.code, "name": names.subject(unit.code), "group": names.group(unit.code)}
    if unit.code in shown.hidden:
        remark = TOO_SMALL if unit.code in shown.too_small else PROTECTED
        return row | dict.fromkeys(FIGURES, HIDDEN) | {"remark": names.translate(remark)}
    row |= {"n": unit.n, "population": unit.population}
    if isinstance(unit.index, Insufficient):
        return row | {"remark": names.reason(unit.index)}
    row |= {
        "rank": unit.rank,
        "index": rounded(unit.index, INDEX_PLACES),
        "deviation": rounded(unit.deviation, INDEX_PLACES),
        "correction": None if unit.error is None or unit.parts else rounded(unit.correction, ERROR_PLACES),
        # Of a weighted index more decimals could tell what single classes answered.
        "stored": unit.stored if unit.weighting is None else None,
        **_spread(components, unit),
    }
    if band is not None:
        places = {"first": band.first, "last": band.last}
        row |= {
            "rank_low": band.first,
            "rank_high": band.last,
            "apart": names.translate(band.message) % places,
        }
    if unit.code in shown.without_spread:
        row |= {key: HIDDEN for key in SPREAD if row.get(key) is not None}
    return row


def parts_table(names: Names, components: Components, shown: Shown) -> Table:
    """Return a row for every part of every composite."""
    return make_table("parts", N_("Parts of composites"), PARTS, _parts(names, components, shown), names.translate)


def _parts(names: Names, components: Components, shown: Shown) -> Iterator[dict[str, Cell]]:
    places = ERROR_PLACES if components.frozen.definition.weighting is None else WEIGHTED_ERROR_PLACES
    for unit in components.units:
        for part in unit.parts:
            row: dict[str, Cell] = {
                "code": unit.code,
                "name": names.subject(unit.code),
                "part": part.code,
                "part_name": names.translate(N_("answers about the unit itself"))
                if part.own
                else names.subject(part.code),
                "weight": rounded(part.weight, 0),
            }
            if part.code in shown.hidden:
                yield row | dict.fromkeys(("index", "error", "n"), HIDDEN)
                continue
            index = None if isinstance(part.index, Insufficient) else part.index
            yield row | {
                "index": rounded(index, INDEX_PLACES),
                "error": HIDDEN if part.code in shown.without_spread else rounded(part.error, places),
                "n": part.n,
            }
