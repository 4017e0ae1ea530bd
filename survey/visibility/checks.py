"""Which columns are without a statement, and which could hold what is promised never to be stored."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from sqlalchemy import Column, Date, DateTime, Float, Integer, Interval, MetaData, Numeric, String, Table, Time

from survey.core.errors import N_
from survey.visibility.desk import DESK
from survey.visibility.flow import FLOW
from survey.visibility.ratings import RATINGS
from survey.visibility.sights import Drawer

DRAWERS: Mapping[str, Drawer] = {**FLOW, **DESK, **RATINGS}

# What many ballots or many slips have in common, and therefore points to none of them.
COMMON = {"round_id", "batch_id", "voter_group_id", "sheet"}
# The only text on a slip's row: one of a few words that the database itself allows.
STATES = {"code.state"}
_OF_DEVICES = re.compile(r"(^|_)(ip|addr|address|agent|browser|cookies?|device|host|phone|referer|session)(_|$)")
_OF_PERSONS = re.compile(r"(^|_)(account|birthday|email|employee|mail|mobile|openid|owner|person|user|username)(_|$)")


def blank_spots(metadata: MetaData) -> tuple[set[str], set[str]]:
    """Return the columns without a statement, and the statements without a column, as table.column."""
    columns = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    stated = {f"{table}.{column}" for table, drawer in DRAWERS.items() for column in drawer.columns}
    return columns - stated, stated - columns


def _of_voters(metadata: MetaData) -> Iterator[Table]:
    """Yield the tables with a row a voter; one that nobody made a statement on may be one."""
    for table in metadata.sorted_tables:
        drawer = DRAWERS.get(table.name)
        if drawer is None or drawer.of_voters:
            yield table


def _not_of_staff(metadata: MetaData) -> list[Table]:
    """Return all tables but those about the office's own people, who log in by name."""
    return [table for table in metadata.sorted_tables if not (table.name in DRAWERS and DRAWERS[table.name].of_staff)]


def _columns(tables: Iterable[Table], suspicious: Callable[[Column[object]], bool]) -> Iterator[str]:
    for table in tables:
        for column in table.columns:
            if suspicious(column):
                yield f"{table.name}.{column.name}"


def _names(metadata: MetaData) -> Iterator[str]:
    yield from _columns(_not_of_staff(metadata), lambda column: bool(_OF_PERSONS.search(column.name.lower())))
    yield from set(_columns(_of_voters(metadata), lambda column: isinstance(column.type, String))) - STATES


def _times(metadata: MetaData) -> Iterator[str]:
    def tells_time(column: Column[object]) -> bool:
        kind = column.type
        return isinstance(getattr(kind, "impl_instance", kind), DateTime | Date | Time | Interval)

    yield from _columns(_of_voters(metadata), tells_time)


def _order(metadata: MetaData) -> Iterator[str]:
    """Yield columns that could count; SQLite counts by itself where a table has no WITHOUT ROWID."""
    yield from _columns(
        _of_voters(metadata),
        lambda column: isinstance(column.type, Integer | Float | Numeric) and column.name not in COMMON,
    )
    for table in _of_voters(metadata):
        if table.dialect_options["sqlite"]["with_rowid"] is not False:
            yield f"{table.name}.rowid"


def _devices(metadata: MetaData) -> Iterator[str]:
    yield from _columns(_not_of_staff(metadata), lambda column: bool(_OF_DEVICES.search(column.name.lower())))


def _links(metadata: MetaData) -> Iterator[str]:
    """Yield columns that a slip's row has in common with a ballot's row, or that point elsewhere."""
    tables = list(_of_voters(metadata))
    often = Counter(column.name for table in tables for column in table.columns)
    yield from _columns(
        tables,
        lambda column: bool(column.foreign_keys) or (often[column.name] > 1 and column.name not in COMMON),
    )


NEVER: Mapping[str, Callable[[MetaData], Iterator[str]]] = {
    N_("who voted: no name, number or account of a voter"): _names,
    N_("when a ballot was cast"): _times,
    N_("in which order ballots were cast"): _order,
    N_("from which device: no address, no cookie, no browser"): _devices,
    N_("which slip a ballot was cast with"): _links,
}


def never_stored(metadata: MetaData) -> dict[str, tuple[str, ...]]:
    """Return what no column could hold, each with the columns that could after all: none, or it is not promised."""
    return {promise: tuple(sorted(set(broken(metadata)))) for promise, broken in NEVER.items()}
