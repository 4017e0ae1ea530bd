"""Two runs side by side, unit by unit: two years, or two runs of one year; and whether chance alone would do it.

Only figures that the two reports show are compared, so the comparison tells no more than both of them.
"""

from collections.abc import Iterator
from decimal import Decimal

from survey.core.errors import N_
from survey.reports.disclosure import HIDDEN
from survey.reports.scores.causes import CAUSES, causes
from survey.reports.scores.facts import ScoreReport
from survey.reports.scores.tables import run_tables
from survey.reports.table import Cell, Headings, Table, make_table
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.intervals import Z95
from survey.scoring.scheme_parts import RoundSource

UNITS: Headings = (
    ("group", N_("Ranking group")),
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("score_before", N_("Score before")),
    ("score_after", N_("Score after")),
    ("difference", N_("Difference")),
    ("low", N_("Difference from (95 %)")),
    ("high", N_("Difference to (95 %)")),
    ("chance", N_("Beyond chance")),
    ("rank_before", N_("Rank before")),
    ("rank_after", N_("Rank after")),
    ("grade_before", N_("Grade before")),
    ("grade_after", N_("Grade after")),
)
COMPONENTS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("component", N_("Component id")),
    ("words", N_("Component")),
    ("value_before", N_("Value before")),
    ("value_after", N_("Value after")),
    ("difference", N_("Difference")),
    ("low", N_("Difference from (95 %)")),
    ("high", N_("Difference to (95 %)")),
    ("chance", N_("Beyond chance")),
    ("points_before", N_("Points before")),
    ("points_after", N_("Points after")),
    ("moved", N_("Points gained or lost")),
)
BEYOND, WITHIN = N_("yes, beyond chance"), N_("no, chance alone would do")
NOT_SAMPLED = N_("nothing was sampled")
SAME_COUNT = N_("the same count")
UNTOLD = N_("cannot be told")

Pair = tuple[ScoreReport, ScoreReport]


def compared_tables(before: ScoreReport, after: ScoreReport) -> tuple[Table, ...]:
    """Return what changed between two runs: every unit, every component of it, and, in one scheme, the causes."""
    pair = (before, after)
    say = after.translate
    tables = [
        make_table("units", N_("Scores, ranks and grades"), UNITS, _units(pair), say),
        make_table("components", N_("What moved the scores, by component"), COMPONENTS, _components(pair), say),
    ]
    if before.scheme.id == after.scheme.id:
        tables.append(
            make_table("causes", N_("What was different in what they were made of"), CAUSES, causes(*pair), say)
        )
    return tuple(tables)


def _by_code(report: ScoreReport, table: str) -> dict[str, list[dict[str, Cell]]]:
    found: dict[str, list[dict[str, Cell]]] = {}
    for one in run_tables(report):
        if one.name == table:
            for record in one.records():
                found.setdefault(str(record["code"]), []).append(record)
    return found


# --- units -------------------------------------------------------------------------------------------------------


def _units(pair: Pair) -> Iterator[dict[str, Cell]]:
    before, after = (_by_code(report, "overview") for report in pair)
    for code in dict.fromkeys((*after, *before)):
        was, now = ((found.get(code) or [{}])[0] for found in (before, after))
        known = now or was
        row: dict[str, Cell] = {name: known[name] for name in ("group", "code", "name")}
        for end, record in (("before", was), ("after", now)):
            row |= {
                f"score_{end}": record.get("score"),
                f"rank_{end}": record.get("rank"),
                f"grade_{end}": record.get("decided") or record.get("proposed"),
            }
        yield row | _moved(pair, row["score_before"], row["score_after"], _score_errors(pair, code))


def _score_errors(pair: Pair, code: str) -> tuple[Decimal, Decimal] | str:
    """Return both standard errors; or why there is no interval."""
    if _shared(pair, set(pair[0].run.rounds) | set(pair[1].run.rounds)):
        return SAME_COUNT
    errors = []
    for report in pair:
        unit = next((one for one in report.run.grades.units if one.code == code), None)
        if unit is None or unit.error is None or not report.disclosed.errors([code]):
            return UNTOLD
        errors.append(unit.error)
    return errors[0], errors[1]


def _shared(pair: Pair, names: set[str]) -> bool:
    """Tell whether a count of these rounds stands in both: what comes of it differs by no chance."""
    before, after = (
        {one.count.figures_hash for name, one in report.run.rounds.items() if name in names} for report in pair
    )
    return bool(before & after)


def _moved(pair: Pair, was: Cell, now: Cell, errors: tuple[Decimal, Decimal] | str) -> dict[str, Cell]:
    if not (isinstance(was, Decimal) and isinstance(now, Decimal)):
        return {"difference": HIDDEN} if HIDDEN in (was, now) else {}
    difference = now - was
    say = pair[1].say
    if isinstance(errors, str):
        return {"difference": difference, "chance": say(errors) if errors else None}
    error = (errors[0] ** 2 + errors[1] ** 2).sqrt()
    if not error:
        return {"difference": difference, "chance": say(NOT_SAMPLED)}
    reach = (Z95 * error).quantize(difference)
    low, high = difference - reach, difference + reach
    return {
        "difference": difference,
        "low": low,
        "high": high,
        "chance": say(BEYOND if low > 0 or high < 0 else WITHIN),
    }


# --- components --------------------------------------------------------------------------------------------------


def _components(pair: Pair) -> Iterator[dict[str, Cell]]:
    before, after = (_by_code(report, "components") for report in pair)
    for code in dict.fromkeys((*after, *before)):
        was, now = ({str(one["component"]): one for one in found.get(code, ())} for found in (before, after))
        for name in dict.fromkeys((*now, *was)):
            mine, its = was.get(name, {}), now.get(name, {})
            row: dict[str, Cell] = {key: (its or mine)[key] for key in ("code", "name", "component", "words")}
            for end, record in (("before", mine), ("after", its)):
                row |= {f"value_{end}": record.get("value"), f"points_{end}": record.get("points")}
            errors = _component_errors(pair, code, name)
            row |= _moved(pair, row["value_before"], row["value_after"], errors)
            yield row | {"moved": _less(row["points_after"], row["points_before"])}


def _less(one: Cell, other: Cell) -> Cell:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one - other
    return HIDDEN if HIDDEN in (one, other) else None


def _component_errors(pair: Pair, code: str, name: str) -> tuple[Decimal, Decimal] | str:
    """Return both standard errors; or why there is no interval: nothing to say of what was put together."""
    errors, rounds = [], set()
    for report in pair:
        unit = report.filed.get(code)
        reading = unit.readings.get(name) if unit else None
        if reading is None or isinstance(reading.value, Insufficient):
            return ""
        source = report.scheme.component(name).source
        if isinstance(source, RoundSource):
            rounds.add(source.round)
            sampled = source.figure == "index"
            if sampled and (reading.error is None or not report.disclosed.errors([code])):
                return UNTOLD
        errors.append(reading.error or Decimal(0))
    return SAME_COUNT if rounds and _shared(pair, rounds) else (errors[0], errors[1])
