"""What a reader asked the watch page for; all of it stands in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from survey.core.errors import N_, Invalid, NotFound, Problem
from survey.turnout.watching.rules.cells import SORTED_BY
from survey.turnout.watching.rules.sums import Key

FALLING = "-"
WHOLE_ROUND = Key()


@dataclass(frozen=True)
class Choice:
    """What is looked at, and how.

    Attributes:
        key: the round, a unit, a class, a batch.
        column: what the table is ordered by; none leaves the order of the voters file.
        falling: whether the largest comes first.
        compare: the name of the counted round whose curve is drawn too.
        follow: whether the plan line follows that curve.
        still: whether the page is not to renew itself.
    """

    key: Key = WHOLE_ROUND
    column: str | None = None
    falling: bool = False
    compare: str | None = None
    follow: bool = False
    still: bool = False

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Choice":
        """Read it from an address.

        Raises:
            Invalid: for a column that no table has.
        """
        column = asked.get("sort") or None
        falling = column is not None and column.startswith(FALLING)
        column = column.removeprefix(FALLING) if column else None
        if column is not None and column not in SORTED_BY:
            message = N_("There is no column %(column)s; the table is ordered by one of %(known)s")
            raise Invalid([Problem("sort", message, {"column": column, "known": ", ".join(SORTED_BY)})])
        compare = asked.get("compare") or None
        return cls(
            Key(asked.get("unit") or None, asked.get("class") or None, asked.get("batch") or None),
            column,
            falling,
            compare,
            follow=compare is not None and asked.get("plan") == "compare",
            still="still" in asked,
        )

    def on(self, keys: Iterable[Key]) -> "Choice":
        """Return the choice with what it looks at looked up; a batch alone names its unit and class.

        Raises:
            NotFound: when the round has nothing of that name.
        """
        wanted = self.key
        if wanted.batch is None:
            found = next((key for key in keys if key == wanted), None)
        else:
            found = next((key for key in keys if key.batch == wanted.batch and _fits(wanted, key)), None)
        if found is None:
            if wanted == WHOLE_ROUND:
                return self
            raise NotFound(N_("This round has no such unit, class or batch"))
        return replace(self, key=found)

    @property
    def arguments(self) -> dict[str, str]:
        """The choice as an address writes it."""
        sort = f"{FALLING if self.falling else ''}{self.column}" if self.column else None
        written = {
            "unit": self.key.unit,
            "class": self.key.ballot_class,
            "batch": self.key.batch,
            "sort": sort,
            "compare": self.compare,
            "plan": "compare" if self.follow else None,
            "still": "1" if self.still else None,
        }
        return {name: value for name, value in written.items() if value is not None}

    def at(self, key: Key) -> dict[str, str]:
        """Return the address of another thing, seen the same way."""
        return replace(self, key=key).arguments

    def sorted_by(self, column: str) -> dict[str, str]:
        """Return the address of the table ordered by a column: the largest first, then the other way round."""
        return replace(self, column=column, falling=not (self.column == column and self.falling)).arguments

    def held(self, *, still: bool) -> dict[str, str]:
        """Return the address of the page that renews itself, or does not."""
        return replace(self, still=still).arguments


def _fits(wanted: Key, key: Key) -> bool:
    return wanted.unit in (None, key.unit) and wanted.ballot_class in (None, key.ballot_class)
