"""A count: figures only, immutable and hashed. No figure holds two answers of one person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from survey.core.ids import canonical_json, content_hash

BLANK = ""
SPREAD_UNIT = 10_000


@dataclass(frozen=True)
class SheetCount:
    """How many ballots of one group and class there are on one sheet.

    Attributes:
        valid: those whose answers lie on the piles.
        void: readable ones set aside, by the rule they break.
        all_equal: of the valid, those that say the same of everybody.
        inconsistent: overall grades, on the valid ones, that are more than one step off their subject's items.
    """

    group: str
    ballot_class: str
    sheet: int
    valid: int
    void: Mapping[str, int] = field(default_factory=dict)
    all_equal: int = 0
    inconsistent: int = 0


@dataclass(frozen=True)
class Pile:
    """The answers of one group and class about one subject to one item.

    Attributes:
        ballot_class: the ballots' own; what they count as for the subject, the round's voters say.
        subject: a code; empty for an item asked of the ballot as a whole.
        counts: ballots by option code; "" counts the blanks.
    """

    group: str
    ballot_class: str
    subject: str
    item: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Spread:
    """How much the ballots of one group and class differ about one subject.

    A ballot's own index is the weighted mean of its scored answers, in 1/10000 points; of all of them only
    their number, sum and sum of squares are kept.
    """

    group: str
    ballot_class: str
    subject: str
    n: int
    total: int
    squares: int


@dataclass(frozen=True)
class Ends:
    """The lowest and the highest ballot's index of one class about one subject, as their sum.

    Kept only where the round drops both, so that the rest can be averaged.

    Attributes:
        ballot_class: what the ballots count as for the subject.
        dropped: in 1/10000 points.
    """

    ballot_class: str
    subject: str
    dropped: int


@dataclass(frozen=True)
class Text:
    """One remark about a subject, apart from every other answer and from its group."""

    subject: str
    item: str
    text: str


@dataclass(frozen=True)
class Count:
    """One opened round.

    Attributes:
        round: the round's id.
        frozen_hash: the hash of what its opening froze.
        sheets: ballots by group, class and sheet.
        texts: in an order that depends on nothing but the urn as a whole.
        unreadable: numbers, from 1, of envelopes that do not open, in the order of their bytes.
        duplicates: numbers of envelopes that are a copy of the one before.
        urn_root: SHA-256 over the sorted digests of all envelopes.
        salt: 64 hex digits that nobody can guess; with them the published hash tells nothing of a hidden figure,
            however many values somebody tries. Empty in counts made by 0.1.
        kept: the document it was read from, when it was kept in a database.
    """

    round: str
    frozen_hash: str
    sheets: tuple[SheetCount, ...]
    piles: tuple[Pile, ...]
    spreads: tuple[Spread, ...]
    ends: tuple[Ends, ...]
    texts: tuple[Text, ...]
    unreadable: tuple[int, ...]
    duplicates: tuple[int, ...]
    urn_root: str
    salt: str = ""
    kept: dict[str, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def ballots(self) -> dict[tuple[str, str], int]:
        """Valid ballots by group and class; of two sheets, those of the first."""
        return {(one.group, one.ballot_class): one.valid for one in self.sheets if one.sheet == 1}

    def valid(self, group: str, ballot_class: str, sheet: int) -> int:
        """Return how many valid ballots a group and class cast on a sheet."""
        named = (group, ballot_class, sheet)
        return sum(one.valid for one in self.sheets if (one.group, one.ballot_class, one.sheet) == named)

    def document(self) -> dict[str, Any]:
        """Return the count as plain data: as it was kept, though a later version of the program counts more."""
        return self.kept or {
            "round": self.round,
            "frozen_hash": self.frozen_hash,
            "urn_root": self.urn_root,
            **({"salt": self.salt} if self.salt else {}),
            "unreadable": list(self.unreadable),
            "duplicates": list(self.duplicates),
            "ballots": [
                {
                    "group": one.group,
                    "class": one.ballot_class,
                    "sheet": one.sheet,
                    "n": one.valid,
                    "void": dict(one.void),
                    "all_equal": one.all_equal,
                    "inconsistent": one.inconsistent,
                }
                for one in self.sheets
            ],
            "piles": [
                {
                    "group": p.group,
                    "class": p.ballot_class,
                    "subject": p.subject,
                    "item": p.item,
                    "counts": dict(p.counts),
                }
                for p in self.piles
            ],
            "spreads": [
                {
                    "group": s.group,
                    "class": s.ballot_class,
                    "subject": s.subject,
                    "n": s.n,
                    "total": s.total,
                    "squares": s.squares,
                }
                for s in self.spreads
            ],
            "ends": [{"class": e.ballot_class, "subject": e.subject, "dropped": e.dropped} for e in self.ends],
            "texts": [{"subject": t.subject, "item": t.item, "text": t.text} for t in self.texts],
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Count":
        """Build it again from its plain data."""
        return cls(
            document["round"],
            document["frozen_hash"],
            tuple(
                SheetCount(
                    b["group"],
                    b["class"],
                    b.get("sheet", 1),  # counts made by 0.1 know no sheets, void ballots and ends
                    b["n"],
                    b.get("void", {}),
                    b.get("all_equal", 0),
                    b.get("inconsistent", 0),
                )
                for b in document["ballots"]
            ),
            tuple(Pile(p["group"], p["class"], p["subject"], p["item"], p["counts"]) for p in document["piles"]),
            tuple(
                Spread(s["group"], s["class"], s["subject"], s["n"], s["total"], s["squares"])
                for s in document["spreads"]
            ),
            tuple(Ends(e["class"], e["subject"], e["dropped"]) for e in document.get("ends", ())),
            # A count that left the office in a bundle has no remarks.
            tuple(Text(t["subject"], t["item"], t["text"]) for t in document.get("texts", ())),
            tuple(document["unreadable"]),
            tuple(document["duplicates"]),
            document["urn_root"],
            document.get("salt", ""),
        )

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the canonical document: 64 hex digits."""
        return content_hash(self.document())

    def figures(self) -> dict[str, Any]:
        """Return the count as plain data without the remarks: what may leave the office."""
        return {name: value for name, value in self.document().items() if name != "texts"}

    @cached_property
    def figures_hash(self) -> str:
        """SHA-256 of the canonical figures: 64 hex digits; the same with and without the remarks."""
        return content_hash(self.figures())

    def without_texts(self) -> "Count":
        """Return the same count as its figures alone give it."""
        return replace(self, texts=(), kept=self.figures())

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical_json(self.document())

    @classmethod
    def read(cls, data: bytes) -> "Count":
        """Build a count from its canonical document.

        Raises:
            ValueError, KeyError: when it is none.
        """
        document = json.loads(data)
        return replace(cls.from_document(document), kept=document)
