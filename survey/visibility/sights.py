"""What is said of a column: what it holds, who can read it, how long it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from survey.core.errors import N_


class Reader(Enum):
    """Who can read something."""

    ANYBODY = N_("everybody")
    VOTER = N_("everybody with a slip of the round, while it is open")
    PUBLISHED = N_("everybody, once the office publishes the results: as totals, small figures hidden")
    OFFICE = N_("the office that runs the round, at its terminal")
    OFFICE_COUNTED = N_("the office, after the count: in the report, small figures hidden")
    HALL = N_("whoever has the link to the meeting's screen or to the host's page")
    CASE = N_("whoever has the code of the handled case")
    STAFF = N_("staff of the office and of those above it, each as far as the role goes")
    SERVER = N_("whoever administers the server or its database, or holds a backup")
    KEYS = N_(
        "nobody without the private keys of the round, which are not on the server; with all of them, their holders"
    )


class Until(Enum):
    """How long something is kept."""

    RECORD = N_("for good: the program never deletes it")
    CLEARED = N_("for good; of a rehearsal until it is cleared")
    REPLACED = N_("until the next file with it is imported")
    OPENED = N_("until it is replaced before opening; from then on for good; of a rehearsal until it is cleared")
    GONE = N_("until it has served, a few days at most")
    DESTROYED = N_(
        "until the envelopes are destroyed, after the time for objections; of a rehearsal until it is cleared"
    )


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
        of_staff: whether its rows are about the office's own people and machines, never about a voter.
    """

    title: str
    columns: Mapping[str, Sight]
    of_voters: bool = False
    of_staff: bool = False


EVERYBODY = (Reader.ANYBODY, Reader.OFFICE, Reader.SERVER)
VOTERS = (Reader.VOTER, Reader.OFFICE, Reader.SERVER)
OFFICE = (Reader.OFFICE, Reader.SERVER)
HOST = (Reader.HALL, Reader.OFFICE, Reader.SERVER)
ROOM = (Reader.VOTER, Reader.PUBLISHED, *HOST)
SERVER = (Reader.SERVER,)
COUNTED = (Reader.PUBLISHED, Reader.OFFICE_COUNTED, Reader.SERVER)
SEALED = (Reader.KEYS,)
SCORED = (Reader.PUBLISHED, *OFFICE)


def sights(readers: tuple[Reader, ...], until: Until, **columns: str) -> dict[str, Sight]:
    """Return one statement for several columns."""
    return {name: Sight(what, readers, until) for name, what in columns.items()}
