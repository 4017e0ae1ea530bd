"""Who can see what (谁能看到什么): a statement on every column of every table; what no column could hold.

The page ``/who-sees-what`` is made of this, and a test sees that no column is without its statement.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Column, Date, DateTime, Float, Integer, Interval, MetaData, Numeric, String, Table, Time

from survey.core.errors import N_


class Reader(Enum):
    """Who can read something."""

    ANYBODY = N_("everybody")
    VOTER = N_("everybody with a slip of the round, while it is open")
    PUBLISHED = N_("everybody, once the office publishes the results: as totals, small figures hidden")
    OFFICE = N_("the office that runs the round, at its terminal")
    OFFICE_COUNTED = N_("the office, after the count: in the report, small figures hidden")
    HALL = N_("whoever has the link to the meeting's screen or to the host's page")
    SERVER = N_("whoever administers the server or its database, or holds a backup")
    KEYS = N_(
        "nobody without the private keys of the round, which are not on the server; with all of them, their holders"
    )


class Until(Enum):
    """How long something is kept."""

    RECORD = N_("for good: the program never deletes it")
    REPLACED = N_("until the next file with it is imported")
    OPENED = N_("until it is replaced before opening; from then on for good")
    DESTROYED = N_("until the envelopes are destroyed, after the time for objections")


@dataclass(frozen=True)
class Sight:
    """What one column holds.

    Attributes:
        what: in a few words.
        readers: who can read it.
        until: how long it is kept.
    """

    what: str
    readers: tuple[Reader, ...]
    until: Until


@dataclass(frozen=True)
class Drawer:
    """What one table holds.

    Attributes:
        title: in people's words.
        of_voters: whether a row belongs to one ballot or to the slip of one voter.
        columns: the statement on each column.
    """

    title: str
    columns: Mapping[str, Sight]
    of_voters: bool = False


_EVERYBODY = (Reader.ANYBODY, Reader.OFFICE, Reader.SERVER)
_VOTERS = (Reader.VOTER, Reader.OFFICE, Reader.SERVER)
_OFFICE = (Reader.OFFICE, Reader.SERVER)
_HOST = (Reader.HALL, Reader.OFFICE, Reader.SERVER)
_ROOM = (Reader.VOTER, Reader.PUBLISHED, *_HOST)
_SERVER = (Reader.SERVER,)
_COUNTED = (Reader.PUBLISHED, Reader.OFFICE_COUNTED, Reader.SERVER)
_SEALED = (Reader.KEYS,)
_SCORED = (Reader.PUBLISHED, *_OFFICE)


def _sights(readers: tuple[Reader, ...], until: Until, **columns: str) -> dict[str, Sight]:
    return {name: Sight(what, readers, until) for name, what in columns.items()}


# What voters ask after first comes first.
DRAWERS: Mapping[str, Drawer] = {
    "envelope": Drawer(
        N_("Ballots in the urn"),
        _sights(
            _SERVER,
            Until.DESTROYED,
            round_id=N_("the round it belongs to"),
            urn_key=N_("a number drawn by chance"),
            voter_group_id=N_("the group and class it is counted under"),
            sheet=N_("which sheet of the questionnaire it is"),
        )
        | _sights(
            _SEALED,
            Until.DESTROYED,
            sealed=N_("the answers, encrypted, all of a round in one size; encrypted bytes tell nothing"),
        ),
        of_voters=True,
    ),
    "code": Drawer(
        N_("Codes on slips, drawn blind"),
        _sights(
            _SERVER,
            Until.RECORD,
            round_id=N_("the round it belongs to"),
            digest=N_("a keyed fingerprint of the code; the code itself is not stored"),
            batch_id=N_("the batch it was printed in"),
            state=N_(
                "issued, used or void; only how many of each there are in a group is shown: to the office, on the "
                "meeting's screen, and with the results"
            ),
            cast_key=N_("a fingerprint of the form that used it, so that a form sent twice is one ballot"),
        ),
        of_voters=True,
    ),
    "count": Drawer(
        N_("The count"),
        _sights(_SERVER, Until.RECORD, round_id=N_("the round it belongs to"))
        | _sights(
            _COUNTED,
            Until.RECORD,
            content_hash=N_("the fingerprint of the count"),
            document=N_(
                "how often each option was chosen, by group, class, subject and question; whoever administers the "
                "server reads it with nothing hidden. Remarks, shuffled, are read by the office and never published"
            ),
        )
        | _sights(_OFFICE, Until.RECORD, signatures=N_("the trustees' signatures on it")),
    ),
    "taken_count": Drawer(
        N_("Counts of other offices"),
        _sights(
            _OFFICE,
            Until.RECORD,
            round_name=N_("the round it belongs to"),
            origin=N_("the fingerprint of that office's round, in short"),
            frozen_hash=N_("the fingerprint of that office's round"),
            content_hash=N_("the fingerprint of what was taken"),
            source=N_("which office signed it"),
            taken_at=N_("when it was taken"),
        )
        | _sights(
            _COUNTED,
            Until.RECORD,
            document=N_(
                "how often each option was chosen, by group, class, subject and question, without any remark; whoever "
                "administers the server reads it with nothing hidden"
            ),
        ),
    ),
    "scheme": Drawer(
        N_("Scoring rules"),
        _sights(
            _EVERYBODY,
            Until.RECORD,
            id=N_("the scheme's name"),
            version=N_("its version"),
            content_hash=N_("the fingerprint of its content"),
            document=N_("components, weights, gates, quotas and grades"),
        ),
    ),
    "evidence": Drawer(
        N_("What was filed for scoring"),
        _sights(
            _SCORED,
            Until.REPLACED,
            scheme=N_("the scheme it is filed for"),
            kind=N_("a figure, a level, a veto, points, an earlier grade, a decision or an approval"),
            subject=N_("the code of the unit or cadre it is about"),
            name=N_("the component, level, veto or rule, or the year"),
            part=N_("the period or the document"),
            value=N_("the figure, level or grade"),
            source=N_("the document, or the reason of a decision"),
            confirmed_by=N_("who confirmed it or decided"),
            confirmed_on=N_("on which day"),
        ),
    ),
    "score_run": Drawer(
        N_("Score runs"),
        _sights(
            _SCORED,
            Until.RECORD,
            scheme=N_("the scheme that was applied"),
            number=N_("the run's number"),
            version=N_("the scheme's version"),
            content_hash=N_("the fingerprint of inputs and results"),
            software=N_("the version of the program"),
            published_at=N_("when its results were published"),
        )
        | _sights(
            _OFFICE,
            Until.RECORD,
            what_if=N_("what was tried; such a run is never published"),
            made_at=N_("when it was made"),
        )
        | _sights(
            _SCORED,
            Until.RECORD,
            document=N_("all that was filed, scores and grades with their explanations; no vote of any ballot"),
        ),
    ),
    "voter_group": Drawer(
        N_("Voter groups"),
        _sights(_SERVER, Until.OPENED, id=N_("a number"), round_id=N_("the round it belongs to"))
        | _sights(
            _ROOM,
            Until.OPENED,
            voter_group=N_("the group: a unit or a body, no person"),
            ballot_class=N_("the class of its ballots"),
        )
        | _sights((Reader.PUBLISHED, *_HOST), Until.OPENED, planned=N_("how many voters are expected"))
        | _sights(_VOTERS, Until.OPENED, subjects=N_("whom they rate"))
        | _sights(_HOST, Until.RECORD, present=N_("how many of them came, as one number")),
    ),
    "batch": Drawer(
        N_("Batches of slips"),
        _sights(
            _SERVER,
            Until.RECORD,
            id=N_("a number"),
            round_id=N_("the round it belongs to"),
            voter_group_id=N_("the group that draws from it"),
        )
        | _sights(
            _HOST,
            Until.RECORD,
            name=N_("the batch's name"),
            size=N_("how many slips it has"),
            spare=N_("whether they replace lost slips"),
            void=N_("whether they were taken back"),
            door=N_("whether the host has opened the vote for it"),
            shut_at=N_("when the host closed the vote for all of it"),
        ),
    ),
    "round": Drawer(
        N_("Rounds"),
        _sights(_SERVER, Until.RECORD, id=N_("a number"))
        | _sights(_OFFICE, Until.RECORD, state=N_("whether it is open, closed or counted"))
        | _sights(
            _EVERYBODY,
            Until.OPENED,
            name=N_("the round's id"),
            definition=N_("title, organiser, times, rules, and what is hidden"),
        )
        | _sights(_EVERYBODY, Until.OPENED, public_keys=N_("the public keys that ballots are sealed to"))
        | _sights(
            _OFFICE,
            Until.RECORD,
            frozen=N_("a copy of rules, questions, rated subjects and numbers of voters, made at opening"),
            closed_at=N_("when it was closed"),
            counted_at=N_("when it was counted"),
        )
        | _sights(
            _EVERYBODY,
            Until.RECORD,
            frozen_hash=N_("the fingerprint of that copy"),
            opened_at=N_("when it was opened"),
            published_at=N_("when its results were published"),
            destroyed_at=N_("when its envelopes were destroyed"),
        ),
    ),
    "questionnaire_version": Drawer(
        N_("Questionnaires"),
        _sights(
            _VOTERS,
            Until.RECORD,
            id=N_("the questionnaire's name"),
            version=N_("its version"),
            content_hash=N_("the fingerprint of its content"),
            document=N_("all questions and options"),
        ),
    ),
    "subject": Drawer(
        N_("Roster of those who are rated"),
        _sights(_SERVER, Until.REPLACED, position=N_("the line in its file"))
        | _sights(
            _VOTERS,
            Until.REPLACED,
            code=N_("the subject's code"),
            name=N_("the name of the unit or cadre that is rated"),
            kind=N_("unit or cadre"),
            rank=N_("head or deputy"),
        )
        | _sights(
            (Reader.PUBLISHED, *_OFFICE),
            Until.REPLACED,
            unit_type=N_("the type of unit"),
            ranking_group=N_("the group inside which it is compared"),
            parent=N_("the unit above it"),
            population=N_("how many people it stands for"),
        ),
    ),
}

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


def _columns(tables: Iterable[Table], suspicious: Callable[[Column[object]], bool]) -> Iterator[str]:
    for table in tables:
        for column in table.columns:
            if suspicious(column):
                yield f"{table.name}.{column.name}"


def _names(metadata: MetaData) -> Iterator[str]:
    yield from _columns(metadata.sorted_tables, lambda column: bool(_OF_PERSONS.search(column.name.lower())))
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
    yield from _columns(metadata.sorted_tables, lambda column: bool(_OF_DEVICES.search(column.name.lower())))


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
