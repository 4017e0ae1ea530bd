"""The tables of units: index, interval, place; and the parts that composites were made of."""

from collections.abc import Iterator

from survey.core.errors import N_
from survey.reports.disclosure import HIDDEN, Shown
from survey.reports.names import Names
from survey.reports.table import Cell, Headings, Table, make_table, rounded
from survey.scoring.results import Components, UnitResult
from survey.scoring.rules.insufficient import Insufficient

INDEX_PLACES = 2
ERROR_PLACES = 4
TOO_SMALL = N_("sample too small, not shown")
PROTECTED = N_("not shown, or votes could be worked out")

UNITS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("group", N_("Ranking group")),
    ("rank", N_("Rank")),
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
FIGURES = ("rank", "index", "low", "high", "n", "population", "deviation", "correction", "error", "stored")
SPREAD = ("low", "high", "deviation", "error")


def units_table(names: Names, components: Components, shown: Shown) -> Table:
    """Return a row for every unit."""
    rows = (_unit(names, unit, shown) for unit in components.units)
    return make_table("units", N_("Units"), UNITS, rows, names.translate)


def _unit(names: Names, unit: UnitResult, shown: Shown) -> dict[str, Cell]:
    row: dict[str, Cell] = {"code": unit.code, "name": names.subject(unit.code), "group": names.group(unit.code)}
    if unit.code in shown.hidden:
        remark = TOO_SMALL if unit.code in shown.too_small else PROTECTED
        return row | dict.fromkeys(FIGURES, HIDDEN) | {"remark": names.translate(remark)}
    row |= {"n": unit.n, "population": unit.population}
    if isinstance(unit.index, Insufficient):
        return row | {"remark": unit.index.say(names.translate, names.subject)}
    if unit.interval is not None:
        row |= {"low": rounded(unit.interval.low, INDEX_PLACES), "high": rounded(unit.interval.high, INDEX_PLACES)}
    row |= {
        "rank": unit.rank,
        "index": rounded(unit.index, INDEX_PLACES),
        "deviation": rounded(unit.deviation, INDEX_PLACES),
        "correction": None if unit.error is None or unit.parts else rounded(unit.correction, ERROR_PLACES),
        "error": rounded(unit.error, ERROR_PLACES),
        "stored": unit.stored,
    }
    if unit.code in shown.without_spread:
        row |= {key: HIDDEN for key in SPREAD if row.get(key) is not None}
    return row


def parts_table(names: Names, components: Components, shown: Shown) -> Table:
    """Return a row for every part of every composite."""
    return make_table("parts", N_("Parts of composites"), PARTS, _parts(names, components, shown), names.translate)


def _parts(names: Names, components: Components, shown: Shown) -> Iterator[dict[str, Cell]]:
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
                "error": HIDDEN if part.code in shown.without_spread else rounded(part.error, ERROR_PLACES),
                "n": part.n,
            }
