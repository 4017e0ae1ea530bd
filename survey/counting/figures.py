"""A count: figures only, immutable and hashed. No figure holds two answers of one person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.core.ids import canonical_json, content_hash

BLANK = ""
SPREAD_UNIT = 10_000


@dataclass(frozen=True)
class Pile:
    """The answers of one group and class about one subject to one item.

    Attributes:
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
        ballots: readable ballots by (group, class).
        texts: in an order that depends on nothing but the urn as a whole.
        unreadable: numbers, from 1, of envelopes that do not open, in the order of their bytes.
        duplicates: numbers of envelopes that are a copy of the one before.
        urn_root: SHA-256 over the sorted digests of all envelopes.
    """

    round: str
    frozen_hash: str
    ballots: Mapping[tuple[str, str], int]
    piles: tuple[Pile, ...]
    spreads: tuple[Spread, ...]
    texts: tuple[Text, ...]
    unreadable: tuple[int, ...]
    duplicates: tuple[int, ...]
    urn_root: str

    def document(self) -> dict[str, Any]:
        """Return the count as plain data."""
        return {
            "round": self.round,
            "frozen_hash": self.frozen_hash,
            "urn_root": self.urn_root,
            "unreadable": list(self.unreadable),
            "duplicates": list(self.duplicates),
            "ballots": [
                {"group": group, "class": ballot_class, "n": n} for (group, ballot_class), n in self.ballots.items()
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
            "texts": [{"subject": t.subject, "item": t.item, "text": t.text} for t in self.texts],
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Count":
        """Build it again from its plain data."""
        return cls(
            document["round"],
            document["frozen_hash"],
            {(b["group"], b["class"]): b["n"] for b in document["ballots"]},
            tuple(Pile(p["group"], p["class"], p["subject"], p["item"], p["counts"]) for p in document["piles"]),
            tuple(
                Spread(s["group"], s["class"], s["subject"], s["n"], s["total"], s["squares"])
                for s in document["spreads"]
            ),
            tuple(Text(t["subject"], t["item"], t["text"]) for t in document["texts"]),
            tuple(document["unreadable"]),
            tuple(document["duplicates"]),
            document["urn_root"],
        )

    @property
    def content_hash(self) -> str:
        """SHA-256 of the canonical document: 64 hex digits."""
        return content_hash(self.document())

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical_json(self.document())

    @classmethod
    def read(cls, data: bytes) -> "Count":
        """Build a count from its canonical document.

        Raises:
            ValueError, KeyError: when it is none.
        """
        return cls.from_document(json.loads(data))
